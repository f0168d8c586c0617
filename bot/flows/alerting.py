"""From the decision to speak to the message: the offer is read again, and each channel hears
once."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.flows.ports import Conflict, Ids, Sessions
from bot.flows.turns import Turn
from bot.flows.watch_looks import Looks, Shown
from bot.flows.watch_ports import Prices, Watches, WatchMarket
from bot.rules.alerts import AlertSettings, Verdict, decide
from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.places import Place
from bot.rules.sessions import Session, SessionState
from bot.rules.watches import Alert, MachineKey, Past, Said, Watch
from providers import matching
from providers.base import Priority
from providers.clock import Clock
from providers.errors import ProviderError
from providers.models import Offer, OfferQuery

NEWS_FOR = timedelta(hours=3)
"""Older news of a price is none. Rent reads the offer again, so that late news harms nobody."""
_REREADS = 3
"""Machines of one watch that are read again in one tick; the rest has time until the next."""
_REREADS_IN_ALL = 12
"""Of one tick: at Vast.ai each takes a turn of some seconds."""
_KNOWN_LONG_ENOUGH = timedelta(days=1)
_ATTEMPTS = 3

OnError = Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True)
class News:
    """A watch that has something to say, before its offer was read again."""

    watch: Watch
    shown: Shown
    past: Past


@dataclass(frozen=True, slots=True)
class Told:
    alerts: int
    quiet: tuple[Watch, ...]
    """Of the others: what the second reading left of their news is in their memories."""


@dataclass(frozen=True, slots=True)
class _Sure:
    """Read again, and still news."""

    watch: Watch
    verdict: Verdict
    alert: Alert
    offer: Offer

    @property
    def edited(self) -> str:
        """The message that is brought up to date; empty: a new one."""
        said = self.watch.said
        return said.message if self.alert.edits and said is not None else ""


class _NextTime(Exception):
    """Enough was read again in this tick."""


@dataclass(slots=True)
class _Tick:
    """What all watches of one tick share."""

    looks: Looks
    settings: AlertSettings
    due: datetime
    read: dict[Hashable, Offer | ProviderError | None] = field(default_factory=dict)
    """By offer and the machine around it: another disk has another price."""


@dataclass(frozen=True, slots=True)
class Alerting:
    watches: Watches
    prices: Prices
    market: WatchMarket
    sessions: Sessions
    ids: Ids
    clock: Clock
    on_error: OnError

    async def tell(
        self, news: Sequence[News], looks: Looks, settings: AlertSettings, due: datetime
    ) -> Told:
        """One message for a channel, whatever falls at once."""
        tick = _Tick(looks, settings, due)
        quiet: list[Watch] = []
        alerts = 0
        turn = Turn()
        for of_channel in _by_place(news).values():
            sure: list[_Sure] = []
            for each in of_channel:
                found = await self._guarded(each, tick)
                await turn.end()
                if isinstance(found, _Sure):
                    sure.append(found)
                else:
                    quiet.append(found)
            alerts += await self._say(sure, tick)
        return Told(alerts, tuple(quiet))

    async def _guarded(self, news: News, tick: _Tick) -> _Sure | Watch:
        """What cannot be made sure of now goes on waiting, and is news again at the next look."""
        try:
            return await self._make_sure(news, tick)
        except _NextTime:
            return _waits(news, news.shown, tick)
        except ProviderError as error:
            if error.detail:
                self.on_error(news.watch.id, error)
            return _waits(news, news.shown, tick)
        except Exception as error:  # noqa: BLE001  told, and costs no other watch its message
            self.on_error(news.watch.id, error)
        return news.watch

    async def _make_sure(self, news: News, tick: _Tick) -> _Sure | Watch:
        """Decides anew with every machine that was read again, until the one that is told of is
        among them."""
        watch, shown = news.watch, tick.looks.with_spare(news.shown)
        read: dict[MachineKey, Offer] = {}
        for _ in range(_REREADS + 1):
            verdict = decide(watch, shown.look, news.past, tick.settings)
            alert = verdict.alert
            if alert is None:
                return watch.with_changes(memory=verdict.memory)
            key = alert.seen.key
            if key in read:
                alert = await self._dated(watch, alert, news.past)
                return _Sure(watch, verdict, alert, read[key])
            if len(read) == _REREADS:
                break
            offer = await self._read_again(shown, key, tick)
            shown = shown.with_news(key, offer)
            if offer is not None:
                read[key] = offer
        return _waits(news, shown, tick)

    async def _read_again(self, shown: Shown, key: MachineKey, tick: _Tick) -> Offer | None:
        """Once in a tick, however many watches tell of it. Raises `ProviderError`, `_NextTime`."""
        offer = tick.looks.offer(shown.query, shown.candidate(key))
        if offer is None:
            return None
        what = (offer.identity, offer.disk_gb, offer.vcpus, offer.ram_gb)
        if what not in tick.read:
            if len(tick.read) >= _REREADS_IN_ALL:
                raise _NextTime
            tick.read[what] = await self._asked_again(offer)
        met = tick.read[what]
        if isinstance(met, ProviderError):
            raise met
        return met if met is not None and self._matches(met, shown.query) else None

    def _matches(self, offer: Offer, query: OfferQuery) -> bool:
        """Its host may have lost its verification meanwhile, or the place have less left."""
        now_s = self.clock.now().timestamp()
        return not matching.failing(matching.as_candidate(offer), query, now_s)

    async def _asked_again(self, offer: Offer) -> Offer | ProviderError | None:
        try:
            found = await self.market.refresh_offer(offer, priority=Priority.ALERT)
        except ProviderError as error:
            return error
        if found is None:
            self.market.evict(offer)
        return found

    async def _dated(self, watch: Watch, alert: Alert, past: Past) -> Alert:
        """Since when it was never as low: until the news began, as it is among the prices now."""
        until = alert.began_at or self.clock.now()
        price = alert.seen.usd_per_hour
        lower_at = await self.prices.last_at_or_below(watch.question, price, until)
        since = past.since
        if since is not None and until - since < _KNOWN_LONG_ENOUGH:
            since = None
        return replace(alert, lowest_since=since if lower_at is None else lower_at)

    async def _say(self, sure: list[_Sure], tick: _Tick) -> int:
        """In one transaction with what the watches remember of it: said once, or decided anew."""
        for _ in range(_ATTEMPTS):
            if not sure:
                return 0
            now = self.clock.now()
            try:
                pairs, cards, notices = self._drafted(sure, now)
                await self.sessions.open(cards)
                await self.watches.change_all(pairs, notices, tick.due, at=now)
            except Conflict:
                sure = [each for each in sure if await self._is_unchanged(each.watch)]
            except Exception as error:  # noqa: BLE001  told; due again when its claim has run out
                self.on_error(sure[0].watch.id, error)
                return 0
            else:
                return len(sure)
        return 0

    async def _is_unchanged(self, watch: Watch) -> bool:
        newest = await self.watches.get(watch.id)
        return newest is not None and newest.version == watch.version

    def _drafted(
        self, sure: Sequence[_Sure], now: datetime
    ) -> tuple[list[tuple[Watch, Watch]], list[Session], list[Notice]]:
        fresh = [each for each in sure if not each.edited]
        group = tuple(each.watch.id for each in fresh) if len(fresh) > 1 else ()
        message = f"alert:{fresh[0].watch.id}:{now.isoformat()}" if fresh else ""
        pairs: list[tuple[Watch, Watch]] = []
        cards: list[Session] = []
        for each in sure:
            watch, old = each.watch, each.watch.said
            card = Session(
                self.ids.session_id(),
                SessionState.OFFERED,
                each.offer,
                watch.owner,
                now,
                wanted_hours=watch.query.min_hours,
            )
            said = Said(each.alert, each.offer, card.id, now, group, message)
            if each.edited and old is not None:
                said = replace(said, group=old.group, message=old.message)
            else:
                said = replace(said, alert=replace(each.alert, edits=False))
            cards.append(card)
            memory = each.verdict.memory
            pairs.append((watch, watch.with_changes(memory=memory, said=said)))
        return pairs, cards, list(_notices([new for _, new in pairs], now))


def _waits(news: News, shown: Shown, tick: _Tick) -> Watch:
    """It was looked at, and nothing is told: as in quiet hours."""
    verdict = decide(news.watch, shown.look, news.past, tick.settings, tells=False)
    return news.watch.with_changes(memory=verdict.memory)


def _notices(watches: Sequence[Watch], now: datetime) -> Iterable[Notice]:
    """One for each message, new or old."""
    messages: Mapping[str, Said] = {
        watch.said.message: watch.said for watch in watches if watch.said is not None
    }
    for message, said in messages.items():
        mine = [w for w in watches if w.said is not None and w.said.message == message]
        ids = said.group or (mine[0].id,)
        facts = {"watches": " ".join(ids), "channel": mine[0].owner.place.channel_id}
        is_new = said.at == now and not said.alert.edits
        yield Notice(
            NoticeKind.ALERT,
            Audience.CHANNEL,
            message if is_new else f"{message}:edit:{now.isoformat()}",
            about=ids[0],
            facts=facts if is_new else facts | {"edits": message},
            expires_at=now + NEWS_FOR,
        )


def _by_place(news: Sequence[News]) -> Mapping[Place, list[News]]:
    found: dict[Place, list[News]] = {}
    for each in news:
        found.setdefault(each.watch.owner.place, []).append(each)
    return found
