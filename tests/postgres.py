"""A PostgreSQL server of the tests' own, on loopback, thrown away afterwards."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def programs() -> Path | None:
    """The newest installed server's folder of programs."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


def _account() -> str | None:
    """PostgreSQL refuses to run as root; Debian's package brings an account for it."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    raise RuntimeError("running as root without an account called postgres")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    """Yields the address of an empty database."""
    account, port = _account(), _free_port()
    home = Path(tempfile.mkdtemp(prefix="shopper-pg-"))
    if account is not None:
        shutil.chown(home, account)

    def run(*words: str) -> None:
        subprocess.run(words, check=True, capture_output=True, user=account, cwd=home, timeout=60)

    data = str(home / "data")
    run(str(folder / "initdb"), "-D", data, "-U", "shopper", "-A", "trust", "--no-sync")
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
    )
    run(str(folder / "pg_ctl"), "-D", data, "-w", "-l", str(home / "log"), "-o", options, "start")
    try:
        yield f"postgresql://shopper@127.0.0.1:{port}/postgres"
    finally:
        run(str(folder / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)
