"""What a test can look at from outside: addresses, messages, modals, calls, elements."""

from bot.playground.delivery.http import SignedHttp
from bot.playground.delivery.socket import SocketMode
from bot.playground.elements import Found, interactive
from bot.playground.faults import Faults
from bot.playground.parts import Parts
from bot.playground.values import Call, Channel, Message, Note, User, View


class Observer:
    """Users and channels are named (`"ada"`, `"general"`) or given by id; `"@ada"` as a channel is
    Ada's direct messages with the bot."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.identity = parts.identity
        self.faults: Faults = parts.faults
        self.journal = parts.journal
        self.workspace = parts.workspace
        self.modals = parts.modals
        self.bot_token = parts.identity.bot_token
        self.app_token = parts.identity.app_token
        self.signing_secret = parts.identity.signing_secret
        self.team_id = parts.workspace.team.id
        self.bot_user_id = parts.identity.bot_user_id

    # --- addresses ---

    @property
    def api_url(self) -> str:
        """What the SDK calls `base_url`, with the slash at its end."""
        return f"{self._parts.guard.origin}/api/"

    @property
    def page_url(self) -> str:
        return f"{self._parts.guard.origin}/?token={self._parts.guard.page_token}"

    @property
    def request_url(self) -> str | None:
        """Where signed requests go; may be set as soon as the app is up."""
        return self._http().request_url

    @request_url.setter
    def request_url(self, url: str) -> None:
        self._http().request_url = url
        self._parts.tell_bot_changed()

    # --- looking ---

    @property
    def calls(self) -> list[Call]:
        """Every call of the app, in order; posts to a `response_url` have that as their method."""
        return self._parts.api.calls

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def user(self, name: str) -> User:
        found = self.workspace.user(name)
        if found is None:
            raise LookupError(f"no user {name!r}")
        return found

    def channel(self, name: str) -> Channel:
        if name.startswith("@"):
            return self.workspace.direct(self.user(name).id)
        found = self.workspace.channel(name)
        if found is None:
            raise LookupError(f"no channel {name!r}")
        return found

    def messages(self, channel: str, user: str = "ada") -> list[Message]:
        """What this user sees in this channel, oldest first."""
        return self.workspace.messages(self.channel(channel).id, self.user(user).id)

    def modal(self, user: str = "ada") -> View | None:
        """The topmost one."""
        return self.modals.top(self.user(user).id)

    def home(self, user: str = "ada") -> View | None:
        return self.modals.homes.get(self.user(user).id)

    def notes(self, user: str = "ada") -> list[Note]:
        """Private lines like `/gpu failed with the error "operation_timeout"`."""
        return [note for note in self.workspace.notes if note.user == self.user(user).id]

    @property
    def connections(self) -> int:
        return self._socket_mode().connections

    @property
    def now(self) -> int:
        """The count of changes: pass it as `since` to wait for something newer."""
        return self.workspace.changes.count

    # --- finding ---

    def find(
        self,
        where: Message | View,
        action_id: str,
        *,
        block_id: str | None = None,
        value: str | None = None,
        text: str | None = None,
        nth: int = 0,
    ) -> Found:
        there = list(interactive(where.blocks or []))
        fitting = [
            found
            for found in there
            if found.action_id == action_id
            and block_id in (None, found.block_id)
            and value in (None, found.element.get("value"))
            and text in (None, found.words)
        ]
        if nth >= len(fitting):
            offered = ", ".join(f"{f.action_id} ({f.words or f.kind})" for f in there) or "nothing"
            raise LookupError(f"no {action_id!r} (number {nth}) there; there is {offered}")
        return fitting[nth]

    # --- inside ---

    def _http(self) -> SignedHttp:
        if not isinstance(self._parts.delivery, SignedHttp):
            raise TypeError("this playground speaks Socket Mode")
        return self._parts.delivery

    def _socket_mode(self) -> SocketMode:
        if not isinstance(self._parts.delivery, SocketMode):
            raise TypeError("this playground speaks signed HTTP")
        return self._parts.delivery
