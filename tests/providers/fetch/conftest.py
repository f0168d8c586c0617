"""What the tests of fetching share."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from providers.fetch.client import Call
from providers.models import ProviderName
from providers.settings import Pace
from tests.fakes.clock import FakeClock
from tests.fakes.fetching import Desk, Marketplace

QUICK = Pace(interval_s=0.0)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Modules that say `BOTH_WIRES` are run with either client."""
    if getattr(metafunc.module, "BOTH_WIRES", False) and "brief" in metafunc.fixturenames:
        metafunc.parametrize("brief", [False, True], ids=["aiohttp", "httpx"])


@pytest.fixture
async def marketplace() -> AsyncIterator[Marketplace]:
    place = Marketplace()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", place.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.05)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    place.port = runner.addresses[0][1]
    yield place
    await runner.cleanup()


@pytest.fixture
def brief() -> bool:
    """Whether clients are those of a process that asks once."""
    return False


@pytest.fixture
async def desk(tmp_path: Path, brief: bool) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        yield Desk(FakeClock(), [], tmp_path / "cache", stack, brief=brief)


@pytest.fixture
def search(marketplace: Marketplace) -> Callable[..., Call]:
    """A cacheable search at the marketplace on loopback, changed by arguments."""

    def make(path: str = "/api/search?q=1", **changes: Any) -> Call:
        values: dict[str, Any] = {
            "provider": ProviderName("vastai"),
            "title": "Vast.ai",
            "endpoint": "search",
            "method": "GET",
            "url": path if "://" in path else marketplace.origin + path,
            "pace": QUICK,
            "cacheable": True,
        }
        return Call(**(values | changes))

    return make
