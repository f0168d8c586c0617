"""The only layer that meets the network: secrets go in, whole answers or our errors come out."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import httpx

from providers.clock import Clock
from providers.errors import BadAnswer, ProviderError, TimedOut, Unreachable
from providers.fetch.answers import Answer
from providers.fetch.body import TooLong, Undecodable, read_body
from providers.fetch.call import MIB, Call, CutShort
from providers.fetch.wire import response_for, trip_of

_REDIRECTS: Final = 2
_NOT_KEPT: Final = frozenset(
    {"set-cookie", "content-encoding", "content-length", "transfer-encoding", "connection"}
)
"""Headers that say nothing about the body as it is handed on, or that nobody should hand on."""


_CONNECTIONS: Final = 50
_KEEPALIVE_S: Final = 15.0
_READ_AT_ONCE: Final = 256 * 1024
"""As much as asyncio hands over at once. In httpcore's own 64 kB the answer of 5,000 offers takes
10 ms longer."""


@dataclass(frozen=True, slots=True)
class _Row:
    foreign: type[Exception]
    ours: type[ProviderError]
    sentence: str
    """Filled with the call's title and time-outs."""


_UNFORMED: Final = "The request to {title} could not be formed; its address or key is malformed."
_CUT: Final = "The connection to {title} broke before the answer was whole."
_ROWS: Final = (
    _Row(httpx.ConnectTimeout, Unreachable, "{title} could not be reached within {connect:g} s."),
    _Row(httpx.PoolTimeout, Unreachable, "Too many requests to {title} are under way."),
    _Row(httpx.ConnectError, Unreachable, "{title} could not be reached."),
    _Row(httpx.UnsupportedProtocol, Unreachable, _UNFORMED),
    _Row(httpx.InvalidURL, Unreachable, _UNFORMED),
    _Row(httpx.LocalProtocolError, Unreachable, _UNFORMED),
    _Row(UnicodeError, Unreachable, _UNFORMED),
    _Row(httpx.TimeoutException, TimedOut, "{title} did not answer within {read:g} s."),
    _Row(TimeoutError, TimedOut, "{title} did not answer within {read:g} s."),
    _Row(httpx.TransportError, CutShort, _CUT),
    _Row(OSError, CutShort, _CUT),
    _Row(TooLong, BadAnswer, "{title} sent more than {limit:g} MiB, which is no sensible answer."),
    _Row(Undecodable, BadAnswer, "{title} sent an answer that could not be unpacked."),
)
"""First match wins. `Unreachable` promises that no request left."""
FOREIGN: Final = tuple(row.foreign for row in _ROWS)
_SECRETIVE: Final = (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError)
"""These quote the header or address that they refuse."""


def translated(error: Exception, call: Call) -> ProviderError:
    row = next(row for row in _ROWS if isinstance(error, row.foreign))
    sentence = row.sentence.format(
        title=call.title,
        connect=call.connect_timeout_s,
        read=call.read_timeout_s,
        limit=call.max_body_bytes / MIB,
    )
    detail = type(error).__name__
    if not isinstance(error, _SECRETIVE):
        detail = f"{detail}: {_without_secrets(str(error), call)}"
    ours = row.ours(call.provider, sentence, detail=detail)
    if not isinstance(error, _SECRETIVE):
        ours.__cause__ = error
    return ours


