"""The playground as a test holds it: act as a person, wait for the app, look at everything."""

import asyncio
from collections.abc import Callable
from typing import Any

from bot.playground.elements import Found, interactive, value_for
from bot.playground.observer import Observer
from bot.playground.person import Handled
from bot.playground.values import Ack, Json, Message, View
from bot.playground.waiting import PATIENCE_S, wait_for

MessageTest = Callable[[Message], bool]
ViewTest = Callable[[View], bool]


class Slack(Observer):
    """What a person, an operator and an unlucky network can do."""

    # --- acting ---

    async def command(
        self,
        text: str,
        *,
        user: str = "ada",
        channel: str = "general",
        patience_s: float = PATIENCE_S,
    ) -> Handled:
        """`/gpu find 4090`, typed; returns when the app has acknowledged or the three seconds are
        over."""
        async with asyncio.timeout(patience_s):
            who, where = self.user(user), self.channel(channel)
            handled = await self._parts.person.says(who, where, text)
        if handled is None:
            raise LookupError(f"{text.split(maxsplit=1)[0]!r} is not a command of the app")
        return handled

    async def say(self, text: str, *, user: str = "ada", channel: str = "general") -> None:
        """An ordinary message."""
        await self._parts.person.says(self.user(user), self.channel(channel), text)

    async def press(
        self, where: Message | View, action_id: str, *, user: str | None = None, **which: Any
    ) -> Handled:
        """A button. `block_id`, `value`, `text` or `nth` tell apart those with one action id.

        Without `user` it is whoever sees it: the one for whom it is private, else Ada.
        """
        found = self.find(where, action_id, **which)
        return await self._act(where, found, {"value": found.element.get("value")}, user)

    async def select(
        self,
        where: Message | View,
        action_id: str,
        choice: Any,
        *,
        user: str | None = None,
        **which: Any,
    ) -> Handled:
        """A menu: `choice` is an option's value or label, an id, a date; a list where many fit."""
        found = self.find(where, action_id, **which)
        action = value_for(found, choice)
        return await self._act(where, found, action, user)

    async def fill(self, view: View, values: dict[str, Any]) -> View:
        """Type into a form without sending it. Keys are action ids or block ids."""
        state: Json = {}
        for name, value in values.items():
            found = self._input(view, name)
            state.setdefault(found.block_id, {})[found.action_id] = value_for(found, value)
        return self.modals.remember_state(view, state)

    async def submit(self, view: View, values: dict[str, Any] | None = None) -> Handled:
        """Press the form's submit button, as the user who has it open."""
        filled = await self.fill(view, values or {})
        return await self._parts.person.submits(self.workspace.users[view.user], filled)

    async def close(self, view: View) -> Handled:
        return await self._parts.person.closes(self.workspace.users[view.user], view)

    async def open_home(self, user: str = "ada") -> Ack:
        """The Home tab: the app is told, and publishes what it wants to be seen there."""
        return await self._parts.person.opens_home(self.user(user))

    async def event(self, event: Json) -> Ack:
        """An Events API event, like `{"type": "app_home_opened", "user": …, "tab": "home"}`."""
        return await self._parts.person.event(event)

    # --- waiting ---

    async def wait_for_message(
        self,
        test: MessageTest | str = "",
        *,
        since: int = 0,
        channel: str | None = None,
        user: str | None = None,
        patience_s: float = PATIENCE_S,
    ) -> Message:
        """The last changed message that fits, now or as soon as there is one.

        `test` is a question, or words that must be readable in it. `since` (a `Handled.since`, or
        `now`) leaves out what did not change after it; `user` leaves out what that user cannot
        see. Messages of people do not count.
        """
        fits = (lambda m: test in m.everything) if isinstance(test, str) else test

        def look() -> Message | None:
            for message in self.workspace.all_messages():
                if (
                    message.change > since
                    and self._may_be(message, channel, user)
                    and fits(message)
                ):
                    return message
            return None

        return await wait_for(self.workspace, self.calls, look, "no such message", patience_s)

    async def wait_for_modal(
        self,
        test: ViewTest | str = "",
        *,
        user: str = "ada",
        since: int = 0,
        patience_s: float = PATIENCE_S,
    ) -> View:
        """The user's topmost modal, as soon as it fits and is newer than `since`."""
        fits = (lambda v: test in v.everything) if isinstance(test, str) else test

        def look() -> View | None:
            view = self.modal(user)
            return view if view and view.change > since and fits(view) else None

        return await wait_for(self.workspace, self.calls, look, "no such modal", patience_s)

    async def wait_for_home(
        self,
        words: str = "",
        *,
        user: str = "ada",
        since: int = 0,
        patience_s: float = PATIENCE_S,
    ) -> View:
        """The user's Home tab, as soon as the words can be read on it."""

        def look() -> View | None:
            view = self.home(user)
            return view if view and view.change > since and words in view.everything else None

        return await wait_for(self.workspace, self.calls, look, "no such home", patience_s)

    async def wait_until(
        self, look: Callable[[], bool], *, patience_s: float = PATIENCE_S
    ) -> None:
        """Asked again at every change in the workspace."""

        def come_true() -> bool | None:
            return look() or None

        missing = "it did not come true"
        await wait_for(self.workspace, self.calls, come_true, missing, patience_s)

    # --- trouble ---

    @property
    def refuse_blocks(self) -> frozenset[str]:
        """Block types that this workspace is too old for."""
        return self.modals.refused_types

    @refuse_blocks.setter
    def refuse_blocks(self, types: frozenset[str]) -> None:
        self.modals.refused_types = frozenset(types)

    @property
    def rate_limits(self) -> bool:
        """Slack's tiers, enforced to the letter."""
        return self._parts.api.rates.enabled

    @rate_limits.setter
    def rate_limits(self, enabled: bool) -> None:
        self._parts.api.rates.enabled = enabled

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """A `disconnect` frame to each socket: `warning`, `refresh_requested`, `link_disabled`."""
        await self._socket_mode().disconnect(reason)

    def drop_connections(self, count: int | None = None) -> None:
        """So many sockets break without a word, or all."""
        self._socket_mode().drop(count)

    async def press_again(self) -> Ack:
        """The last press or form is delivered once more."""
        return await self._parts.person.press_again()

    async def replay(self) -> Ack:
        """The last signed request again, byte for byte."""
        return await self._http().replay()

    async def revoke_token(self) -> None:
        """From now on the bot token answers `token_revoked`; the app is told by an event."""
        self.identity.revoked = True
        self._parts.tell_bot_changed()
        await self.event({"type": "tokens_revoked", "tokens": {"bot": [self.bot_user_id]}})

    def give_token_back(self) -> None:
        """As if the app had been installed again and got the same token."""
        self.identity.revoked = False
        self._parts.tell_bot_changed()

    # --- inside ---

    async def _act(
        self, where: Message | View, found: Found, action: Json, user: str | None
    ) -> Handled:
        if isinstance(where, Message):
            who = self.user(user or where.only_for or "ada")
            if where.only_for not in (None, who.id):
                raise LookupError(f"{who.name} cannot see this message")
            return await self._parts.person.acts(who, where, found, action)
        who = self.workspace.users[where.user]
        state = {found.block_id: {found.action_id: action}}
        view = self.modals.remember_state(where, state)
        return await self._parts.person.acts_in(who, view, found, action)

    def _input(self, view: View, name: str) -> Found:
        for found in interactive(view.blocks):
            if name in (found.action_id, found.block_id):
                return found
        raise LookupError(f"no input {name!r} in {view.title!r}")

    def _may_be(self, message: Message, channel: str | None, user: str | None) -> bool:
        if message.bot_id is None:
            return False
        if channel is not None and message.channel != self.channel(channel).id:
            return False
        if user is None:
            return True
        viewer = self.user(user).id
        visible = self.workspace.sees(viewer, self.workspace.channels[message.channel])
        return visible and message.only_for in (None, viewer)
