"""A standing order: placed in a window, filled when the price falls, told to its owner."""

import asyncio
from collections.abc import Callable

import pytest

from bot.playground.values import Message, View
from providers.simulator import prices
from tests.journeys.conftest import Opener
from tests.journeys.renting import (
    KEY,
    asks_for_key,
    channel_says,
    direct,
    directly,
    pressable,
    pressed,
    thread,
    window,
)
from tests.journeys.world import World

CHEAP = "4090 under 0.25 for 2h"
AT_ONCE = "4090 under 3 for 2h"


async def asked(world: World, text: str, *, user: str = "ada", channel: str = "general") -> View:
    """The window that states what it can cost."""
    handled = await world.slack.command(f"/gpu order {text}", user=user, channel=channel)
    return await world.slack.wait_for_modal("At most", user=user, since=handled.since)


async def placed(world: World, text: str, *, user: str = "ada", channel: str = "general") -> View:
    view = await asked(world, text, user=user, channel=channel)
    given = {"gpu:key": KEY} if asks_for_key(view) else {}
    handled = await world.slack.submit(view, given | {"gpu:note": "night run"})
    assert (handled.ack.error, handled.errors) == (None, None)
    return await world.slack.wait_for_modal("is placed", user=user, since=handled.since)


async def seen(world: World, look: Callable[[], object]) -> None:
    for _ in range(200):
        if look():
            return
        await world.pass_time(20)
        await asyncio.sleep(0.1)
    raise AssertionError(world.told())


def filled(world: World, number: int = 1) -> bool:
    return any(f"Order {number} is filled" in line for line in channel_says(world))


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_it_rents_when_the_price_falls(opened: Opener, transport: str) -> None:
    """Nothing before; then one machine, told at once in a direct message and in the thread, with
    the way in for its owner alone; and its message in the channel says that it is filled."""
    async with opened(transport) as world:
        view = await asked(world, CHEAP)
        assert "At most $0.50: 2 h at $0.25/h" in view.everything
        assert "The cheapest like that costs" in view.everything
        handled = await world.slack.submit(view, {"gpu:key": KEY})
        await world.slack.wait_for_modal("Order 1 is placed", since=handled.since)
        await world.until(lambda: any("Order 1 waits" in line for line in channel_says(world)))
        await world.pass_time(300)
        assert world.made() == 0
        prices.move(world.market, "RTX 4090", 0.5)
        await seen(world, lambda: any("Ready" in line for line in direct(world)))
        await seen(world, lambda: filled(world))
        assert world.made() == 1
        assert "Order 1 rents" in direct(world)[0]
        assert any("Order 1 rents" in line for line in thread(world))
        prices.move(world.market, "RTX 4090", 0.5)
        await world.pass_time(600)
        assert world.made() == 1


async def test_a_machine_that_never_starts_is_followed_by_the_next(opened: Opener) -> None:
    """The first one is ended, named, and another host's machine runs."""
    async with opened() as world:
        world.market.fault("vast", "create-fails", endpoint="create")
        await placed(world, f"{AT_ONCE} on vast")
        await seen(world, lambda: filled(world))
        nexts = [m for m in directly(world) if "did not start" in m.text and "Order 1" in m.text]
        assert len(nexts) == 1
        assert "host" in nexts[0].text
        assert "It failed while it started." in nexts[0].text
        assert (world.made(), len(world.alive())) == (2, 1)


async def test_what_told_of_its_machine_says_that_it_is_gone(opened: Opener) -> None:
    """In the thread, to its owner and on its own message: nothing is left to end."""
    async with opened() as world:
        await placed(world, AT_ONCE)
        await seen(world, lambda: filled(world))
        (told,) = [m for m in directly(world) if "Order 1 rents" in m.text]
        assert "gpu:end" in pressable(told)
        await world.slack.press(told, "gpu:end")
        gone = "Its machine is gone."

        def said() -> list[Message]:
            every = directly(world) + [
                m for m in world.slack.messages("general") if not m.only_for
            ]
            return [m for m in every if "Order 1 rent" in m.text]

        await seen(world, lambda: [gone in m.text for m in said()] == [True, True])
        assert [pressable(m) for m in said()] == [["gpu:session"]] * 2

        def card() -> str:
            return next(
                m.text for m in world.slack.messages("general") if "Order 1 is filled" in m.text
            )

        await seen(world, lambda: "its machine is gone." in card())
        assert "runs for" not in card()


