"""A channel hears when prices fall, and rents from the message."""

import asyncio
from collections.abc import Callable

import pytest

from bot.playground.values import Message
from providers.simulator import prices
from tests.journeys.conftest import Opener
from tests.journeys.renting import channel_says, direct, pressed, private, submitted
from tests.journeys.world import World


async def watched(world: World, text: str = "4090 drop 10%", *, user: str = "ada") -> Message:
    """Set, and its scene is set."""
    answer = await world.ask(f"/gpu watch {text}", user=user)
    assert "Watching." in answer.text, answer.text
    await passed(world, 180)
    return answer


async def passed(world: World, seconds: float) -> None:
    """In steps after which everything that became due is done."""
    for _ in range(int(seconds // 30)):
        await world.pass_time(30)
        await asyncio.sleep(0.15)


async def seen(world: World, look: Callable[[], object]) -> None:
    """Time passes no faster than the market is looked at."""
    for _ in range(120):
        if look():
            return
        await passed(world, 30)
    raise AssertionError(world.told())


def fall(world: World, factor: float, model: str = "RTX 4090") -> None:
    prices.move(world.market, model, factor)


async def told(world: World, channel: str = "general") -> Message:
    """The next thing that the channel hears."""
    before = len(channel_says(world, channel))
    await seen(world, lambda: len(channel_says(world, channel)) > before)
    return [m for m in world.slack.messages(channel, "ada") if m.bot_id and not m.only_for][-1]


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_a_fall_is_told_and_rented_from(opened: Opener, transport: str) -> None:
    """Set up, nothing said about how things stand, told once when it falls, rented from there."""
    async with opened(transport) as world:
        await watched(world)
        assert channel_says(world) == []
        fall(world, 0.7)
        alert = await told(world)
        assert "RTX 4090" in alert.text
        assert "Watch 1: 4090 drop 10%" in alert.text
        window = await pressed(world, alert)
        await submitted(world, window)
        await world.until(lambda: direct(world))
        assert world.made() == 1


async def test_the_same_watch_twice_at_once_is_one(opened: Opener) -> None:
    """However fast a person types, or a double click sends."""
    async with opened() as world:
        sent = (world.slack.command("/gpu watch 4090 drop 10%") for _ in range(2))
        await asyncio.gather(*sent)
        await world.until(lambda: len(private(world, "ada")) == 2)
        told = sorted(text.partition(".")[0] for text in private(world, "ada"))
        assert told == ["Watching", "You watch that here already"]
        listed = await world.ask("/gpu watches all")
        assert "Watches of all channels: 1" in listed.text


async def test_a_dip_that_lasts_one_look_is_not_told(opened: Opener) -> None:
    async with opened() as world:
        await watched(world)
        fall(world, 0.7)
        await world.pass_time(50)
        await asyncio.sleep(0.3)
        fall(world, 1 / 0.7)
        await passed(world, 600)
        assert channel_says(world) == []


async def test_within_the_cool_down_the_message_is_edited(opened: Opener) -> None:
    """Unless it falls by a further twentieth."""
    async with opened() as world:
        await watched(world, "4090 on vast any")
        fall(world, 0.9)
        first = await told(world)
        fall(world, 0.97)
        await seen(world, lambda: _now(world, first).edited)
        assert len(channel_says(world)) == 1
        fall(world, 0.8)
        second = await told(world)
        assert second.ts != first.ts


def _now(world: World, message: Message) -> Message:
    """As it stands now."""
    return next(m for m in world.slack.messages("general", "ada") if m.ts == message.ts)


async def test_what_falls_together_is_one_message(opened: Opener) -> None:
    """Three watches of a channel."""
    async with opened() as world:
        for text in ("4090 drop 10%", "4090 drop 5%", "4090 in us drop 10%"):
            await watched(world, text)
        fall(world, 0.7)
        alert = await told(world)
        await passed(world, 300)
        assert (len(channel_says(world)), "3 watches" in alert.text) == (1, True)


async def test_a_restart_in_the_middle_loses_nothing(opened: Opener) -> None:
    """Neither the watch nor the fall that was seen once; and nothing is told twice."""
    async with opened() as world:
        await watched(world)
        fall(world, 0.7)
        await world.pass_time(70)
        await asyncio.sleep(0.3)
        await world.restart_bot()
        await told(world)
        await world.restart_bot()
        await passed(world, 600)
        assert len(channel_says(world)) == 1


async def test_an_outage_is_neither_all_gone_nor_all_new(opened: Opener) -> None:
    async with opened() as world:
        await watched(world, "4090 any")
        for market in ("vast", "tensordock"):
            world.market.fault(market, "status", endpoint="search", times=1000, status=503)
        await passed(world, 900)
        world.market.clear_faults()
        await passed(world, 900)
        assert channel_says(world) == []


async def test_a_watch_is_kept_where_the_bot_is_not_invited(opened: Opener) -> None:
    """Its owner is told once."""
    async with opened() as world:
        await world.ask("/gpu watch 4090 drop 10%", channel="random")
        await passed(world, 180)
        for _ in range(2):
            fall(world, 0.6)
            await passed(world, 300)
        unheard = [line for line in direct(world) if "is not heard" in line]
        assert (len(unheard), channel_says(world, "random")) == (1, [])
        answer = await world.ask("/gpu watches", channel="random")
        assert "4090 drop 10%" in answer.text


@pytest.mark.parametrize(
    ("channel", "is_told"), [("general", False), ("random", True), ("lab", True)]
)
async def test_whoever_sets_a_watch_hears_that_the_bot_is_not_there(
    opened: Opener, channel: str, is_told: bool
) -> None:
    """At once, typed or from the form: Slack tells, for public channels and private ones."""
    async with opened() as world:
        answer = await world.ask("/gpu watch 4090 drop 10%", channel=channel)
        assert ("I am not in this channel" in answer.text) == is_told
        assert len(private(world, "ada", channel)) == 1
        handled = await world.slack.command("/gpu watch", channel=channel)
        view = await world.slack.wait_for_modal("Watch prices", since=handled.since)
        handled = await world.slack.select(view, "gpu:watch-trigger", "under")
        view = await world.slack.wait_for_modal("Limit in USD", since=handled.since)
        filled = {"gpu:watch-query": "2x 4090", "gpu:watch-usd": "0.70"}
        handled = await world.slack.submit(view, filled)
        saved = await world.slack.wait_for_modal("Watching.", since=handled.since)
        assert ("I am not in this channel" in saved.everything) == is_told


async def test_nobody_is_told_what_nobody_knows(opened: Opener) -> None:
    """Slack is in trouble: the answer comes by another way, and says nothing of the channel."""
    async with opened() as world:
        world.slack.faults.error("chat.postEphemeral", "internal_error", times=1)
        answer = await world.ask("/gpu watch 4090 drop 10%", channel="random")
        assert "Watching." in answer.text
        assert "I am not in this channel" not in answer.text


async def test_the_list_and_its_buttons(opened: Opener) -> None:
    """Pause, resume, snooze, stop: each says so, and only its owner and admins may."""
    async with opened() as world:
        await watched(world, user="grace")
        shown = await world.ask("/gpu watches", user="grace")
        for action, words in (
            ("gpu:watchpause", "Paused."),
            ("gpu:watchresume", "It looks again."),
        ):
            handled = await world.slack.press(shown, action, user="grace")
            shown = await world.slack.wait_for_message(words, user="grace", since=handled.since)
        handled = await world.slack.select(shown, "gpu:watchsnooze", "Snooze 8 h", user="grace")
        await world.slack.wait_for_message("Snoozed.", user="grace", since=handled.since)
        refused = await world.ask("/gpu unwatch 1", user="linus")
        assert "Only" in refused.text
        stopped = await world.ask("/gpu unwatch 1", user="ada")
        assert "Watch 1 is stopped." in stopped.text
        gone = await world.ask("/gpu unwatch 1", user="grace")
        assert "There is no watch 1." in gone.text


async def test_it_is_set_and_changed_by_filling_in(opened: Opener) -> None:
    """The form follows the trigger; a mistake stands at its field; then Edit in the message."""
    async with opened() as world:
        handled = await world.slack.command("/gpu watch")
        view = await world.slack.wait_for_modal("Watch prices", since=handled.since)
        handled = await world.slack.select(view, "gpu:watch-trigger", "under")
        view = await world.slack.wait_for_modal("Limit in USD", since=handled.since)
        filled = {"gpu:watch-query": "2x 4090", "gpu:watch-usd": "0.70"}
        handled = await world.slack.submit(view, filled | {"gpu:watch-cool-down": "soon"})
        assert list(handled.errors or ()) == ["gpu:watch-cool-down"]
        handled = await world.slack.submit(view, filled | {"gpu:watch-cool-down": "2h"})
        await world.slack.wait_for_modal("2x 4090 under 0.70", since=handled.since)
        shown = await world.ask("/gpu watches")
        assert "2x 4090 under 0.70 cool down 2h" in shown.text


async def test_the_home_tab_shows_them(opened: Opener) -> None:
    """Stopped there, it is gone from there."""
    async with opened() as world:
        await watched(world)
        await world.slack.open_home("ada")
        home = await world.slack.wait_for_home("4090 drop 10%", user="ada")
        await world.slack.press(home, "gpu:watchstop")
        await world.slack.wait_until(lambda: "4090 drop 10%" not in home_of(world))


def home_of(world: World) -> str:
    shown = world.slack.home("ada")
    return "" if shown is None else shown.everything


async def test_a_private_channel_s_watches_are_its_own(opened: Opener) -> None:
    """Others hear that there are some; their owner and the admins see them."""
    async with opened() as world:
        await world.ask("/gpu watch 4090 drop 10%", channel="lab", user="grace")
        await world.ask("/gpu watch h100 under 2", user="grace")
        seen = {
            name: (await world.ask("/gpu watches all", user=name)).text
            for name in ("ada", "grace", "linus")
        }
        assert {name: "4090 drop 10%" in text for name, text in seen.items()} == {
            "ada": True,
            "grace": True,
            "linus": False,
        }
        assert all("h100 under 2" in text for text in seen.values())
        assert "1 more of private channels." in seen["linus"]
        assert "no such watch" in (await world.ask("/gpu unwatch 1", user="linus")).text


async def test_limits_of_the_policy(opened: Opener) -> None:
    async with opened(policy="watches_each = 1") as world:
        await watched(world)
        refused = await world.ask("/gpu watch h100 under 2")
        assert "watch" in refused.text
        assert len(private(world, "ada")) == 2
        listed = await world.ask("/gpu watches all")
        assert "Watches of all channels: 1" in listed.text


async def test_an_under_watch_names_its_limit(opened: Opener) -> None:
    """The first time below; the machine that would be rented costs no more than that."""
    async with opened() as world:
        await watched(world, "4090 under 0.35")
        fall(world, 0.7)
        alert = await told(world)
        assert "under 0.35" in alert.text
        window = await pressed(world, alert)
        assert "$0.28/h" in window.everything
