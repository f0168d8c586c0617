"""The demo's control room: what it shows, what it breaks, what it tells of both sides.

The page asks the playground, which checks who asks and passes it on to here; only this process
knows the simulator's admin address and the bot's process.
"""

from bot.cli.controlroom.room import BotProcess, Room
from bot.cli.controlroom.server import open_controls

__all__ = ["BotProcess", "Room", "open_controls"]
