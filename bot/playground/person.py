"""What a person does in Slack, and what the app then gets to hear.

Each method sends one payload, waits for the acknowledgement and does with it what Slack does.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot.playground.answers import answer
from bot.playground.changes import Busy
from bot.playground.clock import pass_time
from bot.playground.delivery import FIRST_TIME, Delivery, PayloadKind, Retry
from bot.playground.elements import Found, complaints, first_state, interactive, merged_state
from bot.playground.errors import Refused
from bot.playground.faults import Faults
from bot.playground.identity import AppIdentity
from bot.playground.journal import Journal
from bot.playground.modals import Modals
from bot.playground.payloads import Payloads
from bot.playground.tickets import ResponseUrl, Tickets
from bot.playground.values import Ack, Channel, Json, Message, User, View
from bot.playground.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)
_EVENT_RETRIES_S = (0.0, 60.0, 300.0)
_PRESSES = 50
_TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one thing that a person did."""

    ack: Ack
    payload: Json
    since: int
    """The count of changes before it: what came after is newer."""
    errors: dict[str, str] | None = None
    """Complaints at a form: Slack's own, or the app's `response_action: errors`."""


class Person:
    def __init__(
        self,
        workspace: Workspace,
        identity: AppIdentity,
        modals: Modals,
        tickets: Tickets,
        faults: Faults,
        delivery: Delivery,
        journal: Journal,
        origin: Callable[[], str],
    ) -> None:
        self._workspace = workspace
        self._identity = identity
        self._modals = modals
        self._tickets = tickets
        self._faults = faults
        self._delivery = delivery
        self._journal = journal
        self._origin = origin
        self._payloads = Payloads(workspace, identity)
        self.pressed: deque[str] = deque(maxlen=_PRESSES)
        """Values of the buttons that were pressed, the newest last."""
        self._last_press: Json | None = None
        self._retrying: set[asyncio.Task[Ack]] = set()

    async def says(self, user: User, channel: Channel, text: str) -> Handled | None:
        """A slash command when it starts with a known one, an ordinary message otherwise."""
        word, _, rest = text.strip().partition(" ")
        if channel.is_archived:
            self._workspace.note(user.id, channel.id, "error", f"#{channel.name} is archived.")
            return None
        if word.startswith("/"):
            if user.team_id:
                said = f"{word} belongs to another team's app: only its members can use it."
                self._workspace.note(user.id, channel.id, "error", said)
                return None
            if self._identity.command(word) is None:
                self._workspace.note(
                    user.id, channel.id, "error", f"{word} is not a valid command."
                )
                return None
            return await self.commands(user, channel, word, rest.strip())
        message = self._workspace.said_by(user, channel.id, self._payloads.escaped(text))
        await self._tell_of(message, channel)
        return None

    async def commands(self, user: User, channel: Channel, command: str, text: str) -> Handled:
        since = self._workspace.changes.count
        ticket = self._tickets.new_response_url(user.id, channel.id, None)
        payload = self._payloads.slash_command(
            user,
            channel,
            command,
            text,
            self._url(ticket, "commands"),
            self._tickets.new_trigger(user.id),
        )
        with self._busy(user, "command", f"command-{since}"):
            ack = await self._deliver("slash_commands", payload)
        if ack.error:
            told = "operation_timeout" if ack.error == "operation_timeout" else "dispatch_failed"
            said = f'{command} failed with the error "{told}"'
            self._workspace.note(user.id, channel.id, "error", said)
        elif ack.body:
            self._answer_in_ack(ticket, ack.body)
        return Handled(ack, payload, since)

    async def acts(
        self, user: User, message: Message, found: Found, action: Json, values: Any = None
    ) -> Handled:
        """Presses or chooses something in a message, whose inputs then hold `values`."""
        since = self._workspace.changes.count
        ticket = self._tickets.new_response_url(user.id, message.channel, message.ts)
        payload = self._payloads.message_action(
            user,
            message,
            found,
            action,
            merged_state(first_state(message.blocks or []), values),
            self._url(ticket, "actions"),
            self._tickets.new_trigger(user.id),
        )
        return await self._act(user, message.channel, found, payload, since)

    async def acts_in(self, user: User, view: View, found: Found, action: Json) -> Handled:
        """Presses or chooses something in a modal."""
        since = self._workspace.changes.count
        trigger = self._tickets.new_trigger(user.id, view.id)
        payload = self._payloads.view_action(user, view, found, action, trigger)
        return await self._act(user, None, found, payload, since)

    async def submits(self, user: User, view: View) -> Handled:
        since = self._workspace.changes.count
        own = complaints(view.blocks, view.state)
        if own:
            self._modals.complain(view, own)
            return Handled(Ack(), {}, since, own)
        trigger = self._tickets.new_trigger(user.id, view.id)
        payload = self._last_press = self._payloads.view_submission(user, view, trigger)
        with self._busy(user, "view", view.id):
            ack = await self._deliver("interactive", payload)
        if ack.error:
            self._workspace.note(user.id, None, "error", _TROUBLE)
            return Handled(ack, payload, since)
        return Handled(ack, payload, since, self._respond(view, ack.body or {}))

    async def closes(self, user: User, view: View) -> Handled:
        since = self._workspace.changes.count
        self._modals.close(view)
        if not view.payload.get("notify_on_close"):
            return Handled(Ack(), {}, since)
        payload = self._payloads.view_closed(user, view, is_cleared=False)
        return Handled(await self._deliver("interactive", payload), payload, since)

    async def opens_home(self, user: User) -> Ack:
        if "app_home_opened" not in self._identity.events:
            return Ack()
        home = self._modals.homes.get(user.id)
        event: Json = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": self._workspace.direct(user.id).id,
            "tab": "home",
            "event_ts": self._workspace.new_ts(),
        }
        if home is not None:
            event["view"] = self._payloads.view(home)
        return await self.event(event)

    async def event(self, event: Json) -> Ack:
        """Sent whether the app subscribed or not. Without an answer it comes again, three times:
        at once, after a minute, after five; that goes on after this has returned."""
        payload = self._payloads.event(event)
        ack = await self._deliver("events_api", payload)
        if ack.error and not ack.no_retry:
            task = asyncio.create_task(self._again(payload, ack))
            self._retrying.add(task)
            task.add_done_callback(self._retrying.discard)
        return ack

    async def press_again(self) -> Ack:
        """The last press or form arrives once more, as it was; its answer is dropped, as Slack
        does with what it has heard. LookupError when nothing was pressed yet."""
        if self._last_press is None:
            raise LookupError("nothing was pressed yet")
        return await self._deliver("interactive", self._last_press)

    async def rest(self) -> None:
        """Stop sending events again."""
        for task in tuple(self._retrying):
            task.cancel()
        await asyncio.gather(*self._retrying, return_exceptions=True)

    def found_in(self, blocks: list[Json], block_id: object, action_id: object) -> Found | None:
        for found in interactive(blocks):
            if found.block_id == block_id and found.action_id == action_id:
                return found
        return None

    async def _again(self, payload: Json, ack: Ack) -> Ack:
        for attempt, wait_s in enumerate(_EVENT_RETRIES_S, 1):
            await pass_time(self._workspace.clock, wait_s)
            reason = _RETRY_REASONS.get(str(ack.error), "http_error")
            ack = await self._deliver("events_api", payload, Retry(attempt, reason))
            if not ack.error or ack.no_retry:
                break
        return ack

    async def _act(
        self, user: User, channel: str | None, found: Found, payload: Json, since: int
    ) -> Handled:
        self.pressed.append(str(found.element.get("value") or ""))
        self._last_press = payload
        with self._busy(user, "action", found.block_id):
            ack = await self._deliver("interactive", payload)
        if ack.error:
            said = f"The app did not take the click ({ack.error})."
            self._workspace.note(user.id, channel, "error", said)
        return Handled(ack, payload, since)

    async def _deliver(self, kind: PayloadKind, payload: Json, retry: Retry = FIRST_TIME) -> Ack:
        twice, since = self._faults.take_duplicate(), self._journal.moment()
        ack = await self._delivery.deliver(kind, payload, retry=retry, twice=twice)
        self._journal.sent(kind, payload, ack, since)
        return ack

    def _answer_in_ack(self, ticket: ResponseUrl, body: Json) -> None:
        """Slack drops an answer that it refuses, and tells nobody; the log here does."""
        try:
            answer(self._workspace, ticket, body, self._modals.refused_types)
        except Refused as refused:
            log.warning("answer in the ack dropped: %s", refused.body())

    def _respond(self, view: View, body: Json) -> dict[str, str] | None:
        action = body.get("response_action")
        try:
            if action == "errors":
                return self._show_errors(view, body.get("errors"))
            if action == "clear":
                self._modals.clear(view.user)
            elif action == "update":
                self._modals.update(view, body.get("view"))
            elif action == "push":
                self._modals.push_over(view, body.get("view"))
            else:
                self._modals.close(view)
        except Refused as refused:
            log.warning("answer to a submission dropped: %s", refused.body())
            self._workspace.note(view.user, None, "error", _TROUBLE)
        return None

    def _show_errors(self, view: View, errors: Any) -> dict[str, str]:
        inputs = {b.get("block_id") for b in view.blocks if b.get("type") == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            raise Refused("invalid_arguments", errors=[f"no such input block among {errors!r}"])
        said = {str(block): str(sentence) for block, sentence in errors.items()}
        self._modals.complain(view, said)
        return said

    async def _tell_of(self, message: Message, channel: Channel) -> None:
        mentioned = f"<@{self._identity.bot_user_id}" in message.text
        direct = channel.kind == "dm"
        kind = "message.im" if direct else "app_mention" if mentioned else None
        if kind in self._identity.events:
            event = {
                "type": "message" if direct else "app_mention",
                "channel": channel.id,
                "channel_type": "im" if direct else "channel",
                "user": message.user,
                "text": message.text,
                "ts": message.ts,
                "event_ts": message.ts,
                "team": self._workspace.team.id,
            }
            await self.event(event)

    def _url(self, ticket: ResponseUrl, kind: str) -> str:
        return f"{self._origin()}/{kind}/{self._workspace.team.id}/{ticket.key}"

    @contextmanager
    def _busy(
        self, user: User, what: Literal["command", "action", "view"], busy_id: str
    ) -> "Iterator[None]":
        self._workspace.changes.tell(Busy(user.id, what, busy_id, on=True))
        try:
            yield
        finally:
            self._workspace.changes.tell(Busy(user.id, what, busy_id, on=False))


_RETRY_REASONS = {
    "operation_timeout": "http_timeout",
    "dispatch_failed": "connection_failed",
    "http_error": "http_error",
}
