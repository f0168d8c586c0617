"""The control room as a small server on loopback."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.cli.controlroom.errands import Errands
from bot.cli.controlroom.guide import Guide
from bot.cli.controlroom.levers import BY_NAME, LEVERS, TIME
from bot.cli.controlroom.market import BROKEN, MARKETPLACES, Machine, State
from bot.cli.controlroom.room import Press, Room
from bot.cli.controlroom.story import Story

TITLE = "Control room"
GUIDE = "guide"
"""Pulled like a lever; what is meant is chosen: `do`, and of which `step`."""
FAVOURITE = "RTX 4090"
_WAITING = {
    "lost-answer": "a lost answer",
    "never-starts": "one that never starts",
    "will-not-end": "ending refused",
    "comes-back": "one that comes back",
}


class ControlRoom:
    """What the page is told, and what happens when it pulls."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.story = Story(room)
        self.guide = Guide(room)
        self.errands = Errands(room, self.guide, self._look)
        self._credit: float | None = None

    async def _look(self) -> State:
        async with self.room.moving:
            state = await self.story.look()
            self.guide.look(state.now)
        return state

    async def shown(self, after: int) -> dict[str, Any]:
        state = await self._look()
        async with self.room.moving:
            waiting = await self.room.market.waiting()
        broken = await self.room.market.broken()
        slack = {} if self.room.slack is None else await self.room.slack.trouble()
        on = self._on(state, waiting, broken, slack)
        return {
            "title": TITLE,
            "numbers": await self._numbers(state),
            "trouble": self._trouble(waiting, broken, slack),
            "levers": [
                {
                    "section": lever.section,
                    "group": lever.group,
                    "name": lever.name,
                    "label": lever.label,
                    "field": lever.field,
                    "on": on.get(lever.name),
                }
                for lever in LEVERS
            ],
            "pinned": TIME,
            "fields": await self._fields(),
            "copies": [{"label": "Copy a public key to rent with", "text": self.room.key}],
            "now": state.now,
            "speed": state.speed,
            "story": [asdict(line) for line in self.story.after(after)],
            "guide": self.guide.shown(),
        }

    async def _numbers(self, state: State) -> list[dict[str, str]]:
        if self._credit is None:
            self._credit = state.credit
        machines, unknown = state.machines, self._unknown(state)
        if unknown:  # or it went while we looked: an ended session is written after the proof
            again = self._unknown(await self.room.market.state())
            numbers = {machine.number for machine in again}
            unknown = [machine for machine in unknown if machine.number in numbers]
        per_hour = sum(machine.usd_per_hour_now for machine in machines)
        spent = max(0.0, self._credit - state.credit)
        tone = "bad" if unknown else "good"
        return [
            {"name": "alive", "words": "machines alive", "value": str(len(machines))},
            {"name": "rate", "words": "per hour", "value": f"${per_hour:.2f}"},
            {"name": "spent", "words": "spent, with traffic", "value": f"${spent:.2f}"},
            {
                "name": "unknown",
                "words": "alive and unknown to the bot",
                "value": str(len(unknown)),
                "tone": tone,
            },
        ]

    def _unknown(self, state: State) -> list[Machine]:
        """Neither a session that may have a machine nor a word to the admins is about them."""
        known, announced = self.room.records.live(), self.room.records.announced()
        return [
            machine
            for machine in state.machines
            if machine.session_id not in known and machine.number not in announced
        ]

    def _trouble(
        self, waiting: list[str], broken: Mapping[str, str], slack: Mapping[str, Any]
    ) -> str:
        """What is broken now or will be, in words."""
        words = [_WAITING.get(kind, kind) for kind in waiting]
        words += [f"{MARKETPLACES[name]}: {how}" for name, how in broken.items()]
        if self.room.bot is not None and not self.room.bot.alive:
            words.append("the bot is dead")
        if slack.get("refuse_blocks"):
            words.append("new blocks refused")
        if slack.get("revoked"):
            words.append("token revoked")
        if slack.get("planned"):
            words.append(f"{slack['planned']} calls to be refused")
        return ", ".join(words)

    def _on(
        self,
        state: State,
        waiting: list[str],
        broken: Mapping[str, str],
        slack: Mapping[str, Any],
    ) -> dict[str, bool]:
        """Levers that stay where they were put."""
        speeds = {f"speed-{speed}": state.speed == speed for speed in (1, 60, 3600)}
        return speeds | {
            **{how: how in broken.values() for how in BROKEN},
            "refuse-destroy": "will-not-end" in waiting,
            "refuse-blocks": bool(slack.get("refuse_blocks")),
            "revoke": bool(slack.get("revoked")),
            "kill-bot": self.room.bot is not None and not self.room.bot.alive,
        }

    async def _fields(self) -> list[dict[str, Any]]:
        models = await self.room.market.models()
        names = sorted(models, key=lambda name: (name != FAVOURITE, name))
        return [
            {
                "name": "model",
                "label": "GPU model",
                "options": [
                    {"value": name, "label": f"{name}, about ${models[name]:.2f}/h"}
                    for name in names
                ],
            },
            {
                "name": "marketplace",
                "label": "Which marketplace",
                "options": [
                    {"value": name, "label": label} for name, label in MARKETPLACES.items()
                ],
            },
        ]

    async def pull(self, name: str, press: Press) -> str | None:
        """None for a name that no lever has."""
        if name == GUIDE:
            return await self._guided(press.chosen)
        lever = BY_NAME.get(name)
        if lever is None:
            return None
        if lever.name.startswith("speed-"):
            self.errands.drop()
        async with self.room.moving:
            try:
                before = await self.story.look()
                said = await lever.pull(self.room, press)
            except (ClientError, TimeoutError):  # its words would hold the address
                return "The other side did not do that."
            self.story.tell(before.now, "you", said)
        return said

    async def _guided(self, chosen: Mapping[str, str]) -> str:
        """What is said of it; nothing where the page shows it anyway."""
        state, step, said = await self._look(), chosen.get("step", ""), ""
        match chosen.get("do"):
            case "skip":
                await self.errands.stop()
                self.guide.skip(step)
            case "read":
                self.guide.read(state.now)
            case "restart":
                await self.errands.undo()
                self.guide.restart(state.now)
                said = "The first minute begins again."
            case "it":
                said = await self.errands.begin(step)
        if said:
            self.story.tell(state.now, "you", said)
        return said


