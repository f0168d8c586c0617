"""A simulator on loopback whose clock moves by steps alone, and plain HTTP to it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from providers.simulator import Simulator, open_simulator


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with open_simulator(
        seed=5, vast_machines=150, speed=0, start=1_795_435_200.0, stale_share=0.0, evolving=False
    ) as opened:
        yield opened


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=20)
    headers = {"Authorization": "Bearer any"}
    async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
        session._retry_connection = False  # it would repeat a PUT whose connection broke
        yield session


@pytest.fixture
async def stranger() -> AsyncIterator[aiohttp.ClientSession]:
    """Carries no key."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield session
