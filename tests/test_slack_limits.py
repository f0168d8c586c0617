"""The checker itself: each mistake that is planted is found, and nothing else."""

import json
from typing import Any

import pytest

from tests import slack_limits

BUTTON = {
    "type": "button",
    "text": {"type": "plain_text", "text": "Details"},
    "action_id": "a",
    "value": "v",
}
CARD = {
    "type": "card",
    "block_id": "card",
    "title": {"type": "mrkdwn", "text": "t"},
    "actions": [BUTTON],
}
BLOCKS: list[dict[str, Any]] = [
    {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "x"}},
    {"type": "carousel", "block_id": "c", "elements": [CARD]},
    {"type": "actions", "block_id": "b", "elements": [BUTTON]},
]

MISTAKES = [
    ((0, "block_id"), "b", "block_id 'b' stands 2 times"),
    ((1, "elements", 0, "block_id"), "s", "block_id 's' stands 2 times"),
    ((0, "text", "text"), "x" * 3_001, "blocks[0].text: text has 3001 of 3000"),
    ((0, "text", "text"), "", "blocks[0].text: empty text"),
    ((0, "colour"), "red", "blocks[0]: unknown key 'colour'"),
    ((0, "type"), "alert", "blocks[0]: type 'alert' does not belong here"),
    ((1, "elements"), [], "blocks[1]: 0 cards, not 1 to 10"),
    (
        (1, "elements", 0, "title", "type"),
        "plain_text",
        "blocks[1].elements[0].title: 'plain_text' where ['mrkdwn'] stand",
    ),
    (
        (1, "elements", 0, "body"),
        {"type": "mrkdwn", "text": "x" * 201},
        "blocks[1].elements[0].body: text has 201 of 200",
    ),
    (
        (2, "elements"),
        [BUTTON, BUTTON],
        "blocks[2]: action_id 'a' stands 2 times",
    ),
    (
        (2, "elements", 0, "style"),
        "blue",
        "blocks[2].elements[0]: style 'blue'",
    ),
    (
        (2, "elements", 0, "accessibility_label"),
        "x" * 76,
        "blocks[2].elements[0]: accessibility_label has 76 of 75",
    ),
]


def test_good_message() -> None:
    """A message within all limits has nothing to complain about."""
    assert slack_limits.of_message("text", BLOCKS) == []


@pytest.mark.parametrize(("path", "value", "found"), MISTAKES)
def test_planted_mistake(path: tuple[Any, ...], value: object, found: str) -> None:
    """Each planted mistake is found, alone."""
    blocks: Any = json.loads(json.dumps(BLOCKS))
    *way, last = path
    place = blocks
    for step in way:
        place = place[step]
    place[last] = value
    assert slack_limits.of_message("text", blocks) == [found]


def test_too_many_and_too_long() -> None:
    """Fifty blocks and 4,000 characters are the end."""
    divider = [{"type": "divider"}]
    assert slack_limits.of_message("x" * 4_000, divider * 50) == []
    assert slack_limits.of_message("x" * 4_001, divider * 51) == [
        "message: text has 4001 of 4000",
        "message: 51 blocks, more than 50",
    ]


def test_view() -> None:
    """A modal's title has 24 characters, and a carousel does not belong in it."""
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "x" * 25},
        "blocks": [BLOCKS[1]],
    }
    assert slack_limits.of_view(view) == [
        "view.title: text has 25 of 24",
        "blocks[0]: type 'carousel' does not belong here",
    ]


FIELD: dict[str, Any] = {
    "type": "input",
    "block_id": "hours",
    "label": {"type": "plain_text", "text": "Hours"},
    "element": {
        "type": "number_input",
        "action_id": "hours",
        "is_decimal_allowed": True,
        "min_value": "1",
        "initial_value": "4",
        "max_value": "24",
    },
}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"initial_value": "40"}, ["[1.0, 40.0, 24.0] not in order"]),
        ({"initial_value": 4}, ["4 is no text"]),
        ({"type": "datepicker"}, ["element 'datepicker' is no field"]),
        ({"rows": 3}, ["unknown key 'rows'"]),
    ],
)
def test_fields(changes: dict[str, Any], found: list[str]) -> None:
    """A field is one that Slack knows, and its numbers are texts in order."""
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Rent"},
        "submit": {"type": "plain_text", "text": "Rent"},
        "blocks": [FIELD | {"element": FIELD["element"] | changes}],
    }
    said = slack_limits.of_view(view)
    assert [line.partition(": ")[2] for line in said][: len(found)] == found
    assert bool(said) == bool(found)


def test_a_field_needs_a_submit() -> None:
    """Slack refuses a window that has a field and no way to send it."""
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Rent"},
        "blocks": [FIELD],
    }
    assert slack_limits.of_view(view) == ["view: an input without a submit"]


def test_home() -> None:
    """The Home tab is no modal: it has no title, and no alert stands in it."""
    alert = {"type": "alert", "level": "info", "text": {"type": "mrkdwn", "text": "x"}}
    view = {"type": "home", "title": {"type": "plain_text", "text": "x"}, "blocks": [alert]}
    assert slack_limits.of_home(view) == [
        "view: unknown key 'title'",
        "blocks[0]: type 'alert' does not belong here",
    ]


def test_charts() -> None:
    """At most six lines of twenty points, each with its name and one point for each category."""
    points = [{"label": f"{n}", "value": 1.5} for n in range(21)]
    chart = {
        "type": "line",
        "series": [{"name": "one", "data": points}, {"name": "one", "data": points[:3]}],
        "axis_config": {"categories": [point["label"] for point in points]},
    }
    block = {"type": "data_visualization", "block_id": "c", "title": "x" * 51, "chart": chart}
    assert slack_limits.of_message("words", [block]) == [
        "blocks[0]: title has 51 of 50",
        "blocks[0]: 21 categories, not 1 to 20",
        "blocks[0]: name 'one' twice",
        "blocks[0]: name 'one' twice",
        "blocks[0]: 'one' has not one point for each category",
    ]
