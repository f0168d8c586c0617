"""Hours in which nobody is spoken to, and which day it is, by the clock on the policy's wall."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From the first until just before the second; over midnight where the second is earlier."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def is_quiet(quiet: QuietHours | None, now: datetime, zone: tzinfo) -> bool:
    """The wall's clock decides: an hour that summer time skips is missing from quiet hours too,
    and one that comes twice is quiet twice."""
    if quiet is None:
        return False
    wall = now.astimezone(zone).time()
    if quiet.start < quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end


def day_of(now: datetime, zone: tzinfo) -> str:
    """`2026-11-26`."""
    return now.astimezone(zone).date().isoformat()


def zone_named(name: str) -> tzinfo:
    """Of a name that the policy file's reader has taken."""
    return UTC if name == "UTC" else ZoneInfo(name)  # UTC also without a table of time zones
