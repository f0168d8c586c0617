"""The canary: marked secrets go in, and come out nowhere."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.world import TENSORDOCK_TOKEN, VAST_KEY, open_world
from tests.log_capture import captured

AUTH_ID = "tensordock-auth-id-canary-0003"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything the process logs, with no secret known to the logs: they have none to hide."""
    with captured() as written:
        yield written


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_no_secret_comes_out(tmp_path: Path, log: io.StringIO) -> None:
    """After answers and failures no key is in a log line, a message, the cache or the database."""
    async with open_world(tmp_path, "http", tensordock_auth_id=AUTH_ID) as world:
        answer = await world.ask("/gpu find 4090 any host")
        await world.slack.press(answer, "gpu:details")
        await world.slack.wait_for_modal("4 h")
        for kind in ("unauthorized", "html", "refuse"):
            world.market.fault("vast", kind, times=4)
            world.market.fault("tensordock", kind, times=4)
            await world.ask("/gpu find 3090 any host disk 70gb")
        ours = (VAST_KEY, TENSORDOCK_TOKEN, AUTH_ID)
        secrets = (*ours, world.slack.bot_token, world.slack.signing_secret)
        said = "\n".join(
            message.everything + str(message.raw)
            for message in world.slack.workspace.all_messages()
        )
    files = contents(tmp_path)
    assert len(files) >= 2
    assert log.getvalue().count("answered") >= 4
    for secret in secrets:
        assert secret not in said
        assert secret not in log.getvalue()
        assert [path.name for path, held in files.items() if secret.encode() in held] == []
        assert [path for path in files if secret in str(path)] == []
