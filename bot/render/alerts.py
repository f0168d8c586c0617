"""The message of a channel when prices fell: what happened, the offer as a card, what can be done.

Several watches of a channel may share one message.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from slackblocks.blocks import Block as KitBlock

from bot.render import cards, facts, kit, parts, watch_presses, watch_words
from bot.render.foreign import escaped, person
from bot.render.message import Layouts, Message
from bot.rules.sessions import Session, SessionState
from bot.rules.watches import Said, Watch

CARDS_SHOWN = 5
NUMBERS_SHOWN = 20
REREAD = "Rent reads the offer again; if it is gone, you see the next best."

News = tuple[Watch, Said]


def alert(watches: Sequence[Watch], now: datetime) -> Layouts:
    """Of all watches that share the message; one that has said nothing is passed over."""
    news = [(watch, watch.said) for watch in watches if watch.said is not None]
    if not news:
        return kit.told("alert", ["*A watch had news*, and its record is gone."])
    return _one(news[0], now) if len(news) == 1 else _several(news, now)


def _one(news: News, now: datetime) -> Layouts:
    watch, said = news
    shown = _shown(news, now)
    head = kit.section("gpu:alert", kit.joined([f"*{_head(news)}*", _others(said)]))
    foot: list[KitBlock] = [
        kit.actions(_presses_id(said), watch_presses.of_message(watch)),
        kit.context("gpu:alert:fine", kit.joined([_whose(watch), *_fine(news)])),
    ]
    text = kit.joined(
        [_head(news), _others(said), _offer(shown), REREAD, _whose(watch), *_fine(news, REREAD)]
    )
    return _layouts(text, [head], [shown], foot)


def _several(news: Sequence[News], now: datetime) -> Layouts:
    """Each with its line and its card; what does not fit is counted and named by number."""
    some, rest = news[:CARDS_SHOWN], news[CARDS_SHOWN:]
    shown = [_shown(each, now) for each in some]
    title = f"*{len(news):,} watches of this channel have news*"
    left = _left(rest)
    head: list[KitBlock] = [kit.section("gpu:alert", title)]
    head += [
        kit.section(f"gpu:alert:{n}", _line(each), watch_presses.manage(each[0]))
        for n, each in enumerate(some)
    ]
    foot: list[KitBlock] = [
        kit.actions("gpu:alert:press", [watch_presses.watches()]),
        kit.context("gpu:alert:fine", kit.joined([left, REREAD])),
    ]
    lines = [
        f"{n}. {kit.spoken(_line(each))}\n{_offer(one)}"
        for n, (each, one) in enumerate(zip(some, shown, strict=True), 1)
    ]
    text = kit.joined([kit.spoken(title), *lines, left, REREAD])
    return _layouts(text, head, shown, foot)


def _presses_id(said: Said) -> str:
    """New with each edit: a client keeps a menu's choice by its block, and does not send the same
    choice twice."""
    return f"gpu:alert:press:{int(said.at.timestamp())}"


def _layouts(
    text: str,
    head: Sequence[KitBlock],
    shown: Sequence[cards.Shown],
    foot: Sequence[KitBlock],
) -> Layouts:
    carousel = kit.carousel("gpu:cards", [cards.card(each, n) for n, each in enumerate(shown)])

    def classic() -> Message:
        rows = [block for n, each in enumerate(shown) for block in cards.section(each, n)]
        return kit.message(text, [*head, *rows, *foot])

    return Layouts(kit.message(text, [*head, carousel, *foot]), classic)


def _shown(news: News, now: datetime) -> cards.Shown:
    """The card's session as far as its buttons need it."""
    watch, said = news
    session = Session(said.session_id, SessionState.OFFERED, said.offer, watch.owner, said.at)
    return cards.Shown(session, watch.query, now)


def _head(news: News) -> str:
    return escaped(watch_words.news(*news), 300)


def _line(news: News) -> str:
    watch, said = news
    return kit.joined([f"*{_head(news)}*", _others(said), _whose(watch), _last(news)])


def _others(said: Said) -> str:
    return watch_words.others(said.alert)


def _whose(watch: Watch) -> str:
    """`Watch 3: 2x 4090 under 0.70 · set up by @x`."""
    typed = escaped(watch_words.typed(watch), 300)
    return f"{watch_words.name(watch)}: {typed} · set up by {person(watch.owner.user_id)}"


def _fine(news: News, *without: str) -> list[str]:
    watch, said = news
    seen = f"Seen {parts.moment(said.offer.seen_at)}. {'' if REREAD in without else REREAD}"
    return [line for line in (_edited(watch, said), _last(news), seen.strip()) if line]


def _edited(watch: Watch, said: Said) -> str:
    """What the message said when it was posted."""
    memory = watch.memory
    if not said.alert.edits:
        return ""
    now = f"Brought up to date {parts.moment(said.at)}"
    if memory.said_at is None or memory.said_usd is None:
        return f"{now}."
    return (
        f"{now}: posted {parts.moment(memory.said_at)} with "
        f"{parts.usd_per_hour(memory.said_usd)}, {_change(memory.said_usd, said)}."
    )


def _change(posted: Decimal, said: Said) -> str:
    price = said.offer.price.usd_per_hour
    now = facts.hourly(said.offer)
    if price == posted:
        return "the price is the same"
    by = parts.usd_per_hour(abs(posted - price))
    return f"{now} now, {by} {'less' if price < posted else 'more'}"


def _last(news: News) -> str:
    watch, said = news
    if not said.alert.last_today:
        return ""
    cap = f"{watch.daily_cap:,} of {watch.daily_cap:,}"
    return f"The last message of this watch today ({cap}). It goes on looking."


def _left(rest: Sequence[News]) -> str:
    if not rest:
        return ""
    numbers = [f"{watch.number:,}" for watch, _ in rest[:NUMBERS_SHOWN]]
    more = f" and {len(rest) - NUMBERS_SHOWN:,} more" if len(rest) > NUMBERS_SHOWN else ""
    listed = parts.listed(numbers) if not more else ", ".join(numbers) + more
    verb = "watch has" if len(rest) == 1 else "watches have"
    return f"{len(rest):,} more {verb} news: {listed}."


def _offer(shown: cards.Shown) -> str:
    return escaped(facts.sentence(shown.offer, shown.query, shown.now, shown.host))
