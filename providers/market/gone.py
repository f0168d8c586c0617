"""Offers that somebody found dead: a marketplace lists them for minutes more, and so do caches."""

from collections.abc import Hashable
from typing import Final

from providers.clock import Clock
from providers.listings import Candidate
from providers.models import Offer

Keys = frozenset[Hashable]
NOTHING: Final[Keys] = frozenset()
_GONE_FOR_S: Final = 300.0


class Gone:
    def __init__(self, clock: Clock, gone_for_s: float = _GONE_FOR_S) -> None:
        self._clock = clock
        self._gone_for_s = gone_for_s
        self._until: dict[Hashable, float] = {}

    def add(self, offer: Offer) -> None:
        """With all chunks of its machine, where the offer names one: a host that is away is away
        with everything. Without a host, `machine_id` is a place with many machines."""
        until = self._clock.monotonic() + self._gone_for_s
        self._until[offer.identity] = until
        if offer.host_id is not None and offer.machine_id is not None:
            self._until[(offer.provider, offer.machine_id)] = until

    def keys(self) -> Keys:
        if not self._until:
            return NOTHING
        now = self._clock.monotonic()
        self._until = {key: until for key, until in self._until.items() if until > now}
        return frozenset(self._until)


def is_gone(candidate: Candidate | Offer, keys: Keys) -> bool:
    identity = (candidate.provider, candidate.offer_id, candidate.pricing)
    if identity in keys:
        return True
    return candidate.host_id is not None and (candidate.provider, candidate.machine_id) in keys
