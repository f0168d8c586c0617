"""The demo's parts: processes of their own, of which the bot can be killed and started again."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import settings

START_S = 60.0
STOP_S = 12.0


class DidNotStart(Exception):
    """A part ended or stayed silent."""


class Parts:
    def __init__(self, stack: contextlib.AsyncExitStack) -> None:
        self._stack = stack
        self._lost: asyncio.Queue[str] = asyncio.Queue()
        self._watching: set[asyncio.Task[None]] = set()
        self._expected: set[int] = set()
        """Numbers of processes that somebody ended on purpose."""

    async def start(self, name: str, module: str, *words: str) -> dict[str, Any]:
        """Starts a part and reads its line."""
        process = await self.spawn(name, settings.child_environment({}), module, *words)
        assert process.stdout is not None  # noqa: S101  asked for below
        try:
            line = await asyncio.wait_for(process.stdout.readline(), START_S)
            ready = json.loads(line)
        except (TimeoutError, ValueError):
            raise DidNotStart(f"The {name} did not start.") from None
        return dict(ready)

    async def wait(self, end: asyncio.Event) -> int:
        """Until Ctrl-C, or until a part ends by itself."""
        ending = asyncio.ensure_future(end.wait())
        losing = asyncio.ensure_future(self._lost.get())
        done, waiting = await asyncio.wait({ending, losing}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        if ending in done:
            return 0
        raise DidNotStart(f"The {losing.result()} ended by itself; its last words stand above.")

    async def spawn(self, name: str, env: Mapping[str, str], *words: str) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *words, stdout=PIPE, env=env, start_new_session=True
        )
        self._stack.push_async_callback(_stop, process)
        task = asyncio.create_task(self._watch(name, process))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)
        return process

    async def kill(self, process: Process) -> None:
        """At once, with all that it started."""
        if process.returncode is None:
            self._expected.add(process.pid)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    async def _watch(self, name: str, process: Process) -> None:
        await process.wait()
        if process.pid not in self._expected:
            self._lost.put_nowait(name)


class Bot:
    """The bot, and the directories that are its disk."""

    def __init__(
        self, parts: Parts, env: Mapping[str, str], words: Sequence[str], disk: Sequence[Path]
    ) -> None:
        self._parts = parts
        self._env = env
        self._words = words
        self._disk = disk
        self._process: Process | None = None
        self._changing = asyncio.Lock()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        async with self._changing:
            if not self.alive:
                self._process = await self._parts.spawn("bot", self._env, *self._words)

    async def kill(self) -> None:
        async with self._changing:
            if self._process is not None:
                await self._parts.kill(self._process)

    async def lose_disk(self) -> None:
        await self.kill()
        for directory in self._disk:
            shutil.rmtree(directory, ignore_errors=True)
        await self.start()


async def _stop(process: Process) -> None:
    """Asks, then insists. Its own session keeps Ctrl-C from reaching it before we ask."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
