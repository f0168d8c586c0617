"""Fresh, stale and unusable answers; the fresh time that adapts; a cache that never stops one."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from providers.fetch.client import Call, FetchClient
from providers.listings import CacheUse
from tests.fakes.fetching import Desk, Gate, Marketplace, Search, settle

TOO_OFTEN = web.Response(status=429, text="API requests too frequent")


async def ask(client: FetchClient, call: Call) -> tuple[CacheUse, bytes]:
    reply = await client.send(call)
    return reply.cache, reply.body


async def test_whole_arc(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """Fresh for a minute, then stale at once with a refresh behind it, then new."""
    marketplace.says('"one"', '"two"', '"three"')
    client = await desk.client()
    began = desk.clock.now()
    first = await client.send(search())
    assert (first.cache, first.body) == (CacheUse.MISS, b'"one"')
    assert (first.received_at, first.fresh_until) == (began, began + timedelta(seconds=60))
    await settle()

    desk.clock.advance(59)
    assert await ask(client, search()) == (CacheUse.FRESH, b'"one"')
    desk.clock.advance(1)
    stale = await client.send(search())
    assert (stale.cache, stale.body, stale.received_at) == (CacheUse.STALE, b'"one"', began)
    await settle()
    assert await ask(client, search()) == (CacheUse.FRESH, b'"two"')
    desk.clock.advance(600)
    assert await ask(client, search()) == (CacheUse.MISS, b'"three"')
    assert desk.kinds() == ["miss", "hit", "stale", "hit", "miss"]
    assert len(marketplace.asked) == 3


async def test_many_stale_callers_start_one_refresh(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """While a refresh runs, nobody starts another."""
    marketplace.says('"one"', '"two"')
    client = await desk.client()
    await client.send(search())
    await settle()
    desk.clock.advance(70)
    gate = Gate(marketplace)
    for _ in range(5):
        assert await ask(client, search()) == (CacheUse.STALE, b'"one"')
    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]
    assert names.count("FreshTransport._quietly") == 1
    gate.open.set()
    await settle()
    assert len(marketplace.asked) == 2


async def test_complaints_stretch_the_fresh_time_for_all_processes(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A 429 doubles the fresh time of the endpoint, here and elsewhere; quiet halves it again."""
    marketplace.says(TOO_OFTEN, "{}")
    one, two = await desk.client(), await desk.client()
    reply = await one.send(search())
    assert reply.fresh_until - reply.received_at == timedelta(seconds=120)
    await settle()
    desk.clock.advance(100)
    assert (await two.send(search())).cache is CacheUse.FRESH
    desk.clock.advance(19)
    assert (await two.send(search())).cache is CacheUse.STALE, "two quiet minutes have passed"
    assert (await two.send(search(endpoint="other"))).cache is CacheUse.STALE


