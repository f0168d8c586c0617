"""What the people who run the bot allow, and who may do what. Reads no file.

Which machines it allows is decided in `allowed.py`, how many in `limits.py`. Every decision is
None, or why not: a sentence for the person who asks, with the next step.
"""

from dataclasses import dataclass
from decimal import Decimal

from bot.rules.places import Asker
from bot.rules.quiet import QuietHours

_PROBLEMS_TOLD = 3
_ADMINS_TOLD = 3


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


def may_rent(policy: Policy, asker: Asker, home_team: str) -> str | None:
    """`home_team` is the one that the bot is installed in."""
    if policy.problems:
        return (
            f"The policy file is wrong, so nobody can rent: {told_problems(policy)}"
            " Running machines are ended on time."
        )
    if not policy.admins:
        return (
            "Nobody can rent until there is an admin: set `admins` to a list of Slack user ids"
            " in the TOML file that SHOPPER_POLICY names."
        )
    if not is_of_ours(policy, asker, home_team):
        return f"People of your workspace may not rent here. {ask_admins(policy)}"
    if policy.users is not None and asker.user_id not in policy.users:
        return f"You are not among those who may rent. {ask_admins(policy)}"
    if policy.channels is not None and asker.place.channel_id not in policy.channels:
        return f"Renting is not allowed here: search again where it is. {ask_admins(policy)}"
    return None


def may_act(policy: Policy, asker: Asker, renter: Asker, home_team: str) -> str | None:
    """Extend, end or keep. A wrong policy file stops nobody from ending."""
    if is_same_person(asker, renter) or is_admin(policy, asker, home_team):
        return None
    return f"Only <@{renter.user_id}> and the admins can do that. {ask_admins(policy)}".rstrip()


def may_look(policy: Policy, asker: Asker, home_team: str) -> str | None:
    """At machines of others. Guests from other teams read what the channel says of them."""
    if is_of_ours(policy, asker, home_team):
        return None
    return f"People of your workspace may not look into machines here. {ask_admins(policy)}"


def is_admin(policy: Policy, asker: Asker, home_team: str) -> bool:
    return asker.user_id in policy.admins and is_of_ours(policy, asker, home_team)


def is_same_person(one: Asker, other: Asker) -> bool:
    """In whichever channel."""
    return (one.place.team_id, one.user_id) == (other.place.team_id, other.user_id)


def is_of_ours(policy: Policy, asker: Asker, home_team: str) -> bool:
    return asker.team_id in {home_team, *policy.teams}


def told_problems(policy: Policy) -> str:
    told = " ".join(policy.problems[:_PROBLEMS_TOLD])
    more = len(policy.problems) - _PROBLEMS_TOLD
    return f"{told} And {more} more: `python -m bot check` lists all." if more > 0 else told


def ask_admins(policy: Policy) -> str:
    if not policy.admins:
        return ""
    return f"Ask an admin: {', '.join(f'<@{user}>' for user in policy.admins[:_ADMINS_TOLD])}."
