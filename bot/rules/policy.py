"""Who may rent, what, how long, for how much. Decides over values, and reads no file.

Every decision is None, or why not: a sentence for the person who asks, with the next step.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Protocol

from bot.rules.places import Asker
from bot.rules.quiet import QuietHours
from bot.rules.rentals import STEP_HOURS, Rental
from providers import gpus
from providers.models import TITLES, Offer, ProviderName

_PROBLEMS_TOLD = 3
_ADMINS_TOLD = 3
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """What stands in `SHOPPER_POLICY`, or what holds without one."""

    admins: tuple[str, ...] = ()
    """Slack user ids. Without one nobody rents."""
    users: tuple[str, ...] | None = None
    """Who may rent; None is everybody in the team."""
    channels: tuple[str, ...] | None = None
    """Where; None is anywhere."""
    teams: tuple[str, ...] = ()
    """Other teams (Slack Connect) whose people may rent."""
    max_usd_per_hour: Decimal = Decimal(5)
    max_hours: int = 24
    """In all, extensions included."""
    machines_each: int = 1
    machines_in_all: int = 3
    gpus: tuple[str, ...] | None = None
    """Canonical names; None is any."""
    forbidden_gpus: tuple[str, ...] = ()
    countries: tuple[str, ...] | None = None
    forbidden_countries: tuple[str, ...] = ()
    marketplaces: tuple[str, ...] | None = None
    ops_channel: str | None = None
    """Where admins are told; None is a direct message to each."""
    watches_each: int = 10
    watches_in_channel: int = 20
    quiet_hours: QuietHours | None = None
    """When no watch speaks, in `timezone`."""
    timezone: str = "UTC"
    """Of the quiet hours, and of the day whose alerts are counted."""
    problems: tuple[str, ...] = ()
    """What is wrong with the file, each with its line. Then nobody rents, and ending goes on."""


class InUse(Protocol):
    """`flows.ports.InUse`."""

    @property
    def by_renter(self) -> int: ...

    @property
    def in_all(self) -> int: ...


class MachinesInUse(InUse, Protocol):
    """Machines, and the orders that hold a place for one."""

    @property
    def orders(self) -> int:
        """Of `by_renter`: the orders that wait."""
        ...

    @property
    def orders_in_all(self) -> int: ...

    @property
    def ending(self) -> int:
        """Of `by_renter`: machines that are being ended."""
        ...


def may_rent(policy: Policy, asker: Asker, home_team: str) -> str | None:
    """`home_team` is the one that the bot is installed in."""
    if policy.problems:
        return (
            f"The policy file is wrong, so nobody can rent: {_problems(policy)}"
            " Running machines are ended on time."
        )
    if not policy.admins:
        return (
            "Nobody can rent until there is an admin: set `admins` to a list of Slack user ids"
            " in the TOML file that SHOPPER_POLICY names."
        )
    if not _is_of_ours(policy, asker, home_team):
        return f"People of your workspace may not rent here. {_ask_admins(policy)}"
    if policy.users is not None and asker.user_id not in policy.users:
        return f"You are not among those who may rent. {_ask_admins(policy)}"
    if policy.channels is not None and asker.place.channel_id not in policy.channels:
        return f"Renting is not allowed here: search again where it is. {_ask_admins(policy)}"
    return None


def may_act(policy: Policy, asker: Asker, renter: Asker, home_team: str) -> str | None:
    """Extend, end or keep. A wrong policy file stops nobody from ending."""
    if is_same_person(asker, renter) or is_admin(policy, asker, home_team):
        return None
    return f"Only <@{renter.user_id}> and the admins can do that. {_ask_admins(policy)}".rstrip()


def may_look(policy: Policy, asker: Asker, home_team: str) -> str | None:
    """At machines of others. Guests from other teams read what the channel says of them."""
    if _is_of_ours(policy, asker, home_team):
        return None
    return f"People of your workspace may not look into machines here. {_ask_admins(policy)}"


def is_admin(policy: Policy, asker: Asker, home_team: str) -> bool:
    return asker.user_id in policy.admins and _is_of_ours(policy, asker, home_team)


def is_same_person(one: Asker, other: Asker) -> bool:
    """In whichever channel."""
    return (one.place.team_id, one.user_id) == (other.place.team_id, other.user_id)


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
            f"The policy file is wrong, so nothing can be extended: {_problems(policy)}"
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


def limit_sentence(in_use: MachinesInUse, policy: Policy) -> str | None:
    """For the person who wants one more; counts as they are before it."""
    if in_use.in_all >= policy.machines_in_all:
        return (
            f"All {_machines(policy.machines_in_all)} that the policy allows are in use"
            f"{_by_whom(in_use)}"
            if policy.machines_in_all
            else f"The policy allows no machines now. {_ask_admins(policy)}".rstrip()
        )
    if in_use.by_renter >= policy.machines_each and in_use.orders:
        rented = in_use.by_renter - in_use.orders
        return (
            f"You rent {_machines(rented)}, {_orders(in_use.orders)}, and the policy"
            f" allows {policy.machines_each} each: {_wait(in_use, 'end or cancel one first, see')}"
            " `/gpu sessions` and `/gpu orders`."
        )
    if in_use.by_renter >= policy.machines_each:
        return (
            f"You rent {_machines(in_use.by_renter)}, and the policy allows"
            f" {policy.machines_each} each: {_wait(in_use, 'end one first, see')}"
            " `/gpu sessions`."
        )
    return None


def _wait(in_use: MachinesInUse, otherwise: str) -> str:
    """What to do about a limit: a machine that is being ended counts until it is gone."""
    if not in_use.ending:
        return otherwise
    which, they = "one is still being ended and counts", "it is"
    if in_use.ending > 1:
        which, they = f"{in_use.ending} are still being ended and count", "they are"
    return f"{which} until the marketplace shows that {they} gone. Try again then, or see"


def watch_limit_sentence(in_use: InUse, policy: Policy) -> str | None:
    """For the person who wants one more; `in_all` counts those of the channel."""
    if not policy.watches_each or not policy.watches_in_channel:
        return f"The policy allows no watches. {_ask_admins(policy)}".rstrip()
    if in_use.by_renter >= policy.watches_each:
        return (
            f"You have {_watches(in_use.by_renter)}, and the policy allows"
            f" {policy.watches_each} each: stop one first, see `/gpu watches all`."
        )
    if in_use.in_all >= policy.watches_in_channel:
        return (
            f"This channel has {_watches(in_use.in_all)}, and the policy allows"
            f" {policy.watches_in_channel}: stop one first, see `/gpu watches`."
        )
    return None


def _is_of_ours(policy: Policy, asker: Asker, home_team: str) -> bool:
    return asker.team_id in {home_team, *policy.teams}


def _problems(policy: Policy) -> str:
    told = " ".join(policy.problems[:_PROBLEMS_TOLD])
    more = len(policy.problems) - _PROBLEMS_TOLD
    return f"{told} And {more} more: `python -m bot check` lists all." if more > 0 else told


def _ask_admins(policy: Policy) -> str:
    if not policy.admins:
        return ""
    return f"Ask an admin: {', '.join(f'<@{user}>' for user in policy.admins[:_ADMINS_TOLD])}."


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


def _machines(count: int) -> str:
    return "1 machine" if count == 1 else f"{count} machines"


def _by_whom(in_use: MachinesInUse) -> str:
    if in_use.orders_in_all:
        return " or ordered: `/gpu sessions all` and `/gpu orders all` show by whom."
    return ": `/gpu sessions all` shows whose."


def _orders(count: int) -> str:
    return "1 order of yours waits" if count == 1 else f"{count} orders of yours wait"


def _watches(count: int) -> str:
    return "1 watch" if count == 1 else f"{count} watches"


def _either(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
