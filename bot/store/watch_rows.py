"""Watches as rows."""

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from bot.rules.watches import Memory, Said, Watch
from providers.models import OfferQuery

_WATCH = TypeAdapter(Watch)
_MEMORY = TypeAdapter(Memory)
_SAID = TypeAdapter(Said)
_APART = {"memory", "said", "version"}


def columns(watch: Watch) -> dict[str, object]:
    return {
        "id": watch.id,
        "team_id": watch.owner.place.team_id,
        "number": watch.number,
        "channel_id": watch.owner.place.channel_id,
        "user_id": watch.owner.user_id,
        "due_at": watch.created_at,
        **changed_columns(watch),
    }


def changed_columns(watch: Watch) -> dict[str, object]:
    """Its people, its place and its number stay."""
    said = watch.said
    return {
        "question": watch.question,
        "paused": watch.paused_at is not None,
        "version": watch.version,
        "watch": _WATCH.dump_json(watch, exclude=_APART).decode(),
        "memory": memory(watch.memory),
        "said": None if said is None else _SAID.dump_json(said).decode(),
    }


def memory(memory: Memory) -> str:
    return _MEMORY.dump_json(memory).decode()


def watch(row: Row[Any]) -> Watch:
    """Raises `ValueError` for what another version of the program wrote."""
    said = row.said
    return replace(
        _WATCH.validate_json(row.watch),
        memory=_MEMORY.validate_json(row.memory),
        said=None if said is None else _SAID.validate_json(said),
        version=row.version,
    )


def query(watch_json: str) -> OfferQuery:
    return _WATCH.validate_json(watch_json).query
