"""What the process logs, as `bot.logs` sets it up, and everything as it was afterwards."""

import contextlib
import io
import logging
from collections.abc import Iterable, Iterator

import structlog

from bot import logs


@contextlib.contextmanager
def captured(secrets: Iterable[str] = ()) -> Iterator[io.StringIO]:
    """JSON lines at DEBUG. Without `secrets` only what looks like one is hidden."""
    root = logging.getLogger()
    names = list(logs.QUIET)
    handlers, levels = root.handlers, [logging.getLogger(name).level for name in names]
    level, written, configured = root.level, io.StringIO(), structlog.get_config()
    logs.set_up(level="DEBUG", as_json=True, secrets=secrets, stream=written)
    try:
        yield written
    finally:
        root.handlers, root.level = handlers, level
        for name, old in zip(names, levels, strict=True):
            logging.getLogger(name).setLevel(old)
        structlog.configure(**configured)
