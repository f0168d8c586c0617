"""The chart of a question about prices, as values: for Slack's own block and for a picture."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from bot.render import parts
from bot.render.foreign import bare
from bot.render.message import Chart
from bot.rules.history import STEPS
from bot.rules.price_answers import Point, PricesPage
from providers import gpus

TITLE_LIMIT = 50
NAME_LIMIT = 20
LABEL_LIMIT = 60
UNIT = "USD per GPU hour"
_SPANS = {1: "last 24 hours, UTC", 7: "last 7 days, UTC", 30: "last 30 days"}
_CENTS = Decimal("0.0001")


def label(models: Sequence[str]) -> str:
    """`RTX 4090`, `H100` for all of its forms, `4090 or A6000`."""
    if len(models) == 1:
        return bare(models[0], LABEL_LIMIT)
    return bare(gpus.phrase(models).upper().replace("|", " or "), LABEL_LIMIT)


def chart(page: PricesPage) -> Chart | None:
    """None when there are not two moments to join by a line."""
    charted = page.charted
    if not charted:
        return None
    series = [
        (name, tuple(value.quantize(_CENTS) for value in values))
        for short, points in zip(_names(page), charted, strict=True)
        for name, values in (
            (f"{short}lowest", [point.lowest for point in points]),
            (f"{short}median", [point.median for point in points]),
        )
    ]
    if len(page.sides) == 1:
        series = [(name.capitalize(), values) for name, values in series]
    return Chart(
        title=_title(page),
        unit=UNIT,
        categories=tuple(_category(point.start, page.days) for point in charted[0]),
        series=tuple(series),
        words=_words(page, charted),
    )


def _title(page: PricesPage) -> str:
    span = _SPANS[page.days]
    for named in (label, _short):
        title = f"{' and '.join(named(side.models) for side in page.sides)}, {span}"
        if len(title) <= TITLE_LIMIT:
            return title
    return f"{len(page.sides)} models, {span}" if len(page.sides) > 1 else f"Prices, {span}"


def _names(page: PricesPage) -> list[str]:
    """What a series is called before its figure; nothing where there is one side."""
    if len(page.sides) == 1:
        return [""]
    room = NAME_LIMIT - len(" lowest")
    names = [label(side.models) for side in page.sides]
    if max(map(len, names)) > room:
        names = [_short(side.models)[:room].strip() for side in page.sides]
    if len(set(names)) < len(names):
        names = [f"{name[: room - 2]} {number}" for number, name in enumerate(names, 1)]
    return [f"{name} " for name in names]


def _short(models: Sequence[str]) -> str:
    return bare(gpus.short(models[0]).upper(), LABEL_LIMIT)


def _category(start: datetime, days: int) -> str:
    """Slack takes 20 characters, and each only once. In UTC, since nobody's own zone is known."""
    at = start.astimezone(UTC)
    if days == 1:
        return f"{at:%H:%M}"
    day = f"{at.day} {at:%b}"
    return f"{day} {at:%H:%M}" if days == 7 and at.hour else day


def _words(page: PricesPage, charted: Sequence[Sequence[Point]]) -> str:
    said = [
        f"{label(side.models)}: the lowest {_course([point.lowest for point in points])};"
        f" the median {_course([point.median for point in points])}."
        for side, points in zip(page.sides, charted, strict=True)
    ]
    first, last = charted[0][0].start, charted[0][-1].start
    length = parts.span(last + STEPS[page.days] - first)
    return f"The chart shows {UNIT} over {length}. {' '.join(said)}"


def _course(values: Sequence[Decimal]) -> str:
    """`went from $0.35 to $0.31, between $0.29 and $0.41`."""
    first, last, low, high = map(parts.usd, (values[0], values[-1], min(values), max(values)))
    if low == high:
        return f"stayed at {first}"
    return f"went from {first} to {last}, between {low} and {high}"
