from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.places import Asker, Place
from bot.slack import payloads
from bot.slack.duplicates import REMEMBERED_S, Duplicates
from bot.slack.payloads import Request, UnreadablePayload
from bot.slack.tasks import Tasks
from tests.fakes.clock import FakeClock

COMMAND: dict[str, Any] = {
    "team_id": "T1",
    "user_id": "U1",
    "channel_id": "C1",
    "text": "find 4090",
    "response_url": "https://hooks.slack.com/commands/T1/1/x",
    "trigger_id": "1.2.x",
}
ACTION: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U1", "team_id": "T1"},
    "team": {"id": "T1"},
    "channel": {"id": "C1"},
    "container": {"channel_id": "C1"},
    "response_url": "https://hooks.slack.com/actions/T1/1/x",
    "trigger_id": "1.3.x",
    "actions": [{"action_id": "gpu:next", "value": "v1:k3f9-abcdefgh23"}],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_a_command_is_read() -> None:
    """A slash command becomes a request with its asker."""
    assert payloads.command(COMMAND) == Request(
        kind="command",
        what="find 4090",
        asker=Asker("U1", Place("T1", "C1")),
        response_url="https://hooks.slack.com/commands/T1/1/x",
        trigger_id="1.2.x",
    )


def test_a_button_is_read() -> None:
    """A pressed button becomes a request with the id in its value."""
    request = payloads.action(ACTION)
    assert (request.kind, request.what, request.asker) == (
        "action",
        "gpu:next",
        Asker("U1", Place("T1", "C1")),
    )
    assert (request.id(), request.choice()) == ("k3f9-abcdefgh23", "")


def test_a_chosen_option_is_read() -> None:
    """A menu's option carries the id and a word."""
    menu = {
        "action_id": "gpu:sort",
        "selected_option": {"value": "v1:k3f9-abcdefgh23:reliability"},
    }
    request = payloads.action(ACTION | {"actions": [menu]})
    assert (request.id(), request.choice()) == ("k3f9-abcdefgh23", "reliability")


@pytest.mark.parametrize(
    "value", ["", "v2:k3f9-abcdefgh23", "k3f9-abcdefgh23", "v1:x' OR 1=1", "v1:k3f9-abcdefgh23\n"]
)
def test_a_foreign_value_is_refused(value: str) -> None:
    """Only a value of our own shape is looked up."""
    action = ACTION | {"actions": [{"action_id": "gpu:next", "value": value}]}
    with pytest.raises(UnreadablePayload):
        payloads.action(action).id()


@given(st.dictionaries(st.sampled_from(sorted({*COMMAND, *ACTION})), JSON))
def test_any_payload_is_read_or_refused(body: dict[str, Any]) -> None:
    """Whatever arrives, the answer is a request or `UnreadablePayload`."""
    for read in (payloads.command, payloads.action):
        try:
            assert isinstance(read(body), Request)
        except UnreadablePayload:
            continue
    assert isinstance(payloads.delivery_key(body), str | None)


def test_a_delivery_is_handled_once() -> None:
    """The same key is first once, and first again when it is long past."""
    clock = FakeClock()
    duplicates = Duplicates(clock)
    seen = [duplicates.first("a"), duplicates.first("a"), duplicates.first("b")]
    clock.advance(REMEMBERED_S + 1)
    assert [*seen, duplicates.first("a")] == [True, False, True, True]


async def test_draining_waits_for_work_and_cancels_the_rest() -> None:
    """What ends in time ends; what does not is cancelled and counted."""
    import asyncio

    done: list[str] = []
    tasks = Tasks()

    async def quick() -> None:
        await asyncio.sleep(0)
        done.append("quick")

    async def endless() -> None:
        await asyncio.Event().wait()

    tasks.start(quick())
    tasks.start(endless())
    assert await tasks.drain(0.02) == 1
    assert (done, len(tasks)) == (["quick"], 0)
