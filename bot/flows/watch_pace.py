"""How often watches are looked at: as often as the marketplaces' limits allow."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.flows.order_ports import Orders
from bot.flows.ports import Marks
from bot.flows.watch_ports import Watches, WatchMarket

_FACT = "watch interval"
_LATE_S = 3.0
"""Neither ticks nor answers come at the second, and two looks that are to confirm each other must
be as far apart as they should: a second too few costs a whole interval more."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WatchPace:
    watches: Watches
    market: WatchMarket
    marks: Marks
    least_s: float
    """A setting."""
    orders: Orders
    """They look with the watches, and as often."""

    async def interval_s(self) -> int:
        """As the process that looks has found it; only that one knows how many pages there are."""
        fact = await self.marks.remembered(_FACT)
        return await self.planned_s() if fact is None else int(fact)

    async def planned_s(self) -> int:
        watched = (await self.watches.asked()).values()
        asked = tuple(dict.fromkeys([*watched, *await self.orders.asked()]))
        return math.ceil(max(self.least_s + _LATE_S, self.market.plan(asked).interval_s))

    async def settle(self) -> int:
        """For the process that looks: tells the others."""
        planned_s = await self.planned_s()
        if await self.marks.remembered(_FACT) != str(planned_s):
            await self.marks.remember(_FACT, str(planned_s))
        return planned_s


def next_look(now: datetime, interval_s: int) -> datetime:
    """The same moment for all watches, so that one look at the market serves all of them: between
    half an interval and one and a half from now."""
    interval = timedelta(seconds=interval_s)
    passed = (now + interval / 2 - _EPOCH) // interval
    return _EPOCH + (passed + 1) * interval
