"""The one list of marketplaces."""

from pathlib import Path

import pytest

import providers
from providers.models import OfferQuery, ProviderName
from providers.registry import MARKETPLACES, open_market
from providers.settings import Pace, ProviderSettings
from tests.fakes.clock import FakeClock
from tests.fakes.loopback import said, serving
from tests.providers.fixtures import fixture

HOUSE = Path(providers.__file__).parent


def test_every_folder_with_a_provider_is_listed() -> None:
    """The registry names the marketplaces that have a folder, and no others."""
    folders = {path.parent.name for path in HOUSE.glob("*/provider.py")}
    assert folders == set(MARKETPLACES)


@pytest.mark.parametrize("name", list(MARKETPLACES))
def test_every_folder_is_finished(name: str) -> None:
    """A marketplace has its files, and a page that answers all eight rows of the check-list."""
    folder = HOUSE / name
    assert {"README.md", "wire.py", "provider.py", "translate"} <= {
        p.name for p in folder.iterdir()
    }
    rows = [line for line in (folder / "README.md").read_text().splitlines() if line[:2] == "| "]
    numbers = [row.split("|")[1].strip() for row in rows]
    assert [n for n in numbers if n.isdigit()] == list("12345678")


async def test_a_market_is_opened_and_closed(tmp_path: Path) -> None:
    """Both marketplaces answer one question, in the order of the list."""
    bodies = {
        "/api/v0/bundles/": fixture("vastai", "search-on-demand")["reply"]["body"],
        "/api/v2/locations": fixture("tensordock", "locations")["reply"]["body"],
    }
    troubles: list[object] = []
    async with serving(lambda request: _answer(bodies[request.path])) as origin:
        settings = ProviderSettings(origin, search_pace=Pace(0.01, burst=5))
        opened = open_market(
            {ProviderName("tensordock"): settings, ProviderName("vastai"): settings},
            cache_dir=tmp_path,
            clock=FakeClock(),
            on_error=lambda *trouble: troubles.append(trouble),
        )
        try:
            listing = await opened.market.search(OfferQuery(gpus=("RTX 4090",)))
        finally:
            await opened.aclose()
    assert opened.titles == ("Vast.ai", "TensorDock")
    assert [(o.provider, str(o.price.usd_per_hour)) for o in listing.offers] == [
        ("tensordock", "0.48960"),
        ("vastai", "0.733888888889"),
        ("tensordock", "0.88620"),
    ]
    assert (listing.failures, troubles) == ((), [])


def test_an_unknown_marketplace_is_a_mistake_of_ours(tmp_path: Path) -> None:
    """Settings for a marketplace that does not exist are not silently dropped."""
    with pytest.raises(ValueError, match="no such marketplace: runpod"):
        open_market(
            {ProviderName("runpod"): ProviderSettings("https://runpod.example")},
            cache_dir=tmp_path,
            clock=FakeClock(),
            on_error=lambda *_: None,
        )


async def _answer(body: object):
    return said(200, body)
