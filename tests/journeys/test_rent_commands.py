"""Commands, the Home tab, the saved key, and what admins alone may press."""

from tests.journeys.conftest import Opener
from tests.journeys.renting import (
    KEY_NAME,
    card,
    channel_says,
    direct,
    directly,
    in_thread,
    plain,
    running,
    session,
    thread,
    way_in,
    window,
)
from tests.journeys.world import World

OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


async def test_lists_of_machines(rents_both: World) -> None:
    """Mine, everybody's, one whole: money, time and history; the address for the renter alone."""
    world = rents_both
    assert (await world.ask("/gpu sessions")).text.startswith("You rent no machine.")
    session_id = await running(world)
    mine = await world.ask("/gpu sessions")
    assert mine.text.startswith("Your machines: 1 that may cost money, $0.40/h in all")
    assert "Running: 1 × RTX 4090 24 GB at Vast.ai, US, $0.40/h" in mine.text
    others = await world.ask("/gpu sessions", user="grace")
    assert others.text.startswith("You rent no machine.")
    everybody = await world.ask("/gpu sessions all", user="grace")
    assert everybody.text.startswith("Machines of everybody: 1 that may cost money")
    way = way_in(directly(world)[0])
    short = session_id.partition("-")[2]
    for name in (session_id, short):
        whole = await world.ask(f"/gpu session {name}")
        assert way.command in whole.everything
        assert "What happened" in whole.everything
    foreign = await world.ask(f"/gpu session {short}", user="grace")
    assert way.host not in foreign.everything
    assert foreign.text.splitlines()[0] == card(world).text.splitlines()[0]
    assert "Only <@U0ADA00001> and the admins see more of it." in foreign.text
    assert "What happened" not in foreign.everything
    unknown = await world.ask("/gpu session aaaaaaaaaa")
    assert unknown.text == "There is no such session. `/gpu sessions` lists yours."


async def test_extend_and_stop_by_command(rents_both: World) -> None:
    """The id, its part behind the dash, or nothing where there is only one."""
    world = rents_both
    session_id = await running(world)
    before = (await session(world, session_id)).rented.ends_at
    assert (await world.ask(f"/gpu extend {session_id} 2h")).text == "Extended by 2 h."
    after = (await session(world, session_id)).rented.ends_at
    assert (after - before).total_seconds() == 2 * 3600
    long = await world.ask(f"/gpu extend {session_id.partition('-')[2]} 20h")
    assert "The policy allows 24 h in all" in long.text
    foreign = await world.ask(f"/gpu stop {session_id}", user="grace")
    assert foreign.text.startswith("Only <@U0ADA00001> and the admins can do that.")
    assert len(world.alive()) == 1
    assert "Ending it." in (await world.ask("/gpu stop")).text
    await world.until(lambda: any("Receipt" in told for told in thread(world)))
    assert world.alive() == []
    assert (await world.ask("/gpu stop")).text == "You have no machine running."


async def test_somebody_else_s_end_is_refused(rents_both: World) -> None:
    """The button stands in the channel: whoever may not hears why, an admin may."""
    world = rents_both
    session_id = await running(world, user="grace")
    for action in ("gpu:end", "gpu:extend:1"):
        handled = await world.slack.press(card(world), action, user="linus")
        told = await world.slack.wait_for_message("Only <@U0GRACE002>", since=handled.since)
        assert told.text.startswith("Only <@U0GRACE002> and the admins can do that.")
        assert told.only_for == world.slack.user("linus").id
    assert (await session(world, session_id)).state == "running"
    await world.slack.press(card(world), "gpu:end", user="ada")
    await world.until(lambda: not world.alive())
    await world.until(lambda: thread(world))
    assert "Ended because: asked for by <@U0ADA00001>" in plain(in_thread(world)[-1].everything)


async def test_the_key_has_a_window(rents_both: World) -> None:
    """Saved, offered in the Rent window, removed, asked for again."""
    world = rents_both
    handled = await world.slack.command("/gpu key")
    view = await world.slack.wait_for_modal("No key is saved.", since=handled.since)
    handled = await world.slack.submit(view, {"gpu:key": f"{OTHER_KEY} ada@laptop"})
    assert handled.errors is None
    saved = await world.slack.wait_for_message("Saved `SHA256:", since=handled.since, user="ada")
    assert saved.only_for or saved.channel == world.slack.channel("@ada").id
    assert "Saved key ssh-ed25519 …l9GKJl" in (await window(world)).everything
    handled = await world.slack.command("/gpu key")
    view = await world.slack.wait_for_modal("ssh-ed25519 …l9GKJl", since=handled.since)
    handled = await world.slack.press(view, "gpu:keyremove")
    await world.slack.wait_for_modal("Your key is removed", since=handled.since)
    assert "Your public SSH key" in (await window(world)).everything


