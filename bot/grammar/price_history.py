"""`/gpu prices h100 vs a100 30d`: what models cost over time."""

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.grammar.findings import cite
from bot.grammar.text import clean, shown
from bot.grammar.values import Parameter, Prices, UsageError
from providers import gpus

USUAL_DAYS = 7
MOST_SIDES = 3
"""Two lines each, and a chart holds six."""
PHRASES = (
    "prices", "prices of", "prices for", "price history", "price history of", "price history for",
    "price chart", "price chart of", "price chart for", "price of", "history", "history of",
    "chart", "chart of", "show prices", "show prices of", "show price history of",
)  # fmt: skip
FORMS = ("prices 4090", "prices h100 vs a100", "prices 4090 24h", "prices 4090 30d")
MEANING = (
    "What models cost over the last 24 hours, 7 days (when nothing is said) or 30 days: the lowest"
    " and the median all-in price per GPU, as a chart and by marketplace. Up to"
    f" {MOST_SIDES} can be compared."
)
TOPIC = "prices"
_LENGTHS: Mapping[int, str] = {
    1: r"24 ?h(?:ours?|rs?)?|1 ?d(?:ays?)?|(?:a|one) day|day|today",
    7: r"7 ?d(?:ays?)?|(?:1|a|one) ?w(?:eek)?|seven days|week",
    30: r"30 ?d(?:ays?)?|4 ?w(?:eeks?)?|(?:1|a|one) ?month|thirty days|month",
}
_LEAD = r"(?:(?:in|over|for|of|during) )?(?:(?:the )?(?:last|past) )?"
_LENGTH = {
    days: re.compile(rf"(?<![\w.-]){_LEAD}(?:{words})(?![\w.-])", re.IGNORECASE)
    for days, words in _LENGTHS.items()
}
_OTHER_LENGTH = re.compile(
    rf"(?<![\w.-]){_LEAD}\d+ ?(?:h|hours?|d|days?|w|weeks?|months?|y|years?)(?![\w.-])",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\s+(?:vs\.?|v\.|versus|against|compared (?:to|with))(?:\s+|$)|\s*[,;]\s*", re.IGNORECASE
)
_OR = re.compile(r"\s*\|\s*|\s+(?:or|and|&)\s+|\s*/\s*", re.IGNORECASE)
_FILLERS = re.compile(
    r"^(?:(?:the|a|an|gpu|gpus|nvidia|of|for|on)\s+)+|\s+(?:gpus?|cards?)$", re.IGNORECASE
)
_WORDS_LOOKED_AT = 12
_STRIPPED = " '\"`*_~.!?:"


def row() -> Parameter:
    return Parameter(TOPIC, FORMS, MEANING)


def written(command: Prices) -> str:
    """The canonical text."""
    sides = " vs ".join(map(gpus.phrase, command.sides))
    length = {1: " 24h", 30: " 30d"}.get(command.days, "")
    return f"{TOPIC} {sides}{length}"


def read(rest: str) -> Prices | UsageError:
    """From what stands behind the verb."""
    text, found = _without_lengths(clean(rest))
    days = found[0] if found else USUAL_DAYS
    if len(set(found)) > 1:
        problem = "The length is given twice; one chart has one."
        return _error(problem, rest, [f"{text} {days}d" for days in found])
    command = _compared(text, days, rest)
    other = _OTHER_LENGTH.search(text)
    if isinstance(command, Prices) or other is None:
        return command
    left = " ".join((text[: other.start()] + text[other.end() :]).split())
    problem = f"I keep charts of 24 hours, 7 days and 30 days, not {cite(other[0].strip())}."
    return _error(problem, other[0], [f"{left} {length}" for length in ("24h", "7d", "30d")])


def _compared(text: str, days: int, rest: str) -> Prices | UsageError:
    sides: list[tuple[str, ...]] = []
    for part in filter(None, map(_bare, _AGAINST.split(text))):
        names = _names(part)
        if names is None:
            return _unknown(part, text, days)
        sides.append(names)
    sides = list(dict.fromkeys(sides))
    if not sides:
        return _error("Say of which GPU, as in “prices 4090”.", rest, ["4090", "h100 vs a100"])
    if len(sides) > MOST_SIDES:
        problem = f"I compare {MOST_SIDES} models at most, and these are {len(sides)}."
        return _error(problem, rest, [_phrased(sides[:MOST_SIDES], days)])
    return Prices(tuple(sides), days)


def _without_lengths(text: str) -> tuple[str, list[int]]:
    """In the order of the table: which was said first does not matter."""
    found = []
    for days, pattern in _LENGTH.items():
        if pattern.search(text) and not gpus.find(text):
            text = " ".join(pattern.sub(" ", text).split())
            found.append(days)
    return text, found


def _names(part: str) -> tuple[str, ...] | None:
    """`h100` is all of its forms; `4090|a6000` is either."""
    if whole := gpus.find(part):
        return whole
    each = [gpus.find(_bare(piece)) for piece in _OR.split(part)]
    return tuple(dict.fromkeys(name for names in each for name in names)) if all(each) else None


def _unknown(part: str, text: str, days: int) -> UsageError:
    wrong = next((piece for piece in map(_bare, _OR.split(part)) if not gpus.find(piece)), part)
    suffix = "" if days == USUAL_DAYS else f" {days}d"
    if inside := _model_in(wrong):
        over = " ".join(wrong.replace(inside, " ", 1).split())
        problem = f"Prices are kept of whole models: leave out {cite(over)}."
        return _error(problem, over, [text.replace(wrong, inside, 1) + suffix])
    problem = (
        f"{cite(wrong)} can be several models."
        if gpus.meanings(wrong)
        else f"I know no GPU called {cite(wrong)}; prices are kept of models that I know."
    )
    meant = [gpus.short(name) for name in gpus.nearest(wrong)]
    return _error(problem, wrong, [text.replace(wrong, name, 1) + suffix for name in meant])


def _model_in(text: str) -> str | None:
    """The longest of its runs of words that is a model: `4090` of `2x 4090 under 0.4`."""
    words = text.split()[:_WORDS_LOOKED_AT]
    runs = [
        " ".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    ]
    return max(filter(gpus.find, runs), key=len, default=None)


def _error(problem: str, fragment: str, repaired: Iterable[str]) -> UsageError:
    """Repairs that are understood."""
    texts = dict.fromkeys(_understood(repaired))
    return UsageError(problem, shown(fragment.strip()), (*list(texts)[:2], f"help {TOPIC}"))


def _understood(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        command = read(text) if len(text) <= 200 else None
        if isinstance(command, Prices):
            yield written(command)


def _phrased(sides: Iterable[tuple[str, ...]], days: int) -> str:
    return " vs ".join(map(gpus.phrase, sides)) + f" {days}d"


def _bare(text: str) -> str:
    return _FILLERS.sub("", text.strip(_STRIPPED)).strip(_STRIPPED)
