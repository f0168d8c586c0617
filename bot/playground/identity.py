"""The one app that is installed in the workspace."""

import secrets
from dataclasses import dataclass, field

from bot.playground import content
from bot.playground.ids import new_token
from bot.playground.values import SlashCommand

DEFAULT_EVENTS = ("app_home_opened",)
DEFAULT_SCOPES = ("commands", "chat:write", "files:write")


@dataclass(slots=True)
class AppIdentity:
    """Secrets are made anew for each playground, so that none of them is worth stealing."""

    name: str = "gpu-shopper"
    commands: tuple[SlashCommand, ...] = ()
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    events: frozenset[str] = frozenset(DEFAULT_EVENTS)
    """Event types that are delivered when they happen by themselves, like `app_mention`."""
    id: str = content.APP_ID
    bot_user_id: str = content.BOT_USER_ID
    bot_id: str = content.BOT_ID
    bot_token: str = field(default_factory=lambda: new_token("xoxb-playground-"))
    app_token: str = field(default_factory=lambda: new_token("xapp-1-playground-"))
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    verification_token: str = field(default_factory=new_token)
    revoked: bool = False

    def command(self, name: str) -> SlashCommand | None:
        return next((known for known in self.commands if known.command == name), None)
