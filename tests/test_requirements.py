import socket

import pytest

from tests.requirements import skip_or_fail


class _Config:
    def __init__(self, require: str) -> None:
        self._require = require

    def getoption(self, name: str) -> str:
        assert name == "--require"
        return self._require


def test_a_lack_skips_with_its_reason():
    """What is missing and not required skips the test and says why."""
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        skip_or_fail(_Config("peer"), "browser", "no Chromium")  # type: ignore[arg-type]


def test_a_required_lack_fails():
    """What is missing and required fails the test."""
    with pytest.raises(pytest.fail.Exception, match="peer is required and missing: not installed"):
        skip_or_fail(_Config("browser, peer"), "peer", "not installed")  # type: ignore[arg-type]


def test_a_misspelt_kind_is_an_error():
    """A kind that nobody knows is refused, or the typing error would switch the check off."""
    with pytest.raises(pytest.UsageError, match="chromium"):
        skip_or_fail(_Config("chromium"), "browser", "no Chromium")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("family", "address"),
    [(socket.AF_INET, ("192.0.2.1", 80)), (socket.AF_INET6, ("2001:db8::1", 80))],
)
def test_the_network_ends_at_loopback(family, address):
    """A connection to another machine raises instead of leaving."""
    with socket.socket(family) as outside, pytest.raises(RuntimeError, match="leave this machine"):
        outside.connect(address)


def test_names_are_not_looked_up():
    """A name is not resolved, so that no test depends on a name server."""
    with pytest.raises(RuntimeError, match=r"look up 'example\.com'"):
        socket.getaddrinfo("example.com", 80)


def test_loopback_is_open():
    """Servers on this machine can be reached by number and by name."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
        socket.create_connection(("localhost", port)).close()
