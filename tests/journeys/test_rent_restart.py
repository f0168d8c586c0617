"""A deploy, a crash, a lost disk: no machine is forgotten, no timer lost, nothing said twice."""

import shutil

import aiohttp
import pytest

from bot.flows.control import NO_RECORD
from bot.render import notes
from bot.rules.sessions import SessionId, derived_deployment
from bot.wiring import Mode
from providers.simulator.faults import Fault, FaultKind
from tests.journeys.conftest import Opener
from tests.journeys.renting import (
    KEY,
    answer_to,
    card,
    channel_says,
    direct,
    directly,
    heads,
    records,
    rented,
    running,
    thread,
    until_before_end,
    window,
)
from tests.journeys.world import VAST_KEY, World

HOUR = 3600.0


def kinds(lines: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in lines]


async def ended(world: World) -> None:
    await world.until(lambda: "Receipt" in kinds(thread(world)), step_s=3)
    await world.until(lambda: kinds(channel_says(world)) == ["Ended"])
    await world.until(lambda: not {"Ready", "Being ended"} & {*kinds(direct(world))})


async def test_while_it_starts(rents_everywhere: World) -> None:
    """Stopped between the press and SSH: the new process brings the story to its end."""
    world = rents_everywhere
    await rented(world, hours="1")
    await world.restart_bot()
    await world.until(lambda: kinds(direct(world)) == ["Ready"], step_s=8)
    await world.until(lambda: kinds(channel_says(world)) == ["Running"])
    await world.pass_time(HOUR)
    await ended(world)
    assert (world.made(), world.alive(), kinds(direct(world))) == (1, [], ["Ended"])


@pytest.mark.parametrize("kind", ["lost-answer", "error-after"])
async def test_with_an_answer_that_never_came(rents_both: World, kind: str) -> None:
    """The machine exists, nobody knows, the process ends: the next one finds it by its label."""
    world = rents_both
    view = await window(world)
    world.market.fault("vast", kind, endpoint="create", times=2)
    await world.slack.submit(view, {"gpu:key": KEY})
    await world.until(world.alive, step_s=0.1)
    await world.restart_bot()
    await world.until(lambda: kinds(direct(world)) == ["Ready"], step_s=8)
    assert (world.made(), len(channel_says(world))) == (1, 1)


