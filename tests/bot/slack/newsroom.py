"""A notifier between an outbox in memory and a simulated workspace, over real HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from bot.playground import Slack, open_playground
from bot.playground.values import Message as Shown
from bot.render.message import Layouts, Message
from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.orders import Order
from bot.rules.places import Asker, Place
from bot.rules.policy import Policy
from bot.rules.rentals import Rental
from bot.rules.sessions import Session, SessionId, SessionState
from bot.rules.watches import (
    Alert,
    MachineKey,
    Rule,
    Said,
    Sighting,
    Trigger,
    Watch,
    WatchId,
)
from bot.slack.alerts import AlertDelivery, AlertDrawing
from bot.slack.app import open_careful_client
from bot.slack.delivery import Delivery, Drawing, Subject
from bot.slack.layouts import Ladder
from bot.slack.notify import Notifier
from bot.slack.order_delivery import OrderDelivery, OrderDrawing
from bot.slack.poster import Poster
from providers.clock import Clock
from providers.models import OfferQuery, ProviderName
from tests.fakes.clock import FakeClock
from tests.fakes.offers import offer
from tests.fakes.outbox import FakeOutbox

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CARD_BLOCK = {"type": "card", "title": {"type": "plain_text", "text": "rich"}}
CLASSIC_BLOCK = {"type": "section", "text": {"type": "plain_text", "text": "classic"}}


def rented(name: str, user_id: str, channel_id: str) -> Session:
    renter = Asker(user_id, Place("T0PLAYGRND", channel_id))
    rental = Rental(
        renter=renter,
        label=f"shopper-{name}",
        origin="https://console.vast.ai",
        account_id="1",
        image="pytorch",
        ssh_public_key="ssh-ed25519 AAAA",
        note="",
        pressed_at=NOW,
        ends_at=NOW + timedelta(hours=4),
        usd_per_hour=Decimal("0.42"),
    )
    return Session(SessionId(name), SessionState.STARTING, offer(), renter, NOW, rental)


class Known:
    """Sessions, orphans, watches or orders, as far as the notifier asks for them."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    async def get(self, an_id: str) -> Any:
        return self.kept.get(an_id)

    async def change(self, _old: Watch, new: Watch) -> Watch:
        self.kept[new.id] = new
        return new


class Pen:
    """The renderers."""

    def __init__(self) -> None:
        self.drawn = 0
        self.defect: Exception | None = None
        self.more = ""

    def notice(self, notice: Notice, subject: Subject, _now: datetime) -> Layouts:
        return self._layouts(f"{notice.kind} of {'nothing' if subject is None else subject.id}")

    def card(self, session: Session, _now: datetime) -> Layouts:
        return self._layouts(f"{session.id} is {session.state}")

    def alert(self, watches: Sequence[Watch], _now: datetime) -> Layouts:
        seen = [
            (watch.number, watch.said and watch.said.alert.seen.usd_per_hour) for watch in watches
        ]
        return self._layouts(", ".join(f"watch {number} saw ${price}" for number, price in seen))

    def unheard(self, watch: Watch, why: str, _now: datetime) -> Layouts:
        return self._layouts(f"watch {watch.number} is not heard: {why}")

    def order(self, order: Order, _now: datetime, session: Session | None) -> Layouts:
        machine = "" if session is None else f" with {session.id}"
        return self._layouts(f"order {order.number} is {order.state}{machine}")

    def order_fired(self, order: Order, session: Session) -> Layouts:
        return self._layouts(f"order {order.number} rents {session.id}")

    def order_next(self, order: Order) -> Layouts:
        return self._layouts(f"order {order.number} tried {order.tried[-1].machine}")

    def order_over(self, order: Order) -> Layouts:
        return self._layouts(f"order {order.number} is over: {order.state}")

    def _layouts(self, text: str) -> Layouts:
        if self.defect is not None:
            raise self.defect
        self.drawn += 1
        return Layouts(
            Message(text + self.more, (CARD_BLOCK,)), lambda: Message(text, (CLASSIC_BLOCK,))
        )


class Policies:
    def __init__(self) -> None:
        self.policy = Policy()

    def current(self) -> Policy:
        return self.policy


