"""What the page is told: JSON frames over its WebSocket."""

from dataclasses import asdict
from typing import Any

from bot.playground.changes import (
    BotChanged,
    Busy,
    Change,
    HomeShown,
    MessageGone,
    MessagePut,
    ModalErrors,
    ModalGone,
    ModalShown,
    Noted,
)
from bot.playground.delivery import Delivery
from bot.playground.errors import Refused
from bot.playground.files import Files
from bot.playground.identity import AppIdentity
from bot.playground.limits import Problem
from bot.playground.modals import Modals
from bot.playground.values import Channel, Json, Message, User, View
from bot.playground.workspace import Workspace


class Frames:
    def __init__(
        self,
        workspace: Workspace,
        identity: AppIdentity,
        modals: Modals,
        files: Files,
        delivery: Delivery,
    ) -> None:
        self.has_controls = False
        """Whether there is a panel of levers to show."""
        self.proposals: tuple[str, ...] = ()
        """What an empty message box proposes to type."""
        self.banner = ""
        """Stands above everything."""
        self._workspace = workspace
        self._identity = identity
        self._modals = modals
        self._files = files
        self._delivery = delivery

    def greeting(self, me: User) -> list[Json]:
        """All that a page needs to draw what this user sees now."""
        workspace = self._workspace
        at_home = not me.team_id
        hello = {
            "type": "hello",
            "team": {"id": workspace.team.id, "name": workspace.team.name},
            "now": workspace.clock.now().timestamp(),
            "controls": self.has_controls,
            "proposals": list(self.proposals) if at_home else [],
            "banner": self.banner,
            "me": _user(me),
            "users": [_user(user) for user in workspace.users.values()],
            "channels": [_channel(c) for c in workspace.channels_of(me.id)],
            "commands": [asdict(known) for known in self._identity.commands] if at_home else [],
            "bot": {
                "id": self._identity.bot_id,
                "name": workspace.bot.name,
                "user_id": workspace.bot.id,
                **self._link(),
            },
        }
        history = [
            {
                "type": "messages",
                "channel": channel.id,
                "messages": [self.message(m) for m in workspace.messages(channel.id, me.id)],
            }
            for channel in workspace.channels_of(me.id)
        ]
        open_views = [{"type": "modal", "view": self.view(v)} for v in self._modals.stack(me.id)]
        home = self._modals.homes.get(me.id)
        homes = [] if home is None else [{"type": "home", "view": self.view(home)}]
        return [hello, *history, *homes, *open_views]

    def of(self, change: Change, viewer: str) -> Json | None:
        """None when this change is not for this viewer."""
        match change:
            case MessagePut(message) if self._sees(viewer, message):
                shown = self.message(message)
                return {"type": "message", "channel": message.channel, "message": shown}
            case MessageGone(message) if self._sees(viewer, message):
                return {"type": "deleted", "channel": message.channel, "ts": message.ts}
            case HomeShown(view) if view.user == viewer:
                return {"type": "home", "view": self.view(view)}
            case ModalShown(view) if view.user == viewer:
                return {"type": "modal", "view": self.view(view)}
            case ModalGone(view) if view.user == viewer:
                return {"type": "modal_closed", "view_id": view.id}
            case ModalErrors(view, errors) if view.user == viewer:
                return {"type": "modal_errors", "view_id": view.id, "errors": errors}
            case Busy(user, what, busy_id, on) if user == viewer:
                return {"type": "busy", "what": what, "id": busy_id, "on": on}
            case Noted(note) if note.user == viewer:
                line = {"channel": note.channel, "level": note.level, "text": note.text}
                return {"type": "note", **line}
            case BotChanged():
                return {"type": "bot", **self._link()}
        return None

    def message(self, message: Message) -> Json:
        return {
            "ts": message.ts,
            "user": message.user,
            "bot_id": message.bot_id,
            "username": message.username,
            "text": message.text,
            "blocks": self._with_pictures(message.blocks),
            "ephemeral": message.ephemeral,
            "edited": message.edited,
            "thread_ts": message.thread_ts,
            "raw": message.raw,
            "problems": [_problem(problem) for problem in message.problems],
        }

    def view(self, view: View) -> Json:
        given = view.payload
        return {
            "id": view.id,
            "type": view.type,
            "title": given.get("title"),
            "submit": given.get("submit"),
            "close": given.get("close"),
            "blocks": self._with_pictures(view.blocks),
            "callback_id": view.callback_id,
            "private_metadata": given.get("private_metadata") or "",
            "state": {"values": view.state},
            "root_view_id": view.root_view_id,
            "previous_view_id": view.previous_view_id,
            "hash": view.hash,
            "raw": view.raw,
            "problems": [_problem(problem) for problem in view.problems],
        }

    def _link(self) -> Json:
        return {
            "connected": self._delivery.connected,
            "transport": self._delivery.transport,
            "revoked": self._identity.revoked,
        }

    def _sees(self, viewer: str, message: Message) -> bool:
        channel = self._workspace.channels[message.channel]
        return self._workspace.sees(viewer, channel) and message.only_for in (None, viewer)

    def _with_pictures(self, value: Any) -> Any:
        """Where blocks name an uploaded file, the page needs an address to show it from."""
        if isinstance(value, list):
            return [self._with_pictures(item) for item in value]
        if not isinstance(value, dict):
            return value
        shown = {key: self._with_pictures(inner) for key, inner in value.items()}
        file = value.get("slack_file")
        if isinstance(file, dict) and "id" in file:
            try:
                shown["slack_file"] = {**file, "url": self._files.get(file["id"]).path}
            except Refused:
                shown["slack_file"] = file
        return shown


def _user(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "is_bot": user.is_bot,
        "is_guest": bool(user.team_id),
        "title": user.title,
        "color": user.color,
    }


def _channel(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "topic": channel.topic,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
    }


def _problem(problem: Problem) -> Json:
    return {"pointer": problem.pointer, "text": problem.text}
