"""What the guide does for somebody: it moves the clock or the market, waits until the step is
done, and leaves the clock running as usual."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from aiohttp import ClientError

from bot.cli.controlroom.guide import Guide
from bot.cli.controlroom.market import State
from bot.cli.controlroom.room import Room

_LOOK_S = 0.25
_FAST = 60
_MINUTE_S = 60.0
_LONGEST_S = 40 * _MINUTE_S
"""Of market time; the bot gives a machine up earlier."""
_WARNINGS_S = (15 * _MINUTE_S, 5 * _MINUTE_S)
"""Before the end."""
_FALLEN = 0.7

Look = Callable[[], Awaitable[State]]


class Errands:
    """One at a time."""

    def __init__(self, room: Room, guide: Guide, look: Look) -> None:
        self._room = room
        self._guide = guide
        self._look = look
        self._running: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        """Pressed twice, the clock would jump twice."""
        self._fallen: list[str] = []
        """Models that were made cheaper here, once for each time."""

    async def begin(self, key: str) -> str:
        """Returns what happens now, as a sentence. What it does to the clock it does at once."""
        errands: Mapping[str, Callable[[State], Awaitable[str]]] = {
            "run": self._start,
            "jump": self._warn,
            "fall": self._fall,
        }
        async with self._turn:
            if key not in errands or not self._guide.is_at(key):
                return "That step is done."
            if self._guide.doing:
                return self._guide.doing
            self._guide.trouble = ""
            return await errands[key](await self._look())

    def drop(self) -> bool:
        """The clock stays as it is. Was there anything to drop?"""
        running, self._running = self._running, None
        self._guide.doing = ""
        return running is not None and running.cancel()

    async def stop(self) -> None:
        if self.drop():
            await self._run_at(1)

    async def undo(self) -> None:
        """Prices too, for who starts over."""
        await self.stop()
        while self._fallen:
            with suppress(ClientError):
                await self._room.market.move_model(self._fallen.pop(), 1 / _FALLEN)

    async def _start(self, _: State) -> str:
        words = "An hour passes in a minute until the machine runs."
        return await self._until_done(
            "run", words, "It does not start: do it again, rent another, or skip this."
        )

    async def _warn(self, state: State) -> str:
        ends_at = self._room.records.ends_at(self._guide.machine)
        if ends_at is None:
            return self._cannot("There is no machine that could end: rent one, or skip this.")
        left = ends_at - state.now
        before = next((each for each in _WARNINGS_S if each < left), None)
        if before is None:
            return self._cannot("The warnings were said already: extend it, or skip this.")
        step = left - before - _MINUTE_S
        if step > 0:
            await self._room.market.ask("POST", "clock", {"step": step})
        words = "It is just before the warning; an hour passes in a minute until it comes."
        trouble = "No warning came: do it again, or skip this."
        return await self._until_done("jump", words, trouble, left - max(step, 0.0) - _MINUTE_S)

    async def _fall(self, _: State) -> str:
        watches = self._room.records.watches()
        if not watches or not watches[-1].models:
            return self._cannot("Nothing watches a model: set up a watch first.")
        model, watch = watches[-1].models[0], watches[-1].id

        def looked() -> bool:
            return any(each.looked for each in self._room.records.watches() if each.id == watch)

        async def fall() -> bool:
            if not await self._until(looked, _LONGEST_S):
                return False
            self._guide.doing = f"Every {model} costs 30 % less now; the watch looks twice."
            self._fallen.append(model)
            await self._room.market.move_model(model, _FALLEN)
            return await self._until(lambda: not self._guide.is_at("fall"), _LONGEST_S)

        words = "An hour passes in a minute until the watch has looked; then the price falls."
        return await self._go(fall, words, "No alert came: do it again, or skip this.")

    async def _until_done(
        self, key: str, words: str, trouble: str, longest_s: float = _LONGEST_S
    ) -> str:
        def is_over() -> bool:
            return not self._guide.is_at(key) or self._guide.over

        return await self._go(lambda: self._until(is_over, longest_s), words, trouble)

    def _cannot(self, why: str) -> str:
        self._guide.trouble = why
        return why

    async def _go(self, errand: Callable[[], Awaitable[bool]], words: str, trouble: str) -> str:
        self._guide.doing = words
        await self._run_at(_FAST)
        self._running = asyncio.create_task(self._finish(errand, trouble))
        return words

    async def _finish(self, errand: Callable[[], Awaitable[bool]], trouble: str) -> None:
        done = False
        try:
            with suppress(ClientError, TimeoutError):  # the market is too busy to answer
                done = await errand()
            with suppress(ClientError, TimeoutError):  # or the demo is closing
                await self._run_at(1)
        finally:
            if self._running is asyncio.current_task():
                self._guide.doing = ""
                self._running = None
        if not done:
            self._guide.trouble = trouble

    async def _until(self, done: Callable[[], bool], longest_s: float) -> bool:
        """Within that market time?"""
        began: float | None = None
        while True:
            state = await self._look()
            began = state.now if began is None else began
            if done():
                return True
            if state.now - began >= longest_s:
                return False
            await asyncio.sleep(_LOOK_S)

    async def _run_at(self, speed: int) -> None:
        await self._room.market.ask("POST", "clock", {"speed": speed})
