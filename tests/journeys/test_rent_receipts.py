"""A receipt explains what did not go as planned."""

from tests.journeys.renting import card, in_thread, plain, running, session, thread
from tests.journeys.world import World


async def test_the_end_came_late_because_the_bot_was_away(rents: World) -> None:
    """Down over the end of the machine: by how much, why, and what it cost more."""
    session_id = await running(rents, hours="1")
    await rents.stop_bot()
    rents.clock.jump(3600 + 20 * 60)
    await rents.start_bot()
    await rents.until(lambda: any("Receipt" in told for told in thread(rents)))
    ended = (await session(rents, session_id)).rented
    assert ended.gone_at is not None
    late_min = int((ended.gone_at - ended.ends_at).total_seconds()) // 60
    said = plain(in_thread(rents)[-1].text).splitlines()[2:4]
    assert said[0].startswith(f"Ended {late_min} min after its time: the bot came to it ")
    assert said[0].endswith("late (it was not running, or its clock jumped).")
    assert (
        said[1]
        == f"More than the $0.40 that was stated: it was gone {late_min} min after its time."
    )


async def test_an_end_that_was_asked_for_needs_no_explanation(rents: World) -> None:
    """What was ended before its time cost less."""
    await running(rents)
    await rents.slack.press(card(rents), "gpu:end", user="ada")
    await rents.until(lambda: any("Receipt" in told for told in thread(rents)))
    receipt = in_thread(rents)[-1].text
    assert ("after its time" in receipt, "More than" in receipt) == (False, False)
