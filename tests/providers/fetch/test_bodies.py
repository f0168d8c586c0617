"""Answers that are too long, packed, or broken, over the whole stack."""

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web

from providers.errors import (
    BadAnswer,
)
from providers.fetch.body import TooLong, read_body
from tests.fakes.fetching import Desk, Marketplace, Search, failure_of

BOTH_WIRES = True

MIB = 1024 * 1024


async def test_fifty_megabytes_are_refused_before_they_come(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """An answer over the limit is refused when it is announced, or when the limit is passed."""
    sent = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        sent = 0
        response = web.StreamResponse()
        if request.query.get("q") == "announced":
            response.content_length = 50 * MIB
        await response.prepare(request)
        for _ in range(50):
            await response.write(b"x" * MIB)
            sent += 1
        return response

    marketplace.handler = flood
    client = await desk.client()
    for path in ("/?q=announced", "/?q=surprise"):
        call = search(path, max_body_bytes=4 * MIB)
        error = await failure_of(client.send(call))
        assert (type(error), error.sentence) == (
            BadAnswer,
            "Vast.ai sent more than 4 MiB, which is no sensible answer.",
        )
        assert sent < 50
    assert len(marketplace.asked) == 2, "what is too long is not asked for again"


async def test_an_announced_flood_is_not_read_at_all() -> None:
    """A length over the limit is refused before the first byte of the body."""

    class Untouchable(httpx.AsyncByteStream):
        def __aiter__(self) -> AsyncIterator[bytes]:
            raise AssertionError("read")

    for length in ("11", "9" * 30):
        flood = httpx.Response(200, headers={"Content-Length": length}, stream=Untouchable())
        with pytest.raises(TooLong):
            await read_body(flood, 10)
    odd = httpx.Response(
        200, headers={"Content-Length": "many"}, stream=httpx.ByteStream(b"short")
    )
    assert await read_body(odd, 10) == b"short"


def packed(body: bytes, **headers: str) -> web.Response:
    return web.Response(body=body, headers={"Content-Encoding": "gzip"} | headers)


async def test_gzip_is_unpacked(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """A packed answer arrives unpacked, and its headers speak of it as it is."""
    marketplace.says(packed(gzip.compress(b'{"a": 1}' * 1000)))
    client = await desk.client()
    reply = await client.send(search())
    assert reply.body == b'{"a": 1}' * 1000
    assert "content-encoding" not in reply.headers
    assert "content-length" not in reply.headers
    assert marketplace.asked[0].headers["Accept-Encoding"] == "gzip"


async def test_a_gzip_bomb_is_not_unpacked(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A small answer that would become 40 MB is refused without ever taking that room."""
    press = zlib.compressobj(6, zlib.DEFLATED, 31)
    bomb = b"".join(press.compress(b"\0" * MIB) for _ in range(40)) + press.flush()
    assert len(bomb) < 65_536, "small enough to come in one piece"
    marketplace.says(packed(bomb))
    client = await desk.client()
    tracemalloc.start()
    error = await failure_of(client.send(search(max_body_bytes=2 * MIB)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.sentence == "Vast.ai sent more than 2 MiB, which is no sensible answer."
    assert peak < 8 * MIB


@pytest.mark.parametrize(
    "answer",
    [
        packed(gzip.compress(b"x" * 10_000)[:-20]),
        packed(b"this is not gzip"),
        web.Response(body=b"abc", headers={"Content-Encoding": "br"}),
        web.Response(body=b"abc", headers={"Content-Encoding": "gzip, gzip"}),
    ],
)
async def test_what_cannot_be_unpacked_is_a_bad_answer(
    desk: Desk, marketplace: Marketplace, search: Search, answer: web.Response
) -> None:
    """Broken, cut or unasked encodings are one plain error."""
    marketplace.says(answer)
    client = await desk.client()
    error = await failure_of(client.send(search(safe=False)))
    assert (type(error), error.sentence) == (
        BadAnswer,
        "Vast.ai sent an answer that could not be unpacked.",
    )
