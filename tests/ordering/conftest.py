from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.store.conftest import postgres_url, url
from tests.rentals.stage import Stage, open_stage

__all__ = ["postgres_url", "url"]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, vast_machines=60, evolving=False) as opened:
        yield opened
        assert opened.defects() == []
