"""The whole stack against a real server that behaves badly."""

import asyncio
import logging
import traceback
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from providers.errors import (
    TimedOut,
    Unreachable,
)
from providers.fetch.client import CutShort
from providers.listings import CacheUse, FailureReason
from tests.fakes.fetching import Desk, Gate, Marketplace, Search, failure_of

BOTH_WIRES = True


async def test_any_status_is_a_reply(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """What the adapter has to read comes back as it was said: HTML, text, errors."""
    client = await desk.client()
    for said in (
        web.Response(body=b"<html>sorry</html>", content_type="text/html"),
        web.Response(status=401, text="invalid key"),
        web.Response(status=404, body=b'{"error":"no_such_ask"}'),
        web.Response(status=500, body=b"", headers={"X-Odd": "1", "Set-Cookie": "a=b"}),
    ):
        marketplace.says(said)
        reply = await client.send(search(cacheable=False, safe=False))
        assert (reply.status, reply.body, reply.cache) == (said.status, said.body, CacheUse.MISS)
        assert "set-cookie" not in reply.headers
        assert reply.headers.get("x-odd") == said.headers.get("X-Odd")
    assert [request.headers.get("Cookie") for request in marketplace.asked] == [None] * 4


async def test_the_address_of_a_search_is_sent_as_it_is(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """To the letter, since it is not read on the way."""
    marketplace.says("{}")
    client = await desk.client()
    await client.send(search("/api/v0/bundles/?q=%7B%22a%22%3A%5B1%2C%20%272%27%5D%7D&x=1+2"))
    (request,) = marketplace.asked
    assert request.raw_path == "/api/v0/bundles/?q=%7B%22a%22%3A%5B1%2C%20%272%27%5D%7D&x=1+2"
    assert request.headers["Host"] == f"127.0.0.1:{marketplace.port}"


@pytest.mark.parametrize("query", ["q=a b", "q=a\r\nX-Injected: 1", "q=\u00e9"])
async def test_a_malformed_search_does_not_leave(
    desk: Desk, marketplace: Marketplace, search: Search, query: str
) -> None:
    """What is no address is refused before a byte is sent."""
    client = await desk.client()
    error = await failure_of(client.send(search(f"/api/?{query}")))
    assert isinstance(error, Unreachable)
    assert marketplace.asked == []


async def test_what_is_sent(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """The body is JSON without a charset, the key is in its header, secrets are in the query."""
    marketplace.says("{}")
    client = await desk.client()
    call = search(
        "/api/v0/asks/1/?q=%7B%7D",
        method="PUT",
        json_body={"price": "0.40"},
        headers={"Authorization": "Bearer s3cret-bearer"},
        secret_params={"api_key": SecretStr("s3cret-in-query")},
    )
    await client.send(call)
    (request,) = marketplace.asked
    assert (request.method, request.path_qs) == (
        "PUT",
        "/api/v0/asks/1/?q=%7B%7D&api_key=s3cret-in-query",
    )
    assert await request.read() == b'{"price":"0.40"}'
    sent = {name: request.headers[name] for name in ("Content-Type", "Authorization", "Host")}
    assert sent == {
        "Content-Type": "application/json",
        "Authorization": "Bearer s3cret-bearer",
        "Host": f"127.0.0.1:{marketplace.port}",
    }


async def test_environment_changes_nothing(
    desk: Desk, marketplace: Marketplace, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy in the environment is not used."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    marketplace.says("{}")
    client = await desk.client()
    assert (await client.send(search())).status == 200


# Time-outs and broken connections.


async def test_silence_is_a_time_out(desk: Desk, marketplace: Marketplace, search: Search) -> None:
    """A marketplace that does not answer fails with a sentence that says how long was waited."""
    Gate(marketplace)
    client = await desk.client()
    error = await failure_of(client.send(search(read_timeout_s=0.05, safe=False)))
    assert (type(error), error.sentence) == (TimedOut, "Vast.ai did not answer within 0.05 s.")
    assert error.__cause__ is not None


async def test_a_trickle_is_a_time_out_too(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A byte now and then does not hold a call for ever."""

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    marketplace.handler = trickle
    client = await desk.client()
    call = search(read_timeout_s=0.05, connect_timeout_s=0.2, safe=False)
    assert type(await failure_of(client.send(call))) is TimedOut


async def test_no_connection_is_unreachable(desk: Desk, search: Search) -> None:
    """Where nothing listens, no request left, and the error promises that."""
    client = await desk.client()
    call = search("http://127.0.0.1:9/", safe=False)
    error = await failure_of(client.send(call))
    assert (type(error), error.sentence) == (Unreachable, "Vast.ai could not be reached.")


@pytest.mark.parametrize("announced", [True, False])
async def test_a_cut_connection_is_no_promise(
    desk: Desk, marketplace: Marketplace, search: Search, announced: bool
) -> None:
    """A connection cut before or in the middle of an answer leaves the outcome open."""

    async def cut(request: web.Request) -> web.StreamResponse:
        if announced:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b'{"offers": [')
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    marketplace.handler = cut
    client = await desk.client()
    error = await failure_of(client.send(search(safe=False)))
    assert (type(error), error.reason) == (CutShort, FailureReason.BAD_ANSWER)
    assert error.sentence == "The connection to Vast.ai broke before the answer was whole."
    assert len(marketplace.asked) == 1


@pytest.mark.parametrize(
    "garbled",
    [
        b'{"offers": []}\r\n\r\n',
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}",
    ],
)
async def test_what_is_not_http_breaks_the_connection(
    desk: Desk, search: Search, garbled: bytes
) -> None:
    """Who broke the connection is not said, since here it is us."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(garbled)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = await desk.client()
        call = search(f"http://127.0.0.1:{port}/", safe=False)
        error = await failure_of(client.send(call))
    assert type(error) is CutShort
    assert error.sentence == "The connection to Vast.ai broke before the answer was whole."


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://[::1"},
        {"url": "gopher://127.0.0.1/"},
        {"headers": {"Authorization": "Bearer s3cret\nX: y"}},
        {"headers": {"Authorization": "Bearer s3crät-ключ"}},
    ],
)
async def test_what_cannot_be_sent_is_said_without_the_key(
    desk: Desk, marketplace: Marketplace, search: Search, changes: dict[str, Any]
) -> None:
    """A malformed address or key is told as such, and the key is nowhere in the error."""
    marketplace.says("{}")
    client = await desk.client()
    error = await failure_of(client.send(replace(search(safe=False), **changes)))
    assert type(error) is Unreachable
    assert error.sentence == (
        "The request to Vast.ai could not be formed; its address or key is malformed."
    )
    assert "s3cr" not in "".join(traceback.format_exception(error)) + repr(vars(error))
    assert marketplace.asked == []


# Secrets.


async def test_no_secret_is_told(
    desk: Desk,
    marketplace: Marketplace,
    search: Search,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Marked keys are in no error, repr, event, log line of httpx, or file of the cache."""
    caplog.set_level(logging.INFO)
    client = await desk.client()
    call = search(
        headers={"Authorization": "Bearer canary-bearer"},
        secret_params={"api_token": SecretStr("canary-query")},
        json_body={"onstart": "canary-body"},
        safe=False,
    )
    marketplace.says('{"big": "' + "x" * 50_000 + '"}')
    told = [repr(await client.send(call)), repr(call)]
    Gate(marketplace)
    for changes in (
        {"read_timeout_s": 0.05},
        {"url": "http://127.0.0.1:9/"},
        {"url": "nonsense://x"},
    ):
        error = await failure_of(client.send(replace(call, refresh=True, **changes)))
        told += traceback.format_exception(error)
        told += [repr(vars(error)), repr(vars(error.__cause__ or error))]
    told += [repr(event) for event in desk.events]
    told += [one.getMessage() for one in caplog.records if one.name.startswith("http")]
    await client.aclose()
    kept = b"".join(path.read_bytes() for path in desk.directory.rglob("*") if path.is_file())
    assert "canary" not in "".join(told)
    assert b"canary" not in kept


async def test_closing_twice_and_using_it_afterwards(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A second close does nothing."""
    marketplace.says("{}")
    client = await desk.client()
    await client.send(search())
    await client.aclose()
    await client.aclose()
