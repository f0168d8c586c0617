"""Slack's limits, told in Slack's words and with Slack's pointers."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.limits import check_message, check_view
from bot.playground.limits.blocks import BLOCKS
from bot.playground.limits.elements import ELEMENTS


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(**fields: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **fields}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value), "value": value}


def raw(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


def chart(**fields: Any) -> dict[str, Any]:
    series = [{"name": "RTX 4090", "data": [{"label": "Mon", "value": 0.31}]}]
    drawn = {"type": "line", "series": series, "axis_config": {"categories": ["Mon"]}}
    return {"type": "data_visualization", "title": "Prices", "chart": {**drawn, **fields}}


RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "bold"}]},
        {"type": "rich_text_preformatted", "elements": [], "language": "sh"},
    ],
}
CARD = {
    "type": "card",
    "title": mrkdwn("2 × RTX 4090"),
    "slack_icon": {"type": "icon", "name": "rocket"},
    "subtext": mrkdwn("verified"),
    "actions": [button()],
}
IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a chart"}

GOOD: dict[str, dict[str, Any]] = {
    "section": {
        "type": "section",
        "text": mrkdwn("x" * 3000),
        "fields": [plain("y" * 2000)] * 10,
        "accessory": {"type": "overflow", "action_id": "o", "options": [option("one")]},
    },
    "header": {"type": "header", "text": plain("x" * 150), "level": 2},
    "context": {"type": "context", "elements": [mrkdwn("x"), IMAGE]},
    "actions": {
        "type": "actions",
        "elements": [
            button(style="primary", accessibility_label="x" * 75),
            {
                "type": "static_select",
                "action_id": "sort",
                "options": [option("price"), option("value")],
                "initial_option": option("value"),
            },
        ],
    },
    "divider": {"type": "divider"},
    "image": {**IMAGE, "title": plain("Prices")},
    "rich_text": RICH,
    "card": CARD,
    "carousel": {"type": "carousel", "elements": [CARD] * 10},
    "markdown": {"type": "markdown", "text": "# Help"},
    "table": {
        "type": "table",
        "rows": [[raw("GPU"), raw("$/h")], [raw("H100"), {"type": "raw_number", "value": 1.99}]],
        "column_settings": [{"align": "right", "is_wrapped": True}],
    },
    "data_table": {
        "type": "data_table",
        "caption": "Offers",
        "page_size": 10,
        "rows": [[raw("GPU")], [RICH]],
    },
    "data_visualization": chart(),
    "container": {
        "type": "container",
        "title": plain("Details"),
        "child_blocks": [{"type": "divider"}],
        "is_collapsible": True,
        "default_collapsed": True,
    },
    "context_actions": {
        "type": "context_actions",
        "elements": [
            {"type": "icon_button", "icon": "trash", "text": plain("Delete"), "action_id": "d"}
        ],
    },
    "task_card": {"type": "task_card", "task_id": "1", "title": "Rent", "status": "complete"},
    "plan": {
        "type": "plan",
        "title": "Renting",
        "tasks": [{"task_id": "1", "title": "Boot", "status": "pending"}],
    },
    "input": {
        "type": "input",
        "label": plain("Hours"),
        "element": {"type": "plain_text_input", "action_id": "h", "max_length": 10},
    },
    "video": {
        "type": "video",
        "alt_text": "",
        "title": plain("x"),
        "video_url": "https://example.com/v",
        "thumbnail_url": "https://example.com/t.png",
    },
    "file": {"type": "file", "external_id": "x", "source": "remote"},
}


def errors(*blocks: Any) -> list[str]:
    return [f"{p.pointer}: {p.text}" for p in check_message(list(blocks), "text").errors]


@pytest.mark.parametrize("kind", GOOD)
def test_good_blocks_pass(kind):
    """Each block at its limits is accepted in a message."""
    findings = check_message([GOOD[kind]], "text")
    assert (findings.errors, findings.warnings) == ([], [])


def test_every_block_has_an_example():
    """The examples above leave out only what messages do not take."""
    assert set(BLOCKS) - set(GOOD) == {"alert"}


BAD: list[tuple[dict[str, Any], str]] = [
    (
        {"type": "section", "text": mrkdwn("x" * 3001)},
        "/blocks/0/text/text: must be less than 3001 characters",
    ),
    ({"type": "section"}, "/blocks/0: must define at least one of: text, fields"),
    (
        {"type": "section", "text": mrkdwn("")},
        "/blocks/0/text/text: must be more than 0 characters",
    ),
    (
        {"type": "section", "text": mrkdwn("x"), "fields": [plain("x")] * 11},
        "/blocks/0/fields: no more than 10 items allowed",
    ),
    (
        {"type": "section", "text": mrkdwn("x"), "fields": [plain("x" * 2001)]},
        "/blocks/0/fields/0/text: must be less than 2001 characters",
    ),
    ({"type": "header", "text": mrkdwn("x")}, "/blocks/0/text/type: must be one of: plain_text"),
    ({"type": "context", "elements": []}, "/blocks/0/elements: must provide at least 1 items"),
    (
        {"type": "actions", "elements": [button(), button()]},
        '/blocks/0/elements/1/action_id: `action_id` "go" already exists',
    ),
    (
        {"type": "actions", "elements": [button(text=plain("x" * 76))]},
        "/blocks/0/elements/0/text/text: must be less than 76 characters",
    ),
    (
        {"type": "actions", "elements": [button(style="blue")]},
        "/blocks/0/elements/0/style: must be one of: primary, danger",
    ),
    (
        {"type": "actions", "elements": [button(colour="x")]},
        "/blocks/0/elements/0: invalid additional property: colour",
    ),
    (
        {"type": "actions", "elements": [{"type": "button"}]},
        "/blocks/0/elements/0: missing required field: text",
    ),
    (
        {
            "type": "actions",
            "elements": [
                {"type": "static_select", "options": [option("a")], "initial_option": option("b")}
            ],
        },
        "/blocks/0/elements/0: initial option must be one of the options",
    ),
    (
        {"type": "actions", "elements": [{"type": "plain_text_input"}]},
        "/blocks/0/elements/0/type: unsupported type: plain_text_input",
    ),
    (
        {"type": "image", "image_url": "ftp://x", "alt_text": "x"},
        "/blocks/0/image_url: must be a valid URL",
    ),
    ({"type": "image", "image_url": "https://x"}, "/blocks/0: missing required field: alt_text"),
    ({"type": "card", "title": "bare"}, "/blocks/0/title: must provide an object"),
    (
        {"type": "card", "subtitle": mrkdwn("x")},
        "/blocks/0: must define at least one of: hero_image, title, actions, body",
    ),
    ({**CARD, "body": mrkdwn("x" * 201)}, "/blocks/0/body/text: must be less than 201 characters"),
    (
        {**CARD, "actions": [button(action_id=str(n)) for n in range(4)]},
        "/blocks/0/actions: no more than 3 items allowed",
    ),
    ({**CARD, "icon": IMAGE}, "/blocks/0: only one of `icon` and `slack_icon` is allowed"),
    (
        {"type": "carousel", "elements": [CARD] * 11},
        "/blocks/0/elements: no more than 10 items allowed",
    ),
    (
        {"type": "carousel", "elements": [{"type": "section"}]},
        "/blocks/0/elements/0/type: unsupported type: section",
    ),
    (
        {"type": "container", "title": plain("x"), "child_blocks": [CARD]},
        "/blocks/0/child_blocks/0/type: unsupported type: card",
    ),
    ({"type": "alert", "text": mrkdwn("x")}, "/blocks/0/type: unsupported type: alert"),
    ({"type": "marquee"}, "/blocks/0/type: unsupported type: marquee"),
    ({"text": mrkdwn("x")}, "/blocks/0: missing required field: type"),
    (
        {"type": "divider", "block_id": "x" * 256},
        "/blocks/0/block_id: must be less than 256 characters",
    ),
    (
        {"type": "table", "rows": [[raw("x")] * 21]},
        "/blocks/0/rows/0: no more than 20 items allowed",
    ),
    (
        {"type": "table", "rows": [[raw("")]]},
        "/blocks/0/rows/0/0/text: must be more than 0 characters",
    ),
    (
        {"type": "data_table", "caption": "x", "rows": [[raw("x")]]},
        "/blocks/0/rows: must provide at least 2 items",
    ),
    (
        {"type": "data_table", "caption": "x", "rows": [[raw("x")], [raw("x"), raw("y")]]},
        "/blocks/0/rows: all rows must have the same number of cells",
    ),
    (
        {"type": "data_table", "caption": "x", "rows": [[RICH], [raw("x")]]},
        "/blocks/0/rows/0/0: header cells must not be rich_text",
    ),
    (
        chart(axis_config={"categories": ["Tue"]}),
        "/blocks/0/chart/series/0/data: must contain exactly one entry per category",
    ),
    (
        {
            "type": "data_visualization",
            "title": "x",
            "chart": {"type": "pie", "segments": [{"label": "a", "value": 0}]},
        },
        "/blocks/0/chart/segments/0/value: must be greater than 0",
    ),
    (
        {"type": "task_card", "task_id": "1", "title": "x", "status": "pending"},
        "/blocks/0/status: must be one of: in_progress, complete, error",
    ),
]


@pytest.mark.parametrize(("block", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_blocks_are_refused(block, said):
    """One mistake gives one error, with the pointer to it."""
    assert errors(block) == [said]


def test_whole_message():
    """Counts and totals hold over the message, block ids are unique, nested ones too."""
    divider = {"type": "divider"}
    assert errors(*[divider] * 51) == ["/blocks: no more than 50 items allowed"]
    named = {**CARD, "block_id": "a"}
    assert errors(named, {"type": "carousel", "elements": [named]}) == [
        '/blocks/1/elements/0/block_id: `block_id` "a" already exists'
    ]
    assert errors(GOOD["table"], GOOD["table"]) == ["/blocks: only one table allowed per message"]
    assert errors(*[chart()] * 3) == ["/blocks: too many data_visualization blocks"]
    big = {"type": "data_table", "caption": "x", "rows": [[raw("x" * 10_001)], [raw("y")]]}
    assert errors(big, big) == [
        "/blocks: must be less than 20001 characters across all data tables"
    ]
    assert errors(*[{"type": "markdown", "text": "x" * 6_001}] * 2) == [
        "/blocks: must be less than 12001 characters across all markdown blocks"
    ]


def test_warnings_do_not_refuse():
    """What Slack takes and a careful app avoids is a warning for the strip, not an error."""
    silent = check_message([{"type": "divider"}], " ")
    assert silent.errors == []
    assert [problem.pointer for problem in silent.warnings] == ["/text"]
    assert [p.text for p in check_message(None, "x" * 4001).warnings] == [
        "over 4,000 characters: Slack may cut it"
    ]


def modal(**fields: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Rent"), "blocks": [], **fields}


VIEWS: list[tuple[Any, list[str]]] = [
    (modal(blocks=[{"type": "alert", "text": mrkdwn("x"), "level": "warning"}]), []),
    (modal(title=plain("x" * 25)), ["/view/title/text: must be less than 25 characters"]),
    (
        modal(blocks=[GOOD["input"]]),
        ["/view/blocks/0: must define `submit` to use an `input` block in modals"],
    ),
    (modal(blocks=[GOOD["carousel"]]), ["/view/blocks/0/type: unsupported type: carousel"]),
    (
        modal(private_metadata="x" * 3001),
        ["/view/private_metadata: must be less than 3001 characters"],
    ),
    (modal(blocks=[{"type": "divider"}] * 101), ["/view/blocks: no more than 100 items allowed"]),
    ({"type": "home", "blocks": [GOOD["carousel"]]}, []),
    (
        {"type": "home", "blocks": [], "submit": plain("x")},
        ["/view: invalid additional property: submit"],
    ),
    ({"type": "dialog"}, ["/view/type: unsupported type: dialog"]),
    (None, ["/view: must provide an object"]),
]


@pytest.mark.parametrize(("view", "said"), VIEWS)
def test_views(view, said):
    """Views have limits of their own, and other blocks than messages."""
    assert [f"{p.pointer}: {p.text}" for p in check_view(view).errors] == said


def test_an_old_workspace_refuses_types_wherever_they_are():
    """A refused type is unsupported at any depth."""
    findings = check_message([GOOD["carousel"]], "x", frozenset({"card"}))
    assert {p.text for p in findings.errors} == {"unsupported type: card"}
    assert len(findings.errors) == 10


_TYPES = st.sampled_from([*BLOCKS, *ELEMENTS, "plain_text", "mrkdwn", "raw_text", "pie"])
_NAMES = st.sampled_from(
    [
        *("type", "text", "elements", "fields", "accessory", "element", "blocks", "rows", "chart"),
        *("series", "title", "actions", "options", "axis_config", "categories", "data"),
        *("child_blocks", "segments", "value", "label", "submit"),
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | _TYPES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=6),
    max_leaves=30,
)


@settings(deadline=None)
@given(_JSON)
def test_any_json_is_judged(value):
    """Whatever an app sends, there is a verdict, and its pointers lead to what is there."""
    findings = check_message(value, "x")
    findings.errors += check_view(value).errors
    for problem in findings.errors:
        here: Any = {"blocks": value, "view": value}
        for step in problem.pointer.removeprefix("/").split("/"):
            here = here[int(step)] if isinstance(here, list) else here[step]
    json.dumps([problem.said_by_slack() for problem in findings.errors])
