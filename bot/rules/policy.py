"""Who may rent, what, how long, for how much. Decides over values, and reads no file."""

from dataclasses import dataclass
from decimal import Decimal


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
    timezone: str = "UTC"
    problems: tuple[str, ...] = ()
    """What is wrong with the file, each with its line. Then nobody rents, and ending goes on."""
