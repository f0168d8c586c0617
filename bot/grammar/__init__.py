"""Text ↔ queries. One table (`table.py`) drives parsing, suggestions, help and the document."""

from bot.grammar.commands import parse
from bot.grammar.describe import conditions, describe
from bot.grammar.reference import help_examples, parameters, reference_markdown
from bot.grammar.values import (
    Command,
    Condition,
    Example,
    Extend,
    Find,
    Help,
    Key,
    MachineCommand,
    Parameter,
    Prices,
    SessionCommand,
    Sessions,
    Stop,
    UsageError,
)
from bot.grammar.verbs import commands, price_commands, written
from bot.grammar.writing import condition_words

__all__ = [
    "Command",
    "Condition",
    "Example",
    "Extend",
    "Find",
    "Help",
    "Key",
    "MachineCommand",
    "Parameter",
    "Prices",
    "SessionCommand",
    "Sessions",
    "Stop",
    "UsageError",
    "commands",
    "condition_words",
    "conditions",
    "describe",
    "help_examples",
    "parameters",
    "parse",
    "price_commands",
    "reference_markdown",
    "written",
]
