"""Whether an SSH server answers, asked of real sockets on loopback."""

import asyncio
import socket

import pytest

from bot.ssh import OURS, Doors
from providers.instances import SshEndpoint
from tests.fakes.loopback import listening

OPEN = Doors(allow_private=True, limit_s=5)
HASTY = Doors(allow_private=True, limit_s=0.1)


def at(port: int, host: str = "127.0.0.1") -> SshEndpoint:
    return SshEndpoint(host, port, "root")


def says(*pieces: bytes):
    async def talk(reader, writer):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        await reader.read(100)

    return talk


@pytest.mark.parametrize(
    ("pieces", "greets"),
    {
        "banner": ([b"SSH-2.0-OpenSSH_9.6\r\n"], True),
        "old and new": ([b"SSH-1.99-Cisco\r\n"], True),
        "without a carriage return": ([b"SSH-2.0-x\n"], True),
        "lines before": ([b"Welcome\r\n\r\n", b"SSH-2.0-x\r\n"], True),
        "in pieces": ([b"SSH-", b"2.0-x", b"\r\n"], True),
        "only the old version": ([b"SSH-1.5-x\r\n", b""], False),
        "a web server": ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], False),
        "not at the start of a line": ([b"xSSH-2.0-x\r\n"], False),
        "a mail server": ([b"220 SSH-2.0-\r\n"], False),
        "a line without end": ([b"x" * 20_000], False),
        "far too many lines": ([b"x\n" * 60, b"SSH-2.0-x\r\n"], False),
        "far too many bytes": ([(b"x" * 400 + b"\n") * 30, b"SSH-2.0-x\r\n"], False),
        "nothing": ([], False),
    }.values(),
)  # fmt: skip
async def test_only_a_banner_is_an_ssh_server(pieces, greets):
    """Other lines may come before it, within bounds."""

    async def hangs_up(reader, writer):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    async with listening(hangs_up) as port:
        assert await OPEN.greets(at(port)) is greets


async def test_an_open_port_that_says_nothing_is_no_server():
    """The limit ends the wait, also for a banner that never ends."""
    for pieces in ((), (b"SSH-2.0-",), (b"Welcome\r\n",)):
        async with listening(says(*pieces)) as port:
            assert await HASTY.greets(at(port)) is False


async def test_a_closed_port_is_no_server():
    """And no error."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert await OPEN.greets(at(unused.getsockname()[1])) is False


async def test_nothing_but_our_banner_is_sent():
    """A server sees a proper client that leaves again."""
    heard = bytearray()

    async def listens(reader, writer):
        heard.extend(await reader.readuntil(b"\n"))
        writer.write(b"SSH-2.0-x\r\n")
        heard.extend(await reader.read())

    async with listening(listens) as port:
        assert await OPEN.greets(at(port)) is True
    assert bytes(heard) == OURS == b"SSH-2.0-GPUShopper\r\n"


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", 0), ("127.0.0.1", 65_536), ("127.0.0.1", -1), ("", 22)]
)
async def test_an_address_that_cannot_exist_is_no_server(host, port):
    """Whatever a marketplace answers, nothing raises."""
    assert await OPEN.greets(at(port, host)) is False


@pytest.mark.parametrize(
    "error",
    [
        socket.gaierror(-2, "Name or service not known"),
        UnicodeError("label empty or too long"),
        ValueError("embedded null byte"),
    ],
)
async def test_a_name_that_leads_nowhere_is_no_server(error, monkeypatch):
    """Each way in which a look-up fails."""

    async def fails(host, port, **_):
        raise error

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", fails)
    assert await OPEN.greets(at(22, "name.example")) is False


PRIVATE = [
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1",
    "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:0:0:0:0:0:80ff:fffe",
]  # fmt: skip
GLOBAL = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.fixture
def connected(monkeypatch):
    """Where a connection was tried."""
    tried: list[tuple[str, int]] = []

    async def refuse(host, port, **_):
        tried.append((host, port))
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio, "open_connection", refuse)
    return tried


@pytest.mark.parametrize("host", PRIVATE)
async def test_an_address_that_is_not_global_is_never_asked(host, connected):
    """However it is wrapped."""
    assert await Doors().greets(at(22, host)) is False
    assert connected == []


@pytest.mark.parametrize("host", GLOBAL)
async def test_a_global_address_is_asked(host, connected):
    """As it was resolved."""
    assert await Doors().greets(at(2222, host)) is False
    assert [port for _, port in connected] == [2222]


async def test_a_name_is_resolved_once_and_its_private_addresses_are_left_out(
    connected, monkeypatch
):
    """A name may lead to an address of ours, or lead elsewhere at the second look."""
    asked = []

    async def resolve(host, port, **_):
        asked.append(host)
        each = ["127.0.0.1", "1.1.1.1", "::1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "1.0.0.1"]
        return [(2, 1, 6, "", (address, 0)) for address in each]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    assert await Doors().greets(at(22, "host.example")) is False
    assert asked == ["host.example"]
    assert connected == [("1.1.1.1", 22), ("8.8.8.8", 22), ("8.8.4.4", 22), ("9.9.9.9", 22)]


async def test_simulators_may_stand_on_loopback_but_not_everywhere(connected):
    """`allow_private` opens our own networks, never groups of machines."""
    for host in ("224.0.0.1", "0.0.0.0", "ff02::1"):
        assert await OPEN.greets(at(22, host)) is False
    assert connected == []


async def test_an_address_that_swallows_everything_leaves_time_for_the_next(monkeypatch):
    """The limit is shared among the addresses of a name."""

    async def resolve(host, port, **_):
        return [(2, 1, 6, "", (address, 0)) for address in ("127.0.0.2", "127.0.0.1")]

    real = asyncio.open_connection

    async def connect(host, port, **rest):
        if host == "127.0.0.2":
            await asyncio.sleep(60)
        return await real(host, port, **rest)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    monkeypatch.setattr(asyncio, "open_connection", connect)
    async with listening(says(b"SSH-2.0-x\r\n")) as port:
        assert await Doors(allow_private=True, limit_s=0.5).greets(at(port, "x.example")) is True
