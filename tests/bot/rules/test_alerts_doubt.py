"""What is not believed, and what counts as new after a silence."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.rules.watches import Sighting
from tests.bot.rules.watch_stage import (
    ANY,
    AVAILABLE,
    DAY,
    DROP,
    FAST,
    HOUR,
    LOWEST,
    MINUTE,
    TENSORDOCK,
    UNDER,
    VAST,
    Stage,
    key,
    usd,
)

LATER = 2 * HOUR


@pytest.mark.parametrize("rule", [UNDER, DROP, LOWEST, AVAILABLE, FAST, ANY])
@pytest.mark.parametrize("price", ["0.0739", "0.0001", "0", "-1"])
def test_an_absurd_price_is_never_told(rule, price):
    """Below a tenth of what is usual nobody means it; no rule, no memory and no low has it."""
    stage = Stage(rule).knows((9 * DAY, "0.90"), (HOUR, "0.80"))
    prices: dict[str, Any] = {} if rule in {AVAILABLE, FAST} else {"a": "0.80"}
    assert stage.told(3, **prices) == []
    before = stage.watch.memory
    assert stage.told(5, joke=price, **prices) == []
    assert replace(stage.watch.memory, looked_at=before.looked_at) == before
    assert stage.past().low_24h == Decimal("0.80")


def test_a_tenth_of_the_usual_price_is_meant(under):
    """Cheap, and possible."""
    assert under.told(2, a="0.074") == usd("0.074")


def test_what_is_usual_is_counted_for_each_gpu_and_by_model(under):
    """Eight GPUs cost eight times as much; another model has its own price."""
    under.usual = Decimal(1)
    under.usual_of = {"RTX 4090": Decimal("0.5"), "RTX 3060": Decimal("0.06")}
    under.now += MINUTE

    def see(name, gpu, count, price):
        return Sighting(key(name, count)._replace(gpu=gpu), Decimal(price), under.now)

    under.see(
        see("joke8", "RTX 4090", 8, "0.399"),
        see("real8", "RTX 4090", 8, "0.40"),
        see("joke", "RTX 4090", 1, "0.049"),
        see("small", "RTX 3060", 1, "0.006"),
        see("else", "GTX 1080", 1, "0.099"),
    )
    assert {k.machine for k, _ in under.watch.memory.waiting} == {"real8", "small"}


def test_where_nobody_knows_the_usual_price_every_price_is_meant():
    """Of a model that is new to us."""
    stage = Stage(UNDER, usual=None)
    stage.told(1, a="9")
    for usual_of in ({}, {"H100 SXM": Decimal(2)}):
        stage.usual_of = usual_of
        assert stage.told(3, a="0") == []
    assert stage.told(2, a="0.01") == usd("0.01")


def test_offers_of_a_marketplace_that_gave_no_whole_answer_do_not_count(under):
    """Half a list is none."""
    for _ in range(3):
        under.now += MINUTE
        seen = Sighting(key("t1"), Decimal("0.50"), under.now)
        assert under.see(seen, answered=frozenset({VAST})) is None
    assert TENSORDOCK in under.watch.memory.silent


def test_after_a_break_of_two_hours_all_is_as_new(under):
    """The machines that were told are no news then either: the scene is set."""
    assert under.told(2, a="0.65") == usd("0.65")
    assert under.look(after=LATER, a="0.64") is None
    assert under.told(5, a="0.64") == []


@pytest.mark.parametrize("rule", [DROP, LOWEST])
def test_a_price_that_only_the_history_knows_is_still_news(rule):
    """Another watch that asks the same looked first, or the memory of a look was lost."""
    stage = Stage(rule).knows((2 * DAY, "0.74"))
    assert stage.told(2, a="0.74") == []
    stage.points.append((stage.now + MINUTE / 2, Decimal("0.60")))
    assert stage.told(2, a="0.60") == usd("0.60")
    assert stage.told(60, a="0.60") == []


def test_a_low_that_is_older_than_a_day_is_compared_with_no_more():
    """What is remembered of the last look does not outlive the 24 hours of the history."""
    stage = Stage(DROP).knows((DAY - 30 * MINUTE, "0.50"))
    assert stage.told(2, a="0.74") == []
    assert stage.told(3, a="0.60") == []
    stage.points = [(stage.now, Decimal("0.74"))]
    stage.look(a="0.74")
    assert stage.told(2, a="0.60") == usd("0.60")


def test_a_change_of_what_a_memory_does_not_have_is_a_mistake(under):
    """As `replace` says of every other value."""
    with pytest.raises(TypeError, match="said_todya"):
        under.watch.memory.with_changes(said_todya=1)
    before = under.watch.memory
    assert before.with_changes(said_today=1) == replace(before, said_today=1)
