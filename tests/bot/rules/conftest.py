"""The price that one limit is about, set as a scene."""

import pytest

from tests.bot.rules.watch_stage import (
    UNDER,
    Stage,
)


@pytest.fixture
def under():
    stage = Stage(UNDER)
    assert stage.told(2, a="0.74") == []
    return stage
