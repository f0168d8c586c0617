"""Each lever of the demo does to the other side what its sentence says, and the room counts."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.cli.controlroom import open_controls
from bot.cli.controlroom.levers import LEVERS
from bot.rules import keys
from bot.rules.sessions import session_in_label
from providers.simulator import open_simulator
from tests.bot.cli.stage import LABEL, Stage, open_stage

SESSION = LABEL.removeprefix("shopper-")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path) as opened:
        yield opened


async def test_the_room_counts(stage: Stage) -> None:
    """Machines at the marketplaces, what they cost, and those that the bot does not know."""
    nothing = {"alive": "0", "rate": "$0.00", "spent": "$0.00", "unknown": "0"}
    assert await stage.numbers() == nothing
    assert await stage.rent() == 200
    shown = await stage.shown()
    numbers = {each["name"]: each["value"] for each in shown["numbers"]}
    tones = {each["name"]: each.get("tone") for each in shown["numbers"]}
    rate = sum(
        row["usd_per_hour"] for row in stage.market.vast.rentals.snapshot(stage.market.clock.now())
    )
    assert numbers == nothing | {"alive": "1", "rate": f"${rate:.2f}", "unknown": "1"}
    assert tones["unknown"] == "bad"
    stage.record(SESSION, "running")
    assert (await stage.numbers())["unknown"] == "0"


async def test_a_paused_machine_counts_with_what_it_costs_now(stage: Stage) -> None:
    """Its disk: that much leaves the account in the hour after."""
    offer = stage.market.vast.offers("bid")[40]
    assert await stage.rent(offer["id"], price=offer["min_bid"] + 0.01, disk=200) == 200
    stage.market.step(600)
    running = (await stage.numbers())["rate"]
    await stage.pull("outbid")
    before, paused = stage.market.vast.account.credit, (await stage.numbers())["rate"]
    stage.market.step(3600)
    await stage.numbers()
    cost = before - stage.market.vast.account.credit
    assert paused == f"${cost:.2f}" != running


@pytest.mark.parametrize("state", ["ended", "failed", "offered", "expired"])
async def test_a_session_that_is_over_knows_no_machine(stage: Stage, state: str) -> None:
    """What is alive under its label is unknown."""
    stage.record(SESSION, state)
    await stage.rent()
    assert (await stage.numbers())["unknown"] == "1"


async def test_what_the_admins_were_told_is_known(stage: Stage) -> None:
    """Until it is written down as gone."""
    await stage.rent()
    number = stage.market.vast.rentals.snapshot(stage.market.clock.now())[0]["id"]
    stage.write("INSERT INTO orphans VALUES (?, ?)", (str(number), "announced"))
    assert (await stage.numbers())["unknown"] == "0"
    stage.write("UPDATE orphans SET state = ?", ("gone",))
    assert (await stage.numbers())["unknown"] == "1"


async def test_money_is_counted_from_the_accounts(stage: Stage) -> None:
    """What left them since the room was opened."""
    await stage.numbers()
    await stage.rent()
    stage.market.step(7200)
    left = stage.market.vast.account.credit + stage.market.tensordock.rentals.balance
    assert left < 50
    assert (await stage.numbers())["spent"] == f"${50 - left:.2f}"
    charged = stage.market.vast.account.charges(0, 10**6)
    assert "bwd" in json.dumps(charged)
    words = {each["name"]: each["words"] for each in (await stage.shown())["numbers"]}
    assert words["spent"] == "spent, with traffic"


async def test_the_pressed_offer_is_taken_away(stage: Stage) -> None:
    """The newest press that is a card's; without one it says what to do."""
    assert "Press Rent" in await stage.pull("take-away", f"v1:{SESSION}")
    offer = stage.offer()
    stage.record(SESSION, "offered", str(offer["id"]))
    await stage.pull("take-away", "v1:k3f9-search2345", f"v1:{SESSION}")
    assert offer["id"] not in {row["id"] for row in stage.market.vast.offers("on-demand")}
    again = await stage.pull("take-away", f"v1:{SESSION}")
    assert "gone already" in again
    assert stage.market.admin_token not in again


@pytest.mark.parametrize(("lever", "price"), [("dearer", 0.48), ("cheaper", 0.32)])
async def test_the_price_of_the_pressed_offer_moves(
    stage: Stage, lever: str, price: float
) -> None:
    """By a fifth of what its card said for the GPUs."""
    assert "Press Rent" in await stage.pull(lever)
    number = stage.offer()["id"]
    stage.record(SESSION, "offered", str(number))
    await stage.pull(lever, f"v1:{SESSION}")
    offers = {row["id"]: row for row in stage.market.vast.offers("on-demand")}
    assert offers[number]["dph_base"] == pytest.approx(price)


