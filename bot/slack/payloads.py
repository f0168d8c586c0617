"""What Slack sends, read without trust. A button carries a version and an id, nothing else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from bot.rules.places import Asker, Place
from bot.slack import plain_windows
from bot.slack.state import Entered, begun_with, entered

_VALUE = re.compile(r"v1:([a-z0-9]{4}-[a-z2-7]{10})(?::([a-z]{1,20}))?")

_PRIVATE = ("privategroup", "directmessage")
"""What a command calls its channel where only members may know its name."""

COMMAND = "command"
ACTION = "action"
SUBMISSION = "submission"
CLOSED = "closed"
EVENT = "event"
EVENTS = ("app_home_opened", "app_uninstalled", "tokens_revoked")
"""What the app subscribes to: manifest.yml names the same."""


class UnreadablePayload(Exception):
    """Not a shape that Slack sends for what we registered."""


class NothingToDo(UnreadablePayload):
    """As Slack sends it, and of no interest."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing a person did."""

    kind: str
    """`command`, `action`, `submission`, `closed` or `event`."""
    what: str
    """The command's text, the action's id, the view's callback id, or the event's type."""
    asker: Asker
    """Without a user id where nobody did it: `app_uninstalled`, `tokens_revoked`."""
    response_url: str
    """Empty in modals and on the Home tab, which have none."""
    trigger_id: str
    value: str = ""
    """The button's value, or the chosen option's."""
    view_id: str = ""
    view_hash: str = ""
    """Of the view as the person saw it: an update that carries it cannot overtake a newer one."""
    metadata: str = ""
    """The view's `private_metadata`; it comes back from outside and proves nothing."""
    submit: str = ""
    """The words on the button that sent the form, as the person saw them."""
    values: Mapping[str, Entered] = field(default_factory=lambda: MappingProxyType({}))
    """What stands in the inputs: `block_id/action_id` → a text, or several options' values."""
    is_on_home: bool = False
    """The view is the Home tab, on which nothing is stacked."""
    delivery: str = ""
    """The same for each delivery of one thing that happened."""
    block_id: str = ""
    """The button's block."""

    def id(self) -> str:
        """The id in the button. Raises `UnreadablePayload`."""
        return self._parts()[1]

    def choice(self) -> str:
        """The word behind the id in a menu's option; empty in a button."""
        return self._parts()[2] or ""

    def entered(self, name: str) -> Entered:
        """By the input's block id or action id; empty where there is none."""
        for path, value in self.values.items():
            if name in path.split("/", 1):
                return value
        return ""

    def shows(self, name: str) -> bool:
        """Whether the view has that input."""
        return any(name in path.split("/", 1) for path in self.values)

    def _parts(self) -> re.Match[str]:
        found = _VALUE.fullmatch(self.value)
        if found is None:
            raise UnreadablePayload("the button's value is not one of ours")
        return found


def command(body: dict[str, Any]) -> Request:
    return Request(
        kind=COMMAND,
        what=_text(body, "text"),
        asker=_asker(
            _text(body, "user_id"),
            _text(body, "team_id"),
            _text(body, "channel_id"),
            is_private=_text(body, "channel_name") in _PRIVATE,
        ),
        response_url=_text(body, "response_url"),
        trigger_id=_text(body, "trigger_id"),
        delivery=delivery_key(body) or "",
    )


