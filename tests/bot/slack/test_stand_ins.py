"""What other programs that speak like Slack send, where Slack itself sends more."""

from datetime import UTC, datetime
from typing import Any

from slackblocks.blocks import Block as KitBlock

from bot.render import inputs, kit, parts
from bot.render.message import Message
from bot.slack import payloads
from bot.slack.layouts import Ladder
from bot.slack.plain_windows import without_buttons
from tests.fakes.clock import FakeClock

FORM: list[KitBlock] = [
    inputs.choice("hours", "How long", [("1 h", "1"), ("4 h", "4")], "4"),
    inputs.radio("days", "Lowest in", [("7 days", "7"), ("30 days", "30")], "30"),
    inputs.number("disk", "Disk", "50", least="8", rich=False),
    inputs.text("key", "Key", "", most=100),
    inputs.text("note", "Note", "as ever", most=100, optional=True),
    inputs.box("fast", "Fast", "Tell at once", ticked=True),
]


FILLED = kit.modal("Rent", "gpu:rent", FORM, submit="Rent").payload


def sent(values: dict[str, Any], view: dict[str, Any] = FILLED) -> dict[str, Any]:
    state = {"values": {name: {name: state} for name, state in values.items()}}
    return {
        "type": "view_submission",
        "user": {"id": "U1"},
        "team": {"id": "T1"},
        "trigger_id": "1.4.x",
        "view": {**view, "id": "V1", "state": state},
    }


def test_what_was_not_touched_is_as_it_began() -> None:
    """Only where the field is obligatory: an optional one may have been emptied."""
    form = payloads.submission(
        sent(
            {
                "hours": {"type": "static_select", "selected_option": None},
                "days": {"type": "radio_buttons", "selected_option": None},
                "disk": {"type": "plain_text_input", "value": None},
                "key": {"type": "plain_text_input", "value": None},
                "note": {"type": "plain_text_input", "value": None},
                "fast": {"type": "checkboxes", "selected_options": []},
            }
        )
    )
    names = ("hours", "days", "disk", "key", "note", "fast")
    assert [form.entered(name) for name in names] == ["4", "30", "50", "", "", ()]


def test_what_was_touched_is_as_it_was_sent() -> None:
    form = payloads.submission(
        sent(
            {
                "hours": {"type": "static_select", "selected_option": {"value": "1"}},
                "disk": {"type": "plain_text_input", "value": "80"},
            }
        )
    )
    assert [form.entered(name) for name in ("hours", "disk")] == ["1", "80"]


def test_a_press_from_nowhere_is_one_on_the_home_tab() -> None:
    """Its address for answers leads to no channel: the answer goes to the person."""
    pressed = {
        "type": "block_actions",
        "user": {"id": "U1", "team_id": "T1"},
        "team": {"id": "T1"},
        "channel": {"id": "", "name": ""},
        "container": {"type": "message", "channel_id": ""},
        "response_url": "http://127.0.0.1/hooks/1",
        "trigger_id": "1.3.x",
        "actions": [{"action_id": "gpu:end", "value": "v1:k3f9-abcdefgh23"}],
    }
    request = payloads.action(pressed)
    assert (request.is_on_home, request.response_url) == (True, "")


def test_a_menu_says_what_is_chosen() -> None:
    """To who sees the placeholder alone."""
    menu = FILLED["blocks"][0]["element"]
    assert menu["placeholder"]["text"] == menu["initial_option"]["text"]["text"] == "4 h"


def test_dates_are_written_out_where_they_are_not_drawn() -> None:
    """In every text of a message; a real Slack gets the code, which it draws in the reader's own
    time zone."""
    text = f"Ends {parts.moment(datetime(2026, 11, 26, 18, 1, tzinfo=UTC))}."
    message = kit.message(text, [kit.section("gpu:x", text)])
    plain = list(Ladder(FakeClock(), classic=True).attempts("T1", message))
    assert plain[0].text == "Ends 2026-11-26 18:01 UTC."
    assert plain[0].blocks[0]["text"]["text"] == "Ends 2026-11-26 18:01 UTC."
    assert list(Ladder(FakeClock()).attempts("T1", message)) == [message, Message(text)]


def test_a_button_of_a_window_is_chosen_and_sent() -> None:
    """Several become one choice that names them; what is sent is the press of the chosen one."""
    rows = [
        kit.section(
            f"gpu:row:{n}", "An offer", kit.button("Rent", "gpu:rent", f"v1:{n}", f"Rent {n}")
        )
        for n in (1, 2)
    ]
    view = without_buttons(kit.modal("Rent", "gpu:gone", rows).payload)
    choice = view["blocks"][-1]["element"]
    assert [option["text"]["text"] for option in choice["options"]] == ["Rent 1", "Rent 2"]
    assert [block["block_id"] for block in view["blocks"]] == [
        "gpu:row:1",
        "gpu:row:2",
        "gpu:press",
    ]
    state = {"gpu:press": {"type": "radio_buttons", "selected_option": choice["options"][1]}}
    request = payloads.submission(sent(state, view))
    assert (request.kind, request.what, request.value) == ("action", "gpu:rent", "v1:2")
    untouched = payloads.submission(sent({}, view))
    assert (untouched.what, untouched.value) == ("gpu:rent", "v1:1")


def test_a_window_that_is_sent_anyway_keeps_its_buttons() -> None:
    """Its form would have to be filled in for a press."""
    rows = [kit.section("gpu:saved", "A key", kit.button("Remove", "gpu:keyremove")), *FORM]
    view = kit.modal("Key", "gpu:key", rows, submit="Save").payload
    assert without_buttons(view) == view
