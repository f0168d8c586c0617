"""`Break things`: what the demo's page can do to the marketplaces, as a small server on loopback.

The page asks the playground, which checks who asks and passes it on to here; only this process
knows the simulator's admin address.
"""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from typing import Any

from aiohttp import ClientError, ClientResponseError, ClientSession, ClientTimeout, web

from bot.cli.demo_market import Card, Machine, Market, Records

_VALUE = re.compile(r"v1:([a-z0-9]{4}-[a-z2-7]{10})")
_COMES_BACK_S = 60.0
_DEARER = 1.2
_NOT_THERE = "The offer of the card that was pressed last is gone already: press Rent on another."
Pressed = Sequence[str]
"""Values of the buttons that were pressed in the page, the newest first."""


@dataclass(frozen=True, slots=True)
class Lever:
    group: str
    name: str
    label: str
    pull: Callable[["Controls", Pressed], Awaitable[str]]
    """Returns what happens now, as a sentence."""


NOTE = (
    "Nothing here is real, and nothing costs money. A machine loads for minutes, as real ones do: "
    "\u00d760 makes seconds of them."
)
_WAITING = {
    "lost-answer": "lost answer",
    "never-starts": "never starts",
    "will-not-end": "will not end",
    "comes-back": "comes back",
}


class Controls:
    def __init__(self, market: Market, records: Records) -> None:
        self.market = market
        self.records = records
        self.key = _public_key()
        self.moving = asyncio.Lock()
        """Nobody looks while a lever is half pulled."""

    async def shown(self) -> dict[str, Any]:
        """Lines and buttons for the page."""
        async with self.moving:
            waiting = await self.market.waiting()
        machines = await self.market.machines()
        clock = await self.market.ask("GET", "clock")
        known = self.records.live()
        unknown = [machine for machine in machines if machine.session_id not in known]
        lines = [
            ("Machines alive", _money(machines), ""),
            ("In the bot\u2019s records", str(len(known)), ""),
            ("Alive, unknown to the bot", str(len(unknown)), "bad" if unknown else "good"),
            (
                "Trouble to come",
                ", ".join(_WAITING.get(kind, kind) for kind in waiting) or "none",
                "",
            ),
        ]
        speed = f"speed-{clock['speed']:g}"
        return {
            "lines": [
                {"words": words, "value": value, "tone": tone} for words, value, tone in lines
            ],
            "buttons": [
                {
                    "group": lever.group,
                    "name": lever.name,
                    "label": lever.label,
                    "on": lever.name == speed,
                }
                for lever in LEVERS
            ],
            "note": NOTE,
            "copies": [{"label": "Copy a public key to rent with", "text": self.key}],
            "now": clock["now"],
            "speed": clock["speed"],
        }

    async def newest(self) -> Machine | None:
        machines = await self.market.machines()
        return machines[-1] if machines else None


def _public_key() -> str:
    """One that nobody has the private half of: enough to rent simulated machines with."""
    parts = (b"ssh-ed25519", token_bytes(32))
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"ssh-ed25519 {b64encode(blob).decode()}"


def _money(machines: Sequence[Machine]) -> str:
    per_hour = sum(machine.usd_per_hour for machine in machines)
    return f"{len(machines)}, ${per_hour:.2f}/h"


# --- the levers ---


async def _take_away(controls: Controls, pressed: Pressed) -> str:
    card = _pressed_card(controls, pressed)
    if card is None:
        return "Press Rent on a card first: its offer is the one to take away."
    try:
        await controls.market.take_away(card)
    except ClientResponseError:
        return _NOT_THERE
    return "The offer of the card that was pressed last is gone."


async def _raise_price(controls: Controls, pressed: Pressed) -> str:
    card = _pressed_card(controls, pressed)
    if card is None:
        return "Press Rent on a card first: its price is the one that rises."
    try:
        await controls.market.raise_price(card, _DEARER)
    except ClientResponseError:
        return _NOT_THERE
    return "The card that was pressed last costs 20 % more now. Press its Rent again."


def _pressed_card(controls: Controls, pressed: Pressed) -> Card | None:
    for value in pressed:
        found = _VALUE.match(value)
        card = None if found is None else controls.records.card(found[1])
        if card is not None:
            return card
    return None


async def _lose_answer(controls: Controls, _: Pressed) -> str:
    await controls.market.fault("lost-answer", "create")
    return "The next machine is made, and the bot gets no answer about it."


async def _never_starts(controls: Controls, _: Pressed) -> str:
    await controls.market.fault("never-starts", "create")
    return "The next machine loads for ever."


async def _kill(controls: Controls, _: Pressed) -> str:
    return await _doom(controls, "dies", "has stopped for good, and still costs money")


async def _vanish(controls: Controls, _: Pressed) -> str:
    return await _doom(controls, "vanishes", "is gone from every answer")


