"""Socket Mode in trouble: the bot comes back by itself."""

import asyncio

import pytest
import structlog

from tests.journeys.world import World


async def is_back(world: World) -> None:
    """Both connections are up to stay: two commands in a row are acknowledged."""
    async with asyncio.timeout(30):
        acknowledged = 0
        while acknowledged < 2:
            await world.slack.wait_until(lambda: world.slack.connections == 2, patience_s=20)
            handled = await world.slack.command("/gpu help")
            acknowledged = acknowledged + 1 if handled.ack.error is None else 0


@pytest.mark.parametrize(
    "reason", ["warning", "refresh_requested", "link_disabled", "too_many_websockets"]
)
async def test_told_to_go_it_comes_back(world: World, reason: str) -> None:
    """Whatever reason Slack gives, new connections are opened."""
    await world.slack.disconnect(reason)
    await is_back(world)


@pytest.mark.parametrize("trouble", ["internal_error", "not_json", "cut", "limited"])
async def test_a_refresh_that_fails_is_tried_again(world: World, trouble: str) -> None:
    """After `refresh_requested` nothing comes over the old connection: nothing but asking again
    brings the bot back when Slack has no new address at that moment."""
    method = "apps.connections.open"
    match trouble:
        case "internal_error":
            world.slack.faults.error(method, "internal_error", times=3)
        case "not_json":
            world.slack.faults.status(method, 502, times=3)
        case "cut":
            world.slack.faults.cut(method, times=4)
        case _:
            world.slack.faults.rate_limit(method, times=2)
    with structlog.testing.capture_logs() as log:
        await world.slack.disconnect("refresh_requested")
        await is_back(world)
    told = [line["log_level"] for line in log if "no connection" in line["event"]]
    assert set(told) <= {"warning"}


async def test_an_address_that_does_not_work_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address works once; a dead one is not tried for ever."""
    monkeypatch.setattr("bot.slack.sockets.ADDRESS_TRIED_S", 0.3)
    mode = world.slack._socket_mode()
    give, given = mode.new_ticket, []

    def dead_at_first() -> str:
        given.append(give())
        if len(given) <= 2:
            mode._tickets.discard(given[-1])
        return given[-1]

    monkeypatch.setattr(mode, "new_ticket", dead_at_first)
    await world.slack.disconnect("refresh_requested")
    await is_back(world)
    assert len(given) >= 4
