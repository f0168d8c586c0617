"""Ids in Slack's shapes, and tokens nobody can guess."""

import hmac
import itertools
import secrets
from typing import Any

_counter = itertools.count(1)


def new_id(prefix: str) -> str:
    """`V` → `V0AB3…`: unlike Slack's, the tail counts up, so that two ids are never the same."""
    return f"{prefix}0{next(_counter):05d}{secrets.token_hex(2).upper()}"


def new_token(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(24)


def same_secret(given: str | None, expected: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode(), expected.encode())


def with_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A copy in which every block and interactive element has an id, as Slack makes them up."""
    return [_block_with_ids(block) for block in blocks]


def _block_with_ids(block: dict[str, Any]) -> dict[str, Any]:
    filled = {"block_id": secrets.token_urlsafe(4), **block}
    for name in ("elements", "child_blocks", "actions"):
        if isinstance(block.get(name), list):
            filled[name] = [_part_with_ids(part) for part in block[name]]
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict):
            filled[name] = _part_with_ids(block[name])
    return filled


def _part_with_ids(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    kind = str(part.get("type"))
    if kind in _NESTED_BLOCKS or "child_blocks" in part:
        return _block_with_ids(part)
    if kind in _PASSIVE or (kind.startswith("rich_text_") and kind != "rich_text_input"):
        return part
    return {"action_id": secrets.token_urlsafe(4), **part}


_NESTED_BLOCKS = frozenset(
    {
        *("card", "actions", "section", "context", "input", "header", "divider"),
        *("rich_text", "table", "video", "file"),
    }
)
_PASSIVE = frozenset({"image", "plain_text", "mrkdwn"})
