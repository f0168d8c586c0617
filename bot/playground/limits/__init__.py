"""Would Slack take this? Block Kit's limits, told in Slack's words."""

from bot.playground.limits.rules import Findings, Problem
from bot.playground.limits.surfaces import check_message, check_view

__all__ = ["Findings", "Problem", "check_message", "check_view"]
