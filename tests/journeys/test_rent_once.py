"""One winner: whatever Slack repeats, and whoever presses beside whom, makes one machine."""

import asyncio

import aiohttp
import pytest

from bot.playground.values import View
from tests.journeys.conftest import Opener
from tests.journeys.renting import (
    KEY,
    VAST,
    card,
    channel_says,
    direct,
    in_thread,
    pressed,
    running,
    shared,
    submitted,
    thread,
    window,
)
from tests.journeys.world import World

TWO = "machines_each = 2\nmachines_in_all = 4"


async def settled(world: World) -> None:
    """Long enough for whatever was repeated to have had its effect."""
    await world.until(lambda: direct(world) or direct(world, "grace"), step_s=8)
    for _ in range(5):
        await world.pass_time(30)


@pytest.mark.parametrize("find", [VAST, "/gpu find 4090 on tensordock"])
async def test_submitted_twice_at_once(opened: Opener, find: str) -> None:
    """Two clicks on the window's button, both sent by Slack."""
    async with opened(policy=TWO) as world:
        view = await window(world, find)
        filled = {"gpu:key": KEY}
        await asyncio.gather(*(world.slack.submit(view, filled) for _ in range(2)))
        await settled(world)
        kinds = [line.partition(":")[0] for line in direct(world)]
        assert (world.made(), kinds, len(channel_says(world))) == (1, ["Ready"], 1)


async def test_two_windows_of_one_card(opened: Opener) -> None:
    """Pressed twice, filled in twice, sent at once: the second hears that it is rented already."""
    async with opened(policy=TWO) as world:
        answer = await world.ask(VAST)
        first = await pressed(world, answer)
        second = await pressed(world, answer)
        await asyncio.gather(
            *(world.slack.submit(view, {"gpu:key": KEY}) for view in (first, second))
        )
        await world.until(lambda: sorted(ends(world, first, second)) == ["Already", "is being"])
        await settled(world)
        assert world.made() == 1


def ends(world: World, *views: View) -> list[str]:
    """How the windows stand."""
    found = []
    for view in views:
        mine = [c for c in world.slack.calls_of("views.update") if c.args["view_id"] == view.id]
        last = str(mine[-1].args.get("view")) if mine else ""
        found += [word for word in ("Already", "is being") if word in last][:1]
    return found


async def test_the_same_signed_request_twice(opened: Opener) -> None:
    """A signature is good for five minutes: the second delivery of the form is no second order."""
    async with opened("http", policy=TWO) as world:
        view = await window(world)
        world.slack.faults.duplicate()
        await submitted(world, view)
        await world.slack.replay()
        await world.restart_bot()
        await world.slack.replay()
        await settled(world)
        assert (world.made(), len(direct(world))) == (1, 1)


async def test_an_envelope_over_both_sockets(opened: Opener) -> None:
    """Socket Mode may bring each press and each form twice."""
    async with opened(policy=TWO) as world:
        answer = await world.ask(VAST)
        world.slack.faults.duplicate(times=2)
        view = await pressed(world, answer)
        await submitted(world, view)
        await settled(world)
        assert (world.made(), len(world.slack.calls_of("views.open"))) == (1, 1)


async def test_two_people_on_one_shared_card(rents_everywhere: World) -> None:
    """Both have the window open and both press: one gets the machine, the other its renter's
    name."""
    world = rents_everywhere
    world.set_policy(TWO)
    cards = await shared(world, await world.ask(VAST))
    windows = [await pressed(world, cards, user=user) for user in ("ada", "grace")]
    await asyncio.gather(*(world.slack.submit(view, {"gpu:key": KEY}) for view in windows))
    await world.until(lambda: sorted(ends(world, *windows)) == ["Already", "is being"])
    renter = "ada" if ends(world, windows[0]) == ["is being"] else "grace"
    loser = "grace" if renter == "ada" else "ada"
    lost = world.slack.modal(loser)
    assert lost is not None
    sentence = f"This machine is already being rented by <@{world.slack.user(renter).id}>."
    assert sentence in lost.everything
    await settled(world)
    assert (world.made(), len(direct(world, renter)), len(direct(world, loser))) == (1, 1, 0)


async def test_a_later_press_hears_whose_it_is(rents_both: World) -> None:
    """The card is still there after the machine runs."""
    world = rents_both
    cards = await shared(world, await world.ask(VAST))
    await submitted(world, await pressed(world, cards))
    view = await pressed(world, cards, "Already rented", user="grace")
    assert "This machine is already being rented by <@U0ADA00001>." in view.everything
    assert "This press rented nothing." in view.everything


async def test_end_pressed_twice_is_one_end(rents_both: World) -> None:
    """The button and its echo: one destroy, one receipt."""
    world = rents_both
    await running(world)
    pressed_card = card(world)
    world.slack.faults.duplicate()
    await asyncio.gather(
        *(world.slack.press(pressed_card, "gpu:end", user="ada") for _ in range(2))
    )
    await world.until(lambda: thread(world))
    await world.pass_time(120)
    assert [line.partition(":")[0] for line in thread(world)] == ["Receipt"]
    assert "Tries to end it: 1" in in_thread(world)[0].everything


async def test_extend_delivered_twice_is_one_hour(opened: Opener) -> None:
    """The same signed request again, over a restart too: the hour is added once."""
    async with opened("http") as world:
        await running(world, hours="1")
        world.slack.faults.duplicate()
        await world.slack.press(card(world), "gpu:extend:1", user="ada")
        await world.slack.replay()
        await world.restart_bot()
        await world.slack.replay()
        await world.until(lambda: thread(world))
        await world.pass_time(30)
        assert [line.partition(":")[0] for line in thread(world)] == ["Extended by 1 h"]


async def test_a_stranger_without_a_signature_rents_nothing(opened: Opener) -> None:
    """The form again, with another signature."""
    async with opened("http") as world:
        await window(world)
        assert world.service is not None
        async with aiohttp.ClientSession() as http:
            url = f"http://127.0.0.1:{world.service.port}/slack/events"
            headers = {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=00"}
            async with http.post(url, data={"payload": "{}"}, headers=headers) as answer:
                assert answer.status == 401
        assert world.made() == 0
