"""The canary: marked secrets go in, and come out nowhere."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.renting import card, running, thread
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


async def test_no_secret_comes_out_of_a_rental(
    tmp_path: Path, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the press to the receipt, with a marketplace that repeats our key in its errors: no
    key, no token and no machine's own key is in a log line, a message, the cache or the
    database."""
    market = {"stale_share": 0.0, "evolving": False}
    async with open_world(tmp_path, "http", market=market, tensordock_auth_id=AUTH_ID) as world:
        create, machines_own = world.market.vast.rentals.create, []

        def noted(*wishes: Any) -> Any:
            created = create(*wishes)
            machines_own.append(created.api_key)
            return created

        monkeypatch.setattr(world.market.vast.rentals, "create", noted)
        await running(world)
        for kind in ("leak", "unauthorized"):
            world.market.fault("vast", kind, endpoint="destroy")
        await world.slack.press(card(world), "gpu:end", user="ada")
        await world.until(lambda: any("Receipt" in told for told in thread(world)), step_s=5)
        await world.ask("/gpu sessions all")
        assert len(machines_own) == 1
        ours = (VAST_KEY, TENSORDOCK_TOKEN, AUTH_ID, *machines_own)
        secrets = (*ours, world.slack.bot_token, world.slack.signing_secret)
        said = "".join(str(m.raw) + m.everything for m in world.slack.workspace.all_messages())
        said += "".join(str(call.args) for call in world.slack.calls)
    files = contents(tmp_path)
    assert "shopper.db" in [path.name for path in files]
    assert "ssh -p" in said
    for secret in secrets:
        assert secret not in said
        assert secret not in log.getvalue()
        assert [path.name for path, held in files.items() if secret.encode() in held] == []
