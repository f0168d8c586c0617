"""What people do about watches: each checked again at the moment it acts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.flows.ports import Conflict, Ids, Policies, TooMany
from bot.flows.watch_pace import WatchPace
from bot.flows.watch_ports import Watches
from bot.rules.answers import Told
from bot.rules.hearing import anew
from bot.rules.limits import watch_limit_sentence
from bot.rules.places import Asker
from bot.rules.watch_answers import WatchesPage, WatchPage, WatchScope
from bot.rules.watch_permits import may_see, may_touch, may_watch
from bot.rules.watches import COOL_DOWN, DAILY_CAP, Rule, Watch, WatchId
from providers.clock import Clock
from providers.models import OfferQuery

NO_SUCH = "There is no such watch. `/gpu watches all` lists them."
BUSY = "It is being looked at just now: try again in a moment."
_ATTEMPTS = 8

Decide = Callable[[Watch], tuple[Watch, str]]
"""What it becomes, and what is told."""


def no_such(number: int) -> Told:
    return Told(f"There is no watch {number}. `/gpu watches all` lists them.")


@dataclass(frozen=True, slots=True)
class WatchControl:
    """Every method answers with a value; only `StoreDown` is raised."""

    watches: Watches
    policies: Policies
    home_team: str
    ids: Ids
    pace: WatchPace
    clock: Clock
    wake: Callable[[], None]
    """Something is due at once."""

    async def set(
        self,
        asker: Asker,
        query: OfferQuery,
        rule: Rule,
        text: str,
        *,
        cool_down: timedelta = COOL_DOWN,
        daily_cap: int = DAILY_CAP,
    ) -> WatchPage | Told:
        policy = self.policies.current()
        refused = may_watch(policy, asker, self.home_team)
        if refused is not None:
            return Told(refused)
        born = Watch(
            id=self.ids.watch_id(),
            number=0,
            owner=asker,
            query=query,
            rule=rule,
            text=text,
            created_at=self.clock.now(),
            cool_down=cool_down,
            daily_cap=daily_cap,
        )
        twin = await self._twin(born)
        if twin is not None:
            return await self._set_again(twin, born)
        try:
            added = await self.watches.add(
                born, most_each=policy.watches_each, most_in_channel=policy.watches_in_channel
            )
        except TooMany as full:
            return Told(watch_limit_sentence(full.in_use, policy) or BUSY)
        twin = await self._twin(added)
        if twin is not None and twin.number < added.number:  # set at the same moment
            await self.watches.remove(added)
            return await self._set_again(twin, born)
        self.wake()
        return await self._page(added, asker, "Watching.")

    async def listed(self, asker: Asker, scope: WatchScope) -> WatchesPage:
        found = await self._in(scope, asker)
        seen = tuple(watch for watch in found if self._is_shown(asker, watch))
        mine = frozenset(watch.id for watch in seen if self._refusal(asker, watch) is None)
        interval_s, hidden = await self.pace.interval_s(), len(found) - len(seen)
        return WatchesPage(seen, scope, mine, interval_s, self.clock.now(), hidden)

    async def shown(self, watch_id: WatchId, asker: Asker) -> WatchPage | Told:
        watch = await self._get(watch_id, asker)
        return Told(NO_SUCH) if watch is None else await self._page(watch, asker, "")

    async def numbered(self, number: int, asker: Asker) -> Watch | None:
        return await self.watches.numbered(asker.place.team_id, number)

    async def stop(self, watch_id: WatchId, asker: Asker) -> Told:
        watch = await self._get(watch_id, asker)
        if watch is None:
            return Told(NO_SUCH)
        refused = self._refusal(asker, watch)
        if refused is not None:
            return Told(refused)
        if not await self.watches.remove(watch):
            return Told(NO_SUCH)
        return Told(f"Watch {watch.number} is stopped.")

    async def stop_numbered(self, number: int, asker: Asker) -> Told:
        watch = await self.numbered(number, asker)
        return no_such(number) if watch is None else await self.stop(watch.id, asker)

    async def snooze(self, watch_id: WatchId, asker: Asker, length: timedelta) -> WatchPage | Told:
        def decide(watch: Watch) -> tuple[Watch, str]:
            until = self.clock.now() + length
            return watch.with_changes(snoozed_until=until), "Snoozed."

        return await self._change(watch_id, asker, decide)

    async def pause(self, watch_id: WatchId, asker: Asker) -> WatchPage | Told:
        """It is not looked at any more; what it said stays."""

        def decide(watch: Watch) -> tuple[Watch, str]:
            if watch.paused_at is not None:
                return watch, "It is paused already."
            paused = watch.with_changes(paused_at=self.clock.now(), paused_why="")
            return paused, "Paused."

        return await self._change(watch_id, asker, decide)

    async def resume(self, watch_id: WatchId, asker: Asker) -> WatchPage | Told:
        """After a pause or a snooze. What was missed is not told."""

        def decide(watch: Watch) -> tuple[Watch, str]:
            if watch.paused_at is None:
                return watch.with_changes(snoozed_until=None), "It speaks again."
            woken = watch.with_changes(
                paused_at=None, paused_why="", snoozed_until=None, memory=anew(watch.memory)
            )
            return woken, "It looks again."

        return await self._change(watch_id, asker, decide)

    async def edit(
        self,
        watch_id: WatchId,
        asker: Asker,
        query: OfferQuery,
        rule: Rule,
        text: str,
        *,
        cool_down: timedelta = COOL_DOWN,
        daily_cap: int = DAILY_CAP,
    ) -> WatchPage | Told:
        """Another question has another memory; today's messages still count."""

        def decide(watch: Watch) -> tuple[Watch, str]:
            changed = watch.with_changes(text=text, cool_down=cool_down, daily_cap=daily_cap)
            if (query, rule) == (watch.query, watch.rule):
                return changed, "Nothing to change." if changed == watch else "Changed."
            memory = anew(watch.memory).with_changes(said_at=None, said_usd=None, said_gpus=0)
            return changed.with_changes(query=query, rule=rule, memory=memory), "Changed."

        return await self._change(watch_id, asker, decide)

    async def _change(self, watch_id: WatchId, asker: Asker, decide: Decide) -> WatchPage | Told:
        for _ in range(_ATTEMPTS):
            watch = await self._get(watch_id, asker)
            if watch is None:
                return Told(NO_SUCH)
            refused = self._refusal(asker, watch)
            if refused is not None:
                return Told(refused)
            changed, done = decide(watch)
            try:
                if changed != watch:
                    due = self.clock.now() if changed.paused_at is None else None
                    changed = await self.watches.change(watch, changed, due=due)
                    self.wake()
            except Conflict:
                continue
            return await self._page(changed, asker, done)
        return Told(BUSY)

    async def _get(self, watch_id: WatchId, asker: Asker) -> Watch | None:
        """Another team's watches, and those of others' private channels, do not exist for it."""
        watch = await self.watches.get(watch_id)
        return watch if watch is not None and self._is_shown(asker, watch) else None

    def _is_shown(self, asker: Asker, watch: Watch) -> bool:
        is_here = watch.owner.place.team_id == asker.place.team_id
        return is_here and may_see(self.policies.current(), asker, watch, self.home_team)

    async def _in(self, scope: WatchScope, asker: Asker) -> tuple[Watch, ...]:
        place = asker.place
        match scope:
            case WatchScope.HERE:
                return await self.watches.of_channel(place.team_id, place.channel_id)
            case WatchScope.ALL:
                return await self.watches.of_team(place.team_id)
            case WatchScope.MINE:
                return await self.watches.of_person(place.team_id, asker.user_id)

    async def _twin(self, born: Watch) -> Watch | None:
        place = born.owner.place
        for watch in await self.watches.of_channel(place.team_id, place.channel_id):
            same = (watch.owner.user_id, watch.query, watch.rule)
            if same == (born.owner.user_id, born.query, born.rule):
                return watch
        return None

    async def _set_again(self, twin: Watch, born: Watch) -> WatchPage | Told:
        """How often it speaks may be another now; what it remembers stays."""

        def decide(watch: Watch) -> tuple[Watch, str]:
            if (watch.cool_down, watch.daily_cap) == (born.cool_down, born.daily_cap):
                return watch, "You watch that here already."
            often = {"cool_down": born.cool_down, "daily_cap": born.daily_cap}
            return watch.with_changes(text=born.text, **often), "Changed."

        return await self._change(twin.id, born.owner, decide)

    def _refusal(self, asker: Asker, watch: Watch) -> str | None:
        return may_touch(self.policies.current(), asker, watch, self.home_team)

    async def _page(self, watch: Watch, asker: Asker, done: str) -> WatchPage:
        may_act = self._refusal(asker, watch) is None
        return WatchPage(watch, done, may_act, await self.pace.interval_s(), self.clock.now())
