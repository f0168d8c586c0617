"""Slack in trouble while money runs: the machine is looked after, and the news comes later."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.journeys.conftest import Opener
from tests.journeys.renting import (
    KEY,
    VAST,
    card,
    channel_says,
    direct,
    directly,
    offer_number,
    pressed,
    rented,
    running,
    submitted,
    thread,
    until_before_end,
    window,
)
from tests.journeys.world import World

HOUR = 3600.0
METHODS = (
    "auth.test",
    "apps.connections.open",
    "chat.postMessage",
    "chat.update",
    "chat.postEphemeral",
    "views.open",
    "views.update",
    "views.publish",
)


def kinds(lines: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in lines]


async def test_where_the_bot_is_no_member(rents_both: World) -> None:
    """Rented in a channel that the bot cannot write to: everything comes by direct message."""
    world = rents_both
    await rented(world, channel="random")
    await world.until(lambda: "Ready" in kinds(direct(world)), step_s=8)
    await world.until(lambda: "Running" in kinds(direct(world)))
    assert channel_says(world, "random") == []
    card_message = next(m for m in directly(world) if "Running" in m.text)
    await world.slack.press(card_message, "gpu:end", user="ada")
    over = ["Ended", "Ended", "Receipt"]
    await world.until(lambda: sorted(kinds(direct(world))) == over)
    assert world.alive() == []


async def test_an_old_workspace(opened: Opener) -> None:
    """Without cards and alerts the same can be rented, and the price change is said in words."""
    async with opened() as world:
        world.slack.refuse_blocks = frozenset({"carousel", "card", "alert"})
        answer = await world.ask(VAST)
        assert "carousel" not in str(answer.blocks)
        world.market.vast.set_price(await offer_number(world, answer), 0.45)
        view = await pressed(world, answer)
        assert "alert" not in [block["type"] for block in view.blocks]
        assert "*Price up $0.0676/h since the card: it said $0.40/h.*" in view.everything
        await submitted(world, view, yes=["yes"])
        await world.until(lambda: direct(world), step_s=8)
        assert kinds(direct(world)) == ["Ready"]


async def test_a_rate_limit_is_waited_out(rents: World) -> None:
    """Slack asks for half a minute: the message comes after it, once."""
    rents.slack.faults.rate_limit("chat.postMessage", times=3, retry_after_s=30)
    await rented(rents)
    await rents.until(lambda: kinds(direct(rents)) == ["Ready"], step_s=8)
    await rents.until(lambda: kinds(channel_says(rents)) == ["Running"])
    refused = [call for call in rents.slack.calls_of("chat.postMessage") if call.status == 429]
    assert len(refused) == 3


async def test_a_warning_whose_answer_is_lost_is_not_said_twice(rents: World) -> None:
    """It stands there already; the next one is said as usual."""
    session_id = await running(rents, hours="1")
    rents.slack.faults.lose_answer("chat.postMessage")
    await until_before_end(rents, session_id, 14)
    await rents.until(lambda: thread(rents), step_s=0.5)
    await until_before_end(rents, session_id, 5)
    await rents.until(lambda: len(thread(rents)) >= 2)
    await rents.pass_time(60)
    assert kinds(thread(rents)) == ["Ends in 15 min", "Ends in 5 min"]


async def test_a_revoked_token_ends_the_words_and_not_the_guard(rents_both: World) -> None:
    """Nothing can be said: the machine ends on time all the same, and the receipt comes when the
    token works again."""
    world = rents_both
    await running(world, hours="1")
    await world.slack.revoke_token()
    await world.pass_time(HOUR)
    await world.until(lambda: not world.alive())
    assert thread(world) == []
    world.slack.identity.revoked = False
    await world.until(lambda: "Receipt" in kinds(thread(world)), step_s=20)
    await world.until(lambda: kinds(channel_says(world)) == ["Ended"])
    assert kinds(thread(world)) == ["Receipt"]


async def test_every_method_fails(rents: World) -> None:
    """Slack's servers are down to the last: the machine ends on time, the receipt comes later."""
    await running(rents, hours="1")
    for method in METHODS:
        rents.slack.faults.status(method, 503, times=500)
    await rents.pass_time(HOUR)
    await rents.until(lambda: not rents.alive())
    assert kinds(channel_says(rents)) == ["Running"]
    rents.slack.faults.clear()
    await rents.until(lambda: kinds(thread(rents)) == ["Receipt"], step_s=20)
    await rents.until(lambda: kinds(channel_says(rents)) == ["Ended"])


@pytest.mark.parametrize("how", ["revoked", "down", "cut"])
async def test_slack_is_away_at_a_restart(rents_both: World, how: str) -> None:
    """With a machine running the bot starts without Slack, ends the machine on time, and is back
    when Slack is."""
    world = rents_both
    await running(world, hours="1")
    await world.stop_bot()
    go_away(world, how)
    await world.start_bot()
    await world.pass_time(HOUR)
    await world.until(lambda: not world.alive())
    world.slack.identity.revoked = False
    world.slack.faults.clear()
    await world.until(lambda: "Receipt" in kinds(thread(world)), step_s=20)
    if world.transport == "socket":
        await world.until(lambda: world.slack.connections == 2, step_s=10)
    await world.until(lambda: kinds(channel_says(world)) == ["Ended"])
    assert "RTX 4090" in (await world.ask(VAST)).everything


def go_away(world: World, how: str) -> None:
    world.slack.identity.revoked = how == "revoked"
    for method in METHODS:
        if how == "down":
            world.slack.faults.status(method, 503, times=500)
        elif how == "cut":
            world.slack.faults.cut(method, times=500)


async def test_no_socket_at_a_restart(rents: World) -> None:
    """Slack knows the bot and gives it no connection: with a machine running it starts."""
    await running(rents, hours="1")
    await rents.stop_bot()
    rents.slack.faults.error("apps.connections.open", "internal_error", times=200)
    await rents.start_bot()
    await rents.pass_time(HOUR)
    await rents.until(lambda: not rents.alive())
    rents.slack.faults.clear()
    await rents.until(lambda: rents.slack.connections == 2, step_s=10)
    assert "RTX 4090" in (await rents.ask(VAST)).everything


async def test_without_a_machine_a_refused_bot_does_not_start(rents: World) -> None:
    """There is nothing to look after: the start ends with Slack's word."""
    await rents.stop_bot()
    rents.slack.identity.revoked = True
    with pytest.raises(SlackApiError, match="token_revoked"):
        await rents.start_bot()


async def test_an_uninstalled_app_looks_after_its_machine(rents_both: World) -> None:
    """The app was removed: no word any more, and the machine ends on time."""
    world = rents_both
    await running(world, hours="1")
    world.slack.identity.revoked = True
    await world.slack.event({"type": "app_uninstalled"})
    posted = len(world.slack.calls_of("chat.postMessage"))
    await world.pass_time(HOUR)
    await world.until(lambda: not world.alive())
    assert len(world.slack.calls_of("chat.postMessage")) - posted <= 1
    assert world.made() == 1


async def test_a_window_that_cannot_be_updated_still_rents_once(rents: World) -> None:
    """Slack takes the form and refuses every change of the window: the machine is made, and the
    renter hears of it."""
    view = await window(rents)
    rents.slack.faults.error("views.update", "internal_error", times=20)
    await rents.slack.submit(view, {"gpu:key": KEY})
    await rents.until(lambda: kinds(direct(rents)) == ["Ready"], step_s=8)
    assert rents.made() == 1
    await rents.until(lambda: kinds([card(rents).text.splitlines()[0]]) == ["Running"])
