"""What an order may ask for, and who may touch it. Decides over values.

Every decision is None, or why not: a sentence with the next step.
"""

from decimal import Decimal

from bot.rules.orders import Order
from bot.rules.places import Asker
from bot.rules.policy import Policy, is_admin, is_same_person, may_rent
from providers import gpus
from providers.models import OfferQuery


def may_order(
    policy: Policy,
    asker: Asker,
    home_team: str,
    query: OfferQuery,
    hours: Decimal,
    usd_per_hour: Decimal,
) -> str | None:
    """What no machine could ever meet is refused at once. Everything is checked again for each
    machine."""
    who = may_rent(policy, asker, home_team)
    if who is not None:
        return who
    if hours > policy.max_hours:
        return (
            f"The policy allows at most {policy.max_hours} h: order with"
            f" `for {policy.max_hours}h`."
        )
    if usd_per_hour > policy.max_usd_per_hour:
        return (
            f"The policy allows at most ${policy.max_usd_per_hour:f}/h: order with"
            f" `under {policy.max_usd_per_hour:f}`."
        )
    return _nothing_allowed(policy, query)


def may_touch(policy: Policy, asker: Asker, order: Order, home_team: str) -> str | None:
    if is_same_person(asker, order.owner) or is_admin(policy, asker, home_team):
        return None
    return f"Only <@{order.owner.user_id}> and the admins can cancel order {order.number}."


def _nothing_allowed(policy: Policy, query: OfferQuery) -> str | None:
    models = set(map(gpus.comparable, query.gpus))
    forbidden = set(map(gpus.comparable, policy.forbidden_gpus))
    allowed = None if policy.gpus is None else set(map(gpus.comparable, policy.gpus))
    if models and not _left(models - forbidden, allowed):
        return _other("those GPUs")
    countries = set(query.countries)
    own = None if policy.countries is None else set(policy.countries)
    if countries and not _left(countries - set(policy.forbidden_countries), own):
        return _other("machines there")
    sellers = None if policy.marketplaces is None else set(policy.marketplaces)
    if query.providers and not _left(set(query.providers), sellers):
        return _other("that marketplace")
    return None


def _left(wanted: set[str], allowed: set[str] | None) -> set[str]:
    return wanted if allowed is None else wanted & allowed


def _other(what: str) -> str:
    return f"The policy does not allow {what}: order something else, or ask an admin."
