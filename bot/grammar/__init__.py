"""Text ↔ queries. One table (`table.py`) drives parsing, suggestions, help and the document."""

from bot.grammar.commands import parse, written
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
from bot.grammar.verbs import commands, price_commands
from bot.grammar.watch_table import parameters as watch_parameters
from bot.grammar.watch_values import (
    CancelOrder,
    OrderCommand,
    OrderList,
    PauseWatch,
    ResumeWatch,
    SnoozeWatch,
    Unwatch,
    WatchCommand,
    WatchForm,
    WatchingCommand,
    WatchList,
    Whose,
)
from bot.grammar.watch_verbs import commands as watch_commands
from bot.grammar.watches import rule_text, watch_text, whole_query
from bot.grammar.writing import condition_words

__all__ = [
    "CancelOrder",
    "Command",
    "Condition",
    "Example",
    "Extend",
    "Find",
    "Help",
    "Key",
    "MachineCommand",
    "OrderCommand",
    "OrderList",
    "Parameter",
    "PauseWatch",
    "Prices",
    "ResumeWatch",
    "SessionCommand",
    "Sessions",
    "SnoozeWatch",
    "Stop",
    "Unwatch",
    "UsageError",
    "WatchCommand",
    "WatchForm",
    "WatchList",
    "WatchingCommand",
    "Whose",
    "commands",
    "condition_words",
    "conditions",
    "describe",
    "help_examples",
    "parameters",
    "parse",
    "price_commands",
    "reference_markdown",
    "rule_text",
    "watch_commands",
    "watch_parameters",
    "watch_text",
    "whole_query",
    "written",
]