class NetworkTransport(httpx.AsyncBaseTransport):
    def __init__(
        self, wire: httpx.AsyncBaseTransport | None, clock: Clock, *, brief: bool
    ) -> None:
        self._given = wire
        self._clock = clock
        self._brief = brief
        self._wires: dict[tuple[str, bool], httpx.AsyncBaseTransport] = {}
        """By scheme and quickness."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trip = trip_of(request)
        call = trip.call
        quick = trip.is_bare and call.cacheable and not self._brief
        failure: ProviderError | None = None
        try:
            # httpx's read time-out starts anew with each byte: a trickle would hold us for hours.
            async with asyncio.timeout(call.connect_timeout_s + call.read_timeout_s):
                return response_for(await self._ask(request, call, quick=quick))
        except FOREIGN as error:
            failure = translated(error, call)
        # Raised outside, so that no quoted secret hangs on it as context.
        raise failure

    async def aclose(self) -> None:
        for wire in [*self._wires.values(), *([self._given] if self._given else [])]:
            await wire.aclose()

    async def _ask(self, request: httpx.Request, call: Call, *, quick: bool) -> Answer:
        asked = _with_secrets(request, request.url, call)
        for _ in range(_REDIRECTS + 1):
            wire = self._wire(asked.url.scheme, quick=quick)
            response = await wire.handle_async_request(asked)
            try:
                if not response.is_redirect and not 300 <= response.status_code < 400:
                    return await self._read(response, call)
                asked = _with_secrets(request, _target(response, asked.url, call), call)
            finally:
                await response.aclose()
        raise _misled(call)

    async def _read(self, response: httpx.Response, call: Call) -> Answer:
        body = await read_body(response, call.max_body_bytes)
        return Answer(
            response.status_code,
            _kept_headers(response.headers),
            body,
            self._clock.now().timestamp(),
            plausible=response.status_code != httpx.codes.OK or _is_plausible(call, body),
        )

    def _wire(self, scheme: str, *, quick: bool) -> httpx.AsyncBaseTransport:
        """Made late: loading the certificates costs 20 to 40 ms, which a cached answer need not
        pay, nor an address without TLS. The wire without certificates never carries TLS."""
        if self._given is not None:
            return self._given
        if (scheme, quick) not in self._wires:
            make = _quick_wire if quick else _plain_wire
            self._wires[scheme, quick] = make(None if scheme == "http" else _certificates())
        return self._wires[scheme, quick]


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """For both wires."""
    return httpx.create_ssl_context(trust_env=False)


def _plain_wire(tls: ssl.SSLContext | None) -> httpx.AsyncBaseTransport:
    from httpcore._async.http11 import AsyncHTTP11Connection

    AsyncHTTP11Connection.READ_NUM_BYTES = _READ_AT_ONCE
    limits = httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_KEEPALIVE_S)
    return httpx.AsyncHTTPTransport(
        verify=False if tls is None else tls, trust_env=False, limits=limits
    )


def _quick_wire(tls: ssl.SSLContext | None) -> httpx.AsyncBaseTransport:
    from providers.fetch.quick import QuickWire  # loading aiohttp takes 80 ms

    return QuickWire(
        tls,
        connections=_CONNECTIONS,
        keepalive_s=_KEEPALIVE_S,
        read_at_once=_READ_AT_ONCE,
    )


def timeouts(call: Call) -> dict[str, float | None]:
    """As httpx's transports take them from a request."""
    return httpx.Timeout(call.read_timeout_s, connect=call.connect_timeout_s).as_dict()


def _with_secrets(request: httpx.Request, url: httpx.URL, call: Call) -> httpx.Request:
    if call.secret_params:
        url = url.copy_merge_params(
            {name: secret.get_secret_value() for name, secret in call.secret_params.items()}
        )
    elif url is request.url:
        return request
    headers = httpx.Headers(request.headers)
    headers["host"] = url.netloc.decode("ascii")
    return httpx.Request(
        request.method,
        url,
        headers=headers,
        stream=request.stream,
        extensions={"timeout": timeouts(call)},
    )


def _target(response: httpx.Response, asked: httpx.URL, call: Call) -> httpx.URL:
    """Where a redirect leads, when we may go there with our key."""
    location = response.headers.get("location")
    if location is None or not call.safe or call.method.upper() != "GET":
        raise _misled(call)
    try:
        target = asked.join(location)
    except (httpx.InvalidURL, ValueError):
        raise _misled(call) from None
    home = httpx.URL(call.url)
    near = target.host == home.host or target.host.endswith(
        (f".{home.host}", *call.trusted_suffixes)
    )
    same_door = target.scheme == home.scheme and target.port == home.port
    if not near or not same_door or target.userinfo:
        raise _misled(call)
    return target


def _misled(call: Call) -> BadAnswer:
    return BadAnswer(call.provider, f"{call.title} answered with a redirect that is not followed.")


def _kept_headers(headers: httpx.Headers) -> Mapping[str, str]:
    return {
        name.lower(): value for name, value in headers.items() if name.lower() not in _NOT_KEPT
    }


def _is_plausible(call: Call, body: bytes) -> bool:
    if call.plausible is None:
        return True
    try:
        return call.plausible(body)
    except (ValueError, RecursionError):  # it looked with a decoder, which did not like it
        return False


def _without_secrets(text: str, call: Call) -> str:
    secrets = [secret.get_secret_value() for secret in call.secret_params.values()]
    for value in call.headers.values():
        secrets.extend(value.split())
    for secret in secrets:
        if len(secret) >= 8:
            text = text.replace(secret, "…")
    return text[:300]
