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
from bot.grammar.vocabulary import MAX_USD
from bot.grammar.watch_form import (
    BLANK,
    YES,
    RawWatch,
    WatchField,
    WatchMistakes,
    fields_of,
    read_form,
)
from bot.grammar.watch_table import LEAST_PERCENT, MOST_A_DAY, MOST_PERCENT
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
)
from bot.grammar.watch_verbs import commands as watch_commands
from bot.grammar.watch_words import duration_words as length_words
from bot.grammar.watches import rule_text, watch_text, whole_query
from bot.grammar.writing import condition_words

__all__ = [
    "BLANK",
    "LEAST_PERCENT",
    "MAX_USD",
    "MOST_A_DAY",
    "MOST_PERCENT",
    "YES",
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
    "RawWatch",
    "ResumeWatch",
    "SessionCommand",
    "Sessions",
    "SnoozeWatch",
    "Stop",
    "Unwatch",
    "UsageError",
    "WatchCommand",
    "WatchField",
    "WatchForm",
    "WatchList",
    "WatchMistakes",
    "WatchingCommand",
    "commands",
    "condition_words",
    "conditions",
    "describe",
    "fields_of",
    "help_examples",
    "length_words",
    "parameters",
    "parse",
    "price_commands",
    "read_form",
    "reference_markdown",
    "rule_text",
    "watch_commands",
    "watch_parameters",
    "watch_text",
    "whole_query",
    "written",
]
