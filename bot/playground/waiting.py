"""Waiting for the app in a test: asked again at every change, and a failure that says what was."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.playground.changes import Change
from bot.playground.values import Call
from bot.playground.workspace import Workspace

PATIENCE_S = 15.0
"""Real seconds that a waiting helper gives the app before it fails the test."""

T = TypeVar("T")


async def wait_for(
    workspace: Workspace,
    calls: Sequence[Call],
    look: Callable[[], T | None],
    missing: str,
    patience_s: float,
) -> T:
    changed = asyncio.Event()

    def hear(_: Change) -> None:
        changed.set()

    with workspace.changes.heard_by(hear):
        try:
            async with asyncio.timeout(patience_s):
                while (found := look()) is None:
                    changed.clear()
                    await changed.wait()
                return found
        except TimeoutError:
            told = _told(workspace, calls)
            raise AssertionError(f"{missing} within {patience_s:g} s\n{told}") from None


def _told(workspace: Workspace, calls: Sequence[Call]) -> str:
    said = [f"  {m.username}: {m.everything[:300]!r}" for m in workspace.all_messages()[:5]]
    called = [f"  {call.method}: {call.error or 'ok'}" for call in calls[-10:]]
    noted = [f"  {note.text}" for note in workspace.notes[-3:]]
    return "\n".join(["last messages:", *said, "last calls:", *called, "notes:", *noted])
