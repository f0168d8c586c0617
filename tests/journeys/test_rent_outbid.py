"""A machine at a bid: somebody pays more for it, and the renter raises the bid or ends it."""

from providers.simulator.vast.rental import Rental
from tests.journeys.conftest import Opener
from tests.journeys.renting import (
    answer_to,
    card,
    channel_says,
    direct,
    in_thread,
    plain,
    running,
    session,
    thread,
    until_told,
)
from tests.journeys.world import World

SPOT = "/gpu find spot 4090 on vast"
WHAT = "2 × RTX 4090 24 GB at Vast.ai, California, US"
OUTBID = f"Outbid, and paused: {WHAT}"
DISK = "$0.0167/h"
BACK = f"It runs again: {WHAT}"


def outbid(world: World, times: float = 1.5) -> Rental:
    """Somebody pays that many times what won before."""
    (rental,) = world.market.vast.rentals.ever_made()
    rental.machine.bid_factor *= times
    return rental


async def test_raise_makes_it_run_again(rents_both: World) -> None:
    """Told with the bid that would be enough; one press of Raise, and the machine goes on at the
    new price, told once each in the thread and to the renter."""
    world = rents_both
    await running(world, SPOT)
    rental = outbid(world)
    told = await until_told(world, "Outbid")
    assert plain(told.text).splitlines()[1:] == [
        "Somebody pays more for it. Your bid is $0.33/h. $0.52/h would be enough, disk on top.",
        f"While it is paused nothing runs on it; only its disk costs, {DISK}.",
    ]
    await world.until(lambda: "Paused" in card(world).text)
    assert await answer_to(world, told, "gpu:raise") == (
        "The bid is $0.521/h now, disk on top. The machine goes on when it wins."
    )
    await until_told(world, "It runs again")
    await world.until(lambda: channel_says(world) == ["Running: 2 × RTX 4090 24 GB for $0.54/h"])
    await world.pass_time(90)
    assert direct(world)[1:] == thread(world) == [OUTBID, BACK]
    assert (rental.bid, rental.held_back) == (0.521, None)


async def test_raise_is_pressed_twice(rents: World) -> None:
    """In the thread and in the direct message: the second press raises nothing."""
    await running(rents, SPOT)
    rental = outbid(rents)
    told = await until_told(rents, "Outbid")
    await rents.until(lambda: thread(rents))
    assert "is $0.521/h now" in await answer_to(rents, in_thread(rents)[-1], "gpu:raise")
    assert await answer_to(rents, told, "gpu:raise") == (
        "It was not outbid, or the bid was raised already."
    )
    assert rental.bid == 0.521


async def test_a_raise_above_the_ceiling_is_refused(opened: Opener) -> None:
    """With the reason; the bid stays, and the machine stays paused."""
    async with opened(policy="max_usd_per_hour = 0.5") as world:
        session_id = await running(world, SPOT)
        bid = outbid(world).bid
        told = await until_told(world, "Outbid")
        assert await answer_to(world, told, "gpu:raise") == (
            "It costs $0.538/h, and the policy allows at most $0.50/h: wait until your bid"
            " wins again, or end the machine."
        )
        await world.pass_time(60)
        (rental,) = world.market.vast.rentals.ever_made()
        assert (rental.bid, rental.held_back) == (bid, "outbid")
        assert (await session(world, session_id)).state == "running"


async def test_an_outbid_machine_is_ended(rents_both: World) -> None:
    """End where Raise stands: gone, proved, with its receipt."""
    world = rents_both
    await running(world, SPOT)
    outbid(world)
    told = await until_told(world, "Outbid")
    assert await answer_to(world, told, "gpu:end") == (
        "Ending it. Its message tells when the marketplace shows that it is gone."
    )
    await world.until(lambda: any("Receipt" in line for line in thread(world)))
    assert world.alive() == []
    assert await answer_to(world, told, "gpu:raise") == "Its machine is gone already."