async def test_the_home_tab(rents_both: World) -> None:
    """First steps for a newcomer; then the machines with their buttons, which act and refresh."""
    world = rents_both
    await world.slack.open_home()
    first = await world.slack.wait_for_home("Find a GPU and rent it")
    assert "You rent no machine." in first.everything
    assert "No key is saved" in first.everything
    session_id = await running(world)
    await world.slack.open_home()
    home = await world.slack.wait_for_home("Running: 1 × RTX 4090", since=first.change)
    assert "Find a GPU and rent it" not in home.everything
    assert KEY_NAME in home.everything
    before = (await session(world, session_id)).rented.ends_at
    handled = await world.slack.press(home, "gpu:extend:1")
    home = await world.slack.wait_for_home("Running", since=handled.since)
    assert ((await session(world, session_id)).rented.ends_at - before).total_seconds() == 3600
    handled = await world.slack.press(home, "gpu:end")
    home = await world.slack.wait_for_home("Ending", since=handled.since)
    await world.until(lambda: not world.alive())
    await world.until(lambda: any("Receipt" in told for told in thread(world)))
    mark = world.slack.now
    await world.slack.open_home()
    await world.slack.wait_for_home("Ended: 1 × RTX 4090", since=mark)


async def test_the_home_tab_of_who_may_not(opened: Opener) -> None:
    """It says so, and why."""
    async with opened(policy='users = ["U0ADA00001"]') as world:
        await world.slack.open_home("grace")
        home = await world.slack.wait_for_home("You cannot rent now.", user="grace")
        assert "You are not among those who may rent." in home.everything


async def test_close_by_hand_is_for_admins(opened: Opener) -> None:
    """A machine that will not die is said, loudly; an admin may close its record, which is never
    called proved, and a machine that the marketplace shows all the same is fought on."""
    async with opened() as world:
        await running(world, user="grace")
        world.market.fault("vast", "will-not-end", endpoint="destroy", times=None)
        await world.slack.press(card(world), "gpu:end", user="grace")
        await world.until(
            lambda: any("it will not die" in told for told in thread(world)), step_s=5
        )
        assert "Not gone yet" in card(world).text
        await world.until(
            lambda: any("it will not die" in told for told in direct(world)), step_s=5
        )
        await world.until(
            lambda: any("it will not die" in told for told in direct(world, "grace")), step_s=5
        )
        loud = next(m for m in directly(world) if "it will not die" in m.text)
        handled = await world.slack.press(loud, "gpu:close")
        told = await world.slack.wait_for_message("Closed by hand.", since=handled.since)
        assert told.text == (
            "Closed by hand. Nothing was proved; look at the marketplace yourself."
        )
        await world.until(lambda: any("It came back" in told for told in thread(world)))
        await world.until(lambda: "Not gone yet" in card(world).text)
        assert len(world.alive()) == 1


async def test_a_machine_that_nobody_knows_is_kept_by_an_admin(opened: Opener) -> None:
    """Announced to the admins with its price; Keep makes a session of it, others may not."""
    async with opened() as world:
        for _ in range(23):  # a new database takes strangers for lost records before
            await world.pass_time(30)
        await running(world)
        label = world.alive()[0]
        stranger = world.market.vast.rentals.ever_made()[0]
        stranger.label = f"{label[:-10]}aaaaaaaaaa"
        await world.until(
            lambda: any("A machine that nobody here knows" in told for told in direct(world)),
            step_s=5,
        )
        found = next(m for m in directly(world) if "nobody here knows" in m.text)
        handled = await world.slack.press(found, "gpu:keeporphan")
        kept = await world.slack.wait_for_message("Kept as session", since=handled.since)
        assert kept.text.endswith("It ends in 2 h unless you extend it.")
        await world.pass_time(20 * 60)
        assert len(world.alive()) == 1


async def test_private_answers_stay_private(rents: World) -> None:
    """Nothing that a command answers is read by the channel."""
    await running(rents)
    said = channel_says(rents)
    for text in ("/gpu sessions", "/gpu sessions all", "/gpu session aaaaaaaaaa"):
        answer = await rents.ask(text)
        assert answer.only_for == rents.slack.user("ada").id
    assert channel_says(rents) == said