async def _doom(controls: Controls, fate: str, words: str) -> str:
    machine = await controls.newest()
    if machine is None:
        return "There is no machine: rent one first."
    await controls.market.doom(machine, fate)
    return f"Machine {machine.number} {words}."


async def _outbid(controls: Controls, _: Pressed) -> str:
    machine = await controls.newest()
    if machine is None or not machine.is_bid:
        return "The newest machine is at a fixed price: rent one that you found with “spot”."
    await controls.market.doom(machine, "outbid")
    return f"Somebody pays half as much again for machine {machine.number}: it is paused."


async def _stray(controls: Controls, _: Pressed) -> str:
    deployment = controls.records.deployment()
    if deployment is None:
        return "Search for something first."
    await controls.market.make(deployment)
    return (
        "There is a machine with the bot\u2019s label that it did not rent. In its first ten "
        "minutes the bot would take it for one whose record was lost."
    )


async def _refuse_destroy(controls: Controls, _: Pressed) -> str:
    await controls.market.fault("will-not-end", "destroy", times=None)
    return "Ending a machine is answered well and does nothing, until you repair everything."


async def _come_back(controls: Controls, _: Pressed) -> str:
    await controls.market.fault("comes-back", "destroy", seconds=_COMES_BACK_S)
    return "The next machine that is ended is there again a minute later."


async def _repair(controls: Controls, _: Pressed) -> str:
    await controls.market.ask("DELETE", "faults")
    return "Everything works again; what became of machines stays."


async def _jump(controls: Controls, minutes: int) -> str:
    await controls.market.ask("POST", "clock", {"step": minutes * 60})
    return f"It is {minutes} minutes later, for the marketplaces and for the bot."


async def _run_at(controls: Controls, speed: int) -> str:
    await controls.market.ask("POST", "clock", {"speed": speed})
    return "Time runs as usual." if speed == 1 else "An hour passes in a minute."


_TIME = "Time"
_CARD = "The card pressed last"
_NEXT = "The next machine"
_ALIVE = "The newest machine"
_END = "When a machine is ended"

LEVERS = (
    Lever(_TIME, "speed-1", "\u00d71", lambda controls, _: _run_at(controls, 1)),
    Lever(_TIME, "speed-60", "\u00d760", lambda controls, _: _run_at(controls, 60)),
    Lever(_TIME, "jump-10", "Jump 10 min", lambda controls, _: _jump(controls, 10)),
    Lever(_TIME, "jump-60", "Jump 1 hour", lambda controls, _: _jump(controls, 60)),
    Lever(_CARD, "take-away", "Sell it out", _take_away),
    Lever(_CARD, "dearer", "Raise its price", _raise_price),
    Lever(_NEXT, "lose-answer", "Lose answer", _lose_answer),
    Lever(_NEXT, "never-starts", "Never start", _never_starts),
    Lever(_ALIVE, "kill", "Kill it", _kill),
    Lever(_ALIVE, "vanish", "Make it vanish", _vanish),
    Lever(_ALIVE, "outbid", "Outbid it", _outbid),
    Lever(_ALIVE, "stray", "Add an orphan", _stray),
    Lever(_END, "refuse-destroy", "Refuse it", _refuse_destroy),
    Lever(_END, "comes-back", "Bring it back", _come_back),
    Lever("", "repair", "Repair everything", _repair),
)
_BY_NAME: Mapping[str, Lever] = {lever.name: lever for lever in LEVERS}


# --- the server ---


@asynccontextmanager
async def open_controls(admin_url: str, database: Path) -> AsyncIterator[str]:
    """Yields the address, with a token in its path that only the playground is told."""
    token = token_urlsafe(24)
    async with ClientSession(timeout=ClientTimeout(total=5.0)) as http:
        controls = Controls(Market(http, admin_url), Records(database))
        runner = web.AppRunner(_application(controls, token), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/{token}"
        finally:
            await runner.cleanup()


def _application(controls: Controls, token: str) -> web.Application:
    async def show(_: web.Request) -> web.Response:
        return web.json_response(await controls.shown())

    async def tell_time(_: web.Request) -> web.Response:
        return web.json_response(await controls.market.ask("GET", "clock"))

    async def pull(request: web.Request) -> web.Response:
        lever = _BY_NAME.get(request.match_info["name"])
        if lever is None:
            raise web.HTTPNotFound(text="no such lever")
        pressed = (await request.json())["pressed"]
        try:
            async with controls.moving:
                said = await lever.pull(controls, pressed)
        except (ClientError, TimeoutError):  # its words would hold the address
            said = "The marketplace did not do that."
        return web.json_response({"said": said})

    application = web.Application()
    application.router.add_get(f"/{token}", show)
    application.router.add_get(f"/{token}/clock", tell_time)
    application.router.add_post(f"/{token}/{{name}}", pull)
    return application
