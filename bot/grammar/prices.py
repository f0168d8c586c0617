"""`under 0.40`, `<0.4`, `max $0.40/h`, `40 cents per gpu`."""

from decimal import Decimal

from bot.grammar import books, writing
from bot.grammar.amounts import compared, compared_after, decimals, number, unit_at
from bot.grammar.findings import Item, Line, Problem, Reading, cite
from bot.grammar.names import model
from bot.grammar.shapes import Bound
from bot.grammar.vocabulary import MAX_USD

MAX_DECIMALS = 6


class _Words:
    """What stands around the number of a price."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.bound: Bound | None = None
        self.is_price = False
        """Something says so: a currency, `per hour`, `price`."""
        self.is_only_named = True
        """Nothing but `price` or `budget` says so."""
        self.factor = Decimal(1)
        self.per_gpu = False

    def before(self, place: int) -> int:
        start = -1
        while start != place:
            start = place
            bound, place = compared(self.line, place)
            self.bound = bound or self.bound
            for book in (books.PRICE_NAMES, books.CURRENCY):
                if found := book.at(self.line.tokens, place):
                    self.is_price = True
                    self.is_only_named &= book is books.PRICE_NAMES
                    place = found[1]
        self.is_only_named &= self.bound is None
        return place

    def after(self, place: int) -> int:
        start = -1
        while start != place:
            start = place
            place = self._unit(place)
        bound, end = compared_after(self.line, place)
        self.bound = self.bound or bound
        return end

    def _unit(self, place: int) -> int:
        tokens = self.line.tokens
        if found := books.PER_GPU.at(tokens, place):
            self.per_gpu = True
            return found[1]
        if per_hour := books.PER_HOUR.at(tokens, place):
            self.is_price = True
            return per_hour[1]
        currency = books.CURRENCY.at(tokens, place)
        if currency is None or _is_glued_number(self.line, currency[1]):
            return place
        self.is_price = True
        self.factor = min(self.factor, currency[0])
        return currency[1]


def before_number(line: Line, start: int) -> int:
    """Behind comparisons, currencies and words such as `price`."""
    return _Words(line).before(start)


def price(line: Line, start: int) -> Item | None:
    words = _Words(line)
    place = words.before(start)
    found = number(line, place)
    if found is None or (words.is_only_named and model(line, place) is not None):
        return None  # `4090 $0.40`, `price 4090`: the dollar belongs to what follows
    usd, place = found
    end = words.after(place)
    if not words.is_price and (words.bound is not Bound.MAX or _measures_else(line, place)):
        return None
    if words.bound is Bound.MIN:
        sentence = (
            f"A price can only be limited from above, unlike {cite(line.source(start, end))}."
        )
        return Problem(start, end, sentence, (f"under {writing.money(usd)}",))
    return _limited(line, start, end, usd * words.factor, per_gpu=words.per_gpu)


def _limited(line: Line, start: int, end: int, usd: Decimal, *, per_gpu: bool) -> Item:
    if not 0 < usd <= MAX_USD:
        repairs = (f"under {MAX_USD}",) if usd > 0 else ()
        sentence = f"A price must be above 0 and at most {MAX_USD:,} USD an hour"
        return Problem(start, end, f"{sentence}, not {cite(line.source(start, end))}.", repairs)
    if decimals(usd) > MAX_DECIMALS:
        sentence = f"A price has at most {MAX_DECIMALS} decimals, not as many as"
        repair = f"under {max(usd.quantize(Decimal('0.01')), Decimal('0.01'))}"
        return Problem(start, end, f"{sentence} {cite(line.source(start, end))}.", (repair,))
    field = "max_usd_per_gpu_hour" if per_gpu else "max_usd_per_hour"
    return Reading(start, end, {field: Decimal(writing.number(usd))})


def _measures_else(line: Line, place: int) -> bool:
    """`under 24gb`, `up to 4 gpus`."""
    found = unit_at(line, place)
    return found is not None


def _is_glued_number(line: Line, place: int) -> bool:
    token = line.at(place)
    return token is not None and token.glued and token.number is not None
