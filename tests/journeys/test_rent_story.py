"""Renting by pressing, from the search to the receipt."""

import pytest

from tests.journeys.renting import (
    DOCK,
    KEY,
    KEY_NAME,
    VAST,
    card,
    channel_says,
    direct,
    directly,
    in_thread,
    plain,
    running,
    session,
    thread,
    until_before_end,
    way_in,
    window,
)
from tests.journeys.world import World

HOUR = 3600.0
MACHINES = {
    VAST: ("1 × RTX 4090 24 GB", "Vast.ai, US", "$0.40/h"),
    DOCK: ("1 × RTX 4090 24 GB", "TensorDock, Taipei, Taiwan, TW", "$0.52/h"),
}


async def to_the_end(world: World) -> None:
    await world.until(lambda: any("Receipt" in told for told in thread(world)), step_s=3.0)


@pytest.mark.parametrize("find", [VAST, DOCK])
async def test_the_whole_story(rents_everywhere: World, find: str) -> None:
    """One press is one machine: followed in one message, warned of, extended, ended, gone."""
    world = rents_everywhere
    machine, where, price = MACHINES[find]
    what = f"{machine} at {where}"
    session_id = await running(world, find, hours="1")
    assert world.made() == len(world.alive()) == 1
    assert channel_says(world) == [f"Running: {machine} for {price}"]
    assert direct(world) == [f"Ready: {what}, {price}"]
    await until_before_end(world, session_id, 15)
    await world.until(lambda: len(thread(world)) == 1, step_s=0.5)
    await until_before_end(world, session_id, 5)
    await world.until(lambda: len(thread(world)) == 2)
    await world.slack.press(in_thread(world)[-1], "gpu:extend:1", user="ada")
    await world.until(lambda: len(thread(world)) == 3)
    await world.until(lambda: "in 1 h" in card(world).text)
    await world.slack.press(card(world), "gpu:end", user="ada")
    await to_the_end(world)
    until = f"{(await session(world, session_id)).rented.ends_at:%Y-%m-%d %H:%M} UTC"
    assert [line.partition(": $")[0] for line in thread(world)] == [
        f"Extended to {until} by <@U0ADA00001>",
        f"Extended to {until} by <@U0ADA00001>",
        f"Extended by 1 h: {what}",
        "Receipt",
    ]
    assert {m.thread_ts for m in in_thread(world)} == {card(world).ts}
    assert channel_says(world)[0].startswith(f"Ended: {machine}, $")
    assert len(channel_says(world)) == len(direct(world)) == 1
    assert (world.alive(), world.made()) == ([], 1)


async def test_the_message_moves_from_step_to_step(rents_both: World) -> None:
    """One message in the channel is edited at each step, and never jumps back."""
    world = rents_both
    world.market.fault("vast", "slow", endpoint="create", seconds=2)
    view = await window(world)
    await world.slack.submit(view, {"gpu:key": KEY})
    await world.until(lambda: channel_says(world)[:1], step_s=0.5)
    await world.until(lambda: direct(world))
    await world.until(lambda: "Running" in card(world).text)
    written = [
        call.args
        for call in world.slack.calls
        if call.method in {"chat.postMessage", "chat.update"} and "ssh -p" not in str(call.args)
    ]
    assert {args["channel"] for args in written} == {world.slack.channel("general").id}
    assert {args.get("ts", card(world).ts) for args in written} == {card(world).ts}
    under_way = [
        next((step for step in STEPS if f"{step}: under way" in args["text"]), "Running")
        for args in written
    ]
    assert under_way == sorted(under_way, key=[*STEPS, "Running"].index)
    assert under_way[0] == "Machine made"
    assert under_way[-1] == "Running"


STEPS = ("Asked for", "Machine made", "Image loaded", "Booted", "SSH answers")


@pytest.mark.parametrize("find", [VAST, DOCK])
async def test_the_way_in_is_for_the_renter_alone(rents_both: World, find: str) -> None:
    """The command comes as a direct message; no channel, and nobody else, reads an address."""
    world = rents_both
    await running(world, find)
    way = way_in(directly(world)[0])
    user = "root" if find == VAST else "user"
    assert way.command == f"ssh -p {way.port} {user}@{way.host}"
    assert f"User {user}" in directly(world)[0].everything
    assert KEY_NAME in directly(world)[0].everything
    handled = await world.slack.press(card(world), "gpu:ssh", user="ada")
    shown = await world.slack.wait_for_message(way.command, since=handled.since)
    assert shown.only_for == world.slack.user("ada").id
    handled = await world.slack.press(card(world), "gpu:ssh", user="grace")
    other = await world.slack.wait_for_message("see more of it", since=handled.since)
    assert other.only_for == world.slack.user("grace").id
    everybody = [
        m
        for m in world.slack.workspace.all_messages()
        if m.only_for != world.slack.user("ada").id and m.channel != world.slack.channel("@ada").id
    ]
    assert [m.text for m in everybody if way.host in str(m.raw) or way.port in m.everything] == []


async def test_the_key_is_asked_for_once(rents_both: World) -> None:
    """The next window offers the saved key, and what was chosen last."""
    world = rents_both
    await running(world, hours="2")
    await world.slack.press(card(world), "gpu:end", user="ada")
    await to_the_end(world)
    view = await window(world)
    assert f"Saved key {KEY_NAME}" in view.everything
    assert "The most it can cost: " in view.everything
    assert "for 2 h" in view.everything
    assert "gpu:key" not in [block.get("block_id") for block in view.blocks]
    handled = await world.slack.submit(view)
    await world.slack.wait_for_modal("is being made", since=handled.since)
    assert world.made() == 2


async def test_the_most_it_can_cost_follows_the_hours(rents_both: World) -> None:
    """Other hours, another sum, at the price that stands on the card."""
    world = rents_both
    view = await window(world)
    sums = {}
    for hours in ("1", "8", "24"):
        handled = await world.slack.select(view, "gpu:hours", hours)
        view = await world.slack.wait_for_modal(f"for {hours} h", since=handled.since)
        sums[hours] = next(t for t in view.everything.splitlines() if "The most" in t)
    assert sums == {
        "1": "*The most it can cost: $0.40 for 1 h*, traffic not included.",
        "8": "*The most it can cost: $3.17 for 8 h*, traffic not included.",
        "24": "*The most it can cost: $9.51 for 24 h*, traffic not included.",
    }
    assert world.made() == 0


async def test_time_up_ends_it_without_a_press(rents_everywhere: World) -> None:
    """At the hour that was chosen the machine is ended, asked or not."""
    world = rents_everywhere
    await running(world, hours="1")
    await world.pass_time(HOUR)
    await to_the_end(world)
    receipt = plain(in_thread(world)[-1].everything)
    assert "Ended because: its time was up" in receipt
    assert "Confirmed gone" in receipt
    assert "Tries to end it: 1" in receipt
    assert (world.alive(), world.made()) == ([], 1)
