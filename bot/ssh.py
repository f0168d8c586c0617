"""Looks whether an SSH server answers at the address that a marketplace gave."""

import asyncio
import ipaddress
import socket
from contextlib import suppress
from itertools import islice

from providers.instances import SshEndpoint

LIMIT_S = 5.0
MOST_ADDRESSES = 4
"""Of one name."""
HIGHEST_PORT = 65_535
MOST_BYTES = 8_192
MOST_LINES = 50
"""A server may send other lines before its banner (RFC 4253 4.2)."""
BANNERS = (b"SSH-2.0-", b"SSH-1.99-")
OURS = b"SSH-2.0-GPUShopper\r\n"
"""All that is ever sent: a server behind a multiplexer stays silent until it is greeted."""
_CLOSE_S = 0.5
_UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is routed; `is_global` knows some more."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Doors:
    """`flows.ports.Doors`."""

    def __init__(self, *, allow_private: bool = False, limit_s: float = LIMIT_S) -> None:
        """`allow_private` is for simulators on loopback: a marketplace that names an address of
        our own network would otherwise make us knock there."""
        self._allow_private = allow_private
        self._limit_s = limit_s

    async def greets(self, endpoint: SshEndpoint) -> bool:
        if not endpoint.host or not 0 < endpoint.port <= HIGHEST_PORT:
            return False
        with suppress(OSError, ValueError):  # ValueError: a name that cannot exist
            async with asyncio.timeout(self._limit_s):
                addresses = await self._addresses(endpoint.host)
                for address in addresses:
                    # One that swallows everything leaves time for the next.
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._limit_s / len(addresses)):
                            if await _banner_at(address, endpoint.port):
                                return True
        return False

    async def _addresses(self, host: str) -> list[str]:
        """What is connected to is what was checked: the name is not looked up again."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        addresses = dict.fromkeys(str(each[4][0]) for each in found)
        allowed = (each for each in addresses if self._may_ask(ipaddress.ip_address(each)))
        return list(islice(allowed, MOST_ADDRESSES))

    def _may_ask(self, address: _Address) -> bool:
        inner = _unwrapped(address)
        if inner.is_multicast or inner.is_unspecified:
            return False
        if self._allow_private:
            return True
        return inner.is_global and (inner.version == 4 or inner in _UNICAST)


def _unwrapped(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address leads to, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = None if address.teredo is None else address.teredo[1]
    return address.ipv4_mapped or address.sixtofour or teredo or address


async def _banner_at(address: str, port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(address, port, limit=MOST_BYTES)
    except OSError:
        return False
    try:
        writer.write(OURS)
        return await _reads_banner(reader)
    except (OSError, ValueError):  # ValueError: a line without end
        return False
    finally:
        writer.close()
        with suppress(OSError):
            async with asyncio.timeout(_CLOSE_S):
                await writer.wait_closed()


async def _reads_banner(reader: asyncio.StreamReader) -> bool:
    left = MOST_BYTES
    for _ in range(MOST_LINES):
        line = await reader.readline()
        left -= len(line)
        if not line.endswith(b"\n") or left < 0:
            return False
        if line.startswith(BANNERS):
            return True
    return False
