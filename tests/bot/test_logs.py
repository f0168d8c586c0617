import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.log_capture import captured


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    with captured(secrets=["vast-key-marked"]) as written:
        yield written


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_one_event_is_one_line_of_json(stream: io.StringIO) -> None:
    """An event carries its values, its level and its logger."""
    structlog.get_logger("bot.x").info("answered", offers=3, ms=12)
    (line,) = lines(stream)
    del line["timestamp"]
    expected = {"event": "answered", "level": "info", "logger": "bot.x", "offers": 3, "ms": 12}
    assert line == expected


@pytest.mark.parametrize(
    "secret",
    [
        "vast-key-marked",
        "xoxb-1-2-marked",
        "xapp-1-A-marked",
        "https://hooks.slack.com/commands/T1/marked",
        "https://x/?api_key=marked&api_token=marked2",
        "Authorization: Bearer marked",
        "wss://wss-primary.slack.com/link/?ticket=marked&app_id=A1",
    ],
)
def test_no_secret_reaches_a_line(stream: io.StringIO, secret: str) -> None:
    """Known secrets and whatever looks like one are hidden in texts, values, lists and errors."""
    logger = structlog.get_logger("bot.x")
    logger.info(f"with {secret}", value=secret, nested={"deep": [secret, {"x": secret}]})
    logging.getLogger("foreign").warning("%s", secret)
    try:
        raise ValueError(secret)
    except ValueError:
        logger.exception("failed")
    assert len(lines(stream)) == 3
    assert "marked" not in stream.getvalue()
    assert stream.getvalue().count("[hidden]") >= 6


def test_chatty_libraries_stay_quiet(stream: io.StringIO) -> None:
    """httpx logs whole URLs and Bolt whole bodies below WARNING, whatever LOG_LEVEL says."""
    for name in ("httpx", "httpcore.http11", "slack_bolt.gpu_shopper", "slack_sdk.web"):
        logging.getLogger(name).info("a body")
    assert lines(stream) == []
