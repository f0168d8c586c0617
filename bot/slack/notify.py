"""Sends what the outbox holds. A change is stored with its notices, so nothing that happened goes
untold; what Slack does not take is tried again, and never at the cost of the rest."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.flows.ports import Outbox, StoreDown
from bot.rules.notices import Notice, PendingNotice
from bot.slack.errors import NEXT_LOOK_S, Cause, SlackTrouble
from providers.clock import Clock

IDLE_S = 1.0
"""Between two looks into the outbox: another process may have put something in."""
AT_ONCE = 20
CLAIMED_FOR = timedelta(seconds=120)
"""Longer than one notice can take: turns, three layouts and a second place, 15 s each."""
LONGEST_WAIT_S = 300.0
MOST_REFUSALS = 12
"""Tries of what Slack refuses without a reason that could pass: about half an hour."""
STOPPING_S = 5.0
_log = structlog.get_logger(__name__)
Send = Callable[[Notice], Awaitable[None]]
"""`delivery.Delivery.send`: says it where it belongs. Raises `SlackTrouble`."""


class Notifier:
    """Any number of processes may run it: what one has claimed, no other sends."""

    def __init__(self, outbox: Outbox, send: Send, clock: Clock) -> None:
        self._outbox = outbox
        self._send = send
        self._clock = clock
        self._woken = asyncio.Event()
        self._running: dict[asyncio.Task[bool], int] = {}
        """With the row of each: it is this process's until said, however long that takes."""
        self._loop: asyncio.Task[None] | None = None
        self._silent_until: float | None = None
        """While the installation is dead; the first notice after it is a probe."""
        self._in_trouble = False

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run(), name="notifier")

    async def stop(self) -> None:
        """What is being said is said; the rest stays in the outbox."""
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
        if not self._running:
            return
        _, late = await asyncio.wait(set(self._running), timeout=STOPPING_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def nudge(self) -> None:
        """Something was put into the outbox just now."""
        self._woken.set()

    def installation_lost(self, word: str) -> None:
        """Slack said by an event that the app was removed or its token revoked."""
        self._fall_silent(word)

    @property
    def is_silent(self) -> bool:
        """Slack knows this installation no more; until the next notice gets through."""
        return self._silent_until is not None

    async def tick(self) -> int:
        """Sends what is due and waits for it; returns how many were said."""
        return sum(await asyncio.gather(*await self._begin()))

    async def _run(self) -> None:
        told = False
        while True:
            try:
                await self._begin()
                told = False
            except Exception:  # noqa: BLE001  nothing would be said ever after
                if not told:
                    _log.exception("the outbox cannot be read")
                told = True
            await self._rest()

    async def _rest(self) -> None:
        waits = {
            asyncio.ensure_future(self._woken.wait()),
            asyncio.ensure_future(self._clock.sleep(IDLE_S)),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        self._woken.clear()

    async def _begin(self) -> list[asyncio.Task[bool]]:
        most = self._most()
        if most <= 0:
            return []
        now = self._clock.now()
        mine = list(self._running.values())
        claimed = await self._outbox.claim(now, now + CLAIMED_FOR, most, but=mine)
        tasks = {asyncio.create_task(self._handle(pending)): pending.id for pending in claimed}
        self._running |= tasks
        for task in tasks:
            task.add_done_callback(self._running.pop)
        return list(tasks)

    def _most(self) -> int:
        if self._silent_until is None:
            return AT_ONCE - len(self._running)
        if self._running or self._clock.monotonic() < self._silent_until:
            return 0
        return 1

    async def _handle(self, pending: PendingNotice) -> bool:
        """Whether it was said. Never raises."""
        notice = pending.notice
        with structlog.contextvars.bound_contextvars(notice=notice.kind.value, about=notice.about):
            try:
                return await self._deliver(pending)
            except StoreDown:
                _log.error("the database cannot be reached: nobody knows what was said")
            except Exception:  # noqa: BLE001  logged, and tried again a few times
                _log.exception("a notice failed")
                with suppress(StoreDown):
                    await self._again_or_never(pending, "a defect")
        return False

    async def _deliver(self, pending: PendingNotice) -> bool:
        reason = _not_to_be_said(pending, self._clock.now())
        if reason:
            _log.info("a notice is dropped", why=reason)
            await self._outbox.drop(pending, reason)
            return False
        try:
            await self._send(pending.notice)
        except SlackTrouble as trouble:
            await self._react(pending, trouble)
            return False
        await self._outbox.sent(pending)
        self._recovered()
        self.nudge()  # the next of the same session may go now
        return True

    async def _react(self, pending: PendingNotice, trouble: SlackTrouble) -> None:
        match trouble.cause:
            case Cause.DEAD:
                self._fall_silent(trouble.word)
                await self._later(pending, NEXT_LOOK_S, trouble.word)
            case Cause.LATER if pending.notice.once and trouble.outcome_unknown:
                _log.warning("nobody knows whether a notice was said", error=trouble.word)
                await self._outbox.drop(pending, f"outcome unknown: {trouble.word}")
            case Cause.LATER:
                self._tell_trouble(trouble.word)
                wait_s = _wait_s(pending) if trouble.after_s is None else trouble.after_s
                await self._later(pending, wait_s, trouble.word)
            case Cause.NOBODY:
                _log.warning("nobody could be told", error=trouble.word)
                await self._outbox.drop(pending, trouble.word)
            case _:
                _log.error("Slack refuses a notice", error=trouble.word, tries=pending.attempt)
                await self._again_or_never(pending, trouble.word)

    async def _again_or_never(self, pending: PendingNotice, error: str) -> None:
        """It must not stand for ever before what its session has to say after it."""
        if pending.attempt < MOST_REFUSALS:
            await self._later(pending, _wait_s(pending), error)
            return
        _log.error("a notice is given up", error=error)
        await self._outbox.drop(pending, error)

    async def _later(self, pending: PendingNotice, seconds: float, error: str) -> None:
        at = self._clock.now() + timedelta(seconds=seconds)
        await self._outbox.later(pending, at, error)

    def _fall_silent(self, word: str) -> None:
        if self._silent_until is None:
            _log.error(
                "Slack no longer knows this installation: nothing is said, all else goes on",
                error=word,
            )
        self._silent_until = self._clock.monotonic() + NEXT_LOOK_S

    def _tell_trouble(self, word: str) -> None:
        if not self._in_trouble:
            _log.warning("Slack does not take notices now", error=word)
        self._in_trouble = True

    def _recovered(self) -> None:
        if self._in_trouble or self._silent_until is not None:
            _log.info("Slack takes notices again")
        self._in_trouble = False
        self._silent_until = None


def _not_to_be_said(pending: PendingNotice, now: datetime) -> str:
    notice = pending.notice
    if notice.expires_at is not None and notice.expires_at <= now:
        return "no news any more"
    if notice.once and pending.in_doubt:
        return "nobody knows whether it was said"
    return ""


def _wait_s(pending: PendingNotice) -> float:
    """1 s, 2 s, 4 s, … 5 min."""
    return min(LONGEST_WAIT_S, 2.0 ** min(pending.attempt - 1, 30))
