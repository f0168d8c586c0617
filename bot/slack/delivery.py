"""Where a notice belongs, and where it goes instead when the bot may not write there."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from bot.flows.ports import Orphans, Outbox, Sessions
from bot.render.message import Layouts, Message
from bot.rules.notices import ORDERS, STANDING, Audience, Notice, Post
from bot.rules.orphans import Orphan
from bot.rules.policy import Policy
from bot.rules.sessions import Session, SessionId
from bot.slack.errors import NEXT_LOOK_S, Cause, SlackTrouble
from bot.slack.lasting import Lasting
from bot.slack.poster import Draw, Poster
from bot.slack.standing import Standing
from providers.clock import Clock

CARD = "card"
"""The role of a session's one message."""
_DIRECT = "D"
"""How Slack's ids of direct messages begin."""
Subject = Session | Orphan | None
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The renderers; `wiring` hands them in."""

    notice: Callable[[Notice, Subject, datetime], Layouts]
    card: Callable[[Session, datetime], Layouts]


class Delivery:
    """`send` raises `SlackTrouble`, and `StoreDown`."""

    def __init__(
        self,
        outbox: Outbox,
        sessions: Sessions,
        orphans: Orphans,
        policy: Callable[[], Policy],
        drawing: Drawing,
        poster: Poster,
        clock: Clock,
        alerts: Callable[[Notice], Awaitable[None]],
        orders: Callable[[Notice], Awaitable[None]],
    ) -> None:
        self._outbox = outbox
        self._sessions = sessions
        self._orphans = orphans
        self._policy = policy
        self._drawing = drawing
        self._poster = poster
        self._lasting = Lasting(outbox, poster)
        self._standing = Standing(outbox, poster)
        self._clock = clock
        self._orders = orders
        self._ways: dict[Audience, Callable[[Notice], Awaitable[None]]] = {
            Audience.CARD: self._card,
            Audience.THREAD: self._thread,
            Audience.RENTER: self._renter,
            Audience.ADMINS: self._admins,
            Audience.CHANNEL: alerts,
        }

    async def send(self, notice: Notice) -> None:
        if notice.kind in ORDERS:
            await self._orders(notice)
        elif notice.kind in STANDING and (edited := notice.facts.get("edits")):
            await self._standing.edit(edited, self._draw(notice))
        else:
            await self._ways[notice.audience](notice)

    # --- the card ---

    async def _card(self, notice: Notice) -> None:
        """Where it was pressed; to the renter where the bot may not write."""
        session = await self._rented(notice)

        async def draw() -> Layouts:
            newest = await self._sessions.get(session.id) or session
            return self._drawn(notice, lambda: self._drawing.card(newest, self._clock.now()))

        anew = partial(self._poster.post_for, session.rented.renter, draw)
        await self._lasting.say(session.id, CARD, draw, anew)

    # --- under the card, to the renter ---

    async def _thread(self, notice: Notice) -> None:
        """In a direct message where the bot may not write, unless the renter gets that anyway."""
        session = await self._rented(notice)
        draw, card = self._draw(notice), await self._outbox.post(session.id, CARD)
        renter_told = Audience.RENTER in notice.beside
        if renter_told and card is not None and card.channel.startswith(_DIRECT):
            return
        post = await self._under(card, session, draw)
        if post is None and not renter_told:
            post = await self._poster.post_to_person(session.rented.renter.user_id, draw)
        if post is not None:
            await self._standing.keep(notice, post)

    async def _under(self, card: Post | None, session: Session, draw: Draw) -> Post | None:
        """None where the bot may not write."""
        if card is not None:
            return await self._poster.post_under(card, draw)
        place = session.rented.renter.place.channel_id
        return await self._poster.post_if_allowed(place, draw)

    async def _renter(self, notice: Notice) -> None:
        session = await self._rented(notice)
        user_id, policy = session.rented.renter.user_id, self._policy()
        hears_as_admin = policy.ops_channel is None and user_id in policy.admins
        if not (hears_as_admin and Audience.ADMINS in notice.beside):
            post = await self._poster.post_to_person(user_id, self._draw(notice))
            await self._standing.keep(notice, post)

    # --- to the admins ---

    async def _admins(self, notice: Notice) -> None:
        policy = self._policy()
        if policy.ops_channel is not None:
            try:
                post = await self._poster.post(policy.ops_channel, self._draw(notice))
            except SlackTrouble as trouble:
                if trouble.cause is not Cause.ELSEWHERE:
                    raise
                _log.error("the ops channel cannot be written to", error=trouble.word)
            else:
                await self._standing.keep(notice, post)
                return
        await self._each(notice, policy.admins)

    async def _each(self, notice: Notice, admins: Sequence[str]) -> None:
        """Who was told already is remembered: one who cannot be reached costs nobody a repetition.
        All of them are tried before the first trouble is told."""
        if not admins:  # until the policy names one
            raise SlackTrouble(Cause.LATER, "the policy names no admin", after_s=NEXT_LOOK_S)
        reached, trouble = False, SlackTrouble(Cause.NOBODY, "no admin can be told")
        for admin in admins:
            role = f"to {admin}"
            if await self._outbox.post(notice.key, role) is not None:
                reached = True
                continue
            try:
                post = await self._poster.post_to_person(admin, self._draw(notice))
            except SlackTrouble as met:
                _log.warning("an admin could not be told", admin=admin, error=met.word)
                trouble = trouble if met.cause is Cause.NOBODY else met
                continue
            await self._outbox.posted(notice.key, role, post)
            reached = True
        if trouble.cause is not Cause.NOBODY or not reached:
            raise trouble

    # --- what is said ---

    def _draw(self, notice: Notice) -> Draw:
        async def draw() -> Layouts:
            subject = await self._subject(notice)
            now = self._clock.now()
            return self._drawn(notice, lambda: self._drawing.notice(notice, subject, now))

        return draw

    def _drawn(self, notice: Notice, make: Callable[[], Layouts]) -> Layouts:
        """A defect in drawing must not keep the news itself from anybody."""
        try:
            return make()
        except Exception:  # noqa: BLE001  the bare news is told instead, and it is logged
            _log.exception("a notice cannot be drawn")
            return Layouts(Message(_bare(notice)))

    async def _subject(self, notice: Notice) -> Subject:
        if notice.about is None:
            return None
        an_id = SessionId(notice.about)
        return await self._sessions.get(an_id) or await self._orphans.get(an_id)

    async def _rented(self, notice: Notice) -> Session:
        session = (
            None if notice.about is None else await self._sessions.get(SessionId(notice.about))
        )
        if session is None or session.rental is None:
            raise SlackTrouble(Cause.NOBODY, "it is about no rental")
        return session


def _bare(notice: Notice) -> str:
    if notice.about is None:
        return f"News of the bot: {notice.kind}. The log says why it cannot be told better."
    return (
        f"News of `{notice.about}`: {notice.kind}. It could not be drawn; the log says why."
        f" `/gpu session {notice.about}` shows the machine."
    )
