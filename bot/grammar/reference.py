"""What is told about the language: examples, the table for `/gpu help`, the document."""

from collections.abc import Iterable

from bot.grammar.describe import conditions
from bot.grammar.shapes import Bound
from bot.grammar.table import ROWS
from bot.grammar.text import MAX_TEXT
from bot.grammar.values import Example, Parameter
from bot.grammar.verbs import commands, price_commands
from bot.grammar.vocabulary import COMPARISONS, FILLERS
from bot.grammar.watch_table import parameters as watch_parameters
from bot.grammar.watch_verbs import commands as watch_commands
from providers.models import OfferQuery

_EXAMPLES = (
    Example("2x 4090 under 0.80", "two RTX 4090 in one machine for at most $0.80 an hour, all-in"),
    Example("h100 in eu sort value", "any H100 in the European Union, best value first"),
    Example("a100 80gb on vast spot", "A100 with 80 GB on Vast.ai, interruptible"),
    Example("4090|a6000 24gb+ any host", "either model, hosts without verification too"),
    Example("48-80gb under 0.50 per gpu not in cn", "by memory and price for each GPU"),
    Example(
        "4090 disk 200gb ram 64gb for 2 days", "with that disk and RAM, promised for two days"
    ),
    Example("cheapest 16gb top 5", "the five cheapest 16 GB cards"),
)


def help_examples() -> tuple[Example, ...]:
    return _EXAMPLES


def parameters() -> tuple[Parameter, ...]:
    return tuple(Parameter(row.topic, row.forms, row.meaning) for row in ROWS)


def reference_markdown() -> str:
    """`docs/query-language.md`, whole."""
    parts = (_INTRODUCTION, _table(), _examples(), _rules(), _prices(), _machines(), _watches())
    return "\n".join(line for part in parts for line in (*part, ""))


_INTRODUCTION = (
    "# The query language",
    "",
    "What can be written after `/gpu` and `/gpu find`, and after `python -m bot find`.",
    "Wishes stand in any order.",
    "Case, commas, curly quotes, long dashes and odd spaces change nothing.",
    "Prices mean the same with and without `$`, `USD`, `/h`, `/hr` and `per hour`.",
    "`/gpu` alone and `/gpu help` show examples; `/gpu help price` explains one wish.",
    "",
    "This page is written from the parser's own table: `bot.grammar.reference_markdown()`.",
)


def _table() -> list[str]:
    return ["| wish | written | meaning |", *_rows(parameters())]


def _rows(parameters: Iterable[Parameter]) -> list[str]:
    lines = ["| --- | --- | --- |"]
    for each in parameters:
        forms = ", ".join(f"`{_cell(form)}`" for form in each.forms)
        lines.append(f"| {each.topic} | {forms} | {_cell(each.meaning)} |")
    return lines


def _prices() -> list[str]:
    return [
        "## Prices over time",
        "",
        "| command | written | meaning |",
        *_rows(price_commands()),
    ]


def _machines() -> list[str]:
    return [
        "## Rented machines",
        "",
        "What can be written after `/gpu` about machines that were rented.",
        "",
        "| command | written | meaning |",
        *_rows(commands()),
        "",
        "- An id is read in either case, with and without its first four letters and dash.",
        "- Time is given in hours, minutes or days: `2h`, `90 min`, `1h 30m`, `1 day`.",
    ]


def _watches() -> list[str]:
    return [
        "## Watches and orders",
        "",
        "A watch tells its channel; an order rents by itself, once.",
        "",
        "| command | written | meaning |",
        *_rows(watch_commands()),
        "",
        "Words that they understand beside those of a search, in any order:",
        "",
        "| word | written | meaning |",
        *_rows(watch_parameters()),
        "",
        "- One watch has one trigger; where none is said it is the price limit, else a 10% drop.",
        "- An order of results and a number of results mean nothing to a watch and are left out.",
        "- Watches and orders are named by their numbers: `3` and `#3` are the same.",
        "- `fast` belongs to `available` alone.",
    ]


def _examples() -> list[str]:
    lines = ["## Examples", "", "| after `/gpu` | finds |", "| --- | --- |"]
    return lines + [f"| `{_cell(each.text)}` | {_cell(each.does)} |" for each in _EXAMPLES]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _rules() -> list[str]:
    assumed = ", ".join(each.words for each in conditions(OfferQuery()) if each.is_default)
    at_most = _codes(word for word, bound in COMPARISONS.items() if bound is Bound.MAX)
    at_least = _codes(word for word, bound in COMPARISONS.items() if bound is Bound.MIN)
    return [
        "## Rules",
        "",
        f"- Without a word about them these hold: {assumed}.",
        "- `any host` lifts the wish for verified hosts alone.",
        "- `any reliability`, or `reliability 0`, lifts the wish for reliability alone.",
        f"- At most: {at_most}. The number itself is included.",
        f"- At least: {at_least}. The number itself is included.",
        "- Naming several models, places or marketplaces means any of them.",
        "- A decimal comma is read where it can be nothing else: `under 0,40`.",
        '- A model that nobody knows is searched by its name in quotes: `"RTX 9090 Ti"`.',
        "- A size beside `ram` or `disk` belongs to that word; any other is that of one GPU.",
        f"- These words change nothing: {_codes(FILLERS)}.",
        f"- A text is read up to {MAX_TEXT:,} characters.",
        "- What is not understood is named, with the nearest commands that would be.",
    ]


def _codes(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
