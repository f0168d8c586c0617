"""What was said about a machine is edited when it is no longer true."""

from datetime import datetime, timedelta

import pytest

from bot.playground.values import Message
from providers.simulator.faults import Fault, FaultKind
from tests.journeys.renting import (
    DOCK,
    VAST,
    answer_to,
    card,
    direct,
    directly,
    in_thread,
    plain,
    pressable,
    rented,
    running,
    session,
    thread,
    until_before_end,
    until_told,
    way_in,
)
from tests.journeys.test_rent_restart import lose_disk
from tests.journeys.world import World

TRY_KEY = "gpu:trykey"
LOUD = "are being lost: it will not die"


def stamp(moment: datetime) -> str:
    """As Slack's dates hold it."""
    return str(int(moment.timestamp()))


@pytest.mark.parametrize("find", [VAST, DOCK])
async def test_the_way_in_says_when_it_is_over(rents_both: World, find: str) -> None:
    """The end moves: so it says. The machine is gone: no address, no buttons, and a press of an
    old one says that it is over. It is one message all the time."""
    world = rents_both
    session_id = await running(world, find)
    (ready,) = directly(world)
    way, first_end = way_in(ready), (await session(world, session_id)).rented.ends_at
    assert stamp(first_end) in ready.text
    await world.ask(f"/gpu extend {session_id} 2h")
    second_end = (await session(world, session_id)).rented.ends_at
    await world.until(lambda: stamp(second_end) in directly(world)[0].text)
    assert way_in(directly(world)[0]) == way
    await world.slack.press(card(world), "gpu:end", user="ada")
    await world.until(lambda: "no longer yours" in directly(world)[0].text)
    (over,) = directly(world)
    gone_at = (await session(world, session_id)).rented.gone_at
    assert gone_at is not None
    assert stamp(gone_at) in over.everything
    assert plain(over.text).startswith("Ended: 1 × RTX 4090")
    assert over.ts == ready.ts
    assert pressable(over) == []
    assert (way.host in str(over.raw), way.port in over.everything) == (False, False)
    assert await answer_to(world, ready, TRY_KEY) == "Its machine is gone already."
    handled = await world.slack.press(ready, "gpu:another")
    await world.slack.wait_for_modal("Its machine is gone already.", since=handled.since)


async def test_while_it_is_being_ended_there_is_no_way_in(rents: World) -> None:
    """From the press on, not only from the proof on."""
    await running(rents)
    (ready,) = directly(rents)
    rents.market.fault("vast", "ends-late", endpoint="destroy", seconds=90)
    await rents.slack.press(card(rents), "gpu:end", user="ada")
    await rents.until(lambda: "Being ended" in directly(rents)[0].text)
    assert "ssh -p" not in directly(rents)[0].everything
    assert await answer_to(rents, ready, TRY_KEY) == "It is being ended already."
    await rents.until(lambda: any("Receipt" in told for told in thread(rents)))
    await rents.until(lambda: "no longer yours" in directly(rents)[0].text)
    assert len(directly(rents)) == 1


async def test_a_warning_says_that_the_end_has_moved(rents: World) -> None:
    """Extended where it is warned: two messages say so, and none is private; the warning has no
    buttons any more, and the next one comes for the new end."""
    session_id = await running(rents, hours="1")
    await until_before_end(rents, session_id, 15)
    await rents.until(lambda: thread(rents), step_s=0.5)
    handled = await rents.slack.press(in_thread(rents)[0], "gpu:extend:1", user="ada")
    await rents.until(lambda: "Extended to" in thread(rents)[0])
    await rents.until(lambda: len(thread(rents)) == 2)
    until = f"{(await session(rents, session_id)).rented.ends_at:%Y-%m-%d %H:%M} UTC"
    assert [line.partition(":")[0] for line in thread(rents)[1:]] == ["Extended by 1 h"]
    assert plain(in_thread(rents)[0].text).splitlines() == [
        f"Extended to {until} by <@U0ADA00001>",
        "1 × RTX 4090 24 GB at Vast.ai, US",
    ]
    assert pressable(in_thread(rents)[0]) == []
    since = [m for m in rents.slack.workspace.all_messages() if m.change > handled.since]
    assert [m.text for m in since if m.only_for] == []
    await until_before_end(rents, session_id, 15)
    await rents.until(lambda: thread(rents)[-1].startswith("Ends in 15 min"), step_s=0.5)


