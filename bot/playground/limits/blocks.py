"""Block Kit's blocks and the surfaces that take them: https://docs.slack.dev/reference/block-kit/blocks"""

from collections.abc import Mapping
from typing import Literal

from bot.playground.limits.data import DATA_TABLE, DATA_VISUALIZATION, TABLE
from bot.playground.limits.elements import (
    BUTTON,
    ELEMENTS,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
)
from bot.playground.limits.objects import IMAGE, SLACK_FILE, SLACK_ICON, text
from bot.playground.limits.rich_text import RICH_TEXT
from bot.playground.limits.rules import (
    At,
    Rule,
    Shape,
    array,
    at_least_one,
    boolean,
    by_type,
    exactly_one,
    not_both,
    number,
    one_of,
    string,
    url,
)

Surface = Literal["message", "modal", "home"]


def _block(
    fields: Mapping[str, Rule], required: tuple[str, ...] = (), also: tuple[Rule, ...] = ()
) -> Shape:
    return Shape({"type": string(), "block_id": string(1, 255), **fields}, required, also)


def _unique_actions(at: At) -> None:
    """An action_id may come back in another block, never twice in one."""
    seen: set[str] = set()
    for name in ("elements", "actions"):
        for element in at.items(name):
            action = element.get("action_id")
            if isinstance(action, str) and action in seen:
                element.child("action_id").fail(f'`action_id` "{action}" already exists')
            elif isinstance(action, str):
                seen.add(action)


def _collapse_makes_sense(at: At) -> None:
    if at.get("default_collapsed") and not at.get("is_collapsible"):
        at.fail("`default_collapsed` requires `is_collapsible`")


def _files_do_not_dispatch(at: At) -> None:
    element = at.get("element")
    is_file = isinstance(element, dict) and element.get("type") == "file_input"
    if is_file and at.get("dispatch_action"):
        at.child("element").child("type").fail("unsupported type: file_input")


def _element_of(allowed: frozenset[str]) -> Rule:
    return by_type(lambda: ELEMENTS, allowed)


_CONTEXT_ELEMENTS: Mapping[str, Rule] = {
    "image": IMAGE,
    "plain_text": text(3000),
    "mrkdwn": text(3000),
}

CARD = _block(
    {
        "hero_image": IMAGE,
        "icon": IMAGE,
        "slack_icon": SLACK_ICON,
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "subtext": text(200),
        "actions": array(by_type(lambda: {"button": BUTTON}), 0, 3),
    },
    also=(
        at_least_one("hero_image", "title", "actions", "body"),
        not_both("icon", "slack_icon"),
        _unique_actions,
    ),
)

_TASK_FIELDS: dict[str, Rule] = {
    "task_id": string(1),
    "title": string(1),
    "status": one_of("pending", "in_progress", "complete", "error"),
    "details": RICH_TEXT,
    "output": RICH_TEXT,
    "sources": array(
        Shape({"type": one_of("url"), "url": url(), "text": string(1)}, ("type", "url", "text"))
    ),
}


def _only_plans_wait(at: At) -> None:
    if at.get("status") == "pending":
        at.child("status").fail("must be one of: in_progress, complete, error")


_IN_CONTAINER = frozenset(
    {
        *("actions", "context", "divider", "file", "header"),
        *("image", "input", "rich_text", "section", "table", "video"),
    }
)

BLOCKS: Mapping[str, Rule] = {
    "section": _block(
        {
            "text": text(3000),
            "fields": array(text(2000), 1, 10),
            "accessory": _element_of(IN_SECTION),
            "expand": boolean,
        },
        also=(at_least_one("text", "fields"),),
    ),
    "header": _block({"text": text(150, plain=True), "level": number(1, 4)}, ("text",)),
    "context": _block(
        {"elements": array(by_type(lambda: _CONTEXT_ELEMENTS), 1, 10)}, ("elements",)
    ),
    "actions": _block(
        {"elements": array(_element_of(IN_ACTIONS), 1, 25)},
        ("elements",),
        (_unique_actions,),
    ),
    "divider": _block({}),
    "image": _block(
        {
            "image_url": url(),
            "slack_file": SLACK_FILE,
            "alt_text": string(1, 2000),
            "title": text(2000, plain=True),
        },
        ("alt_text",),
        (exactly_one("image_url", "slack_file"),),
    ),
    "input": _block(
        {
            "label": text(2000, plain=True),
            "hint": text(2000, plain=True),
            "element": _element_of(IN_INPUT),
            "optional": boolean,
            "dispatch_action": boolean,
        },
        ("label", "element"),
        (_files_do_not_dispatch,),
    ),
    "rich_text": RICH_TEXT,
    "video": _block(
        {
            "alt_text": string(0, 2000),
            "title": text(199, plain=True),
            "video_url": url(),
            "thumbnail_url": url(),
            "title_url": url(2000),
            "description": text(200, plain=True),
            "author_name": string(0, 49),
            "provider_name": string(0, 50),
            "provider_icon_url": url(2000),
        },
        ("alt_text", "title", "video_url", "thumbnail_url"),
    ),
    "file": _block(
        {"external_id": string(1), "source": one_of("remote")}, ("external_id", "source")
    ),
    "markdown": _block({"text": string(1, 12_000)}, ("text",)),
    "table": TABLE,
    "context_actions": _block(
        {"elements": array(_element_of(IN_CONTEXT_ACTIONS), 1, 5)},
        ("elements",),
        (_unique_actions,),
    ),
    "task_card": _block(_TASK_FIELDS, ("task_id", "title", "status"), (_only_plans_wait,)),
    "plan": _block(
        {
            "title": string(1),
            "tasks": array(Shape(_TASK_FIELDS, ("task_id", "title", "status")), 0, 50),
        },
        ("title", "tasks"),
    ),
    "card": CARD,
    "carousel": _block({"elements": array(by_type(lambda: {"card": CARD}), 1, 10)}, ("elements",)),
    "alert": _block(
        {
            "text": text(200),
            "level": one_of("default", "info", "warning", "error", "success"),
        },
        ("text",),
    ),
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
    "container": _block(
        {
            "title": text(150, plain=True),
            "rich_text_title": RICH_TEXT,
            "subtitle": text(150),
            "child_blocks": array(by_type(lambda: BLOCKS, _IN_CONTAINER), 1, 10),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": IMAGE,
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        ("child_blocks",),
        (at_least_one("title", "rich_text_title"), _collapse_makes_sense),
    ),
}

_EVERYWHERE = frozenset(
    {
        *("actions", "card", "context", "divider", "header"),
        *("image", "input", "rich_text", "section", "video"),
    }
)
SURFACES: Mapping[Surface, frozenset[str]] = {
    "modal": _EVERYWHERE | {"alert"},
    "home": _EVERYWHERE | {"carousel", "container", "data_table", "data_visualization", "table"},
    "message": frozenset(BLOCKS) - {"alert"},
}
