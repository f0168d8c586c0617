"""Says in a channel what its watches saw, in one message that is brought up to date while it is
new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from bot.flows.ports import Conflict, Outbox
from bot.flows.watch_ports import Watches
from bot.render.message import Layouts, Message
from bot.rules.notices import Notice, Post
from bot.rules.watches import Watch, WatchId
from bot.slack.errors import Cause, SlackTrouble
from bot.slack.lasting import Lasting
from bot.slack.poster import Poster
from providers.clock import Clock

ALERT = "alert"
"""The role of the message; it stands under the key of the notice that posted it."""
_PAUSES = {
    "is_archived": "The channel is archived.",
    "is_inactive": "The channel is archived.",
    "restricted_action": "The channel does not let me write.",
    "restricted_action_read_only_channel": "The channel does not let me write.",
    "restricted_action_thread_only_channel": "The channel takes threads only.",
    "restricted_action_non_threadable_channel": "The channel does not let me write.",
}
"""What will not change by itself; everything else may be an invitation that is missing."""
_INVITE = "I am not in the channel: type `/invite` there and choose me. It goes on looking."
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AlertDrawing:
    """The renderers; `wiring` hands them in."""

    alert: Callable[[Sequence[Watch], datetime], Layouts]
    unheard: Callable[[Watch, str, datetime], Layouts]
    """For the owner: why the channel could not be told, and what to do."""


class AlertDelivery:
    """`send` raises `SlackTrouble`, and `StoreDown`."""

    def __init__(
        self,
        watches: Watches,
        outbox: Outbox,
        drawing: AlertDrawing,
        poster: Poster,
        clock: Clock,
    ) -> None:
        self._watches = watches
        self._outbox = outbox
        self._drawing = drawing
        self._poster = poster
        self._lasting = Lasting(outbox, poster)
        self._clock = clock

    async def send(self, notice: Notice) -> None:
        key = notice.facts.get("edits") or notice.key
        watches = await self._saying(notice, key)
        if not watches:
            raise SlackTrouble(Cause.NOBODY, "its watches are gone, or said something newer")
        channel = watches[0].owner.place.channel_id

        async def draw() -> Layouts:
            return self._drawn(await self._saying(notice, key) or watches)

        try:
            anew = partial(self._poster.post, channel, draw)
            await self._lasting.say(key, ALERT, draw, anew, after=(Cause.ANEW,))
        except SlackTrouble as trouble:
            if trouble.cause is not Cause.ELSEWHERE:
                raise
            _log.warning("an alert cannot be said in its channel", error=trouble.word)
            for watch in watches:
                await self._unheard(watch, trouble.word)
            return
        for watch in watches:
            await self._heard(watch)

    async def _saying(self, notice: Notice, key: str) -> list[Watch]:
        """The watches that share the message and have not said anything since."""
        ids = [WatchId(each) for each in notice.facts.get("watches", "").split()]
        found = [watch for each in ids if (watch := await self._watches.get(each)) is not None]
        group = [each for watch in found if watch.said is not None for each in watch.said.group]
        others = [each for each in dict.fromkeys(group) if each not in ids]
        found += [w for each in others if (w := await self._watches.get(each)) is not None]
        saying = [w for w in found if w.said is not None and w.said.message == key]
        return sorted(saying, key=lambda watch: watch.number)

    # --- where the channel cannot be written to ---

    async def _unheard(self, watch: Watch, word: str) -> None:
        """The watch stays. Its owner is told once, until it can be heard again."""
        reason = _PAUSES.get(word)
        if reason is not None and watch.paused_at is None:
            paused = watch.with_changes(paused_at=self._clock.now(), paused_why=reason)
            try:
                watch = await self._watches.change(watch, paused)
            except Conflict:
                _log.info("the watch was changed meanwhile", watch=watch.id)
        if await self._told_unheard(watch):
            return

        async def draw() -> Layouts:
            return self._drawing.unheard(watch, reason or _INVITE, self._clock.now())

        try:
            post = await self._poster.post_to_person(watch.owner.user_id, draw)
        except SlackTrouble as trouble:
            if trouble.cause is not Cause.NOBODY:
                raise
            _log.warning("the owner of a watch cannot be told", error=trouble.word)
            post = Post(watch.owner.user_id, "untold")
        await self._outbox.posted(watch.id, _UNHEARD, post)

    async def _heard(self, watch: Watch) -> None:
        if await self._told_unheard(watch):
            await self._outbox.posted(watch.id, _UNHEARD, Post("", ""))

    async def _told_unheard(self, watch: Watch) -> bool:
        told = await self._outbox.post(watch.id, _UNHEARD)
        return told is not None and bool(told.ts)

    def _drawn(self, watches: Sequence[Watch]) -> Layouts:
        """A defect in drawing must not keep the news itself from anybody."""
        try:
            return self._drawing.alert(watches, self._clock.now())
        except Exception:  # noqa: BLE001  the bare news is told instead, and it is logged
            _log.exception("an alert cannot be drawn")
            numbers = ", ".join(f"`/gpu unwatch {watch.number}`" for watch in watches)
            return Layouts(
                Message(
                    "A watch saw something that could not be drawn; the log says why."
                    f" `/gpu watches` lists what is watched, {numbers} stops it."
                )
            )


_UNHEARD = "unheard"
"""The role of what its owner was told; without a moment once it is heard again."""
