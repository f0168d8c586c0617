from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, ClientTimeout


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession(timeout=ClientTimeout(total=5)) as opened:
        yield opened
