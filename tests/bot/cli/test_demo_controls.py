"""Each lever of the demo does to the simulated marketplaces what its sentence says."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.cli.demo_controls import LEVERS, open_controls
from bot.rules import keys
from bot.rules.sessions import session_in_label
from providers.simulator import Simulator, open_simulator

CREATE = {"image": "pytorch/pytorch", "disk": 20, "label": "shopper-k3f9-abcdefgh23"}
HEADERS = {"Authorization": "Bearer any"}


class Stage:
    def __init__(self, market: Simulator, http: ClientSession, url: str, database: Path) -> None:
        self.market, self.http, self.url, self.database = market, http, url, database

    async def pull(self, name: str, *pressed: str) -> str:
        async with self.http.post(f"{self.url}/{name}", json={"pressed": pressed}) as answer:
            return str((await answer.json())["said"])

    async def lines(self) -> list[str]:
        async with self.http.get(self.url) as answer:
            return [line["value"] for line in (await answer.json())["lines"]]

    def offer(self) -> dict[str, Any]:
        return dict(self.market.vast.offers("on-demand")[0])

    async def rent(self, number: int | None = None, **more: float) -> int:
        """Returns the status; a lost answer raises."""
        url = f"{self.market.vast_url}/api/v0/asks/{number or self.offer()['id']}/"
        async with self.http.put(url, json=CREATE | more, headers=HEADERS) as answer:
            return answer.status

    def record(self, session_id: str, state: str, offer_id: str = "1") -> None:
        with closing(sqlite3.connect(self.database)) as database:
            database.execute("CREATE TABLE IF NOT EXISTS sessions (id, state, provider, offer)")
            offer = {"offer_id": offer_id, "price": {"gpu": "0.4"}, "gpu": {"count": 1}}
            row = (session_id, state, "vastai", json.dumps(offer))
            database.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", row)
            database.commit()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with (
        open_simulator(seed=7, speed=0, rate_limits=False, stale_share=0.0) as market,
        ClientSession() as http,
        open_controls(market.admin_url, tmp_path / "shopper.db") as url,
    ):
        yield Stage(market, http, url, tmp_path / "shopper.db")


async def test_the_panel_counts(stage: Stage) -> None:
    """Machines at the marketplaces beside rentals in the records, and the difference."""
    assert await stage.lines() == ["0, $0.00/h", "0", "0", "none"]
    assert await stage.rent() == 200
    machines, known, unknown, _ = await stage.lines()
    assert (machines[:4], known, unknown) == ("1, $", "0", "1")
    stage.record("k3f9-abcdefgh23", "running")
    assert (await stage.lines())[1:3] == ["1", "0"]


async def test_the_pressed_offer_is_taken_away(stage: Stage) -> None:
    """The newest press that is a card's; without one it says what to do."""
    assert "Press Rent" in await stage.pull("take-away", "v1:k3f9-abcdefgh23")
    offer = stage.offer()
    stage.record("k3f9-abcdefgh23", "offered", str(offer["id"]))
    await stage.pull("take-away", "v1:k3f9-search2345", "v1:k3f9-abcdefgh23")
    assert offer["id"] not in {row["id"] for row in stage.market.vast.offers("on-demand")}
    again = await stage.pull("take-away", "v1:k3f9-abcdefgh23")
    assert "gone already" in again
    assert stage.market.admin_token not in again


async def test_the_pressed_offer_becomes_dearer(stage: Stage) -> None:
    """By a fifth of what its card said for the GPUs."""
    assert "Press Rent" in await stage.pull("dearer")
    number = stage.offer()["id"]
    stage.record("k3f9-abcdefgh23", "offered", str(number))
    await stage.pull("dearer", "v1:k3f9-abcdefgh23")
    offers = {row["id"]: row for row in stage.market.vast.offers("on-demand")}
    assert offers[number]["dph_base"] == pytest.approx(0.48)


