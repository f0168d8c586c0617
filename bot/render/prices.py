"""What models cost, now and over time: a chart, the figures in words, by marketplace."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from slackblocks.blocks import Block as KitBlock

from bot.render import ids, kit, parts, price_chart, sources
from bot.render.foreign import bare, escaped, told
from bot.render.message import Layouts, Message, Pictured
from bot.rules.price_answers import AtMarketplace, Level, PriceSide, PricesPage
from providers import gpus

LENGTHS = {1: "24 hours", 7: "7 days", 30: "30 days"}
WORDS = {1: "24h", 7: "7d", 30: "30d"}
"""As they are typed."""
_LEAST_CHANGE = Decimal("0.005")


def prices(page: PricesPage) -> Layouts:
    chart = price_chart.chart(page)
    text = _text(page)
    head, foot = _head(page), _foot(page)
    classic = kit.message(text, [*head, *foot])
    if chart is None:
        return Layouts(classic)

    def pictured(file_id: str) -> Message:
        return kit.message(text, [*head, kit.picture("gpu:picture", file_id, chart.words), *foot])

    rich = kit.message(text, [*head, kit.line_chart("gpu:chart", chart), *foot])
    return Layouts(rich, lambda: classic, Pictured(chart, pictured))


def _head(page: PricesPage) -> list[KitBlock]:
    title = " against ".join(price_chart.label(side.models) for side in page.sides)
    return [
        kit.header("gpu:title", bare(f"Prices of {title}", 150)),
        kit.section("gpu:now", "\n".join(_now(page, side) for side in page.sides)),
    ]


def _foot(page: PricesPage) -> list[KitBlock]:
    blocks: list[KitBlock] = []
    for number, side in enumerate(page.sides):
        rows = _rows(page, side)
        title = (
            price_chart.label(side.models) if len(page.sides) > 1 else "Lowest and median, per GPU"
        )
        if rows:
            blocks.append(kit.fields(f"gpu:past:{number}", escaped(title), rows))
        if len(page.sides) == 1 and side.markets:
            markets = [_market(page, side, each) for each in side.markets]
            blocks.append(kit.fields(f"gpu:markets:{number}", "By marketplace", markets))
    failed = [told(sources.failure(failure)) for failure in page.failures]
    if failed:
        blocks.append(kit.section("gpu:failed", "\n".join(failed)))
    blocks.append(kit.context("gpu:fine", escaped(_fine(page))))
    presses = [
        kit.button(
            f"Find {price_chart.label(side.models)}",
            ids.numbered(ids.RUN, number),
            ids.value(side.search_id),
            f"Find offers of {price_chart.label(side.models)}",
        )
        for number, side in enumerate(page.sides)
    ]
    return [*blocks, kit.actions("gpu:prices:press", presses)]


def _text(page: PricesPage) -> str:
    chart = price_chart.chart(page)
    lines: list[str | None] = []
    for side in page.sides:
        lines.append(kit.spoken(_now(page, side)))
        lines += [
            f"{escaped(price_chart.label(side.models))}, {name.lower()}: {said}"
            for name, said in _rows(page, side)
        ]
        if len(page.sides) == 1:
            lines += [
                f"{name}: {said}".replace("\n", "; ")
                for name, said in (_market(page, side, each) for each in side.markets)
            ]
    lines += [None if chart is None else escaped(chart.words)]
    lines += [told(sources.failure(failure)) for failure in page.failures]
    return kit.joined([*lines, escaped(_fine(page))])


def _now(page: PricesPage, side: PriceSide) -> str:
    """Mrkdwn: what it costs now, whether that is little, and how far back that is known."""
    name = escaped(price_chart.label(side.models))
    forms = f" ({', '.join(map(escaped, side.models))})" if len(side.models) > 1 else ""
    sentences = [f"*{name}*{forms}: {_present(side)}."]
    sentences += [f"{each}." for each in (_any_host(side), _compared(page, side)) if each]
    sentences += _known(page, side)
    return " ".join(sentences)


def _present(side: PriceSide) -> str:
    if side.now is None:
        return "what it costs now could not be read"
    if side.now.lowest is None:
        return "no offer on a verified host now"
    offers = parts.counted(side.now.offers, "offer")
    return (
        f"now from *{_money(side.now.lowest)}* per GPU, the median of {offers} is"
        f" {_money(side.now.median)}"
    )


def _any_host(side: PriceSide) -> str | None:
    """Only where it is worth a thought."""
    every, verified = side.now_any_host, side.now
    if every is None or every.lowest is None or verified is None:
        return None
    if verified.lowest is not None and every.lowest >= verified.lowest:
        return None
    return f"From {parts.usd_per_hour(every.lowest)} with hosts that are not verified"


def _compared(page: PricesPage, side: PriceSide) -> str | None:
    """`Against 7 days the median is 4% lower, against 30 days 12% higher`."""
    median = None if side.now is None else side.now.median
    said = []
    for days, level in _past(page, side.past, side).items():
        if days == 1 or median is None or not level.median:
            continue
        said.append(f"{_change(median / level.median - 1)} over {LENGTHS[days]}")
    return f"The median was {parts.listed(said)}" if said else None


def _change(share: Decimal) -> str:
    """How the past was, from how the present is against it."""
    if abs(share) < _LEAST_CHANGE:
        return "the same"
    past = 1 / (1 + share) - 1
    return f"{abs(past * 100):.0f}% {'higher' if past > 0 else 'lower'}"


def _known(page: PricesPage, side: PriceSide) -> list[str]:
    if side.since is not None:
        known = f"Known since {parts.moment(side.since)}."
        return [known] if page.now - side.since < timedelta(days=page.asked_days) else []
    usual = parts.usd_per_hour(side.usual)
    said = None if side.usual is None else f"Usually it costs about {usual} before disk."
    soon = (
        "A chart comes within four hours: I look every 5 minutes now, and every hour when nobody"
        " has asked for a day."
    )
    return ["There is no history yet, this is the first look.", *([said] if said else []), soon]


def _past(page: PricesPage, past: Mapping[int, Level], side: PriceSide) -> Mapping[int, Level]:
    """Only lengths that say more than the shorter one."""
    if side.since is None:
        return {}
    known_days = (page.now - side.since) / timedelta(days=1)
    shorter = {1: 0, 7: 1, 30: 7}
    return {days: level for days, level in sorted(past.items()) if known_days > shorter[days]}


def _rows(page: PricesPage, side: PriceSide) -> list[tuple[str, str]]:
    past = [(LENGTHS[days], _said(level)) for days, level in _past(page, side.past, side).items()]
    return [("Now", _at_once(side.now)), *past] if past else []


def _market(page: PricesPage, side: PriceSide, at: AtMarketplace) -> tuple[str, str]:
    offers = "" if at.now is None else parts.counted(at.now.offers, "offer")
    lines = [f"now {_at_once(at.now)}{f' of {offers}' if at.now and at.now.lowest else ''}"]
    lines += [
        f"{LENGTHS[days]} {_said(level)}"
        for days, level in _past(page, at.past, side).items()
        if days != 1
    ]
    return escaped(parts.marketplace(at.provider)), "\n".join(lines)


def _at_once(level: Level | None) -> str:
    if level is None:
        return "no answer"
    return "no offer" if level.lowest is None else _said(level)


def _said(level: Level) -> str:
    return f"from {_money(level.lowest)}, median {_money(level.median)}"


def _money(usd: Decimal | None) -> str:
    return parts.usd_per_hour(usd)


def _fine(page: PricesPage) -> str:
    said = "Per GPU and hour, all-in with the usual disk, on demand, on verified hosts."
    if page.days < page.asked_days:
        return said  # no length would show more
    lengths = [each for each in WORDS.values() if each != WORDS[page.asked_days]]
    asked = " vs ".join(gpus.phrase(side.models) for side in page.sides)
    return f"{said} Longer or shorter: /gpu prices {asked} {lengths[0]}, or {lengths[1]}."