async def test_cancel_is_one_press_away(opened: Opener) -> None:
    """In its message, for its owner and admins alone; cancelled, it rents nothing."""
    async with opened() as world:
        await placed(world, CHEAP, user="grace")
        card = await order_card(world)
        handled = await world.slack.press(card, "gpu:ordercancel", user="linus")
        refused = await private_answer(world, handled.since, "linus")
        assert "Only" in refused.text
        handled = await world.slack.press(card, "gpu:ordercancel", user="grace")
        told = await private_answer(world, handled.since, "grace")
        assert "Order 1 is cancelled" in told.text
        prices.move(world.market, "RTX 4090", 0.5)
        await world.pass_time(400)
        assert world.made() == 0
        await world.until(
            lambda: any("Order 1 is cancelled" in line for line in channel_says(world))
        )


async def test_lists_and_the_home_tab(opened: Opener) -> None:
    """`/gpu orders`, `all`, `/gpu cancel 1`; Home shows what is open."""
    async with opened(policy="machines_each = 3\nmachines_in_all = 5") as world:
        await placed(world, CHEAP)
        await placed(world, CHEAP, user="grace")
        mine = await world.ask("/gpu orders")
        assert "Your orders: 1 open, at most $0.50 in all" in mine.text
        everybody = await world.ask("/gpu orders all")
        assert "Orders of everybody: 2 open" in everybody.text
        told = await world.ask("/gpu cancel 2", user="grace")
        assert "Order 2 is cancelled" in told.text
        gone = await world.ask("/gpu cancel 7")
        assert "There is no such order." in gone.text


async def test_it_holds_a_place_and_the_window_of_rent_says_so(opened: Opener) -> None:
    """One machine each: whoever has an order meets the limit at Rent, and at the next order."""
    async with opened() as world:
        await placed(world, CHEAP)
        answer = await world.ask("/gpu find 4090 on vast")
        view = await pressed(world, answer, "1 order of yours waits")
        assert "/gpu orders" in view.everything
        handled = await world.slack.command("/gpu order a100 under 1")
        await world.slack.wait_for_modal("1 order of yours waits", since=handled.since)


async def test_the_key_is_chosen_in_both_windows(opened: Opener) -> None:
    """The saved one, or another; the same field stands in the window of an order and of Rent."""
    async with opened(policy="machines_each = 3") as world:
        await placed(world, CHEAP)
        view = await asked(world, CHEAP)
        assert not asks_for_key(view)
        handled = await world.slack.select(view, "gpu:key-choice", "own")
        view = await world.slack.wait_for_modal("The other public SSH key", since=handled.since)
        handled = await world.slack.submit(view, {"gpu:key": "no key"})
        assert list(handled.errors or ()) == ["gpu:key"]
        handled = await world.slack.submit(view, {"gpu:key": KEY})
        await world.slack.wait_for_modal("Order 2 is placed", since=handled.since)
        rent = await window(world)
        handled = await world.slack.select(rent, "gpu:key-choice", "own")
        await world.slack.wait_for_modal("The other public SSH key", since=handled.since)


async def test_where_the_bot_is_not_invited_its_owner_hears_it(opened: Opener) -> None:
    """The order's message comes as a direct one, and nothing is said twice in it."""
    async with opened() as world:
        await placed(world, CHEAP, channel="random")
        await world.until(lambda: any("Order 1 waits" in line for line in direct(world)))
        prices.move(world.market, "RTX 4090", 0.5)
        await seen(world, lambda: any("Ready" in line for line in direct(world)))
        assert sum("Order 1 rents" in line for line in direct(world)) == 1
        assert channel_says(world, "random") == []


async def test_a_restart_loses_no_order(opened: Opener) -> None:
    """Nor does it rent twice."""
    async with opened() as world:
        await placed(world, CHEAP)
        await world.restart_bot()
        prices.move(world.market, "RTX 4090", 0.5)
        await seen(world, lambda: world.made() == 1)
        await world.restart_bot()
        await seen(world, lambda: filled(world))
        assert world.made() == 1


async def order_card(world: World) -> Message:
    return await world.slack.wait_for_message(
        lambda m: not m.only_for and "Order 1 waits" in m.text, channel="general"
    )


async def private_answer(world: World, since: int, user: str) -> Message:
    mine = world.slack.user(user).id
    return await world.slack.wait_for_message(lambda m: m.only_for == mine, since=since, user=user)


async def test_while_slack_knows_the_bot_no_more_nothing_is_rented(opened: Opener) -> None:
    """The token is revoked: no machine that its owner would not hear of; it goes on afterwards."""
    async with opened() as world:
        await placed(world, CHEAP)
        await order_card(world)
        await world.pass_time(5)
        world.slack.faults.error("chat.update", "token_revoked", times=1)
        notifier = world.service._frontage._notifier  # type: ignore[union-attr]
        notifier.installation_lost("token_revoked")  # type: ignore[union-attr]
        prices.move(world.market, "RTX 4090", 0.5)
        for _ in range(10):
            await world.pass_time(20)
        assert world.made() == 0
        await seen(world, lambda: filled(world))
        assert world.made() == 1
