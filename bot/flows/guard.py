"""Looks at every live session when its time comes: nothing waits in memory, so nothing is lost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.flows.changes import Step, write
from bot.flows.dying import Dying
from bot.flows.looking import Looking
from bot.flows.ports import Change, Conflict, Sessions
from bot.flows.running import Running
from bot.flows.starting import Starting
from bot.rules.sessions import Session, SessionId, SessionState
from providers.clock import Clock
from providers.errors import ProviderError

CLAIMED_FOR = timedelta(minutes=4)
"""Longer than a step can take: a destroy call may take a minute, and wait its turn before."""
AT_ONCE = 64
AGAIN_AFTER = timedelta(seconds=10)

OnError = Callable[[SessionId, Exception], None]


@dataclass(frozen=True, slots=True)
class Guard:
    sessions: Sessions
    looking: Looking
    starting: Starting
    running: Running
    dying: Dying
    clock: Clock
    on_error: OnError
    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def tick(self) -> int:
        """Looks at what is due and waits for it; returns how many sessions that were."""
        begun = await self._begun()
        await asyncio.gather(*begun)
        return len(begun)

    async def begin(self) -> int:
        """As `tick`, and waits for none: a marketplace that hangs holds up no other's machines.
        A claim protects what is under way."""
        return len(await self._begun())

    async def stop(self) -> None:
        """What is under way is cut off: it becomes due again by itself."""
        for task in self.under_way:
            task.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)

    async def _begun(self) -> list[asyncio.Task[None]]:
        room = AT_ONCE - len(self.under_way)
        if room <= 0:
            return []
        now = self.clock.now()
        due = await self.sessions.claim_due(now, now + CLAIMED_FOR, room)
        tasks = [asyncio.create_task(self._look(session)) for session in due]
        for task in tasks:
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)
        return tasks

    async def _look(self, session: Session) -> None:
        """One session's fault costs no other one its look."""
        try:
            step = await self._step(session)
        except ProviderError as error:
            if error.detail:
                self.on_error(session.id, error)
            step = None
        except Exception as error:  # noqa: BLE001  told, and looked at again
            self.on_error(session.id, error)
            step = None
        try:
            await write(self.sessions, session, step or self._again(session))
        except Conflict:  # changed meanwhile, perhaps without knowing that we had claimed it
            await self.sessions.hurry(session.id, self.clock.now())
        except Exception as error:  # noqa: BLE001  it becomes due again by itself
            self.on_error(session.id, error)

    async def _step(self, session: Session) -> Step | None:
        match session.state:
            case SessionState.RENTING:
                step = await self.looking.step(session)
            case SessionState.STARTING:
                step = await self.starting.step(session)
            case SessionState.RUNNING:
                step = self.running.step(session)
            case SessionState.ENDING:
                step = await self.dying.step(session)
            case _:
                return None
        return None if step is None else _quieted(session, step)

    def _again(self, session: Session) -> Step:
        """Nothing was learned: nothing changes but the moment of the next look."""
        now = self.clock.now()
        later = session.due(now + AGAIN_AFTER)
        return Step(later, Change(now, "guard", ""), quiet=True)


def _quieted(old: Session, step: Step) -> Step:
    """A look that brought nothing new leaves the message in Slack alone."""
    same = not step.notices and _shown(old) == _shown(step.session)
    return replace(step, quiet=True) if same and old.state is SessionState.STARTING else step


def _shown(session: Session) -> object:
    instance = session.rented.instance
    return (session.state, None if instance is None else (instance.state, instance.phase))
