"""The whole stack against a real server that behaves badly."""

import asyncio
import gzip
import logging
import traceback
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from aiohttp import web
from pydantic import SecretStr

from providers.base import Priority
from providers.errors import (
    BadAnswer,
    ProviderError,
    RateLimited,
    Resting,
    TimedOut,
    Unreachable,
)
from providers.fetch.body import TooLong, read_body
from providers.fetch.client import Call, CutShort
from providers.fetch.network import _target
from providers.models import CacheUse, FailureReason, ProviderName
from providers.settings import Pace
from tests.fakes.fetching import Desk, Gate, Handler, Marketplace

Search = Callable[..., Call]
MIB = 1024 * 1024


async def failure_of(awaitable: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await awaitable
    return caught.value


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


# Bodies.


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


# Redirects.


def redirecting(*locations: str) -> Handler:
    """The n-th request is sent on to the n-th place, the last one is answered."""
    left = list(locations)

    async def handle(_: web.Request) -> web.StreamResponse:
        if left:
            return web.Response(status=302, headers={"Location": left.pop(0)})
        return web.json_response({"arrived": True})

    return handle


async def test_redirects_at_home_are_followed(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """Twice on the same host, with the key and the secrets of the query."""
    marketplace.handler = redirecting("/b", f"{marketplace.origin}/c?x=1")
    client = await desk.client()
    call = search(
        headers={"Authorization": "Bearer key"}, secret_params={"api_key": SecretStr("hidden")}
    )
    assert (await client.send(call)).body == b'{"arrived": true}'
    assert [request.path_qs for request in marketplace.asked] == [
        "/api/search?q=1&api_key=hidden",
        "/b?api_key=hidden",
        "/c?x=1&api_key=hidden",
    ]
    keys = [request.headers["Authorization"] for request in marketplace.asked]
    assert keys == ["Bearer key"] * 3


@pytest.mark.parametrize(
    ("location", "changes"),
    [
        ("https://evil.example/steal", {}),
        ("http://127.0.0.1.evil.example/", {}),
        ("//evil.example/", {}),
        ("http://user:pass@127.0.0.1:{port}/", {}),
        ("http://127.0.0.1:1/", {}),
        ("https://127.0.0.1/", {}),
        ("file:///etc/passwd", {}),
        ("http://[", {}),
        ("/again", {"method": "PUT", "json_body": {}}),
        ("/again", {"safe": False}),
        ("/a", {"loop": True}),
        ("", {"missing": True}),
    ],
)
async def test_other_redirects_are_bad_answers(
    desk: Desk,
    marketplace: Marketplace,
    search: Search,
    location: str,
    changes: dict[str, Any],
) -> None:
    """To another host, port or scheme, of another method, without end or without a place."""
    if changes.pop("loop", False):
        marketplace.handler = redirecting(*["/a"] * 9)
        expected = 3
    else:
        marketplace.handler = redirecting(location.format(port=marketplace.port))
        expected = 1
    if changes.pop("missing", False):
        marketplace.handler = None
        marketplace.says(web.Response(status=301))
    client = await desk.client()
    error = await failure_of(client.send(search(**changes)))
    assert (type(error), error.sentence, error.detail) == (
        BadAnswer,
        "Vast.ai answered with a redirect that is not followed.",
        "",
    )
    assert len(marketplace.asked) == expected


def test_trusted_suffixes_are_whole_names() -> None:
    """`.vast.ai` trusts `cloud.vast.ai`, not `evilvast.ai`, and never a weaker scheme."""
    call = Call(
        ProviderName("vastai"),
        "Vast.ai",
        "search",
        "GET",
        "https://console.vast.ai/api/",
        Pace(0),
        trusted_suffixes=(".vast.ai",),
    )

    def target(location: str) -> str | None:
        response = httpx.Response(302, headers={"Location": location})
        try:
            return str(_target(response, httpx.URL(call.url), call))
        except BadAnswer:
            return None

    assert [
        target(location)
        for location in (
            "https://cloud.vast.ai/api/",
            "https://x.console.vast.ai/",
            "https://evilvast.ai/",
            "https://vast.ai.evil.example/",
            "http://cloud.vast.ai/",
        )
    ] == ["https://cloud.vast.ai/api/", "https://x.console.vast.ai/", None, None, None]


# Being refused, stumbling, resting.

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
    lines = [one for one in caplog.records if one.name.startswith("http")]
    told += [record.getMessage() for record in lines]
    await client.aclose()
    kept = b"".join(path.read_bytes() for path in desk.directory.rglob("*") if path.is_file())
    assert "canary" not in "".join(told)
    assert b"canary" not in kept
    assert len(lines) == 1, "httpx logs the address that may be logged"


async def test_closing_twice_and_using_it_afterwards(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A second close does nothing."""
    marketplace.says("{}")
    client = await desk.client()
    await client.send(search())
    await client.aclose()
    await client.aclose()