async def test_in_the_middle_of_the_window(
    rents_both: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose form is cut off hears that a machine may have been asked for; and it is found."""
    monkeypatch.setattr("bot.frontage.DRAIN_S", 0.3)
    world = rents_both
    view = await window(world)
    world.market.fault("vast", "slow", endpoint="create", seconds=20)
    sent = await world.slack.submit(view, {"gpu:key": KEY})
    await world.until(world.alive, step_s=0.1)
    await world.stop_bot()
    told = await world.slack.wait_for_message("was interrupted", since=sent.since, user="ada")
    assert told.text == notes.PERHAPS
    await world.start_bot()
    await world.until(lambda: kinds(direct(world))[1:] == ["Ready"], step_s=8)
    assert world.made() == 1


async def test_between_the_warnings(rents_both: World) -> None:
    """What was said is not said again, what was not is said in time."""
    world = rents_both
    session_id = await running(world, hours="1")
    await until_before_end(world, session_id, 15)
    await world.until(lambda: thread(world), step_s=0.5)
    await world.restart_bot()
    await until_before_end(world, session_id, 9)
    await world.restart_bot()
    for _ in range(5):
        await world.pass_time(10)
    await until_before_end(world, session_id, 5)
    await world.until(lambda: len(thread(world)) == 2, step_s=0.5)
    await world.restart_bot()
    await ended(world)
    assert kinds(thread(world)) == ["Ends in 15 min", "Ends in 5 min", "Receipt"]
    assert kinds(direct(world)) == ["Ended"]
    happened = [event.why for event in await records(world).sessions.events(SessionId(session_id))]
    assert [why for why in happened if "warned" in why] == [
        "warned 15 min before the end",
        "warned 5 min before the end",
    ]


async def test_down_over_the_end(rents_both: World) -> None:
    """The bot was away when the time was up: it ends the machine as soon as it is back."""
    world = rents_both
    await running(world, hours="1")
    await world.stop_bot()
    await world.pass_time(2 * HOUR)
    assert len(world.alive()) == 1
    await world.start_bot()
    await ended(world)
    assert kinds(thread(world)) == ["Receipt"]


async def test_while_it_is_ended(rents_everywhere: World) -> None:
    """Stopped between the destroy call and the proof: the proof is asked for, and told."""
    world = rents_everywhere
    await running(world)
    world.market.fault("vast", "ends-late", endpoint="destroy", seconds=90)
    await world.slack.press(card(world), "gpu:end", user="ada")
    await world.until(lambda: "Ending" in card(world).text)
    await world.restart_bot()
    await ended(world)
    assert (world.alive(), kinds(thread(world))[-1]) == ([], "Receipt")


async def test_a_press_in_serve_is_guarded_in_work(opened: Opener, new_database) -> None:
    """Two processes on one database: one takes the presses, the other ends the machine on time
    when the first is gone."""
    url = await new_database()
    modes = (Mode.WORK, Mode.SERVE)
    async with opened("http", modes=modes, database_url=url) as world:
        await running(world, hours="1")
        serve = world.services.pop()
        await serve.stop()
        await world.pass_time(HOUR)
        await world.until(lambda: "Receipt" in kinds(thread(world)), step_s=3)
        assert (world.alive(), world.made()) == ([], 1)


async def stray_machines(world: World, count: int) -> None:
    """Machines with labels of this bot, made without it."""
    deployment = derived_deployment(world.slack.team_id, world.slack.bot_user_id)
    offers = [row for row in world.market.vast.offers() if row["num_gpus"] == 1]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {VAST_KEY}"}) as http:
        made = 0
        for row in offers:
            label = f"shopper-{deployment}-{chr(97 + made // 26)}{chr(97 + made % 26)}aaaaaaaa"
            wishes = {"client_id": "me", "image": "ubuntu:24.04", "disk": 10, "label": label}
            wishes["runtype"] = "ssh_direct"
            url = f"{world.market.vast_url}/api/v0/asks/{row['id']}/"
            async with http.put(url, json=wishes) as answer:
                made += answer.status == 200
            if made == count:
                return
    raise AssertionError(f"only {made} could be made")


async def test_a_lost_disk_is_a_rescue(opened: Opener) -> None:
    """The database is gone while a machine runs: the admins own it now, are told, and it ends in
    two hours."""
    async with opened() as world:
        await running(world, user="grace")
        await world.stop_bot()
        shutil.rmtree(world.home / "data")
        await world.start_bot()
        await world.until(lambda: any("Found running" in told for told in direct(world)))
        assert new_database_told(world) == 1
        await world.until(lambda: "Running" in kinds(direct(world)))
        assert len(world.alive()) == world.made() == 1
        await world.pass_time(2 * HOUR)
        await world.until(lambda: not world.alive())
        await world.until(lambda: "Ended" in kinds(direct(world)))


async def test_buttons_of_messages_from_before_the_disk_was_lost(rents_both: World) -> None:
    """They act for the admins, who own the machine now, and say so to whoever rented it."""
    world = rents_both
    await running(world, user="grace")
    old = card(world)
    await lose_disk(world)
    await world.until(lambda: "Running" in kinds(direct(world)))
    assert channel_says(world) == heads([old])
    admin = "<@U0ADA00001>"
    assert await answer_to(world, old, "gpu:end", user="grace") == (
        "The record of this machine was lost and the admins own it now; messages from before that"
        f" are out of date. Only {admin} and the admins can do that. Ask an admin: {admin}."
    )
    assert await answer_to(world, old, "gpu:end", user="ada") == (
        "Ending it. Its message tells when the marketplace shows that it is gone. Its messages"
        " from before its record was lost are out of date."
    )
    await world.until(lambda: not world.alive())


async def test_buttons_of_a_machine_that_nobody_knows_any_more(rents_both: World) -> None:
    """The disk is lost, and so is the machine."""
    world = rents_both
    await running(world)
    old = card(world)
    world.market.vast.rentals.ever_made()[-1].fate = Fault(
        FaultKind.VANISHES, "vast", seconds=-1e9
    )
    await lose_disk(world)
    for action_id in ("gpu:end", "gpu:ssh", "gpu:extend:1"):
        assert await answer_to(world, old, action_id) == NO_RECORD
    assert not any("Found running" in told for told in direct(world))


async def test_whoever_misses_a_machine_hears_that_its_record_was_lost(rents: World) -> None:
    """Nobody knows whose it was: everybody hears that it runs, and who owns it, and no address."""
    await running(rents, user="grace")
    await lose_disk(rents)
    await rents.until(lambda: "Running" in kinds(direct(rents)))
    lost = "1 machine whose record was lost runs too; <@U0ADA00001> owns it now."
    listed = await rents.ask("/gpu sessions", user="grace")
    assert listed.text.startswith(f"You rent no machine.\n{lost}")
    for command in ("/gpu stop", "/gpu extend 1h"):
        told = await rents.ask(command, user="grace")
        assert told.text == f"You have no machine running. {lost}"
    await rents.slack.open_home("grace")
    assert lost in (await rents.slack.wait_for_home("Your machines", user="grace")).everything
    assert "was lost" not in (await rents.ask("/gpu sessions")).text
    await rents.ask("/gpu stop")
    await rents.until(lambda: not rents.alive())


async def lose_disk(world: World) -> None:
    await world.stop_bot()
    shutil.rmtree(world.home / "data")
    await world.start_bot()


async def test_fifty_machines_lose_no_timer(opened: Opener) -> None:
    """Fifty machines without a record are rescued; after a restart each is warned of once, and
    each is ended on time."""
    async with opened(market={"credit": 1_000.0}) as world:
        await world.stop_bot()
        await stray_machines(world, 50)
        await world.pass_time(30)
        await world.start_bot()
        await world.until(lambda: count(world, "Found running") >= 50, step_s=1)
        assert new_database_told(world) == 1
        await world.until(lambda: count(world, "Running") >= 50, step_s=1)
        await world.restart_bot()
        await world.pass_time(2 * HOUR - 20 * 60)
        await world.until(lambda: count(world, "Ends in 15 min") >= 50, step_s=1)
        await world.restart_bot()
        await world.until(lambda: not world.alive(), within_s=3_600)
        await world.until(lambda: count(world, "Receipt") >= 50, step_s=1)
        words = ("Found running", "Ends in 15 min", "Ends in 5 min", "Receipt")
        assert {word: count(world, word) for word in words} == dict.fromkeys(words, 50)


async def test_a_database_that_knows_watches_is_not_called_new(opened: Opener) -> None:
    """Though it has only just met the marketplace's account."""
    async with opened() as world:
        await world.ask("/gpu watch 4090 drop 10%")
        await world.ask("/gpu unwatch 1")
        await world.stop_bot()
        await stray_machines(world, 1)
        await world.start_bot()
        await world.until(lambda: count(world, "Found running"))
        assert new_database_told(world) == 0


def new_database_told(world: World) -> int:
    words = "no watch, order, saved SSH key, receipt or price history from before"
    return sum(words in message.everything for message in directly(world))


def count(world: World, word: str) -> int:
    return sum(word in told for told in direct(world))
