"""Starts the programs that are compared, each in a process of its own."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    words: list[str], env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, env={**os.environ, **(env or {})}, cwd=ROOT, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@contextlib.contextmanager
def announced(module: str, *words: str) -> Iterator[dict[str, Any]]:
    """A module of ours that prints one line of JSON when it is ready."""
    with running([sys.executable, "-m", module, *words]) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())


def wait_for_port(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            raise RuntimeError(f"ended with {process.returncode} before it listened")
        time.sleep(0.05)
    raise RuntimeError("never listened")
