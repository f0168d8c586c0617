"""structlog for us and for the libraries, one line each, without a secret in it."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TextIO

import structlog

_HIDDEN = "[hidden]"
_SHAPES = re.compile(
    r"xox[abeprs]-[A-Za-z0-9-]+"
    r"|xapp-[A-Za-z0-9-]+"
    r"|xwfp-[A-Za-z0-9-]+"
    r"|hooks\.slack\.com/[^\s\"'<>]+"
    r"|(?<=api_key=)[^&\s\"'<>]+"
    r"|(?<=api_token=)[^&\s\"'<>]+"
    r"|(?<=ticket=)[^&\s\"'<>]+"
    r"|(?<=Bearer )[^\s\"'<>,]+"
)
QUIET = {
    "httpx": logging.WARNING,  # whole URLs at INFO
    "httpcore": logging.WARNING,
    "slack_bolt": logging.WARNING,  # whole bodies at INFO
    "slack_sdk": logging.WARNING,
    "aiohttp": logging.WARNING,
    "asyncio": logging.WARNING,
    "alembic": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "sqlalchemy": logging.WARNING,
}
"""Floors that LOG_LEVEL does not lower: at DEBUG these print payloads and tickets."""


class Redactor:
    """Hides known secrets and everything that looks like one, in every text of an event."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(
        self, _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        return {key: self.clean(value) for key, value in event.items()}

    def clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.clean(key): self.clean(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.clean(inner) for inner in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.text(str(value))

    def text(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(_HIDDEN, text)
        return _SHAPES.sub(_HIDDEN, text)


def set_up(
    *, level: str, as_json: bool, secrets: Iterable[str], stream: TextIO | None = None
) -> None:
    """Everything goes to standard error: standard output belongs to answers."""
    redact = Redactor(secrets)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, floor in QUIET.items():
        logging.getLogger(name).setLevel(max(floor, root.level))
