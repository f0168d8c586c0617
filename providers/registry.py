"""The one list of marketplaces, and the way to open them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from providers.base import Provider
from providers.clock import Clock
from providers.market import Market
from providers.models import ProviderName
from providers.settings import Pace, ProviderSettings
from providers.tensordock.provider import TensorDock
from providers.vastai.provider import VastAi

if TYPE_CHECKING:  # the client brings httpx and diskcache, which only a call needs
    import httpx

    from providers.fetch.call import FetchEvent
    from providers.fetch.client import FetchClient


@dataclass(frozen=True, slots=True)
class Marketplace:
    origin: str
    """Where the real service is."""
    search_pace: Pace
    open: "Callable[[ProviderSettings, FetchClient, Clock], Provider]"

    def settings(self, base_url: str | None = None, **others: Any) -> ProviderSettings:
        """Its own pace and origin unless told otherwise; `others` are fields of the settings."""
        return ProviderSettings(
            **{"base_url": base_url or self.origin, "search_pace": self.search_pace, **others}
        )


MARKETPLACES: Mapping[ProviderName, Marketplace] = {
    VastAi.name: Marketplace(
        # 10 searches a minute: https://docs.vast.ai/api-reference/rate-limits-and-errors
        "https://console.vast.ai",
        Pace(interval_s=9.0, burst=3),
        VastAi,
    ),
    TensorDock.name: Marketplace(
        # 100 calls a minute: https://dashboard.tensordock.com/api/docs/getting-started
        "https://dashboard.tensordock.com",
        Pace(interval_s=1.0, burst=3),
        TensorDock,
    ),
}


@dataclass(frozen=True, slots=True)
class OpenMarket:
    market: Market
    providers: Mapping[ProviderName, Provider]
    _fetch: "FetchClient" = field(repr=False)

    async def aclose(self) -> None:
        """First what still asks, then the connections."""
        await self.market.aclose()
        await self._fetch.aclose()


def open_market(
    settings: Mapping[ProviderName, ProviderSettings],
    *,
    cache_dir: Path,
    clock: Clock,
    on_error: Callable[[ProviderName, Exception], None],
    transport: "httpx.AsyncBaseTransport | None" = None,
    on_event: "Callable[[FetchEvent], None] | None" = None,
) -> OpenMarket:
    """The marketplaces that have settings, in the order of the list."""
    from providers.fetch.client import open_client

    unknown = settings.keys() - MARKETPLACES.keys()
    if unknown:
        raise ValueError(f"no such marketplace: {', '.join(sorted(unknown))}")
    fetch = open_client(cache_dir=cache_dir, clock=clock, transport=transport, on_event=on_event)
    providers = {
        name: marketplace.open(settings[name], fetch, clock)
        for name, marketplace in MARKETPLACES.items()
        if name in settings
    }
    market = Market(tuple(providers.values()), clock, on_error=on_error)
    return OpenMarket(market, providers, fetch)
