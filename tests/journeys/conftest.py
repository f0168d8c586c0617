from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.world import World, open_world


@pytest.fixture(params=["socket", "http"])
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Once over Socket Mode, once over signed HTTP."""
    async with open_world(tmp_path, request.param) as world:
        yield world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened
