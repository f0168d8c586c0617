"""What is told about the language: examples, the table for `/gpu help`, the document."""

from bot.grammar.table import ROWS
from bot.grammar.values import Example, Parameter

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