@pytest.mark.parametrize(
    ("lever", "factor"),
    [("model-down-30", 0.7), ("model-down-10", 0.9), ("model-up-10", 1.1), ("model-up-30", 1.3)],
)
async def test_the_price_of_a_model_moves(stage: Stage, lever: str, factor: float) -> None:
    """Of the one that is chosen; without one it says so."""
    assert "Choose a model" in await stage.pull(lever, model="Abacus")
    before = {row["id"]: row for row in stage.market.vast.offers("on-demand")}
    said = await stage.pull(lever, model="RTX 4090")
    assert said.startswith("Every RTX 4090 costs ")
    for row in stage.market.vast.offers("on-demand"):
        moved = factor if row["gpu_name"] == "RTX 4090" else 1
        expected = before[row["id"]]["dph_base"] * moved
        assert row["dph_base"] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("how", ["slow", "down", "nonsense"])
async def test_a_marketplace_breaks_as_a_whole(stage: Stage, how: str) -> None:
    """In one way at a time, and another press mends it."""
    await stage.pull("down", marketplace="tensordock")
    await stage.pull(how, marketplace="vast")
    faults = stage.market.faults.active()
    assert [(f.marketplace, f.endpoint, f.times) for f in faults] == [
        ("tensordock", "*", None),
        ("vast", "*", None),
    ]
    assert await stage.on() == {"down", how}
    assert f"Vast.ai: {how}" in (await stage.shown())["trouble"]
    for other in {"slow", "down", "nonsense"} - {how}:
        await stage.pull(other, marketplace="vast")
        assert len(stage.market.faults.active()) == 2
        await stage.pull(how, marketplace="vast")
    assert "well again" in await stage.pull(how, marketplace="vast")
    assert [f.marketplace for f in stage.market.faults.active()] == ["tensordock"]
    assert "Choose" in await stage.pull(how, marketplace="ebay")


async def test_trouble_that_happened_no_longer_waits(stage: Stage) -> None:
    """It was to happen once, at whichever marketplace: at the other it is over too."""
    await stage.pull("never-starts")
    await stage.pull("refuse-destroy")
    assert (await stage.shown())["trouble"] == "one that never starts, ending refused"
    await stage.rent()
    assert (await stage.shown())["trouble"] == "ending refused"
    assert len(stage.market.faults.active()) == 2
    await stage.pull("refuse-destroy")
    assert stage.market.faults.active() == []


async def test_a_machine_is_killed_or_vanishes(stage: Stage) -> None:
    """The newest one; without any it says so."""
    assert "no machine" in await stage.pull("kill")
    await stage.rent()
    stage.market.step(600)
    await stage.pull("kill")
    assert stage.market.vast.rentals.snapshot(stage.market.clock.now())[0]["status"] == "exited"
    await stage.pull("vanish")
    assert (await stage.numbers())["alive"] == "0"


async def test_a_machine_at_a_bid_is_outbid(stage: Stage) -> None:
    """The newest one; at a fixed price it says what to do."""
    await stage.rent()
    assert "found with \u201cspot\u201d" in await stage.pull("outbid")
    offer = stage.market.vast.offers("bid")[40]
    assert await stage.rent(offer["id"], price=offer["min_bid"] + 0.01) == 200
    assert "it is paused" in await stage.pull("outbid")
    fixed, bid = stage.market.vast.rentals.ever_made()
    assert (fixed.held_back, bid.held_back) == (None, "outbid")


async def test_an_orphan_is_made(stage: Stage) -> None:
    """Under the deployment of the bot's cards, of which there has to be one."""
    assert await stage.pull("stray") == "Search for something first."
    stage.record(SESSION, "offered")
    await stage.pull("stray")
    (stray,) = stage.market.vast.rentals.ever_made()
    assert session_in_label(stray.label, "k3f9") not in {None, SESSION}
    assert (await stage.numbers())["unknown"] == "1"


def test_an_orphan_stands_apart() -> None:
    """The newest machine is the bot's; this one is not."""
    groups = [lever.group for lever in LEVERS if lever.name in {"stray", "kill", "vanish"}]
    assert groups == [*["The newest machine"] * 2, "A machine that the bot did not rent"]


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
    """A quarter of an hour, an hour, sixty times as fast, an hour a second, as usual."""
    before = stage.market.clock.elapsed()
    await stage.pull("jump-15")
    await stage.pull("jump-60")
    assert stage.market.clock.elapsed() - before == 4500
    for speed in (60, 3600, 1):
        await stage.pull(f"speed-{speed}")
        assert stage.market.clock.speed == speed
        assert f"speed-{speed}" in await stage.on()


async def test_slack_is_broken_and_repaired(stage: Stage) -> None:
    """Blocks, token and limits; pressed again the first two are mended, and all by repairing."""
    assert await stage.on() == set()
    for lever in ("refuse-blocks", "revoke", "rate-limit"):
        await stage.pull(lever)
    assert "card" in stage.slack.refuse_blocks
    assert stage.slack.identity.revoked
    assert stage.slack.faults.planned() == 6
    assert await stage.on() == {"refuse-blocks", "revoke"}
    assert (await stage.shown())["trouble"] == (
        "new blocks refused, token revoked, 6 calls to be refused"
    )
    await stage.pull("refuse-blocks")
    await stage.pull("revoke")
    assert await stage.on() == set()
    await stage.pull("revoke")
    await stage.pull("repair")
    assert (await stage.on(), stage.slack.faults.planned()) == (set(), 0)
    assert "Nothing was pressed" in await stage.pull("press-again")
    assert "broke" in await stage.pull("drop-socket")


