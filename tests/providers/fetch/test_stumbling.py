"""Being refused, stumbling, resting, over the whole stack."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web

from providers.base import Priority
from providers.errors import (
    RateLimited,
    Resting,
)
from tests.fakes.fetching import Desk, Gate, Marketplace, Search, failure_of

BOTH_WIRES = True

TOO_OFTEN = web.Response(status=429, text="API requests too frequent: endpoint threshold=4.5*1.0")


async def test_a_429_is_waited_out(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """The lane closes for what the marketplace asks, and the call comes again by itself."""
    marketplace.says(TOO_OFTEN, "{}")
    client = await desk.client()
    call = search(method="PUT", safe=False, cacheable=False, json_body={})
    assert (await client.send(call)).status == 200
    assert desk.kinds() == ["429", "retry", "wait", "miss"]
    assert [event.seconds for event in desk.events] == [4.5, 4.5, 4.5, 4.5]
    assert desk.clock.monotonic() == 1004.5


async def test_four_tries_are_enough(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """A marketplace that refuses again and again is left alone, with its own wait told."""
    marketplace.says(TOO_OFTEN)
    client = await desk.client()
    error = await failure_of(client.send(search(priority=Priority.WATCH)))
    assert (type(error), error.sentence, error.retry_after_s) == (
        RateLimited,
        "Vast.ai refuses further requests for 16 s.",
        16.0,
    )
    assert len(marketplace.asked) == 4
    assert desk.clock.monotonic() == 1000.0 + 4.5 + 4.5 + 8.0


async def test_a_search_is_not_kept_waiting_for_a_minute(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A wait beyond patience fails at once, for the next caller without a request."""
    marketplace.says(web.Response(status=429, headers={"Retry-After": "60"}))
    client, other = await desk.client(), await desk.client()
    error = await failure_of(client.send(search()))
    assert (type(error), error.retry_after_s) == (RateLimited, 60.0)
    assert error.sentence == "Vast.ai limits how often it may be asked; the next turn is in 60 s."
    assert type(await failure_of(other.send(search("/else")))) is RateLimited
    assert desk.clock.monotonic() == 1000.0
    assert len(marketplace.asked) == 1


async def test_safe_calls_are_repeated_others_are_not(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A 503 is tried again after 1, 2 and 4 s when nothing can have been made by it."""
    broken = web.Response(status=503, body=b"")
    client = await desk.client()
    marketplace.says(broken, broken, broken, "{}")
    assert (await client.send(search())).status == 200
    assert desk.clock.monotonic() == 1007.0
    marketplace.asked.clear()
    marketplace.says(broken)
    assert (await client.send(search(safe=False, cacheable=False))).status == 503
    assert len(marketplace.asked) == 1


async def test_statuses_that_mean_no_are_not_repeated(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """400, 401, 404, 410 and 501 are answers."""
    client = await desk.client()
    for status in (400, 401, 404, 410, 501):
        marketplace.says(web.Response(status=status))
        assert (await client.send(search())).status == status
    assert len(marketplace.asked) == 5


async def test_circuit_arc(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """It fails, rests, tries once, rests longer, and recovers; ending machines goes on."""
    marketplace.says(web.Response(status=500))
    client = await desk.client()
    call = search(safe=False)
    for _ in range(5):
        assert (await client.send(call)).status == 500
    resting = await failure_of(client.send(call))
    assert (type(resting), resting.retry_after_s, resting.sentence) == (
        Resting,
        20.0,
        "Vast.ai failed several times in a row; it is asked again in 20 s.",
    )
    assert len(marketplace.asked) == 5

    assert (await client.send(replace(call, endpoint="account"))).status == 500
    assert (await client.send(replace(call, always=True))).status == 500

    desk.clock.advance(20)
    assert (await client.send(call)).status == 500, "the probe"
    assert (await failure_of(client.send(call))).retry_after_s == 40.0
    desk.clock.advance(40)
    marketplace.says("{}")
    assert (await client.send(call)).status == 200
    kinds = [kind for kind in desk.kinds() if kind.startswith("circuit")]
    assert kinds == ["circuit-open", "circuit-open", "circuit-closed"]


@pytest.mark.parametrize("status", [401, 404, 429])
async def test_answers_that_are_no_failures_open_no_circuit(
    desk: Desk, marketplace: Marketplace, search: Search, status: int
) -> None:
    """A wrong key, a missing thing or too many requests are not the marketplace's failure."""
    marketplace.says(web.Response(status=status))
    client = await desk.client()
    for number in range(7):
        try:
            await client.send(search(f"/{number}", priority=Priority.WATCH))
        except RateLimited:
            desk.clock.advance(100)
    assert "circuit-open" not in desk.kinds()
    assert "failure" not in desk.kinds()


async def test_implausible_answers_open_the_circuit(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A marketplace that says 200 and sends its front page is broken."""
    marketplace.says(web.Response(body=b"<html>"))
    client = await desk.client()
    call = search(plausible=lambda body: body.startswith(b"{"))
    for _ in range(5):
        assert (await client.send(call)).body == b"<html>"
    assert type(await failure_of(client.send(call))) is Resting


async def test_a_cancelled_probe_does_not_block_the_next(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A caller who leaves during the probe leaves the circuit ready for another one."""
    marketplace.says(web.Response(status=500))
    client = await desk.client()
    call = search(safe=False, cacheable=False)
    for _ in range(5):
        await client.send(call)
    desk.clock.advance(20)
    gate = Gate(marketplace)
    probe = asyncio.create_task(client.send(call))
    await gate.reached.wait()
    assert type(await failure_of(client.send(call))) is Resting
    probe.cancel()
    await asyncio.wait([probe])
    gate.open.set()
    assert (await client.send(call)).status == 200
