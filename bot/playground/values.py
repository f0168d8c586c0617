"""What a workspace is made of."""

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.playground.limits import Problem

Json = dict[str, Any]
ChannelKind = Literal["channel", "dm"]
Transport = Literal["socket", "http", "none"]


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str
    real_name: str
    color: str
    is_bot: bool = False
    team_id: str = ""
    """Of a guest through Slack Connect: another team's; empty is ours."""
    title: str = ""
    """What this person is to the app, in a word or two."""


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str
    kind: ChannelKind
    topic: str
    members: frozenset[str]
    is_private: bool = False
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class SlashCommand:
    command: str
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    channel: str
    ts: str
    user: str | None
    bot_id: str | None
    username: str
    text: str
    blocks: list[Json] | None = None
    only_for: str | None = None
    """The one user who sees it: an ephemeral message."""
    edited: bool = False
    thread_ts: str | None = None
    raw: Json = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    change: int = 0
    """Counts up through the whole workspace; a message's last change."""

    @property
    def ephemeral(self) -> bool:
        return self.only_for is not None

    @property
    def everything(self) -> str:
        """Its text and every text in its blocks, one per line: what a person could read."""
        return "\n".join([self.text, *texts_in(self.blocks or [])])


@dataclass(frozen=True, slots=True)
class View:
    id: str
    type: str
    user: str
    payload: Json
    """As the app sent it, with ids filled in."""
    raw: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None
    state: Json = field(default_factory=dict)
    """`values` of every input, as last known."""
    problems: tuple[Problem, ...] = ()
    change: int = 0

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.payload["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        return str(self.payload.get("callback_id") or "")

    @property
    def title(self) -> str:
        return str((self.payload.get("title") or {}).get("text", ""))

    @property
    def everything(self) -> str:
        return "\n".join([self.title, *texts_in(self.blocks)])


@dataclass(frozen=True, slots=True)
class Note:
    """A private line like Slackbot's: it says what went wrong, and the app cannot see it."""

    user: str
    channel: str | None
    level: Literal["error", "info"]
    text: str


@dataclass(frozen=True, slots=True)
class Ack:
    """What came back from the app. `error` is the word Slack shows: `operation_timeout`."""

    error: str | None = None
    body: Json | None = None
    no_retry: bool = False
    """The app asked, with `X-Slack-No-Retry: 1`, not to be sent this event again."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request that the app made, as it was answered."""

    method: str
    args: Json
    answer: Json
    at: float
    status: int = 200

    @property
    def error(self) -> str | None:
        return None if self.answer.get("ok") else str(self.answer.get("error"))


def texts_in(value: Any) -> list[str]:
    """Every human text of blocks, in order; ids and values are left out."""
    if isinstance(value, list):
        return [text for item in value for text in texts_in(item)]
    if not isinstance(value, dict):
        return []
    found: list[str] = []
    for key, inner in value.items():
        if isinstance(inner, str):
            if key in _SAID:
                found.append(inner)
        else:
            found += texts_in(inner)
    return found


_SAID = frozenset({"text", "title", "alt_text", "caption", "label", "name"})
