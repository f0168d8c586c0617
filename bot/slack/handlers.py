"""What a desk offers: one handler for each action, form, command and event that it knows."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.grammar import Command
from bot.slack.payloads import Request

Handler = Callable[[Request], Awaitable[str]]
"""Answers and returns the outcome in a word, for the log."""
CommandHandler = Callable[[Request, Any], Awaitable[str]]
Judge = Callable[[Request], Awaitable[dict[str, Any] | None]]


@dataclass(frozen=True, slots=True)
class Desk:
    actions: Mapping[str, Handler] = field(default_factory=dict)
    """By the action's base id."""
    forms: Mapping[str, tuple[Judge, Handler]] = field(default_factory=dict)
    """By the view's callback id."""
    commands: Mapping[type[Command], CommandHandler] = field(default_factory=dict)
    events: Mapping[str, Handler] = field(default_factory=dict)
