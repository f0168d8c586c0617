"""Rules for every test: the network ends at loopback, and what is required is there."""

import ipaddress
import socket
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.requirements import required_kinds

# A busy machine is no defect: what is found must not depend on how long it took to look.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


# rich is here for import-linter, and structlog would draw each exception with it: seconds of work
# in the event loop, while Slack's three seconds run and people wait.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require",
        default="",
        metavar="KINDS",
        help="comma list of peer, browser, postgres: fail instead of skip when one is missing",
    )


def pytest_configure(config: pytest.Config) -> None:
    required_kinds(config)  # a misspelt kind ends the run before it begins


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


def _is_loopback(host: object) -> bool:
    return host == "localhost" or (
        _is_address(host) and ipaddress.ip_address(str(host)).is_loopback
    )


def _refuse(family: int, address: Any) -> None:
    if family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = address[0]
    if not _is_loopback(host):
        raise RuntimeError(f"a test tried to leave this machine: {host!r}")


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections to anything but loopback raise `RuntimeError`, names are not looked up."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    getaddrinfo = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_loopback(name) and not _is_address(name):
            raise RuntimeError(f"a test tried to look up {name!r}")
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
