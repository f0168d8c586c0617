"""While it starts: it never does, another one came, or the renter cannot log in."""

from bot.playground.values import Message
from providers.simulator.faults import Fault, FaultKind
from tests.journeys.renting import (
    DOCK,
    KEY,
    answer_to,
    card,
    channel_says,
    direct,
    directly,
    in_thread,
    plain,
    pressed,
    rented,
    running,
    submitted,
    thread,
    until_told,
)
from tests.journeys.test_rent_window import NEAR
from tests.journeys.world import World

START_S = 1_150.0
"""Nearly as long as a machine of Vast.ai may take."""
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


async def not_ready(world: World) -> Message:
    """Until the renter is asked what to do with a machine that never starts."""
    await world.pass_time(START_S)
    return await until_told(world, "Not ready")


async def test_wait_ten_minutes_more(rents_both: World) -> None:
    """It never starts: asked, waited for, asked again ten minutes later; silence ends it."""
    world = rents_both
    world.market.fault("vast", "never-starts", endpoint="create")
    await rented(world)
    asked = await not_ready(world)
    assert await answer_to(world, asked, "gpu:wait") == "Waiting 10 minutes more."
    await world.pass_time(560)
    assert len(direct(world)) == 1
    await world.until(lambda: len(direct(world)) == 2, step_s=5)
    assert len(world.alive()) == 1
    await world.pass_time(560)
    await until_told(world, "It did not start")
    await world.until(lambda: "Receipt" in kinds(thread(world)))
    await world.until(lambda: "Ended" in card(world).text)
    assert kinds(thread(world)) == [*["Not ready at first"] * 2, "It did not start", "Receipt"]
    assert "it was not ready in time" in card(world).text
    assert world.alive() == []


async def test_another_machine_instead(rents_both: World) -> None:
    """It never starts: one press ends it and shows the nearest; one of them is rented when the
    first is gone."""
    world = rents_both
    world.market.fault("vast", "never-starts", endpoint="create")
    await rented(world, NEAR)
    asked = await not_ready(world)
    handled = await world.slack.press(asked, "gpu:another", user="ada")
    nearest = await world.slack.wait_for_modal("The nearest that", since=handled.since)
    await world.until(lambda: not world.alive())
    await world.until(lambda: "Ended" in card(world).text)
    await submitted(world, await pressed(world, nearest))
    await until_told(world, "Ready")
    assert (world.made(), len(world.alive())) == (2, 1)


async def test_login_refused(rents_both: World) -> None:
    """The machine lost the key: one press sends it again, onto this machine."""
    world = rents_both
    await running(world)
    (rental,) = world.market.vast.rentals.ever_made()
    rental.keys.clear()
    assert await answer_to(world, directly(world)[-1], "gpu:trykey") == (
        "Your key was sent to the machine again. It works within 15 seconds."
    )
    assert [key["public_key"] for key in rental.keys] == [KEY]


async def test_login_refused_with_the_wrong_key(rents: World) -> None:
    """Another key saved since then is the one that is tried; somebody else's never."""
    await running(rents)
    (rental,) = rents.market.vast.rentals.ever_made()
    ready = directly(rents)[-1]
    handled = await rents.slack.command("/gpu key")
    view = await rents.slack.wait_for_modal("Saved:", since=handled.since)
    handled = await rents.slack.submit(view, {"gpu:key": OTHER_KEY})
    await rents.slack.wait_for_message("Saved `SHA256:", since=handled.since, user="ada")
    assert "sent to the machine again" in await answer_to(rents, ready, "gpu:trykey")
    assert [key["public_key"] for key in rental.keys] == [KEY, OTHER_KEY]


async def test_login_refused_where_keys_come_only_at_the_start(rents: World) -> None:
    """TensorDock takes no key later: said, and another machine is one press away."""
    await running(rents, DOCK)
    ready = directly(rents)[-1]
    assert await answer_to(rents, ready, "gpu:trykey") == (
        "TensorDock takes a key only when a machine is made. Take another machine with the right"
        " key."
    )
    handled = await rents.slack.press(ready, "gpu:another", user="ada")
    await rents.slack.wait_for_modal("The nearest that", since=handled.since)
    await rents.until(lambda: not rents.alive())


async def test_offline_and_back(rents_both: World) -> None:
    """The host goes offline and comes back: each told once, and the machine is kept."""
    world = rents_both
    await running(world)
    (rental,) = world.market.vast.rentals.ever_made()
    rental.fate = Fault(FaultKind.GOES_OFFLINE, "vast", seconds=-1e9)
    await until_told(world, "The host is offline")
    await world.until(lambda: "Offline" in card(world).text)
    await world.pass_time(90)
    rental.fate = None
    await until_told(world, "It runs again")
    await world.until(lambda: kinds(channel_says(world)) == ["Running"])
    await world.pass_time(90)
    assert kinds(direct(world)) == ["Ready", "The host was offline", "It runs again"]
    assert kinds(thread(world)) == ["The host was offline", "It runs again"]
    assert len(world.alive()) == 1


NOT_THE_ONE = "The machine that came is not the one on the card"


async def test_another_machine_came_and_silence_ends_it(rents_both: World) -> None:
    """A worse one: said with what differs, ended after five minutes in which nobody kept it."""
    world = rents_both
    world.market.fault("vast", "wrong-gpu", endpoint="create")
    await rented(world)
    told = await until_told(world, NOT_THE_ONE)
    assert "• It has RTX 3060 instead of RTX 4090." in told.text.splitlines()
    await world.pass_time(200)
    assert len(world.alive()) == 1
    await world.until(lambda: not world.alive(), within_s=200)
    await world.until(lambda: any("Receipt" in line for line in thread(world)))
    receipt = plain(in_thread(world)[-1].everything)
    assert "Ended because: it was not the machine on the card" in receipt


async def test_another_machine_came_and_is_kept(rents_both: World) -> None:
    """Keep it: it is not ended, and not asked about again."""
    world = rents_both
    world.market.fault("vast", "wrong-gpu", endpoint="create")
    await rented(world)
    told = await until_told(world, NOT_THE_ONE)
    assert await answer_to(world, told, "gpu:keep") == "Kept as it is."
    await until_told(world, "Ready")
    await world.pass_time(900)
    assert kinds(direct(world)) == ["Not the machine on the card", "Ready"]
    assert len(world.alive()) == 1


def kinds(lines: list[str]) -> list[str]:
    """`Not ready after 21 min: …` → `Not ready`."""
    return [line.partition(":")[0].partition(" after ")[0] for line in lines]
