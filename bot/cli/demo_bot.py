"""`python -m bot.cli.demo_bot ADMIN_URL`: the bot as `run` starts it, in the market's time.

Only the demo starts it.
"""

import sys

from bot.cli.followed_clock import follow_market
from bot.cli.service import launch, until_ended
from bot.settings import Settings
from bot.wiring import Mode


async def _run(loaded: Settings, admin_url: str) -> int:
    async with follow_market(admin_url) as clock:
        return await until_ended(loaded, Mode.RUN, clock)


if __name__ == "__main__":
    sys.exit(launch(lambda loaded: _run(loaded, sys.argv[1])))
