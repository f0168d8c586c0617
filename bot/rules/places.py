"""Who asks, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A team and a channel of it."""

    team_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class Asker:
    """A person of a team, in a channel."""

    user_id: str
    place: Place
