"""Long work in the event loop, in turns with everybody else's."""

import asyncio

_TURN_S = 0.005
"""Others may run after so long."""


class Turn:
    """Thousands of small steps, between which others may run."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()

    async def end(self) -> None:
        if self._loop.time() - self._began > _TURN_S:
            await asyncio.sleep(0)
            self._began = self._loop.time()
