"""The one list of marketplaces, and the way to open them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from providers.base import Provider
from providers.clock import Clock
from providers.market import Market
from providers.models import ProviderName
from providers.settings import ProviderSettings
from providers.tensordock.provider import TensorDock
from providers.vastai.provider import VastAi

if TYPE_CHECKING:  # the client brings httpx and diskcache, which only a call needs
    import httpx

    from providers.fetch.call import FetchEvent
    from providers.fetch.client import FetchClient

MARKETPLACES: "Mapping[ProviderName, Callable[[ProviderSettings, FetchClient, Clock], Provider]]"
MARKETPLACES = {
    VastAi.name: VastAi,
    TensorDock.name: TensorDock,
}
"""In the order in which they are named to people."""


@dataclass(frozen=True, slots=True)
class OpenMarket:
    market: Market
    providers: tuple[Provider, ...]
    _fetch: "FetchClient" = field(repr=False)

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(provider.title for provider in self.providers)

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
    brief: bool = False,
) -> OpenMarket:
    """The marketplaces that have settings, in the order of the list.

    `brief` is for a process that asks once and ends: it starts sooner, and asks a little slower.
    """
    from providers.fetch.client import open_client

    unknown = settings.keys() - MARKETPLACES.keys()
    if unknown:
        raise ValueError(f"no such marketplace: {', '.join(sorted(unknown))}")
    fetch = open_client(
        cache_dir=cache_dir, clock=clock, transport=transport, on_event=on_event, brief=brief
    )
    providers = tuple(
        open_provider(settings[name], fetch, clock)
        for name, open_provider in MARKETPLACES.items()
        if name in settings
    )
    return OpenMarket(Market(providers, clock, on_error=on_error), providers, fetch)
