"""`TensorDock`: each method translates, sends, translates."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from providers.base import Capability, Poll, Priority
from providers.clock import Clock
from providers.errors import ProviderError, Unsupported
from providers.fetch.call import Reply
from providers.listings import CacheUse, Sweep
from providers.models import Offer, OfferQuery, PricingKind
from providers.settings import ProviderSettings
from providers.tensordock import wire
from providers.tensordock.renting import Renting
from providers.tensordock.translate import offers, renting
from providers.tensordock.translate.errors import About

if TYPE_CHECKING:  # the client brings httpx and diskcache, which only a call needs
    from providers.fetch.client import FetchClient

_KEPT_ANSWERS = 16


class TensorDock(Renting):
    """The searching half; the other is `Renting`."""

    default_disk_gb = Decimal(offers.LEAST_DISK_GB)
    cannot: Mapping[Capability, str] = {
        Capability.INTERRUPTIBLE: renting.NO_INTERRUPTIBLE,
        Capability.VERIFICATION: "TensorDock does not verify hosts; it states a tier instead.",
        Capability.RELIABILITY: "TensorDock does not state how reliable a place is.",
        Capability.CUDA_VERSION: "The CUDA version depends on the image that is installed.",
        Capability.NETWORK_SPEED: "TensorDock does not state network speeds with its offers.",
        Capability.TRAFFIC_PRICE: "TensorDock does not state a price for traffic.",
        Capability.AVAILABLE_UNTIL: "TensorDock does not state how long a machine stays.",
    }

    def __init__(
        self,
        settings: ProviderSettings,
        fetch: "FetchClient",
        clock: Clock,  # noqa: ARG002  as the registry opens every marketplace
    ) -> None:
        super().__init__(settings, fetch)
        self.search_interval_s = settings.search_pace.interval_s
        self._kept: dict[offers.Wish, tuple[datetime, offers.Read]] = {}

    def scope(self, query: OfferQuery) -> Hashable:
        """One answer holds everything; only the machine that we would build differs."""
        return (query.pricing, offers.wish(query))

    async def search(
        self, query: OfferQuery, *, priority: Priority = Priority.SEARCH, refresh: bool = False
    ) -> Sweep:
        if query.pricing is not PricingKind.ON_DEMAND:
            raise Unsupported(self.name, renting.NO_INTERRUPTIBLE)
        reply, read = await self._locations(offers.wish(query), priority, refresh=refresh)
        return Sweep(
            provider=self.name,
            candidates=read.candidates,
            as_of=reply.received_at,
            fresh_until=reply.fresh_until,
            rows=read.rows,
            left_out=read.left_out,
            cache=reply.cache,
            seconds=reply.seconds,
        )

    def polls(self, queries: Sequence[OfferQuery]) -> Sequence[Poll]:
        """One call shows everything, whatever machine is to be built around it; there are no
        bids to look for."""
        shared: dict[Hashable, list[OfferQuery]] = {}
        for query in queries:
            if query.pricing is not PricingKind.ON_DEMAND:
                continue
            wish = offers.wish(query)
            key = (query.pricing, wish.vcpus, wish.ram_gb, wish.disk_gb)
            shared.setdefault(key, []).append(query)
        return [
            Poll(_widest(alike), 0 if number else 1, tuple(alike))
            for number, alike in enumerate(shared.values())
        ]

    async def refresh_offer(
        self, offer: Offer, *, priority: Priority = Priority.PRESS
    ) -> Offer | None:
        """With the machine that the offer described, or what the place still allows of it."""
        _, read = await self._locations(offers.wish_for(offer), priority, refresh=True)
        same = (c for c in read.candidates if c.offer_id == offer.offer_id)
        found = next(same, None)
        return None if found is None else found.offer()

    async def _locations(
        self, wish: offers.Wish, priority: Priority, *, refresh: bool
    ) -> tuple[Reply, offers.Read]:
        call = self._call("search", "GET", "/locations", priority)
        call = replace(call, cacheable=True, refresh=refresh, plausible=_is_plausible)
        reply = await self._send(call)
        kept = None if reply.cache is CacheUse.MISS else self._kept.get(wish)
        if kept is not None and kept[0] == reply.received_at:
            return reply, kept[1]
        try:
            read = offers.read(self._answer(reply), wish, reply.received_at)
        except ProviderError:
            await self._fetch.forget(call)
            raise
        self._keep(wish, reply.received_at, read)
        return reply, read

    def _answer(self, reply: Reply) -> wire.Answer:
        if reply.status != 200:
            raise self._refusal(reply, About.OFFERS)
        try:
            return wire.read(wire.Answer, reply.body)
        except wire.NotAnAnswer:
            raise self._refusal(reply, About.OFFERS) from None

    def _keep(self, wish: offers.Wish, received_at: datetime, read: offers.Read) -> None:
        """An answer that is served again, only older, is not read again."""
        self._kept.pop(wish, None)
        self._kept[wish] = (received_at, read)
        while len(self._kept) > _KEPT_ANSWERS:
            del self._kept[next(iter(self._kept))]


def _widest(alike: Sequence[OfferQuery]) -> OfferQuery:
    """Any number of GPUs that one of them wants."""
    most = [query.max_gpus for query in alike]
    return alike[0].with_changes(
        min_gpus=min(query.min_gpus for query in alike),
        max_gpus=None if None in most else max(each for each in most if each is not None),
    )


def _is_plausible(body: bytes) -> bool:
    """Whether it may be kept: not whether it is right."""
    return body[:64].lstrip()[:1] == b"{" and b'"locations"' in body and body.rstrip()[-1:] == b"}"
