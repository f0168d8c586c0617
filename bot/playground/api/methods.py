"""The table of methods: who may call them, how often, and what they do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.playground.errors import Refused
from bot.playground.faults import Faults
from bot.playground.files import Files
from bot.playground.identity import AppIdentity
from bot.playground.journal import Journal
from bot.playground.modals import Modals
from bot.playground.payloads import Payloads
from bot.playground.tickets import Tickets
from bot.playground.values import Channel, Json, User
from bot.playground.workspace import Workspace

TokenKind = Literal["bot", "app", "none"]
Run = Callable[["Context", Json], Json]


@dataclass(frozen=True, slots=True)
class Context:
    """What the methods work on."""

    workspace: Workspace
    identity: AppIdentity
    modals: Modals
    tickets: Tickets
    faults: Faults
    files: Files
    journal: Journal
    payloads: Payloads
    origin: Callable[[], str]
    new_socket_url: Callable[[], str]

    def channel(self, arguments: Json, name: str = "channel") -> Channel:
        given = arguments.get(name)
        channel = self.workspace.channel(given) if isinstance(given, str) else None
        if channel is None or (channel.is_private and not self._is_inside(channel)):
            raise Refused("channel_not_found")
        return channel

    def writable(self, arguments: Json) -> Channel:
        """A channel the bot is in, or may write to without being in it."""
        channel = self.channel(arguments)
        if channel.is_archived:
            raise Refused("is_archived")
        if not self._is_inside(channel) and "chat:write.public" not in self.identity.scopes:
            raise Refused("not_in_channel")
        return channel

    def _is_inside(self, channel: Channel) -> bool:
        return self.identity.bot_user_id in channel.members

    def user(self, arguments: Json, name: str = "user") -> User:
        given = arguments.get(name)
        user = self.workspace.users.get(given) if isinstance(given, str) else None
        if user is None:
            raise Refused("user_not_found")
        return user


@dataclass(frozen=True, slots=True)
class Method:
    run: Run
    per_minute: int
    """Slack's tiers: 1, 20, 50, 100; used when rate limits are switched on."""
    scopes: tuple[str, ...] = ()
    """Any one of them will do."""
    token: TokenKind = "bot"  # noqa: S105  a kind, not a secret
    run_with_app_token: Run | None = None
    """What it does with an app token, where it takes both."""


Methods = Mapping[str, Method]