def action(body: dict[str, Any]) -> Request:
    """In a message, a modal or on the Home tab."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(first, dict):
        raise UnreadablePayload("no action")
    chosen = first.get("selected_option")
    value = chosen.get("value") if isinstance(chosen, dict) else first.get("value")
    pressed = _interaction(
        body, ACTION, _text(first, "action_id"), value if isinstance(value, str) else ""
    )
    return replace(pressed, block_id=_text(first, "block_id"))


def submission(body: dict[str, Any]) -> Request:
    """An obligatory input is never sent empty by Slack: one that is was left as it began.

    Where a button was chosen instead of pressed it is an action.
    """
    view = _part(body, "view")
    sent = _interaction(body, SUBMISSION, _text(view, "callback_id"))
    untouched = {
        path: value
        for path, value in begun_with(view.get("blocks")).items()
        if not sent.values.get(path)
    }
    sent = replace(sent, values=MappingProxyType({**sent.values, **untouched}))
    chosen = sent.entered(plain_windows.CHOICE)
    if not isinstance(chosen, str) or not chosen:
        return sent
    what, value = plain_windows.pressed(chosen)
    return replace(sent, kind=ACTION, what=what, value=value)


def closed(body: dict[str, Any]) -> Request:
    return _interaction(body, CLOSED, _text(_part(body, "view"), "callback_id"))


def event(body: dict[str, Any]) -> Request:
    """Raises `NothingToDo` for the tabs beside Home and for tokens that are not the bot's."""
    happened = _part(body, "event")
    what = _text(happened, "type")
    if what not in EVENTS:
        raise UnreadablePayload(f"an event that nobody asked for: {what[:80]}")
    look = _NOTHING.get(what)
    reason = "" if look is None else look(happened)
    if reason:
        raise NothingToDo(reason)
    team_id, user_id = _team_of_event(body), _text(happened, "user")
    if not team_id or (what == "app_home_opened" and not user_id):
        raise UnreadablePayload("no user or team")
    view = _part(happened, "view")
    return Request(
        kind=EVENT,
        what=what,
        asker=Asker(user_id, Place(team_id, ""), _text(happened, "user_team")),
        response_url="",
        trigger_id="",
        view_id=_text(view, "id"),
        view_hash=_text(view, "hash"),
        delivery=delivery_key(body) or "",
    )


def delivery_key(body: dict[str, Any]) -> str | None:
    """The same for each delivery of one thing that happened, whatever socket it came over.

    A form that was sent back with errors is submitted again under the same hash: its trigger
    tells the two apart, so the view stands in only where there is none.
    """
    for name in ("trigger_id", "event_id"):
        key = body.get(name)
        if isinstance(key, str) and key:
            return key
    view = _part(body, "view")
    view_id, view_hash = _text(view, "id"), _text(view, "hash")
    return f"{_text(body, 'type')}:{view_id}:{view_hash}" if view_id and view_hash else None


def _interaction(body: dict[str, Any], kind: str, what: str, value: str = "") -> Request:
    """In a message or in a view. What comes from nowhere is on the Home tab of a stand-in, and an
    answer to its address would reach nobody."""
    view = _part(body, "view")
    asker = _person(body, view)
    nowhere = not view and not asker.place.channel_id
    return Request(
        kind=kind,
        what=what,
        asker=asker,
        response_url="" if nowhere else _text(body, "response_url"),
        trigger_id=_text(body, "trigger_id"),
        value=value,
        view_id=_text(view, "id"),
        view_hash=_text(view, "hash"),
        metadata=_text(view, "private_metadata"),
        submit=_text(_part(view, "submit"), "text"),
        is_on_home=nowhere or _text(view, "type") == "home",
        values=MappingProxyType(entered(_part(view or body, "state").get("values"))),
        delivery=delivery_key(body) or "",
    )


def _person(body: dict[str, Any], view: dict[str, Any]) -> Asker:
    """In a channel shared with another team `team` may be either; the view names ours."""
    own_team = _text(_part(body, "user"), "team_id")
    team_id = _text(view, "app_installed_team_id") or _inner(body, "team") or own_team
    channel_id = _inner(body, "channel") or _text(_part(body, "container"), "channel_id")
    return _asker(_inner(body, "user"), team_id, channel_id, own_team)


def _asker(
    user_id: str,
    team_id: str,
    channel_id: str,
    own_team: str = "",
    *,
    is_private: bool = False,
) -> Asker:
    if not user_id or not team_id:
        raise UnreadablePayload("no user or team")
    return Asker(user_id, Place(team_id, channel_id, is_private), own_team)


def _team_of_event(body: dict[str, Any]) -> str:
    """For whom the event was delivered: in shared channels `team_id` may be the other team's."""
    authorized = body.get("authorizations")
    first = authorized[0] if isinstance(authorized, list) and authorized else None
    named = _text(first, "team_id") if isinstance(first, dict) else ""
    return named or _text(body, "team_id")


def _other_tab(happened: dict[str, Any]) -> str:
    return "" if _text(happened, "tab") == "home" else "another tab than Home"


def _no_bot_token(happened: dict[str, Any]) -> str:
    return "" if _part(happened, "tokens").get("bot") else "no token of the bot"


_NOTHING: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "app_home_opened": _other_tab,
    "tokens_revoked": _no_bot_token,
}
"""Why an event needs nothing done, or nothing."""


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def _inner(body: dict[str, Any], name: str) -> str:
    return _text(_part(body, name), "id")


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
