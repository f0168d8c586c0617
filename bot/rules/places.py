"""Who asks, and where."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """A team and a channel of it."""

    team_id: str
    """The workspace that the bot serves."""
    channel_id: str
    """Empty where there is none: in a modal, on the Home tab."""
    is_private: bool = field(default=False, compare=False)
    """What is said there is for its members alone; known from commands."""


@dataclass(frozen=True, slots=True)
class Asker:
    """A person of a team, in a channel."""

    user_id: str
    place: Place
    team_id: str = ""
    """The person's own team: the place's, unless they are a guest through Slack Connect."""

    def __post_init__(self) -> None:
        if not self.team_id:
            object.__setattr__(self, "team_id", self.place.team_id)

    @property
    def is_of_another_team(self) -> bool:
        return self.team_id != self.place.team_id