@dataclass
class Newsroom:
    slack: Slack
    clock: Any
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    sessions: Known = field(default_factory=Known)
    orphans: Known = field(default_factory=Known)
    watches: Known = field(default_factory=Known)
    orders: Known = field(default_factory=Known)
    pen: Pen = field(default_factory=Pen)
    policies: Policies = field(default_factory=Policies)

    def notifier(self, http: ClientSession, api_url: str | None = None) -> Notifier:
        """One process's; there may be several."""
        client = open_careful_client(self.slack.bot_token, api_url or self.slack.api_url, http)
        poster = Poster(client, Ladder(self.clock), self.clock, self.slack.team_id)
        delivery = Delivery(
            self.outbox,
            self.sessions,  # type: ignore[arg-type]  # as far as it is asked
            self.orphans,  # type: ignore[arg-type]  # the same
            self.policies.current,
            Drawing(self.pen.notice, self.pen.card),
            poster,
            self.clock,
            AlertDelivery(
                self.watches,  # type: ignore[arg-type]  # the same
                self.outbox,
                AlertDrawing(self.pen.alert, self.pen.unheard),
                poster,
                self.clock,
            ).send,
            OrderDelivery(
                self.orders,  # type: ignore[arg-type]  # the same
                self.sessions,  # type: ignore[arg-type]  # the same
                self.outbox,
                OrderDrawing(
                    self.pen.order, self.pen.order_fired, self.pen.order_next, self.pen.order_over
                ),
                poster,
                self.clock,
            ).send,
        )
        return Notifier(self.outbox, delivery.send, self.clock)

    def rent(self, name: str = "k3f9-abcdefgh23", channel: str = "general") -> Session:
        where = self.slack.channel(channel).id if channel else ""
        session = rented(name, self.slack.user("ada").id, where)
        self.sessions.kept[name] = session
        return session

    def change(self, session: Session, state: SessionState) -> None:
        self.sessions.kept[session.id] = replace(session, state=state)

    async def tell(
        self, kind: NoticeKind, audience: Audience, about: str | None, **fields: Any
    ) -> str:
        key = str(fields.pop("key", f"{kind}/{audience}/{about}"))
        await self.outbox.put([Notice(kind, audience, key, about, **fields)], self.clock.now())
        return key

    async def see(
        self, number: int, usd: str, key: str, *, group: str = "", channel: str = "general"
    ) -> WatchId:
        """A watch has decided to say something under this key."""
        watch_id = WatchId(f"w{number}")
        where = Place(self.slack.team_id, self.slack.channel(channel).id)
        seen = Sighting(
            MachineKey(ProviderName("vastai"), "m1", "RTX 4090", 1), Decimal(usd), self.clock.now()
        )
        said = Said(
            Alert(Trigger.UNDER, seen, None),
            offer(),
            SessionId("k3f9-abcdefgh23"),
            self.clock.now(),
            tuple(map(WatchId, group.split())),
            key,
        )
        owner = Asker(self.slack.user("ada").id, where)
        self.watches.kept[watch_id] = Watch(
            watch_id, number, owner, OfferQuery(), Rule(Trigger.UNDER), "4090", NOW, said=said
        )
        return watch_id

    async def alert(self, key: str, watches: str, **facts: str) -> None:
        await self.tell(
            NoticeKind.ALERT, Audience.CHANNEL, watches.split(maxsplit=1)[0], key=key,
            facts={"watches": watches, **facts},
        )  # fmt: skip

    async def card(self, session: Session) -> str:
        return await self.tell(NoticeKind.CARD, Audience.CARD, session.id)

    def said(self, channel: str, user: str = "ada") -> list[Shown]:
        return [message for message in self.slack.messages(channel, user) if message.bot_id]

    def texts(self, channel: str, user: str = "ada") -> list[str]:
        return [message.text for message in self.said(channel, user)]


@asynccontextmanager
async def open_newsroom(
    *, clock: Clock | None = None, timeout_s: float = 60.0, **wishes: Any
) -> AsyncIterator[tuple[Newsroom, Notifier]]:
    """`timeout_s` is real time: a short one is met by a busy machine as well."""
    ours = clock or FakeClock(NOW)
    async with (
        open_playground(clock=ours, **wishes) as slack,
        ClientSession(timeout=ClientTimeout(total=timeout_s)) as http,
    ):
        room = Newsroom(slack, ours)
        notifier = room.notifier(http)
        yield room, notifier
        await notifier.stop()