async def test_an_extension_from_a_list_is_confirmed_there(rents: World) -> None:
    """A private list stays as it is, so the answer is private too."""
    await running(rents, hours="1")
    mine = await rents.ask("/gpu sessions")
    assert await answer_to(rents, mine, "gpu:extend:1") == "Extended by 1 h."


async def test_an_alarm_says_that_the_machine_is_gone_at_last(rents: World) -> None:
    """In the thread, to the renter and to the admin, each time it was raised; nobody can close by
    hand what is proved gone."""
    await running(rents, user="grace")
    rents.market.fault("vast", "will-not-end", endpoint="destroy", times=None)
    await rents.slack.press(card(rents), "gpu:end", user="grace")
    await rents.until(lambda: [m for m in directly(rents) if LOUD in m.text], step_s=5)
    await rents.pass_time(3_500)
    await rents.until(lambda: len([m for m in directly(rents) if LOUD in m.text]) == 2, step_s=5)
    assert "gpu:close" in pressable(directly(rents)[-1])
    rents.market.clear_faults()
    await rents.until(lambda: any("Receipt" in told for told in thread(rents)), step_s=5)

    def alarms() -> list[Message]:
        said = in_thread(rents) + directly(rents) + directly(rents, "grace")
        return [m for m in said if LOUD in m.text or "It is gone" in m.text]

    await rents.until(lambda: not any(LOUD in m.text for m in alarms()))
    await rents.pass_time(60)
    assert [pressable(m) for m in alarms()] == [[]] * 7
    assert all("It would not die at first. Confirmed gone" in m.text for m in alarms())


async def test_a_machine_that_came_back_is_gone_again(rents: World) -> None:
    """In the thread and to the renter: red while it lives, and over when the end is proved. The
    receipt that was too early says so; the one at the end counts all of it."""
    await running(rents)
    rents.market.fault("vast", "comes-back", endpoint="destroy", seconds=300)
    await rents.slack.press(card(rents), "gpu:end", user="ada")
    await rents.until(lambda: any("Receipt" in told for told in thread(rents)))
    rents.market.fault("vast", "will-not-end", endpoint="destroy", times=None)
    back = await until_told(rents, "It came back")
    assert "It is destroyed once more until it stays gone." in back.text
    rents.market.clear_faults()

    def told() -> list[Message]:
        said = in_thread(rents) + directly(rents)
        return [m for m in said if m.text.startswith(("It came back", "It is gone"))]

    await rents.until(lambda: all(m.text.startswith("It is gone") for m in told()), step_s=5)
    assert [pressable(m) for m in told()] == [[], []]
    assert all("It came back after it was gone. Confirmed gone" in m.text for m in told())
    await rents.until(lambda: len([m for m in thread(rents) if "Receipt" in m]) == 2)
    early, late = [m for m in thread(rents) if "Receipt" in m]
    assert (early.split(":")[0], late.split(":")[0]) == ("Receipt withdrawn", "Receipt")


async def test_a_question_about_a_slow_start_is_over_when_it_is_answered(rents: World) -> None:
    """Waited for: so it says, without buttons. Asked again and ended: so that says, to the end."""
    rents.market.fault("vast", "never-starts", endpoint="create")
    await rented(rents)
    await rents.pass_time(1_150)
    asked = await until_told(rents, "Not ready after")
    assert await answer_to(rents, asked, "gpu:wait") == "Waiting 10 minutes more."
    await settled(rents, 0, "Not ready at first", "Waited for until 2")
    await rents.pass_time(560)
    await until_told(rents, "Not ready after")
    rents.market.fault("vast", "ends-late", endpoint="destroy", seconds=90)
    await rents.slack.press(directly(rents)[1], "gpu:end", user="ada")
    await settled(rents, 1, "Not ready at first", "It is being ended.")
    await settled(rents, 1, "Not ready at first", "Confirmed gone 2")
    await settled(rents, 0, "Not ready at first", "Waited for until 2")


