"""What Slack sends, read without trust. A button carries a version and an id, nothing else."""

import re
from dataclasses import dataclass
from typing import Any

from bot.rules.places import Asker, Place

_VALUE = re.compile(r"v1:([a-z0-9]{4}-[a-z2-7]{10})(?::([a-z]{1,20}))?")


class UnreadablePayload(Exception):
    """Not a shape that Slack sends for what we registered."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing a person did."""

    kind: str
    """`command` or `action`."""
    what: str
    """The command's text, or the action's id."""
    asker: Asker
    response_url: str
    trigger_id: str
    value: str = ""
    """The button's value, or the chosen option's."""

    def id(self) -> str:
        """The id in the button. Raises `UnreadablePayload`."""
        return self._parts()[1]

    def choice(self) -> str:
        """The word behind the id in a menu's option; empty in a button."""
        return self._parts()[2] or ""

    def _parts(self) -> re.Match[str]:
        found = _VALUE.fullmatch(self.value)
        if found is None:
            raise UnreadablePayload("the button's value is not one of ours")
        return found


def command(body: dict[str, Any]) -> Request:
    return Request(
        kind="command",
        what=_text(body, "text"),
        asker=_asker(_text(body, "user_id"), _text(body, "team_id"), _text(body, "channel_id")),
        response_url=_text(body, "response_url"),
        trigger_id=_text(body, "trigger_id"),
    )


def action(body: dict[str, Any]) -> Request:
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(first, dict):
        raise UnreadablePayload("no action")
    chosen = first.get("selected_option")
    value = chosen.get("value") if isinstance(chosen, dict) else first.get("value")
    return Request(
        kind="action",
        what=_text(first, "action_id"),
        asker=_asker(
            _inner(body, "user"),
            _inner(body, "team") or _text(_part(body, "user"), "team_id"),
            _inner(body, "channel") or _text(_part(body, "container"), "channel_id"),
        ),
        response_url=_text(body, "response_url"),
        trigger_id=_text(body, "trigger_id"),
        value=value if isinstance(value, str) else "",
    )


def delivery_key(body: dict[str, Any]) -> str | None:
    """The same for each delivery of one thing that happened, whatever socket it came over."""
    for name in ("trigger_id", "event_id"):
        key = body.get(name)
        if isinstance(key, str) and key:
            return key
    return None


def _asker(user_id: str, team_id: str, channel_id: str) -> Asker:
    if not user_id or not team_id:
        raise UnreadablePayload("no user or team")
    return Asker(user_id, Place(team_id, channel_id))


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def _inner(body: dict[str, Any], name: str) -> str:
    return _text(_part(body, name), "id")


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
