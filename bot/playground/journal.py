"""What the workspace sent to the app and what the app called, for whoever looks on."""

import re
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import Literal

from bot.playground.clock import SystemClock
from bot.playground.faults import RESPONSE_URL
from bot.playground.values import Ack, Json
from bot.playground.workspace import Workspace

_KEPT = 1000
_LONGEST = 110
_MENTION = re.compile(r"<@(\w+)>")
_MARKED = re.compile(r"<[^<>|]*\|([^<>]*)>")


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    at: float
    """The machine's time, in epoch seconds, whatever date the workspace shows."""
    kind: Literal["sent", "called"]
    what: str
    """Kind of payload, or the method."""
    where: str
    """`#gpu`, or empty."""
    who: str
    """The person, for what was sent."""
    words: str
    result: str
    """Empty when it was acknowledged or carried out, else Slack's word for why not."""
    ms: int
    """How long the acknowledgement took; 0 for calls."""


class Journal:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._machine = SystemClock()
        self._numbers = count(1)
        self._lines: deque[Line] = deque(maxlen=_KEPT)

    def after(self, number: int) -> list[Line]:
        return [line for line in self._lines if line.number > number]

    def moment(self) -> float:
        return self._machine.monotonic()

    def sent(self, kind: str, payload: Json, ack: Ack, since: float) -> None:
        """`since`: the `moment` at which it left."""
        ms = round((self._machine.monotonic() - since) * 1000)
        what, words = _said(kind, payload)
        channel = payload.get("channel_id") or (payload.get("channel") or {}).get("id")
        user = payload.get("user_id") or (payload.get("user") or {}).get("id")
        self._add("sent", what, self._place(channel), self._name(user), words, ack.error, ms)

    def called(self, method: str, arguments: Json, error: str | None) -> None:
        """`arguments` without the token."""
        view = arguments.get("view")
        title = view.get("title") if isinstance(view, dict) else None
        words = title.get("text") if isinstance(title, dict) else arguments.get("text")
        place = self._place(arguments.get("channel"))
        who = self._name(arguments.get("user")) if method == "chat.postEphemeral" else ""
        name = "answer" if method == RESPONSE_URL else method
        self._add("called", name, place, who, words, error, 0)

    def _add(
        self,
        kind: Literal["sent", "called"],
        what: str,
        where: str,
        who: str,
        words: object,
        error: str | None,
        ms: int,
    ) -> None:
        at = self._machine.now().timestamp()
        short = _shortened(self._plain(str(words or "")))
        line = Line(next(self._numbers), at, kind, what, where, who, short, error or "", ms)
        self._lines.append(line)

    def _plain(self, text: str) -> str:
        """Mentions by name, dates and links in their own words."""
        named = _MENTION.sub(lambda found: f"@{self._name(found[1])}", text)
        return _MARKED.sub(r"\1", named)

    def _place(self, channel: object) -> str:
        found = self._workspace.channel(channel) if isinstance(channel, str) else None
        if found is None:
            return ""
        return "direct message" if found.kind == "dm" else f"#{found.name}"

    def _name(self, user: object) -> str:
        found = self._workspace.users.get(str(user))
        return "" if found is None else found.real_name


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()}\u2026"


def _said(kind: str, payload: Json) -> tuple[str, str]:
    if kind == "slash_commands":
        return "command", f"{payload.get('command')} {payload.get('text')}".strip()
    if kind == "events_api":
        return "event", str((payload.get("event") or {}).get("type", ""))
    what = str(payload.get("type", ""))
    if what == "block_actions":
        action = (payload.get("actions") or [{}])[0]
        chosen = (action.get("selected_option") or action).get("text") or {}
        return "press", str(chosen.get("text") or action.get("action_id") or "")
    title = ((payload.get("view") or {}).get("title") or {}).get("text", "")
    return {"view_submission": "form", "view_closed": "closed form"}.get(what, what), str(title)
