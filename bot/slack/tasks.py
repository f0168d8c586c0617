"""Work that goes on after the acknowledgement. Bolt does not track its own tasks; we do."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Tasks:
    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """`work` answers its own errors: nobody awaits it but `drain`."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

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