async def test_repairing_says_when_cards_come_again(stage: Stage) -> None:
    """The bot keeps to plain messages for hours; one that is started again knows of nothing."""
    later = "The bot tries cards again six hours after they were refused."
    assert later not in await stage.pull("repair")
    await stage.pull("refuse-blocks")
    assert (await stage.pull("repair")).endswith(later)
    assert later not in await stage.pull("repair")
    await stage.pull("refuse-blocks")
    await stage.pull("kill-bot")
    assert later not in await stage.pull("repair")


async def test_the_bot_is_killed_started_and_loses_its_disk(stage: Stage) -> None:
    """What makes no sense is said and not done; repairing starts it too."""
    assert "running" in await stage.pull("start-bot")
    await stage.pull("kill-bot")
    assert await stage.on() == {"kill-bot"}
    assert "already" in await stage.pull("kill-bot")
    await stage.pull("start-bot")
    await stage.pull("lose-disk")
    await stage.pull("kill-bot")
    await stage.pull("repair")
    assert stage.bot.done == ["kill", "start", "lose disk", "kill", "start"]


async def test_the_story_has_all_sides(stage: Stage) -> None:
    """What was asked, made, stored, typed and pulled, each once and in order."""
    await stage.rent()
    await stage.slack.command("/gpu find", user="grace", channel="ml")
    stage.event(1, None, "offered", "shown on a card")
    stage.event(2, "offered", "renting", "pressed Rent")
    await stage.pull("speed-1")
    shown = await stage.shown()
    told = {(line["kind"], line["words"], line["quiet"], line["bad"]) for line in shown["story"]}
    machine = stage.market.vast.rentals.snapshot(stage.market.clock.now())[0]
    name = f"Vast.ai\u2019s machine {machine['id']}"
    assert told >= {
        ("asked", "Vast.ai, make a machine answered", False, False),
        ("market", f"{name} was made: ${machine['usd_per_hour']:.2f}/h", False, False),
        ("stored", f"{SESSION} offered: shown on a card", True, False),
        ("stored", f"{SESSION} offered \u2192 renting: pressed Rent", False, False),
        ("slack", "Grace typed /gpu find in #ml; not taken: dispatch_failed", False, True),
        ("you", "Time runs as usual.", False, False),
    }
    assert not any(words.endswith(" is none") for _, words, _, _ in told)
    last = shown["story"][-1]["number"]
    assert (await stage.shown(last))["story"] == []
    await stage.pull("vanish")
    gone = [line["words"] for line in (await stage.shown(last))["story"]]
    assert gone[-1] == f"{name} is gone"


async def test_a_lost_database_is_told_from_its_beginning(stage: Stage) -> None:
    """Its numbers begin again, and none is missed."""
    stage.event(1, None, "offered", "before")
    assert "before" in (await stage.shown())["story"][-1]["words"]
    stage.database.unlink()
    await stage.pull("lose-disk")
    stage.event(1, None, "running", "after")
    assert "after" in (await stage.shown())["story"][-1]["words"]


async def test_only_who_knows_the_address_pulls(stage: Stage) -> None:
    """The token stands in the path; names are those of the panel."""
    base = stage.url.rsplit("/", 1)[0]
    body: dict[str, list[str]] = {"pressed": []}
    async with stage.http.post(f"{base}/wrong/kill", json=body) as answer:
        assert answer.status == 404
    async with stage.http.post(f"{stage.url}/explode", json=body) as answer:
        assert answer.status == 404
    shown = await stage.shown()
    assert [lever["name"] for lever in shown["levers"]] == [lever.name for lever in LEVERS]
    assert stage.market.admin_token not in json.dumps(shown)
    assert stage.slack.page_url.partition("token=")[2] not in json.dumps(shown)


async def test_the_key_to_copy_is_taken(stage: Stage) -> None:
    """By the same rules as anybody's."""
    key = (await stage.shown())["copies"][0]["text"]
    assert keys.public_key(key) == key


async def test_a_room_without_slack_and_bot(tmp_path: Path) -> None:
    """Says so, and shows the market all the same."""
    async with (
        open_simulator(seed=7, speed=0) as market,
        open_controls(market.admin_url, tmp_path / "shopper.db") as (url, _),
        ClientSession() as http,
    ):
        for lever, words in (("revoke", "not open yet"), ("kill-bot", "no bot")):
            async with http.post(f"{url}/{lever}", json={}) as answer:
                assert words in (await answer.json())["said"]
        async with http.get(url) as answer:
            assert (await answer.json())["trouble"] == ""
