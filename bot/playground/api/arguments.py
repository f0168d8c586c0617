"""Arguments in every form that Slack's SDKs send them: JSON, form, multipart, query."""

import json
from typing import Any

from aiohttp import web

from bot.playground.errors import Refused
from bot.playground.values import Json

_STRUCTURED = frozenset(
    {"blocks", "attachments", "view", "files", "metadata", "unfurls", "profile", "user_ids"}
)
"""Where a string holds JSON: in a form or a query nothing else can carry a list."""


async def read_arguments(request: web.Request) -> Json:
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        arguments |= await _json_body(request)
    elif request.can_read_body:
        form = await request.post()
        arguments |= {name: value for name, value in form.items() if isinstance(value, str)}
    return {name: _decoded(name, value) for name, value in arguments.items()}


def truth(value: Any) -> bool:
    return str(value).lower() in ("1", "true")


async def _json_body(request: web.Request) -> Json:
    body = await request.read()
    if not body.strip():
        return {}
    try:
        decoded = json.loads(body)
    except ValueError as error:
        raise Refused("invalid_json") from error
    if not isinstance(decoded, dict):
        raise Refused("json_not_object")
    return decoded


def _decoded(name: str, value: Any) -> Any:
    if name not in _STRUCTURED or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        wrong = {"blocks": "invalid_blocks_format", "attachments": "invalid_attachments"}
        raise Refused(wrong.get(name, "invalid_arguments")) from error
