"""A second way onto the network, by aiohttp: for searches, which are many and large.

Its parser is compiled: a page of 64 offers comes half a millisecond sooner than by httpx. What
rents, lists and ends machines does not go this way.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from typing import Final
from weakref import WeakSet

import aiohttp
import httpx
from yarl import URL

_LONGEST_HEADER: Final = 64 * 1024
_MOST_HEADERS: Final = 1000
"""About as httpx: aiohttp's own are 8 kB and 128, which is little behind some proxies."""
_TARGET: Final = re.compile(rb"/[\x21\x22\x24-\x7e]*")
"""aiohttp sends what it is given, spaces and line breaks too, and nothing behind a `#`."""
_ROWS: Final[tuple[tuple[type[Exception], type[httpx.TransportError]], ...]] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (TimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.NonHttpUrlClientError, httpx.LocalProtocolError),
    (ValueError, httpx.LocalProtocolError),
    (OSError, httpx.ReadError),
    (aiohttp.ClientError, httpx.RemoteProtocolError),
)
"""First match wins."""
_FOREIGN: Final = tuple(row[0] for row in _ROWS)


class QuickWire(httpx.AsyncBaseTransport):
    """Sends each request once, and raises httpx's errors: none of them quotes what was sent.

    Belongs to the event loop that it is first used in.
    """

    def __init__(
        self,
        tls: ssl.SSLContext | None,
        *,
        connections: int,
        keepalive_s: float,
        read_at_once: int,
    ) -> None:
        """Without `tls` no address may ask for it. `read_at_once` is in bytes."""
        self._tls = tls
        self._connections = connections
        self._keepalive_s = keepalive_s
        self._read_at_once = read_at_once
        self._session: aiohttp.ClientSession | None = None
        self._lives: WeakSet[asyncio.Future[None]] = WeakSet()
        """Of connections: done when they are closed."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._session is None:
            self._session = self._opened()
        elif self._session.closed:
            raise httpx.ConnectError("the connections are closed")
        failure: httpx.TransportError | None = None
        try:
            response = await self._session.request(
                request.method,
                _address(request),
                headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
                allow_redirects=False,
                timeout=_timeout(request),
            )
            headers, body = list(response.raw_headers), _Body(response, self._life(response))
            return httpx.Response(response.status, headers=headers, stream=body)
        except _FOREIGN as error:
            failure = _translated(error)
        raise failure  # outside, so that what aiohttp quotes does not hang on it

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _life(self, response: aiohttp.ClientResponse) -> "asyncio.Future[None] | None":
        """`None` once the whole body is there, or the connection is closed."""
        connection = response.connection
        life = (
            None
            if connection is None or connection.protocol is None
            else connection.protocol.closed
        )
        if life is not None and life not in self._lives:
            self._lives.add(life)
            life.add_done_callback(_heard)
        return life

    def _opened(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=self._tls or False,
                limit=self._connections,
                keepalive_timeout=self._keepalive_s,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            read_bufsize=self._read_at_once,
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
            max_headers=_MOST_HEADERS,
            middlewares=(_once,),
        )


class _Body(httpx.AsyncByteStream):
    """As it came, packed or not."""

    def __init__(
        self, response: aiohttp.ClientResponse, life: "asyncio.Future[None] | None"
    ) -> None:
        self._response = response
        self._life = life
        if life is None:
            self._end()
        else:
            life.add_done_callback(self._end)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        failure: httpx.TransportError | None = None
        try:
            async for part in self._response.content.iter_any():
                yield part
        except _FOREIGN as error:
            failure = _translated(error)
        if failure is not None:
            raise failure

    async def aclose(self) -> None:
        """A connection with something left in it is closed."""
        if self._life is not None:
            self._life.remove_done_callback(self._end)
        self._response.close()

    def _end(self, _: object = None) -> None:
        """aiohttp closes the connection over nonsense in a body, and does not say so to whoever
        reads that."""
        content = self._response.content
        if not content.is_eof() and content.exception() is None:
            content.set_exception(aiohttp.ClientPayloadError("the connection was closed"))


def _heard(life: "asyncio.Future[None]") -> None:
    """Or asyncio complains that nobody asked how a connection ended that nobody used."""
    if not life.cancelled():
        life.exception()


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """aiohttp sends a request again when a kept connection breaks. It does not for errors that it
    does not know; whether there is another try, and a slot for it, is said above."""
    failure: httpx.TransportError | None = None
    try:
        return await handler(request)
    except _FOREIGN as error:
        failure = _translated(error)
    raise failure


def _address(request: httpx.Request) -> URL:
    target: bytes = request.extensions.get("target", request.url.raw_path)
    if not _TARGET.fullmatch(target):
        raise httpx.LocalProtocolError("the address holds what no address may")
    origin = f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
    return URL(origin + target.decode("ascii"), encoded=True)


def _timeout(request: httpx.Request) -> aiohttp.ClientTimeout:
    asked = request.extensions["timeout"]
    return aiohttp.ClientTimeout(total=None, connect=asked["connect"], sock_read=asked["read"])


def _translated(error: Exception) -> httpx.TransportError:
    kind = next(ours for foreign, ours in _ROWS if isinstance(error, foreign))
    said = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError):  # nothing was sent yet
        said = f"{said}: {error.os_error}"
    return kind(said)
