"""What is of aiohttp alone, against servers that behave badly."""

import asyncio
import gc
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress

import httpx
import pytest

from providers.errors import BadAnswer, Unreachable
from providers.fetch.client import CutShort
from providers.fetch.quick import QuickWire
from tests.fakes.fetching import Desk, Marketplace, Search, failure_of

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def speaking(speak: Speak) -> AsyncIterator[int]:
    """A server on this port: what it says to each who connects."""
    talks: list[asyncio.Task[None] | None] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())
        with closing(writer), suppress(asyncio.IncompleteReadError):
            await speak(reader, writer)

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*filter(None, talks))


async def test_a_request_is_sent_once(desk: Desk, search: Search) -> None:
    """Also when the connection was kept from an earlier one and breaks: whether there is another
    try is for the layers above, which book a slot for it."""
    heads: list[bytes] = []

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(ANSWER)
        heads.append(await reader.readuntil(b"\r\n\r\n"))

    async with speaking(answer_once) as port:
        client = await desk.client()
        url = f"http://127.0.0.1:{port}"
        assert (await client.send(search(f"{url}/?q=1"))).body == b"{}"
        error = await failure_of(client.send(search(f"{url}/?q=2", safe=False)))
    assert type(error) is CutShort
    assert [head.split(b"\r\n")[0] for head in heads] == [
        b"GET /?q=1 HTTP/1.1",
        b"GET /?q=2 HTTP/1.1",
    ]


async def test_nonsense_in_the_middle_of_a_body_ends_it(desk: Desk, search: Search) -> None:
    """At once, also where the first part of the body was read before it came."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        await asyncio.sleep(0.02)
        writer.write(b"ZZZ\r\nxx")
        await reader.read()

    async with speaking(speak) as port:
        client = await desk.client()
        call = search(f"http://127.0.0.1:{port}/", safe=False, read_timeout_s=30.0)
        async with asyncio.timeout(10):
            assert type(await failure_of(client.send(call))) is CutShort


async def test_a_kept_connection_that_breaks_is_nobodys_news(
    desk: Desk, search: Search, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing was lost with it: nothing is logged."""
    broken = asyncio.Event()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{")
        await asyncio.sleep(0.02)
        writer.write(b"}")
        await broken.wait()
        linger = struct.pack("ii", 1, 0)  # closing it then is a reset
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async with speaking(speak) as port:
        client = await desk.client()
        for query in ("1", "2"):
            call = search(f"http://127.0.0.1:{port}/?q={query}")
            assert (await client.send(call)).body == b"{}"
            broken.set()
            await asyncio.sleep(0.05)
        gc.collect()
        await client.aclose()
    assert [one.getMessage() for one in caplog.records if one.name == "asyncio"] == []


async def test_after_closing_nothing_is_sent(marketplace: Marketplace) -> None:
    """Whoever still asks is told that nothing left."""
    marketplace.says("{}")
    wire = QuickWire(None, connections=1, keepalive_s=1.0, read_at_once=1024)
    timeout = httpx.Timeout(5.0).as_dict()
    request = httpx.Request("GET", marketplace.origin, extensions={"timeout": timeout})
    await (await wire.handle_async_request(request)).aclose()
    await wire.aclose()
    with pytest.raises(httpx.ConnectError):
        await wire.handle_async_request(request)
    assert len(marketplace.asked) == 1


async def test_a_kept_connection_is_used_again(desk: Desk, search: Search) -> None:
    """And one whose answer was not read to its end is not."""
    connections = 0

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = 9 if b"q=long" in head else 2
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n{}" % length)

    async with speaking(speak) as port:
        client = await desk.client()
        seen = []
        for query in ("1", "2", "long", "3"):
            call = search(f"http://127.0.0.1:{port}/?q={query}", max_body_bytes=8)
            with suppress(BadAnswer):
                await client.send(call)
            seen.append(connections)
        await client.aclose()
    assert seen == [1, 1, 1, 2]


async def test_only_what_is_asked_for_is_sent(desk: Desk, search: Search) -> None:
    """No header of aiohttp's own, and no cookie."""
    heads: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\n\r\n{}")
        heads.append(await reader.readuntil(b"\r\n\r\n"))

    async with speaking(speak) as port:
        client = await desk.client()
        for query in ("1", "2"):
            url = f"http://localhost:{port}/?q={query}"
            call = search(url, headers={"Authorization": "Bearer key"}, safe=False)
            with suppress(CutShort):
                await client.send(call)
    assert heads[1].decode().split("\r\n") == [
        "GET /?q=2 HTTP/1.1",
        f"Host: localhost:{port}",
        "Accept: application/json",
        "Accept-Encoding: gzip",
        "User-Agent: gpu-shopper",
        "Authorization: Bearer key",
        "",
        "",
    ]


async def test_tls_is_tls(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """Where somebody answers without it, nothing is sent."""
    marketplace.says("{}")
    client = await desk.client()
    error = await failure_of(
        client.send(search(f"https://127.0.0.1:{marketplace.port}/", safe=False))
    )
    assert (type(error), marketplace.asked) == (Unreachable, [])


@pytest.mark.parametrize("target", [b"/a b", b"/\r\nX: 1", b"*", b"/a#b", "/é".encode()])
async def test_what_is_no_address_is_not_sent(target: bytes) -> None:
    """aiohttp itself would send it."""
    wire = QuickWire(None, connections=1, keepalive_s=1.0, read_at_once=1024)
    request = httpx.Request("GET", "http://127.0.0.1:9/", extensions={"target": target})
    with pytest.raises(httpx.LocalProtocolError):
        await wire.handle_async_request(request)
    await wire.aclose()
