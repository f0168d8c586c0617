"""A Slack workspace on loopback, for people to try the bot in and for tests to drive it.

It knows nothing of the bot: it speaks Slack's Web API, Socket Mode and signed HTTP to whatever app
connects, and shows a page that looks like Slack. See README.md in this folder.
"""

from bot.playground.driver import Slack
from bot.playground.server import open_playground
from bot.playground.values import SlashCommand

__all__ = ["Slack", "SlashCommand", "open_playground"]
