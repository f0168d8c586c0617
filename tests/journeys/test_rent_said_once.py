"""Nobody reads the same twice in one place, and a button that is too late says why."""

from tests.journeys.renting import (
    answer_to,
    card,
    channel_says,
    direct,
    in_thread,
    rented,
    running,
    session,
    thread,
    until_before_end,
)
from tests.journeys.world import World

LOUD = "$0.40/h are being lost"


def kinds(lines: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in lines]


async def test_a_failed_start_where_the_bot_is_no_member(rents_both: World) -> None:
    """There is no thread: thread and direct message are one place, and it is told there once."""
    world = rents_both
    world.market.fault("vast", "create-fails", endpoint="create")
    await rented(world, channel="random")
    await world.until(lambda: "Receipt" in kinds(direct(world)), step_s=8)
    await world.until(lambda: "Ended" in kinds(direct(world)))
    assert sorted(kinds(direct(world))) == ["Ended", "It did not start", "Receipt"]
    assert channel_says(world, "random") == []


async def test_a_failed_start_where_the_bot_is_a_member(rents: World) -> None:
    """Told in the thread, and to the renter."""
    rents.market.fault("vast", "create-fails", endpoint="create")
    await rented(rents)
    await rents.until(lambda: "Receipt" in kinds(thread(rents)), step_s=8)
    assert (kinds(thread(rents)), kinds(direct(rents))) == (
        ["It did not start", "Receipt"],
        ["It did not start"],
    )


async def test_an_admin_s_own_machine_that_will_not_die(rents: World) -> None:
    """The admin who rents it is told once each time, and may close it by hand there."""
    await running(rents)
    rents.market.fault("vast", "will-not-end", endpoint="destroy", times=None)
    await rents.slack.press(card(rents), "gpu:end", user="ada")
    await rents.until(lambda: kinds(direct(rents))[1:] == [LOUD], step_s=5)
    await rents.pass_time(60)
    assert kinds(direct(rents))[1:] == [LOUD]
    await rents.pass_time(3_500)
    await rents.until(lambda: len(direct(rents)) == 3, step_s=5)
    await rents.pass_time(60)
    assert kinds(direct(rents))[1:] == [LOUD] * 2


async def test_buttons_of_an_old_warning(rents_both: World) -> None:
    """They stay when the machine is ended: each says what is so, and extends nothing."""
    world = rents_both
    session_id = await running(world, hours="1")
    await until_before_end(world, session_id, 15)
    await world.until(lambda: thread(world), step_s=0.5)
    (warning,) = in_thread(world)
    world.market.fault("vast", "ends-late", endpoint="destroy", seconds=90)
    ends_at = (await session(world, session_id)).rented.ends_at
    await answer_to(world, warning, "gpu:end")
    too_late = ("gpu:extend:1", "gpu:extend:4", "gpu:end")
    said = [await answer_to(world, warning, action) for action in too_late]
    assert said == ["It is being ended already."] * 3
    await world.until(lambda: "Receipt" in kinds(thread(world)))
    said = [await answer_to(world, warning, action) for action in too_late]
    assert said == ["Its machine is gone already."] * 3
    assert (await session(world, session_id)).rented.ends_at == ends_at