@asynccontextmanager
async def open_controls(admin_url: str, database: Path) -> AsyncIterator[tuple[str, "Room"]]:
    """Yields the address, with a token in its path that only the playground is told, and what has
    to be told about Slack and the bot as soon as they are there."""
    token = token_urlsafe(24)
    async with ClientSession(timeout=ClientTimeout(total=4.0), trust_env=False) as http:
        room = Room(http, admin_url, database)
        controls = ControlRoom(room)
        runner = web.AppRunner(_application(controls, token), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/{token}", room
        finally:
            controls.errands.drop()
            await runner.cleanup()


def _application(controls: ControlRoom, token: str) -> web.Application:
    async def show(request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        return web.json_response(await controls.shown(int(after) if after.isdecimal() else 0))

    async def tell_time(_: web.Request) -> web.Response:
        return web.json_response(await controls.room.market.ask("GET", "clock"))

    async def pull(request: web.Request) -> web.Response:
        body = await request.json()
        press = Press(tuple(body.get("pressed", ())), dict(body.get("chosen", {})))
        said = await controls.pull(request.match_info["name"], press)
        if said is None:
            raise web.HTTPNotFound(text="no such lever")
        return web.json_response({"said": said})

    application = web.Application()
    application.router.add_get(f"/{token}", show)
    application.router.add_get(f"/{token}/clock", tell_time)
    application.router.add_post(f"/{token}/{{name}}", pull)
    return application
