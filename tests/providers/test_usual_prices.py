"""What models usually cost."""

import json
from decimal import Decimal
from pathlib import Path

from providers import gpus, usual_prices
from providers.usual_prices import usual_usd_per_gpu_hour


def test_the_table_is_of_models_that_are_known() -> None:
    """By canonical name, at prices that somebody would pay; most models on offer are in it."""
    text = Path(usual_prices.__file__).with_name("usual_prices.json").read_text("utf-8")
    table = json.loads(text)["usd_per_gpu_hour"]
    assert set(table) <= set(gpus.ALL)
    assert list(table) == [name for name in gpus.ALL if name in table]
    assert all(Decimal("0.005") < Decimal(usd) < 20 for usd in table.values())
    assert len(table) > 70


def test_a_model_that_nobody_knows_has_no_usual_price() -> None:
    """Nor has one that was hardly ever seen."""
    assert usual_usd_per_gpu_hour("RTX 4090") == Decimal("0.4")
    assert usual_usd_per_gpu_hour("RTX 9090 Ti") is None
    assert usual_usd_per_gpu_hour("Quadro K620") is None