async def test_trouble_that_happened_no_longer_waits(stage: Stage) -> None:
    """It was to happen once, at whichever marketplace: at the other it is over too."""
    await stage.pull("never-starts")
    await stage.pull("refuse-destroy")
    assert (await stage.lines())[3] == "never starts, will not end"
    await stage.rent()
    assert (await stage.lines())[3] == "will not end"
    assert len(stage.market.faults.active()) == 2


async def test_a_machine_is_killed_or_vanishes(stage: Stage) -> None:
    """The newest one; without any it says so."""
    assert "no machine" in await stage.pull("kill")
    await stage.rent()
    stage.market.step(600)
    await stage.pull("kill")
    assert stage.market.vast.rentals.snapshot(stage.market.clock.now())[0]["status"] == "exited"
    await stage.pull("vanish")
    assert (await stage.lines())[0] == "0, $0.00/h"


async def test_a_machine_at_a_bid_is_outbid(stage: Stage) -> None:
    """The newest one; at a fixed price it says what to do."""
    await stage.rent()
    assert "found with “spot”" in await stage.pull("outbid")
    offer = stage.market.vast.offers("bid")[40]
    assert await stage.rent(offer["id"], price=offer["min_bid"] + 0.01) == 200
    assert "it is paused" in await stage.pull("outbid")
    fixed, bid = stage.market.vast.rentals.ever_made()
    assert (fixed.held_back, bid.held_back) == (None, "outbid")


async def test_an_orphan_is_made(stage: Stage) -> None:
    """Under the deployment of the bot's cards, of which there has to be one."""
    assert await stage.pull("stray") == "Search for something first."
    stage.record("k3f9-abcdefgh23", "offered")
    await stage.pull("stray")
    (stray,) = stage.market.vast.rentals.ever_made()
    assert session_in_label(stray.label, "k3f9") not in {None, "k3f9-abcdefgh23"}
    assert (await stage.lines())[1:3] == ["0", "1"]


@pytest.mark.parametrize(
    ("lever", "kinds"),
    [
        ("lose-answer", {"lost-answer"}),
        ("never-starts", {"never-starts"}),
        ("refuse-destroy", {"will-not-end"}),
        ("comes-back", {"comes-back"}),
    ],
)
async def test_trouble_waits_at_both_marketplaces(
    stage: Stage, lever: str, kinds: set[str]
) -> None:
    """Until it happened, or everything is repaired."""
    await stage.pull(lever)
    faults = stage.market.faults.active()
    assert ({fault.kind for fault in faults}, len(faults)) == (kinds, 2)
    await stage.pull("repair")
    assert stage.market.faults.active() == []


async def test_time_jumps_and_runs(stage: Stage) -> None:
    """Ten minutes, an hour, sixty times as fast, as usual."""
    before = stage.market.clock.elapsed()
    await stage.pull("jump-10")
    await stage.pull("jump-60")
    assert stage.market.clock.elapsed() - before == 4200
    await stage.pull("speed-60")
    assert stage.market.clock.speed == 60
    await stage.pull("speed-1")
    assert stage.market.clock.speed == 1


async def test_only_who_knows_the_address_pulls(stage: Stage) -> None:
    """The token stands in the path; names are those of the panel."""
    base = stage.url.rsplit("/", 1)[0]
    async with stage.http.post(f"{base}/wrong/kill", json={"pressed": []}) as answer:
        assert answer.status == 404
    async with stage.http.post(f"{stage.url}/explode", json={"pressed": []}) as answer:
        assert answer.status == 404
    async with stage.http.get(stage.url) as answer:
        shown = await answer.json()
    assert [button["name"] for button in shown["buttons"]] == [lever.name for lever in LEVERS]
    assert stage.market.admin_token not in json.dumps(shown)


async def test_the_key_to_copy_is_taken(stage: Stage) -> None:
    """By the same rules as anybody's."""
    async with stage.http.get(stage.url) as answer:
        key = (await answer.json())["copies"][0]["text"]
    assert keys.public_key(key) == key
