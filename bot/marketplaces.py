"""The settings of the environment, as the marketplaces take them."""

from collections.abc import Callable

from bot.settings import Settings
from providers.clock import Clock
from providers.fetch.client import FetchEvent
from providers.models import ProviderName
from providers.registry import OpenMarket, open_market
from providers.settings import Pace, ProviderSettings


def marketplaces(settings: Settings) -> dict[ProviderName, ProviderSettings]:
    return {
        ProviderName("vastai"): ProviderSettings(
            base_url=settings.vastai_url,
            key=settings.vastai_api_key,
            max_pages=settings.vastai_max_pages,
            search_pace=Pace(_vastai_interval_s(settings), burst=3),
        ),
        ProviderName("tensordock"): ProviderSettings(
            base_url=settings.tensordock_url,
            key=settings.tensordock_api_token,
            auth_id=settings.tensordock_auth_id,
            search_pace=Pace(interval_s=1.0, burst=3),
        ),
    }


def _vastai_interval_s(settings: Settings) -> float:
    """Without a key Vast.ai was seen to take about 5 searches a minute instead of 10."""
    if settings.vastai_api_key is not None:
        return settings.vastai_search_interval_s
    return settings.vastai_search_interval_s * 7 / 3


def open_marketplaces(
    settings: Settings,
    clock: Clock,
    *,
    on_error: Callable[[str, Exception], None],
    on_event: Callable[[FetchEvent], None] | None = None,
    brief: bool = False,
) -> OpenMarket:
    return open_market(
        marketplaces(settings),
        cache_dir=settings.shopper_cache_dir,
        clock=clock,
        on_event=on_event,
        on_error=on_error,
        brief=brief,
    )
