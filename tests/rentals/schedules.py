"""Random schedules: presses, repetitions, faults, deaths; and what must hold whatever happens."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import text

from bot.flows.ports import Conflict, StoreDown
from bot.rules.quotes import Quote
from bot.rules.sessions import LIVE, Session, SessionState
from tests.rentals.newsstand import LOST, doubled_warnings
from tests.rentals.perils import Killed, Life
from tests.rentals.stage import ADA, DOCK, GRACE, VAST, Stage, Workspace, open_stage

ENDPOINTS = {
    "vast": ("create", "list", "detail", "destroy", "user", "search", "attach", "*"),
    "tensordock": ("create", "list", "detail", "destroy", "auth_test", "locations", "*"),
}
ANY_FAULT = (
    "rate-limit", "bad-gateway", "error-in-200", "html", "empty", "null", "refuse", "hang",
    "cut", "lost-answer", "error-after", "truncated", "wrong-types", "unauthorized",
)  # fmt: skip
FATES = ("stale", "no-credit", "wrong-gpu", "never-starts", "create-fails", "dies", "vanishes",
         "goes-offline", "no-address", "outbid")  # fmt: skip
ENDS = ("comes-back", "will-not-end", "ends-late")


@dataclass
class Broken(Exception):
    """A promise that did not hold."""

    seed: int
    what: str
    trace: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.what}\n" + "\n".join(self.trace[-60:])


@dataclass
class Tally:
    """What a number of schedules brought."""

    schedules: int = 0
    rented: int = 0
    crashes: int = 0
    ended: int = 0
    failed: int = 0
    orphans: int = 0
    crash_points: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        for name in ("schedules", "rented", "crashes", "ended", "failed", "orphans"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.crash_points.update(other.crash_points)


STEPS = range(3, 13)
"""Short lives and long ones."""


class Schedule:
    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.seed = seed
        self.random = Random(seed)
        self.trace: list[str] = []
        self.tally = Tally(schedules=1)
        self.cards: list[Session] = []
        self.proved: dict[str, SessionState] = {}
        self.life = Life()
        stage.life = self.life
        assert stage.slack is not None
        self.since = stage.slack[0].now
        self.unproved: list[str] = []
        stage.on_over = self._called_over

    async def run(self) -> Tally:
        await self._reborn()
        for _ in range(self.random.choice(STEPS)):
            await self._step()
        await self._wind_down()
        await self._check()
        return self.tally

    # --- one step ---

    async def _step(self) -> None:
        act = self.random.choices(
            (
                self._rent,
                self._press,
                self._fault,
                self._wait,
                self._peril,
                self._key,
                self._twice,
                self._lose_slack,
            ),
            (3, 3, 3, 5, 3, 0.4, 1.5, 2),
        )[0]
        await act()

    async def _alive(self, work: Any, what: str) -> Any:
        """Runs work of the process; a death is followed by a fresh one after a while."""
        self.trace.append(what)
        try:
            return await self.life.run(work)
        except Killed:
            self.trace.append(f"  killed {self.life.died_at}")
            self.tally.crashes += 1
            self.tally.crash_points[self.life.died_at.split("/api/")[0]] += 1
            await self._reborn()
        except (Conflict, StoreDown) as error:
            self.trace.append(f"  {error!r}")
        return None

    async def _reborn(self) -> None:
        await self.stage.stop_bot()
        self._pass(self.random.choice((0, 3, 40, 700)))
        self.life = self.stage.life = Life()
        await self.life.run(self.stage.start_bot())
        await self._alive(self.stage.tick(), "start")

    async def _rent(self) -> None:
        who, provider = self.random.choice((ADA, GRACE)), self.random.choice((VAST, VAST, DOCK))
        card = await self._card(provider, who)
        if card is None:
            return
        self.cards.append(card)
        quote = await self._alive(self.stage.bot.quoting.quote(card.id, who), f"quote {card.id}")
        if isinstance(quote, Quote):
            hours = 1
            await self._alive(
                self.stage.submit(quote, who, hours=hours), f"rent {card.id} {provider} {hours} h"
            )

    async def _twice(self) -> None:
        """Two people, or one who presses twice, or one delivery that comes again."""
        card = await self._card(self.random.choice((VAST, DOCK)), ADA)
        if card is None:
            return
        self.cards.append(card)
        people = self.random.choice(((ADA, ADA), (ADA, GRACE)))
        quotes = [
            await self._alive(self.stage.bot.quoting.quote(card.id, who), f"quote {card.id}")
            for who in people
        ]
        same = self.random.random() < 0.5 and people == (ADA, ADA)
        presses = [
            self.stage.submit(quote, who, hours=1, delivery="same" + card.id if same else "")
            for quote, who in zip(quotes, people, strict=True)
            if isinstance(quote, Quote)
        ]

        async def both() -> None:
            await asyncio.gather(*presses, return_exceptions=True)

        await self._alive(both(), f"twice {card.id}")

    async def _card(self, provider: Any, who: Any) -> Session | None:
        async def found() -> Session | None:
            try:
                return await self.stage.card(provider, who)
            except (AttributeError, IndexError):
                return None  # the marketplace had no answer

        card = await self._alive(found(), f"card {provider}")
        return card if isinstance(card, Session) else None

    async def _press(self) -> None:
        if not self.cards:
            return
        card, bot = self.random.choice(self.cards), self.stage.bot.control
        key = f"p{self.random.random()}"
        what, press = self.random.choice(
            (
                ("end", lambda: bot.end(card.id, ADA, key)),
                ("end", lambda: bot.end(card.id, ADA, key)),
                ("extend", lambda: bot.extend(card.id, ADA, _one(), key)),
                ("keep", lambda: bot.keep(card.id, ADA, key)),
                ("wait", lambda: bot.wait(card.id, ADA, key)),
                ("another", lambda: bot.another(card.id, ADA, key)),
            )
        )
        await self._alive(press(), f"{what} {card.id}")

    async def _fault(self) -> None:
        market = self.random.choice(("vast", "vast", "tensordock"))
        draw = self.random.random()
        if draw < 0.45:
            endpoint, kind = self.random.choice(ENDPOINTS[market]), self.random.choice(ANY_FAULT)
        elif draw < 0.8:
            endpoint, kind = "create", self.random.choice(FATES)
        else:
            endpoint, kind = "destroy", self.random.choice(ENDS)
        times = self.random.choice((1, 1, 2, 4))
        seconds = self.random.choice((1.0, 60.0, 400.0))
        self.trace.append(f"fault {market} {endpoint} {kind} x{times} {seconds}")
        self.stage.market.fault(market, kind, endpoint=endpoint, times=times, seconds=seconds)

    async def _wait(self) -> None:
        for _ in range(self.random.choice((1, 2, 4))):
            self._pass(self.random.choice((3, 10, 30, 120, 600, 1900)))
            await self._alive(self.stage.tick(), "tick")

    async def _lose_slack(self) -> None:
        """For some calls, or as one whose answer is lost."""
        assert self.stage.slack is not None
        faults = self.stage.slack[0].faults
        method = self.random.choice(("chat.postMessage", "chat.update"))
        times = self.random.choice((1, 2, 6))
        word = self.random.choice((*LOST, ""))
        self.trace.append(f"Slack {method} {word or 'lost answer'} x{times}")
        if word:
            faults.error(method, word, times)
        else:
            faults.lose_answer(method, times)

    async def _peril(self) -> None:
        """Dies some boundaries later, wherever that is."""
        self.life.left = self.random.choice((0, 1, 2, 3, 5, 8, 13, 21))
        self.trace.append(f"dies after {self.life.left}")

    async def _key(self) -> None:
        """Restarted with the key of another account, and after a while with the right one."""
        self.trace.append("another account's key")
        self.stage.vast_key, self.stage.dock_token = "key-other", "token-other"
        await self._reborn()
        for _ in range(3):
            self._pass(self.random.choice((10, 60, 400)))
            await self._alive(self.stage.tick(), "tick of a stranger")
        self.stage.vast_key, self.stage.dock_token = "key-one", "token-one"
        await self._reborn()

    def _pass(self, seconds: float) -> None:
        self.stage.clock.advance(seconds)
        self.stage.market.step(0)

    # --- the end ---

    async def _wind_down(self) -> None:
        """All faults are over, and time passes until nothing is live any more."""
        self.trace.append("wind down")
        self.life.left = None
        self.stage.market.clear_faults()
        assert self.stage.slack is not None
        self.stage.slack[0].faults.clear()
        self.stage.market.vast.account.credit = 1000.0
        for session in await self.stage.records.sessions.live():
            if self.random.random() < 0.7:
                await self._alive(
                    self.stage.bot.control.end(session.id, ADA, f"w{session.id}"), "end"
                )
        for round_ in range(400):
            await self._alive(self.stage.tick(), "")
            live = await self.stage.records.sessions.live()
            orphans = [
                each for name in (VAST, DOCK)
                for each in await self.stage.records.orphans.known(name)
                if each.state in {"announced", "ending"}
            ]  # fmt: skip
            quiet = not live and not orphans and not self._machines()
            if quiet and round_ > 2 and not await self._unsaid():
                return
            due = [each.due_at for each in live if each.due_at is not None]
            now = self.stage.clock.now()
            wait = min(((at - now).total_seconds() for at in due), default=60.0)
            self._pass(min(max(wait, 1.0), 600.0) if not orphans else 31.0)
        live = await self.stage.records.sessions.live()
        raise self._broken(f"still live after a long time: {live}, {self._machines()}")

    async def _unsaid(self) -> int:
        assert self.stage.database is not None
        async with self.stage.database.reading() as connection:
            waiting = text("SELECT count(*) FROM outbox WHERE done_at IS NULL")
            return int((await connection.execute(waiting)).scalar_one())

    def _machines(self) -> list[tuple[str, str]]:
        return [each for each in self.stage.alive() if each[0].startswith("shopper-test-")]

    async def _check(self) -> None:
        sessions = await self.stage.records.sessions.recent(1000)
        for session in sessions:
            if session.state in LIVE:
                raise self._broken(f"lost: {session}")
        if self.unproved:
            raise self._broken(self.unproved[0])
        made = self._ever_made()
        for label, count in made.items():
            if count > 1:
                raise self._broken(f"rented {count} times: {label}")
        assert self.stage.slack is not None
        if doubled := doubled_warnings(self.stage.slack[0], self.since):
            raise self._broken(f"warned twice: {doubled}")
        self.tally.rented = len(made)
        self.tally.ended = sum(each.state is SessionState.ENDED for each in sessions)
        self.tally.failed = sum(each.state is SessionState.FAILED for each in sessions)

    def _called_over(self, session: Session) -> None:
        """Nothing of it may stand there at the moment when it is called over."""
        if session.rented.label in {label for label, _ in self._machines()}:
            self.unproved.append(f"ended without proof: {session}")

    def _ever_made(self) -> Counter[str]:
        market = self.stage.market
        labels = [each.label for each in market.vast.rentals.ever_made()]
        labels += [each.name for each in market.tensordock.rentals.ever_made()]
        return Counter(label for label in labels if label)

    def _broken(self, what: str) -> Broken:
        return Broken(self.seed, what, self.trace)


def _one() -> Any:
    from decimal import Decimal

    return Decimal(1)


async def run_schedule(seed: int, home: Path, workspace: Workspace) -> Tally:
    """Raises `Broken`, which names the seed."""
    async with open_stage(
        home, seed=seed % 50 + 1, vast_machines=60, workspace=workspace
    ) as stage:
        stage.market.vast.switches.other_account = ("key-other",)
        stage.market.tensordock.switches.other_account = ("token-other",)
        schedule = Schedule(stage, seed)
        try:
            return await schedule.run()
        except Broken:
            raise
        except Exception as error:
            raise Broken(seed, f"{error!r}", schedule.trace) from error