async def test_one_call_strains_once(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """However often one call is refused, the fresh time doubles once."""
    marketplace.says(TOO_OFTEN, TOO_OFTEN, TOO_OFTEN, "{}")
    client = await desk.client()
    reply = await client.send(search())
    assert len(marketplace.asked) == 4
    assert reply.fresh_until - reply.received_at == timedelta(seconds=120)


async def test_a_failing_refresh_leaves_the_stale_answer(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """While the marketplace is broken, the old answer is served until it is ten minutes old."""
    marketplace.says('"one"')
    client = await desk.client()
    call = search(safe=False)
    await client.send(call)
    await settle()

    marketplace.says(web.Response(status=503))
    desk.clock.advance(61)
    for _ in range(3):
        assert await ask(client, call) == (CacheUse.STALE, b'"one"')
        await settle()
    desk.clock.advance(540)
    assert (await client.send(call)).status == 503


async def test_refresh_goes_past_the_cache_and_into_it(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A refresh is never answered from the cache, and what it brings is kept."""
    marketplace.says('"one"', '"two"')
    client = await desk.client()
    await client.send(search())
    await settle()
    assert await ask(client, search(refresh=True)) == (CacheUse.MISS, b'"two"')
    await settle()
    assert await ask(client, search()) == (CacheUse.FRESH, b'"two"')


async def test_forgotten_answers_are_asked_for_again(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """What the adapter found to be nonsense is gone, even while it is still being stored."""
    marketplace.says('"one"', '"two"')
    client = await desk.client()
    await client.send(search())
    await client.forget(search())
    assert await ask(client, search()) == (CacheUse.MISS, b'"two"')


@pytest.mark.parametrize(
    ("answer", "changes"),
    [
        (web.Response(status=404, body=b"{}"), {}),
        (web.Response(status=401, body=b"no key"), {}),
        (web.Response(status=500, body=b"{}"), {"safe": False}),
        (web.Response(body=b"<html>"), {"plausible": lambda body: body.startswith(b"{")}),
        (web.Response(body=b"<html>"), {"plausible": json.loads}),
        (web.Response(body=b"{}"), {"cacheable": False}),
    ],
)
async def test_only_plausible_answers_of_cacheable_calls_are_kept(
    desk: Desk,
    marketplace: Marketplace,
    search: Search,
    answer: web.Response,
    changes: dict[str, object],
) -> None:
    """Errors, implausible bodies and what was not marked are asked for each time."""
    marketplace.says(answer)
    client = await desk.client()
    for _ in range(2):
        reply = await client.send(search(**changes))
        assert (reply.status, reply.body, reply.cache) == (
            answer.status,
            answer.body,
            CacheUse.MISS,
        )
        await settle()
    assert len(marketplace.asked) == 2


async def test_the_key_is_method_url_and_body(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """Another body or method is another question; another credential is the same one."""
    marketplace.says("{}")
    client = await desk.client()
    calls = [
        search(),
        search(method="POST"),
        search(method="POST", json_body={"a": 1}),
        search(method="POST", json_body={"a": 2}),
        search("/api/search?q=2"),
    ]
    for call in calls:
        assert (await client.send(call)).cache is CacheUse.MISS
    await settle()
    again = search(headers={"Authorization": "Bearer somebody-else"})
    assert (await client.send(again)).cache is CacheUse.FRESH
    bodies = [await request.read() for request in marketplace.asked if request.body_exists]
    assert bodies == [b'{"a":1}', b'{"a":2}']
    types = {request.headers.get("Content-Type") for request in marketplace.asked}
    assert types == {None, "application/json"}


def value_file(desk: Desk) -> Path:
    (path,) = (desk.directory / "fetch").glob("store-*/??/??/*.val")
    return path


@pytest.mark.parametrize("damage", ["truncated", "one byte", "another's", "empty"])
async def test_a_damaged_value_is_a_miss(
    desk: Desk, marketplace: Marketplace, search: Search, damage: str
) -> None:
    """A value file that is not what was stored under this key is thrown away."""
    marketplace.says('{"rows": "' + "x" * 100_000 + '"}')
    client = await desk.client()
    await client.send(search("/other"))
    await settle()
    other = value_file(desk).read_bytes()
    value_file(desk).unlink()
    await client.send(search())
    await settle()
    whole = value_file(desk).read_bytes()
    damaged = {
        "truncated": whole[:-1],
        "one byte": whole[:50_000] + b"y" + whole[50_001:],
        "another's": other,
        "empty": b"",
    }[damage]
    value_file(desk).write_bytes(damaged)
    assert (await client.send(search())).cache is CacheUse.MISS
    await settle()
    assert (await client.send(search())).cache is CacheUse.FRESH
    assert len(marketplace.asked) == 3


async def test_without_a_disk_memory_must_do(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A cache directory that cannot be used costs an event, and the answers are cached still."""
    marketplace.says('"one"', '"two"')
    desk.directory.write_text("a file where the directory should be")
    client = await desk.client()
    assert await ask(client, search()) == (CacheUse.MISS, b'"one"')
    await settle()
    assert await ask(client, search()) == (CacheUse.FRESH, b'"one"')
    desk.clock.advance(61)
    assert await ask(client, search()) == (CacheUse.STALE, b'"one"')
    await settle()
    assert await ask(client, search()) == (CacheUse.FRESH, b'"two"')
    assert set(desk.kinds()) == {"miss", "hit", "stale", "cache-trouble"}


async def test_memory_has_a_limit(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """Answers that no disk takes do not fill the memory: the oldest go."""
    marketplace.says('"' + "x" * 1_000_000 + '"')
    desk.directory.write_text("a file where the directory should be")
    client = await desk.client()
    for number in range(70):
        await client.send(search(f"/{number}"))
    assert client._answers._memory._size <= 64 * 1024 * 1024
    assert (await client.send(search("/69"))).cache is CacheUse.FRESH
    assert (await client.send(search("/0"))).cache is CacheUse.MISS


async def test_strain_without_a_disk(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """The fresh time adapts in memory too."""
    marketplace.says(TOO_OFTEN, "{}")
    desk.directory.write_text("a file where the directory should be")
    client = await desk.client()
    reply = await client.send(search())
    assert reply.fresh_until - reply.received_at == timedelta(seconds=120)


async def test_a_clock_set_back_serves_nothing_from_the_future(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """An answer whose age cannot be known is not used."""
    marketplace.says('"one"', '"two"')
    client = await desk.client()
    await client.send(search())
    await settle()
    desk.clock._now -= timedelta(hours=1)
    assert await ask(client, search()) == (CacheUse.MISS, b'"two"')
