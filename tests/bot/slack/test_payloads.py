from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.places import Asker, Place
from bot.slack import payloads
from bot.slack.duplicates import REMEMBERED_S, Duplicates
from bot.slack.payloads import NothingToDo, Request, UnreadablePayload
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
VIEW: dict[str, Any] = {
    "id": "V1",
    "hash": "1.h",
    "callback_id": "gpu:rent",
    "private_metadata": "v1:k3f9-abcdefgh23",
    "app_installed_team_id": "T1",
    "state": {
        "values": {
            "hours": {"gpu:hours": {"type": "number_input", "value": "4"}},
            "image": {"gpu:image": {"selected_option": {"value": "pytorch"}}},
            "yes": {"gpu:yes": {"selected_options": [{"value": "price"}, {"value": "terms"}]}},
            "note": {"gpu:note": {"type": "plain_text_input", "value": None}},
        }
    },
}
SUBMISSION: dict[str, Any] = {
    "type": "view_submission",
    "user": {"id": "U1", "team_id": "T1"},
    "team": {"id": "T1"},
    "trigger_id": "1.4.x",
    "view": VIEW,
}
EVENT: dict[str, Any] = {
    "type": "event_callback",
    "team_id": "T1",
    "event_id": "Ev1",
    "authorizations": [{"team_id": "T1"}],
    "event": {"type": "app_home_opened", "user": "U1", "tab": "home", "view": {"id": "V2"}},
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
        delivery="1.2.x",
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


def test_a_form_is_read() -> None:
    """A submission has the view, what it carries, and what stands in its inputs; no channel."""
    assert payloads.submission(SUBMISSION) == Request(
        kind="submission",
        what="gpu:rent",
        asker=Asker("U1", Place("T1", "")),
        response_url="",
        trigger_id="1.4.x",
        view_id="V1",
        view_hash="1.h",
        metadata="v1:k3f9-abcdefgh23",
        values={
            "hours/gpu:hours": "4",
            "image/gpu:image": "pytorch",
            "yes/gpu:yes": ("price", "terms"),
            "note/gpu:note": "",
        },
        delivery="1.4.x",
    )


def test_an_input_is_found_by_its_block_or_its_action() -> None:
    """What somebody entered is asked for by either name; nothing is empty."""
    request = payloads.submission(SUBMISSION)
    assert [request.entered(name) for name in ("hours", "gpu:image", "yes", "other")] == [
        "4",
        "pytorch",
        ("price", "terms"),
        "",
    ]


def test_a_button_in_a_modal_is_read() -> None:
    """It has the view and its inputs, and neither channel nor `response_url`."""
    body = {key: value for key, value in ACTION.items() if key not in ("channel", "response_url")}
    request = payloads.action(body | {"container": {"type": "view"}, "view": VIEW})
    assert (request.kind, request.view_id, request.entered("hours")) == ("action", "V1", "4")
    assert (request.asker.place, request.response_url) == (Place("T1", ""), "")


def test_a_person_of_another_team_is_known_as_such() -> None:
    """In a channel shared with another team the place is ours and the person theirs."""
    guest = {"id": "U9", "team_id": "T9"}
    asked = [
        payloads.action(ACTION | {"user": guest}).asker,
        payloads.submission(SUBMISSION | {"user": guest, "team": {"id": "T9"}}).asker,
        payloads.command(COMMAND).asker,
    ]
    assert [(each.place.team_id, each.team_id, each.is_of_another_team) for each in asked] == [
        ("T1", "T9", True),
        ("T1", "T9", True),
        ("T1", "T1", False),
    ]


def test_a_closed_modal_is_read() -> None:
    """It has no trigger: the view and its hash tell deliveries apart."""
    body = {key: value for key, value in SUBMISSION.items() if key != "trigger_id"}
    request = payloads.closed(body | {"type": "view_closed"})
    assert (request.kind, request.what, request.delivery) == (
        "closed",
        "gpu:rent",
        "view_closed:V1:1.h",
    )


def test_the_opened_home_is_read() -> None:
    """The event says who opened it and which view stood there."""
    assert payloads.event(EVENT) == Request(
        kind="event",
        what="app_home_opened",
        asker=Asker("U1", Place("T1", "")),
        response_url="",
        trigger_id="",
        view_id="V2",
        delivery="Ev1",
    )


@pytest.mark.parametrize(
    "happened",
    [
        {"type": "app_home_opened", "user": "U1", "tab": "messages"},
        {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}},
    ],
)
def test_other_tabs_and_tokens_are_nothing_to_do(happened: dict[str, Any]) -> None:
    """Only the Home tab is drawn, only the bot's own token matters."""
    with pytest.raises(NothingToDo):
        payloads.event(EVENT | {"event": happened})


@pytest.mark.parametrize(
    "happened",
    [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["UB"]}}],
)
def test_the_end_of_an_installation_has_no_person(happened: dict[str, Any]) -> None:
    """Nobody's request, but a request."""
    request = payloads.event(EVENT | {"event": happened})
    assert (request.what, request.asker.user_id) == (happened["type"], "")


@given(
    st.dictionaries(
        st.sampled_from(sorted({*COMMAND, *ACTION, *SUBMISSION, *EVENT})),
        JSON | st.dictionaries(st.sampled_from(sorted({*VIEW, *EVENT["event"]})), JSON),
    )
)
def test_any_payload_is_read_or_refused(body: dict[str, Any]) -> None:
    """Whatever arrives, the answer is a request or `UnreadablePayload`."""
    for read in (
        payloads.command,
        payloads.action,
        payloads.submission,
        payloads.closed,
        payloads.event,
    ):
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


async def test_an_answer_is_begun_when_its_acknowledgement_has_left() -> None:
    """The loop comes to rest first: whoever waits for the acknowledgement has his turn."""
    import asyncio

    begun: list[str] = []
    tasks = Tasks(after_s=0.05)

    async def answer() -> None:
        begun.append("answer")

    tasks.start(answer())
    for _ in range(5):
        await asyncio.sleep(0)
    at_once = tuple(begun)
    assert await tasks.drain(5) == 0
    assert (at_once, begun) == ((), ["answer"])
