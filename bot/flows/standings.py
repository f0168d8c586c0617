"""Where offers stand in the history of their models, for the cards of a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.flows.history_ports import ModelPrices
from bot.rules.history import Lows, Standing, is_verified, standing
from bot.rules.sessions import Session, SessionId
from providers import gpus
from providers.clock import Clock

KEPT_FOR = timedelta(minutes=5)
MOST_KEPT = 100
"""Models; 250 hours and days of each."""
Key = tuple[str, bool]


@dataclass(slots=True)
class Standings:
    """Keeps the history of the models that were shown lately: a search waits for no records."""

    prices: ModelPrices
    clock: Clock
    _kept: dict[Key, tuple[datetime, Lows]] = field(default_factory=dict, init=False)

    async def of(self, sessions: Sequence[Session]) -> Mapping[SessionId, Standing]:
        """Of those of which enough is known. A verified host's offer is compared with verified
        ones, any other with all."""
        now = self.clock.now()
        keys = {each.id: (each.offer.gpu.name, is_verified(each.offer)) for each in sessions}
        lows = await self._lows(dict.fromkeys(keys.values()), now)
        found = {
            each.id: standing(each.offer, lows.get(keys[each.id], Lows()), now)
            for each in sessions
        }
        return {session_id: place for session_id, place in found.items() if place is not None}

    async def _lows(self, keys: Mapping[Key, None], now: datetime) -> Mapping[Key, Lows]:
        wanted = [key for key in keys if key[0] in gpus.ALL]
        missing = [key for key in wanted if not self._is_kept(key, now)]
        if missing:
            if len(self._kept) + len(missing) > MOST_KEPT:
                self._kept.clear()
            read = await self.prices.lows(missing, now)
            self._kept.update({key: (now, lows) for key, lows in read.items()})
        return {key: self._kept[key][1] for key in wanted if key in self._kept}

    def _is_kept(self, key: Key, now: datetime) -> bool:
        kept = self._kept.get(key)
        return kept is not None and abs(now - kept[0]) < KEPT_FOR
