"""Who is there, where they talk, and what was said."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.playground import content
from bot.playground.changes import Changes, MessageGone, MessagePut, Noted
from bot.playground.clock import Clock
from bot.playground.ids import with_ids
from bot.playground.limits import Findings
from bot.playground.values import Channel, Json, Message, Note, User


class Workspace:
    def __init__(self, clock: Clock, bot_name: str) -> None:
        self.clock = clock
        self.changes = Changes()
        self.team = content.TEAM
        self.bot = User(content.BOT_USER_ID, bot_name, bot_name, "#1b3a2f", is_bot=True)
        self.users = {user.id: user for user in (*content.PEOPLE, self.bot)}
        rooms = [content.direct_message(user, bot_name) for user in content.TEAM_MATES]
        self.channels = {channel.id: channel for channel in (*content.CHANNELS, *rooms)}
        self.notes: list[Note] = []
        self._messages: dict[str, dict[str, Message]] = {name: {} for name in self.channels}
        self._last_ts = 0

    # --- finding ---

    def user(self, name_or_id: str) -> User | None:
        wanted = name_or_id.removeprefix("@").casefold()
        for user in self.users.values():
            if wanted in (user.id.casefold(), user.name.casefold()):
                return user
        return None

    def channel(self, name_or_id: str) -> Channel | None:
        """By id or name; a user's id is that user's direct messages with the bot."""
        wanted = name_or_id.removeprefix("#").casefold()
        for channel in self.channels.values():
            named = channel.kind == "channel" and channel.name.casefold() == wanted
            if named or channel.id.casefold() == wanted:
                return channel
        user = self.users.get(name_or_id)
        return self.channels.get(_direct(user.id)) if user else None

    def direct(self, user_id: str) -> Channel:
        return self.channels[_direct(user_id)]

    def sees(self, user_id: str, channel: Channel) -> bool:
        """Public channels are open to the team; guests see those that are shared with them."""
        user = self.users.get(user_id)
        is_open = channel.kind == "channel" and not channel.is_private
        return (is_open and user is not None and not user.team_id) or user_id in channel.members

    def channels_of(self, user_id: str) -> list[Channel]:
        return [channel for channel in self.channels.values() if self.sees(user_id, channel)]

    def messages(self, channel_id: str, viewer: str | None = None) -> list[Message]:
        """In order of time. Other people's ephemeral messages are left out for a viewer."""
        found: Iterable[Message] = self._messages[channel_id].values()
        if viewer is not None:
            found = (m for m in found if m.only_for in (None, viewer))
        return sorted(found, key=lambda message: message.ts)

    def all_messages(self) -> list[Message]:
        """Last changed first."""
        everything = [m for kept in self._messages.values() for m in kept.values()]
        return sorted(everything, key=lambda message: message.change, reverse=True)

    def message(self, channel_id: str, ts: str) -> Message | None:
        return self._messages.get(channel_id, {}).get(ts)

    # --- changing ---

    def join(self, channel_id: str, user_id: str) -> Channel:
        channel = self.channels[channel_id]
        self.channels[channel_id] = replace(channel, members=channel.members | {user_id})
        return self.channels[channel_id]

    def leave(self, channel_id: str, user_id: str) -> None:
        channel = self.channels[channel_id]
        self.channels[channel_id] = replace(channel, members=channel.members - {user_id})

    def entitle(self, user: User, title: str) -> None:
        self.users[user.id] = replace(user, title=title)

    def archive(self, channel_id: str) -> None:
        self.channels[channel_id] = replace(self.channels[channel_id], is_archived=True)

    def said_by(self, user: User, channel_id: str, text: str) -> Message:
        return self._put(Message(channel_id, self.new_ts(), user.id, None, user.name, text))

    def said_by_bot(
        self,
        channel_id: str,
        payload: Json,
        findings: Findings,
        *,
        only_for: str | None = None,
    ) -> Message:
        blank = Message(
            channel_id,
            self.new_ts(),
            self.bot.id,
            content.BOT_ID,
            str(payload.get("username") or self.bot.name),
            "",
            only_for=only_for,
            thread_ts=payload.get("thread_ts"),
        )
        return self._put(_filled(blank, payload, findings))

    def rewrite(self, message: Message, payload: Json, findings: Findings) -> Message:
        """The same place and time, other words. Fields that `payload` lacks keep their value."""
        return self._put(replace(_filled(message, payload, findings), edited=True))

    def remove(self, message: Message) -> None:
        self._messages[message.channel].pop(message.ts, None)
        self.changes.next()
        self.changes.tell(MessageGone(message))

    def note(self, user: str, channel: str | None, level: Any, text: str) -> Note:
        note = Note(user, channel, level, text)
        self.notes.append(note)
        self.changes.next()
        self.changes.tell(Noted(note))
        return note

    def new_ts(self) -> str:
        """Slack's message id: seconds with six decimals, never the same twice."""
        micros = int(self.clock.now().timestamp() * 1_000_000)
        self._last_ts = max(micros, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def _put(self, message: Message) -> Message:
        message = replace(message, change=self.changes.next())
        self._messages[message.channel][message.ts] = message
        self.changes.tell(MessagePut(message))
        return message


def _direct(user_id: str) -> str:
    return "D" + user_id[1:]


def _filled(message: Message, payload: Json, findings: Findings) -> Message:
    text = payload.get("text") if payload.get("text") is not None else payload.get("markdown_text")
    blocks = payload.get("blocks")
    return replace(
        message,
        text=message.text if text is None else str(text)[:40_000],
        blocks=message.blocks if blocks is None else with_ids(blocks) or None,
        raw=payload,
        problems=tuple(findings.warnings),
    )
