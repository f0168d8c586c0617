"""What an admin does about a machine with our label that no session knows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.flows.control import ALREADY, NO_SUCH
from bot.flows.orphans import OrphanKeeping
from bot.flows.permits import Permits
from bot.flows.ports import Conflict, Orphans
from bot.rules.answers import Told
from bot.rules.orphans import Orphan, OrphanState
from bot.rules.places import Asker
from bot.rules.sessions import SessionId

TRIES = 5
TOO_LATE = "Too late: it is being ended, or somebody has kept it already."
_DECIDED = {
    OrphanState.KEPT: "It was kept already.",
    OrphanState.ENDING: "It is being ended already.",
    OrphanState.GONE: "It is gone already.",
}


@dataclass(frozen=True, slots=True)
class OrphanControl:
    orphans: Orphans
    keeping: OrphanKeeping
    permits: Permits
    wake: Callable[[], None]

    async def keep(self, orphan_id: SessionId, asker: Asker) -> Told:
        async def act(orphan: Orphan) -> Told:
            session = await self.keeping.keep(orphan, asker)
            if session is None:
                return Told(TOO_LATE)
            return Told(f"Kept as session `{session.id}`. It ends in 2 h unless you extend it.")

        return await self._acted(orphan_id, asker, act, TOO_LATE)

    async def end(self, orphan_id: SessionId, asker: Asker) -> Told:
        async def act(orphan: Orphan) -> Told:
            await self.keeping.end(orphan)
            self.wake()
            return Told("Ending it.")

        return await self._acted(orphan_id, asker, act, ALREADY)

    async def _acted(
        self,
        orphan_id: SessionId,
        asker: Asker,
        act: Callable[[Orphan], Awaitable[Told]],
        otherwise: str,
    ) -> Told:
        """Each look at the marketplace writes the record anew: who meets one reads it again."""
        for _ in range(TRIES):
            orphan = await self._undecided(orphan_id, asker)
            if isinstance(orphan, Told):
                return orphan
            try:
                return await act(orphan)
            except Conflict:
                continue
        return Told(otherwise)

    async def _undecided(self, orphan_id: SessionId, asker: Asker) -> Orphan | Told:
        if not self.permits.is_admin(asker):
            return Told("Only an admin decides about a machine that no session knows.")
        orphan = await self.orphans.get(orphan_id)
        if orphan is None:
            return Told(NO_SUCH)
        decided = _DECIDED.get(orphan.state)
        return orphan if decided is None else Told(decided)
