"""What Slack sends to an app, field by field.

https://docs.slack.dev/interactivity/implementing-slash-commands and
https://docs.slack.dev/reference/interaction-payloads
"""

import re
from dataclasses import dataclass
from typing import Any

from bot.playground.elements import Found, state_key
from bot.playground.identity import AppIdentity
from bot.playground.ids import new_id
from bot.playground.values import Channel, Json, Message, User, View
from bot.playground.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Payloads:
    workspace: Workspace
    identity: AppIdentity

    def slash_command(
        self,
        user: User,
        channel: Channel,
        command: str,
        text: str,
        response_url: str,
        trigger: str,
    ) -> Json:
        team = self.workspace.team
        return {
            "token": self.identity.verification_token,
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel.id,
            "channel_name": _called(channel),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": self.escaped(text),
            "api_app_id": self.identity.id,
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": trigger,
        }

    def message_action(
        self,
        user: User,
        message: Message,
        found: Found,
        action: Json,
        values: Json,
        response_url: str,
        trigger: str,
    ) -> Json:
        channel = self.workspace.channels[message.channel]
        name = "directmessage" if channel.kind == "dm" else channel.name
        payload = {
            **self._interaction("block_actions", user, trigger),
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": channel.id,
                "is_ephemeral": message.ephemeral,
            },
            "channel": {"id": channel.id, "name": name},
            "state": {"values": values},
            "response_url": response_url,
            "actions": [self._action(found, action)],
        }
        if not message.ephemeral:
            payload["message"] = self.message(message)
        return payload

    def view_action(
        self, user: User, view: View, found: Found, action: Json, trigger: str
    ) -> Json:
        return {
            **self._interaction("block_actions", user, trigger),
            "container": {"type": "view", "view_id": view.id},
            "view": self.view(view),
            "actions": [self._action(found, action)],
        }

    def view_submission(self, user: User, view: View, trigger: str) -> Json:
        return {
            **self._interaction("view_submission", user, trigger),
            "view": self.view(view),
            "response_urls": [],
        }

    def view_closed(self, user: User, view: View, *, is_cleared: bool) -> Json:
        payload = self._interaction("view_closed", user, "")
        del payload["trigger_id"]
        return {**payload, "view": self.view(view), "is_cleared": is_cleared}

    def event(self, event: Json) -> Json:
        team, bot = self.workspace.team, self.identity.bot_user_id
        return {
            "token": self.identity.verification_token,
            "team_id": team.id,
            "context_team_id": team.id,
            "context_enterprise_id": None,
            "api_app_id": self.identity.id,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(self.workspace.clock.now().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team.id,
                    "user_id": bot,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": new_id("4-"),
        }

    def message(self, message: Message) -> Json:
        """A message as the Web API and interaction payloads show it."""
        shown: Json = {
            "user": message.user,
            "type": "message",
            "ts": message.ts,
            "text": message.text,
            "team": self.workspace.team.id,
        }
        if message.bot_id:
            shown |= {"bot_id": message.bot_id, "app_id": self.identity.id}
            shown["bot_profile"] = {
                "id": message.bot_id,
                "app_id": self.identity.id,
                "user_id": self.identity.bot_user_id,
                "name": self.identity.name,
                "icons": {},
                "deleted": False,
                "updated": 0,
                "team_id": self.workspace.team.id,
            }
        for name, value in (("blocks", message.blocks), ("thread_ts", message.thread_ts)):
            if value is not None:
                shown[name] = value
        if message.edited:
            shown["edited"] = {"user": message.user, "ts": message.ts}
        return shown

    def view(self, view: View) -> Json:
        given = view.payload
        shown: Json = {
            "id": view.id,
            "team_id": self.workspace.team.id,
            "type": view.type,
            "blocks": view.blocks,
            "private_metadata": given.get("private_metadata") or "",
            "callback_id": view.callback_id,
            "state": {"values": view.state},
            "hash": view.hash,
            "title": given.get("title"),
            "clear_on_close": bool(given.get("clear_on_close")),
            "notify_on_close": bool(given.get("notify_on_close")),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": view.previous_view_id,
            "root_view_id": view.root_view_id,
            "app_id": self.identity.id,
            "external_id": given.get("external_id") or "",
            "app_installed_team_id": self.workspace.team.id,
            "bot_id": self.identity.bot_id,
        }
        return shown

    def escaped(self, text: str) -> str:
        """As with `should_escape`: `&lt;` for `<`, and `<@U…|ada>` for `@ada`."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return re.sub(r"(?<!\S)([@#])([\w.-]+)", self._mention, text)

    def _mention(self, found: re.Match[str]) -> str:
        sign, name = found.groups()
        who = self.workspace.user(name) if sign == "@" else self.workspace.channel(name)
        return f"<{sign}{who.id}|{who.name}>" if who else found.group()

    def _interaction(self, kind: str, user: User, trigger: str) -> Json:
        team = self.workspace.team
        return {
            "type": kind,
            "user": {
                "id": user.id,
                "username": user.name,
                "name": user.name,
                "team_id": user.team_id or team.id,
            },
            "api_app_id": self.identity.id,
            "token": self.identity.verification_token,
            "trigger_id": trigger,
            "team": {"id": team.id, "domain": team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _action(self, found: Found, action: Json) -> Json:
        """Built from the element itself, so that a page cannot send a button's wrong value."""
        element = found.element
        sent: Json = {
            "action_id": found.action_id,
            "block_id": found.block_id,
            "type": found.kind,
            "action_ts": self.workspace.new_ts(),
        }
        for name in ("text", "value", "style", "url", "placeholder", "confirm"):
            if name in element:
                sent[name] = element[name]
        chosen = "selected_option" if found.kind == "overflow" else state_key(found.kind)
        if chosen is not None:
            sent[chosen] = action.get(chosen)
        if found.kind == "feedback_buttons":
            sent |= _feedback(element, action)
        return sent


def _feedback(element: Json, action: Json) -> dict[str, Any]:
    button = element["negative_button"]
    if action.get("value") == element["positive_button"]["value"]:
        button = element["positive_button"]
    return {"text": button["text"], "value": button["value"]}


def _called(channel: Channel) -> str:
    """As Slack names it in a command."""
    if channel.kind == "dm":
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name
