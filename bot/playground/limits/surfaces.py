"""What holds for a whole message or view: counts, totals, unique ids."""

import json
from collections.abc import Iterator
from typing import Any

from bot.playground.limits.blocks import BLOCKS, SURFACES, Surface
from bot.playground.limits.data import CHARTS_PER_MESSAGE, DATA_TABLE_CHARACTERS, characters
from bot.playground.limits.objects import text
from bot.playground.limits.rules import (
    At,
    Findings,
    Rule,
    Shape,
    array,
    boolean,
    by_type,
    string,
)

BLOCKS_PER_MESSAGE = 50
BLOCKS_PER_VIEW = 100
MARKDOWN_CHARACTERS = 12_000
VIEW_BYTES = 250_000


def check_message(
    blocks: Any, message_text: str, refused_types: frozenset[str] = frozenset()
) -> Findings:
    """`blocks` may be None: a message of text alone."""
    findings = Findings(refused_types)
    plain = At(message_text, "/text", findings)
    if len(message_text) > 4000:
        plain.warn("over 4,000 characters: Slack may cut it")
    if blocks:
        at = At(blocks, "/blocks", findings)
        _blocks("message", BLOCKS_PER_MESSAGE)(at)
        _whole_message(at)
        if not message_text.strip():
            plain.warn("empty beside blocks: notifications and screen readers have nothing to say")
    return findings


def check_view(view: Any, refused_types: frozenset[str] = frozenset()) -> Findings:
    findings = Findings(refused_types)
    at = At(view, "/view", findings)
    if not isinstance(view, dict):
        at.fail("must provide an object")
        return findings
    by_type(lambda: _VIEWS)(at)
    return findings


def view_bytes(view: Any) -> int:
    return len(json.dumps(view, ensure_ascii=False).encode())


def _blocks(surface: Surface, most: int) -> Rule:
    listed = array(by_type(lambda: BLOCKS, SURFACES[surface]), 0, most)

    def check(at: At) -> None:
        listed(at)
        if isinstance(at.value, list):
            _unique_block_ids(at)

    return check


def _unique_block_ids(at: At) -> None:
    seen: set[str] = set()
    for block in walk_blocks(at):
        block_id = block.get("block_id")
        if isinstance(block_id, str) and block_id in seen:
            block.child("block_id").fail(f'`block_id` "{block_id}" already exists')
        elif isinstance(block_id, str):
            seen.add(block_id)


def walk_blocks(at: At) -> Iterator[At]:
    """Every block, those inside carousels and containers too."""
    for index, block in enumerate(at.value):
        if not isinstance(block, dict):
            continue
        here = at.child(index)
        yield here
        if block.get("type") == "carousel" and isinstance(block.get("elements"), list):
            yield from walk_blocks(here.child("elements"))
        if block.get("type") == "container" and isinstance(block.get("child_blocks"), list):
            yield from walk_blocks(here.child("child_blocks"))


def _whole_message(at: At) -> None:
    if not isinstance(at.value, list):
        return
    blocks = list(walk_blocks(at))
    by_kind = {kind: [b for b in blocks if b.get("type") == kind] for kind in _COUNTED}
    if len(by_kind["table"]) > 1:
        at.fail("only one table allowed per message")
    if len(by_kind["data_visualization"]) > CHARTS_PER_MESSAGE:
        at.fail("too many data_visualization blocks")
    if sum(characters(b.get("rows")) for b in by_kind["data_table"]) > DATA_TABLE_CHARACTERS:
        at.fail(f"must be less than {DATA_TABLE_CHARACTERS + 1} characters across all data tables")
    if sum(len(str(b.get("text"))) for b in by_kind["markdown"]) > MARKDOWN_CHARACTERS:
        at.fail(
            f"must be less than {MARKDOWN_CHARACTERS + 1} characters across all markdown blocks"
        )


_COUNTED = ("table", "data_visualization", "data_table", "markdown")


def _inputs_need_submit(at: At) -> None:
    blocks = at.get("blocks")
    if at.get("submit") is not None or not isinstance(blocks, list):
        return
    for block in walk_blocks(at.child("blocks")):
        if block.get("type") == "input":
            block.fail("must define `submit` to use an `input` block in modals")


_COMMON: dict[str, Rule] = {
    "type": string(),
    "private_metadata": string(0, 3000),
    "callback_id": string(0, 255),
    "external_id": string(0, 255),
}
_TITLE = text(24, plain=True)
_VIEWS: dict[str, Rule] = {
    "modal": Shape(
        {
            **_COMMON,
            "title": _TITLE,
            "submit": _TITLE,
            "close": _TITLE,
            "blocks": _blocks("modal", BLOCKS_PER_VIEW),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
        required=("title", "blocks"),
        also=(_inputs_need_submit,),
    ),
    "home": Shape(
        {**_COMMON, "blocks": _blocks("home", BLOCKS_PER_VIEW)},
        required=("blocks",),
    ),
}