async def test_a_question_about_a_slow_start_is_over_when_it_is_ready(rents: World) -> None:
    rents.market.fault("vast", "never-starts", endpoint="create")
    await rented(rents)
    await rents.pass_time(1_150)
    await until_told(rents, "Not ready after")
    rents.market.vast.rentals.ever_made()[-1].fate = None
    await settled(rents, 0, "Not ready at first", "It is ready now.")


async def test_trouble_that_is_over_asks_for_nothing(rents: World) -> None:
    """Offline, back, offline again, ended while it is: each says what came of it."""
    session_id = await running(rents)
    (rental,) = rents.market.vast.rentals.ever_made()
    offline = Fault(FaultKind.GOES_OFFLINE, "vast", seconds=-1e9)
    rental.fate = offline
    await until_told(rents, "The host is offline")
    assert pressable(directly(rents)[1]) == ["gpu:another", "gpu:end"]
    rental.fate = None
    await until_told(rents, "It runs again")
    await settled(rents, 1, "The host was offline", "It was seen running again.")
    ends_at = (await session(rents, session_id)).rented.ends_at
    await rents.slack.press(directly(rents)[2], "gpu:extend:1", user="ada")
    await rents.until(lambda: stamp(ends_at + timedelta(hours=1)) in directly(rents)[2].text)
    rental.fate = offline
    await until_told(rents, "The host is offline")
    await settled(rents, 2, "It ran again", "That did not last.")
    await rents.slack.press(directly(rents)[3], "gpu:end", user="ada")
    await settled(rents, 3, "The host was offline", "Confirmed gone 2")
    await settled(rents, 1, "The host was offline", "It was seen running again.")


async def test_a_host_that_changes_its_mind(rents: World) -> None:
    """It takes the machine back before its time, earlier yet, and then not at all."""
    session_id = await running(rents, hours="4")
    ends_at = (await session(rents, session_id)).rented.ends_at
    (rental,) = rents.market.vast.rentals.ever_made()
    rental.offer["end_date"] = (ends_at - timedelta(hours=2)).timestamp()
    await until_told(rents, "The host takes it back")
    rental.offer["end_date"] = (ends_at - timedelta(hours=3)).timestamp()
    told = f"How it is now: /gpu session {session_id}."
    await settled(rents, 1, "The host was to take it back", told)
    rental.offer["end_date"] = (ends_at + timedelta(hours=3)).timestamp()
    await settled(rents, 2, "The host was to take it back", "The host states a later end now")


async def test_a_machine_that_was_kept_asks_no_more(rents: World) -> None:
    rents.market.fault("vast", "wrong-gpu", endpoint="create")
    await rented(rents)
    asked = await until_told(rents, "The machine that came")
    await rents.slack.press(asked, "gpu:keep", user="ada")
    await settled(rents, 0, "Not the machine on the card", "It was kept as it is.")


async def test_a_rescued_machine_that_is_gone(rents: World) -> None:
    """Each admin's message says so; that the database is new stays true."""
    await running(rents)
    await lose_disk(rents)
    # Its own message comes after what tells that it was found.
    await rents.until(lambda: any(told.startswith("Running") for told in direct(rents)))
    (number,) = [n for n, told in enumerate(direct(rents)) if told.startswith("Found running")]
    found = directly(rents)[number]
    assert "gpu:end" in pressable(found)
    await rents.slack.press(found, "gpu:end", user="ada")
    await settled(rents, number, "Found running without a record", "Confirmed gone 2")
    assert "The database is new" in directly(rents)[number].text


async def settled(world: World, number: int, head: str, outcome: str) -> None:
    """That direct message, and the same in the thread where there is one."""

    def told() -> bool:
        said = directly(world)[number]
        same = [m for m in in_thread(world) if m.text == said.text]
        lines = plain(said.text).splitlines()
        public = head.startswith("Found") or bool(same)
        return lines[0].startswith(f"{head}: ") and lines[-1].startswith(outcome) and public

    await world.until(told, step_s=2)
    said = directly(world)[number]
    for message in (said, *(m for m in in_thread(world) if m.text == said.text)):
        assert pressable(message) == []
