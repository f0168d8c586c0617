"""Work that goes on after the acknowledgement. Bolt does not track its own tasks; we do."""

import asyncio
from collections.abc import Coroutine
from typing import Any

AT_ONCE = 64
"""Answers worked on at a time; the others wait their turn. A storm of commands must neither take
the event loop from the acknowledgements nor the connections from each other."""
AFTER_S = 0.001
"""An answer is begun so long after its acknowledgement. Who stands between Slack and us is often
on this machine, and had to wait for a core until the answer's first millisecond was over."""


class Tasks:
    def __init__(self, at_once: int = AT_ONCE, after_s: float = AFTER_S) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(at_once)
        self._after_s = after_s

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """`work` answers its own errors: nobody awaits it but `drain`."""
        task = asyncio.create_task(self._in_turn(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _in_turn(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await asyncio.sleep(self._after_s)
            async with self._turn:
                await work
        finally:
            work.close()  # cancelled before its turn came: never started

    def __len__(self) -> int:
        return len(self._running)

    async def drain(self, patience_s: float) -> int:
        """Waits for what is under way, then cancels the rest; returns how many were cancelled."""
        if not self._running:
            return 0
        _, late = await asyncio.wait(set(self._running), timeout=patience_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)
