"""One fetch per key at a time, in the process and among processes."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from aiohttp import web

from providers.errors import BadAnswer, Unreachable
from providers.fetch.client import Call, CutShort, FetchClient, FetchSettings
from providers.fetch.leases import Leases
from providers.listings import CacheUse
from tests.fakes.clock import FakeClock
from tests.fakes.fetching import Desk, Gate, Marketplace, Search, settle


class PollingClock(FakeClock):
    """Tells that somebody waits, and does not run away meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.polled = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.polled.set()
        await asyncio.sleep(0.001)


async def test_parallel_callers_share_one_fetch(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """Ten callers of one key cost one request, and one who leaves takes nothing from the rest."""
    gate, client = Gate(marketplace), await desk.client()
    asking = [asyncio.create_task(client.send(search())) for _ in range(10)]
    await gate.reached.wait()
    asking[0].cancel()  # the one who began it
    await asyncio.sleep(0.01)
    gate.open.set()
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert {reply.body for reply in results[1:]} == {b'{"n": "1"}'}  # type: ignore[union-attr]
    assert len(marketplace.asked) == 1


async def test_a_failure_is_everybodys(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """All who wait for one fetch get its error, and the next caller a new try."""
    client = await desk.client()
    call = search("http://127.0.0.1:9/closed", safe=False)
    results = await asyncio.gather(*(client.send(call) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [Unreachable] * 3
    assert desk.kinds() == ["failure"]
    with pytest.raises(Unreachable):
        await client.send(call)
    assert desk.kinds() == ["failure", "failure"]


async def test_who_asks_for_news_does_not_share_what_began_before(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A refresh makes its own request while a plain one is under way; two refreshes share."""
    gate, client = Gate(marketplace), await desk.client()
    plain = asyncio.create_task(client.send(search()))
    await gate.reached.wait()
    news = [asyncio.create_task(client.send(search(refresh=True))) for _ in range(2)]
    await asyncio.sleep(0.02)
    gate.open.set()
    await asyncio.gather(plain, *news)
    assert len(marketplace.asked) == 2


async def test_two_processes_share_one_fetch(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """The second client on the same directory waits for the first one's answer."""
    gate, polling = Gate(marketplace), PollingClock()
    one, two = await desk.client(), await desk.client(clock=polling)
    first = asyncio.create_task(one.send(search()))
    await gate.reached.wait()
    second = asyncio.create_task(two.send(search()))
    await polling.polled.wait()
    gate.open.set()
    replies = await asyncio.gather(first, second)
    assert [reply.body for reply in replies] == [b'{"n": "1"}'] * 2
    assert replies[0].received_at == replies[1].received_at
    assert len(marketplace.asked) == 1


async def test_five_processes_share_one_fetch(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """What the first stored is news to all who waited, also after others took it up."""
    gate, polling = Gate(marketplace), PollingClock()
    first = asyncio.create_task((await desk.client()).send(search()))
    await gate.reached.wait()
    others = [await desk.client(clock=polling) for _ in range(4)]
    waiting = [asyncio.create_task(other.send(search())) for other in others]
    await polling.polled.wait()
    await asyncio.sleep(0.05)
    gate.open.set()
    replies = await asyncio.gather(first, *waiting)
    assert [reply.body for reply in replies] == [b'{"n": "1"}'] * 5
    assert len(marketplace.asked) == 1


async def test_a_failure_is_told_to_the_process_that_waits(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """The waiting process raises the same error without asking itself; later ones ask anew."""
    reached, cut = asyncio.Event(), asyncio.Event()

    async def hang_up(request: web.Request) -> web.StreamResponse:
        reached.set()
        await cut.wait()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    marketplace.handler = hang_up
    polling = PollingClock()
    one, two = await desk.client(), await desk.client(clock=polling)
    first = asyncio.create_task(one.send(search(safe=False)))
    await reached.wait()
    second = asyncio.create_task(two.send(search(safe=False)))
    await polling.polled.wait()
    desk.clock.advance(1)
    cut.set()
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(result) for result in results] == [CutShort, BadAnswer]
    assert {str(result) for result in results} == {
        "vastai: The connection to Vast.ai broke before the answer was whole."
    }
    assert len(marketplace.asked) == 1
    marketplace.handler = None
    marketplace.says("{}")
    polling.advance(2)
    assert (await two.send(search())).status == 200


async def hold_lease(client: FetchClient, call: Call, row: dict[str, object]) -> None:
    trip = client._trip(call)
    text = json.dumps(row)
    await client._file.run(lambda store: store.put(f"lease:{trip.key}", text, 60))


def dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pass
    return child.pid


@pytest.fixture
def zombie() -> Iterator[int]:
    """A process that has ended, as long as nobody asks how."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        yield child.pid


async def test_a_dead_holder_is_not_waited_for(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """The lease of a process that was killed is taken over at once."""
    marketplace.says("{}")
    client = await desk.client()
    host = Leases(client._file, desk.clock)._host
    until_s = desk.clock.now().timestamp() + 1000
    row = {"owner": "x", "host": host, "pid": dead_process(), "until_s": until_s}
    await hold_lease(client, search(), row)
    assert (await client.send(search())).status == 200
    assert desk.clock.slept == []


@pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells")
@pytest.mark.skipif(sys.platform != "linux", reason="others do not tell")
async def test_a_killed_holder_whose_parent_has_not_looked_is_dead(
    desk: Desk, marketplace: Marketplace, search: Search, zombie: int
) -> None:
    """It keeps its number, but not its lease."""
    marketplace.says("{}")
    client = await desk.client()
    host = Leases(client._file, desk.clock)._host
    until_s = desk.clock.now().timestamp() + 1000
    row = {"owner": "x", "host": host, "pid": zombie, "until_s": until_s}
    await hold_lease(client, search(), row)
    assert (await client.send(search())).status == 200
    assert desk.clock.slept == []


async def test_a_lease_ends_by_itself(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A holder that lives but never answers is waited for until its lease ends, not longer."""
    marketplace.says("{}")
    client = await desk.client()
    host = Leases(client._file, desk.clock)._host
    until_s = desk.clock.now().timestamp() + 3
    row = {"owner": "x", "host": host, "pid": os.getpid(), "until_s": until_s}
    await hold_lease(client, search(), row)
    assert (await client.send(search())).status == 200
    assert 3.0 <= desk.clock.monotonic() - 1000.0 < 3.3


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"owner": 1, "pid": "x", "until_s": None},
        {"pid": -1, "host": "elsewhere", "until_s": 0},
        {"failed": "SystemExit", "at_s": 9e12, "sentence": "x"},
        {"failed": "TimedOut", "at_s": "x", "sentence": 7},
    ],
)
async def test_a_damaged_lease_is_none(
    desk: Desk, marketplace: Marketplace, search: Search, row: dict[str, object]
) -> None:
    """Rows that say nothing sensible hold nobody up."""
    marketplace.says("{}")
    client = await desk.client()
    await hold_lease(client, search(), row)
    assert (await client.send(search())).status == 200
    assert desk.clock.slept == []


async def test_closing_keeps_what_had_come(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """An answer that is on its way to the disk when the client closes is there for the next."""
    marketplace.says('{"rows": "' + "x" * 100_000 + '"}')
    first = await desk.client(settings=FetchSettings(store_after_s=60.0))
    reply = await first.send(search())
    assert (await first.send(search())).cache is CacheUse.FRESH, "from memory"
    await first.aclose()
    again = await (await desk.client()).send(search())
    assert (again.cache, again.body) == (CacheUse.FRESH, reply.body)


async def test_closing_ends_what_is_under_way(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A request that hangs does not keep a client from closing, and its lease ends with it."""
    gate, client = Gate(marketplace), await desk.client()
    asking = asyncio.create_task(client.send(search()))
    await gate.reached.wait()
    await client.aclose()
    with pytest.raises(asyncio.CancelledError):
        await asking
    gate.open.set()
    other = await desk.client()
    assert (await other.send(search())).status == 200
    assert desk.clock.slept == []


async def test_the_lease_is_given_back(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """After an answer nothing holds the key, whatever its status."""
    for status in (200, 404):
        marketplace.says(web.Response(status=status, body=b"{}"))
        client = await desk.client()
        await client.send(search(f"/{status}"))
        await settle()
        key = client._trip(search(f"/{status}")).key
        text = await client._file.run(lambda store, key=key: store.text(f"lease:{key}"))  # type: ignore[misc]
        assert "owner" not in json.loads(text)
