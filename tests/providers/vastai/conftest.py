"""One small server, and the real provider before it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from providers.fetch.client import open_client
from providers.settings import Pace, ProviderSettings
from providers.vastai.provider import VastAi
from tests.fakes.clock import FakeClock
from tests.fakes.loopback import serving


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def opened(tmp_path: Path, clock: FakeClock) -> Callable[..., Any]:
    @contextlib.asynccontextmanager
    async def opening(vast: Any, **settings: Any) -> AsyncIterator[VastAi]:
        async with serving(vast) as origin:
            fetch = open_client(cache_dir=tmp_path, clock=clock)
            chosen = {"base_url": origin, "search_pace": Pace(0.01, burst=20), **settings}
            try:
                yield VastAi(ProviderSettings(**chosen), fetch, clock)
            finally:
                await fetch.aclose()

    return opening
