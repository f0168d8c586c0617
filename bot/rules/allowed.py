"""Which machines the policy allows, for how much, and for how long. Decides over values.

Every decision is None, or why not: a sentence for the person who asks, with the next step.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from bot.rules.policy import Policy, told_problems
from bot.rules.rentals import STEP_HOURS, Rental
from providers import gpus
from providers.models import TITLES, Offer, ProviderName

_HOUR = timedelta(hours=1)


def offer_refusal(policy: Policy, offer: Offer, next_step: str | None = None) -> str | None:
    """A country that is not stated may be any, so it fails every list of countries. `next_step`
    is for a machine that is rented already: no other offer helps then."""
    against = _against(policy, offer)
    if against is None:
        return None
    why, choose = against
    return f"{why}: {next_step or choose}"


_TAKE_OTHER = "choose another offer."
_Against = tuple[str, str]
"""Why not, and what who looks for a machine does next."""


def _against(policy: Policy, offer: Offer) -> _Against | None:
    price = offer.price.usd_per_hour
    if policy.marketplaces is not None and offer.provider not in policy.marketplaces:
        allowed = _either(TITLES.get(ProviderName(name), name) for name in policy.marketplaces)
        return f"The policy allows only machines of {allowed}", _TAKE_OTHER
    if refusal := _gpu_refusal(policy, offer):
        return refusal
    if refusal := _country_refusal(policy, offer):
        return refusal
    if price > policy.max_usd_per_hour:
        most = policy.max_usd_per_hour
        why = f"It costs {_usd(price)}/h, and the policy allows at most {_usd(most)}/h"
        return why, f"search again with `under {most:f}`."
    return None


def _gpu_refusal(policy: Policy, offer: Offer) -> _Against | None:
    # The name of a model that nobody knows is foreign text, and is not repeated.
    name = offer.gpu.name if offer.gpu.known else "this GPU"
    model = gpus.comparable(offer.gpu.name)
    if model in map(gpus.comparable, policy.forbidden_gpus):
        return f"The policy forbids {name}", _TAKE_OTHER
    if policy.gpus is not None and model not in map(gpus.comparable, policy.gpus):
        return f"The policy allows only {_either(policy.gpus)}, not {name}", _TAKE_OTHER
    return None


def _country_refusal(policy: Policy, offer: Offer) -> _Against | None:
    country = offer.location.country
    if country is None and (policy.countries is not None or policy.forbidden_countries):
        return "The policy limits countries, and the host does not state its own", _TAKE_OTHER
    if country in policy.forbidden_countries:
        return f"The policy forbids machines in {country}", _TAKE_OTHER
    if policy.countries is not None and country not in policy.countries:
        return f"The policy does not allow machines in {country}", _TAKE_OTHER
    return None


def hours_refusal(policy: Policy, offer: Offer, hours: Decimal, now: datetime) -> str | None:
    if hours > policy.max_hours:
        return f"The policy allows at most {_hours(Decimal(policy.max_hours))}: choose fewer."
    if offer.available_until is None:
        return None
    left = _hours_between(now, offer.available_until)
    if hours <= left:
        return None
    possible = _in_steps(left)
    if possible <= 0:
        return f"The host takes the machine back within {_hours(STEP_HOURS)}: {_TAKE_OTHER}"
    return (
        f"The host takes the machine back before that: choose at most {_hours(possible)}, or"
        " another offer."
    )


def extension_refusal(policy: Policy, rental: Rental, hours: Decimal, now: datetime) -> str | None:
    """`hours` come on top of the end as it is planned."""
    if policy.problems:
        return (
            f"The policy file is wrong, so nothing can be extended: {told_problems(policy)}"
            " The machine is ended on time."
        )
    if hours <= 0:
        return f"Nothing to add: extend by at least {_hours(STEP_HOURS)}."
    if rental.ends_at <= now:
        return "Its time is up, and it is being ended: rent another machine."
    by_policy = policy.max_hours - _hours_between(rental.pressed_at, rental.ends_at)
    host_end = None if rental.instance is None else rental.instance.ends_at
    by_host = None if host_end is None else _hours_between(rental.ends_at, host_end)
    if by_host is not None and by_host < min(hours, by_policy):
        return f"The host takes the machine back then: {_still_possible(by_host)}"
    if by_policy < hours:
        most = _hours(Decimal(policy.max_hours))
        return f"The policy allows {most} in all: {_still_possible(by_policy)}"
    return None


def _still_possible(hours: Decimal) -> str:
    possible = _in_steps(hours)
    if possible <= 0:
        return "no more can be added. Rent another machine."
    return f"at most {_hours(possible)} more can be added."


def _in_steps(hours: Decimal) -> Decimal:
    return (hours / STEP_HOURS).to_integral_value(ROUND_FLOOR) * STEP_HOURS


def _hours_between(start: datetime, end: datetime) -> Decimal:
    return Decimal((end - start) // timedelta(microseconds=1)) / (
        _HOUR // timedelta(microseconds=1)
    )


def _hours(hours: Decimal) -> str:
    return f"{hours.normalize():f} h"


def _usd(amount: Decimal) -> str:
    """Cents, and a third digit where it matters; never less than it is."""
    cents = amount.quantize(Decimal("0.01"), ROUND_CEILING)
    return f"${cents if cents == amount else amount.quantize(Decimal('0.001'), ROUND_CEILING)}"


def _either(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
