"""All that can be done to time, market, machines, Slack and the bot: a function for each."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import ClientResponseError

from bot.cli.controlroom.market import BROKEN, MARKETPLACES, Machine
from bot.cli.controlroom.records import Card
from bot.cli.controlroom.room import BotProcess, Press, Room
from bot.cli.controlroom.workspace import NEW_BLOCKS, SlackSide

Pull = Callable[[Room, Press], Awaitable[str]]
"""Returns what happens now, as a sentence."""
_VALUE = re.compile(r"v1:([a-z0-9]{4}-[a-z2-7]{10})")
_COMES_BACK_S = 60.0
_LIMITED = ("chat.postMessage", "chat.update", "chat.postEphemeral")
_LIMITED_S = 10
_NOT_THERE = "The offer of the card that was pressed last is gone already: press Rent on another."
_NO_BOT = "This control room has no bot to kill."
_NO_SLACK = "The workspace is not open yet."


@dataclass(frozen=True, slots=True)
class Lever:
    section: str
    group: str
    name: str
    label: str
    pull: Pull
    field: str = ""
    """The menu that it looks at."""


# --- time ---


def _jump(minutes: int, words: str) -> Pull:
    async def pull(room: Room, _: Press) -> str:
        await room.market.ask("POST", "clock", {"step": minutes * 60})
        return f"It is {words} later, for the marketplaces and for the bot."

    return pull


def _run_at(speed: int, said: str) -> Pull:
    async def pull(room: Room, _: Press) -> str:
        await room.market.ask("POST", "clock", {"speed": speed})
        return said

    return pull


# --- market ---


def _card_price(factor: float, words: str) -> Pull:
    async def pull(room: Room, press: Press) -> str:
        card = _pressed_card(room, press)
        if card is None:
            return "Press Rent on a card first: its price is the one that moves."
        try:
            await room.market.change_price(card, factor)
        except ClientResponseError:
            return _NOT_THERE
        return f"The card that was pressed last costs {words} now. Press its Rent again."

    return pull


async def _take_away(room: Room, press: Press) -> str:
    card = _pressed_card(room, press)
    if card is None:
        return "Press Rent on a card first: its offer is the one to take away."
    try:
        await room.market.take_away(card)
    except ClientResponseError:
        return _NOT_THERE
    return "The offer of the card that was pressed last is gone."


def _pressed_card(room: Room, press: Press) -> Card | None:
    for value in press.pressed:
        found = _VALUE.match(value)
        card = None if found is None else room.records.card(found[1])
        if card is not None:
            return card
    return None


def _model_price(factor: float, words: str) -> Pull:
    async def pull(room: Room, press: Press) -> str:
        model = press.chosen.get("model", "")
        try:
            await room.market.move_model(model, factor)
        except ClientResponseError:
            return "Choose a model first: its price is the one that moves."
        return f"Every {model} costs {words} now, at both marketplaces. Rented ones do not."

    return pull


def _break(how: str, words: str) -> Pull:
    async def pull(room: Room, press: Press) -> str:
        """On, and off again when it is on."""
        name = press.chosen.get("marketplace", "vast")
        if name not in MARKETPLACES:
            return "Choose a marketplace first."
        if (await room.market.broken()).get(name) == how:
            await room.market.mend(str(BROKEN[how]["kind"]), name)
            return f"{MARKETPLACES[name]} is well again."
        await room.market.break_whole(name, how)
        return f"{MARKETPLACES[name]} {words}, until you press this again."

    return pull


# --- machines ---


async def _lose_answer(room: Room, _: Press) -> str:
    await room.market.fault("lost-answer", "create")
    return "The next machine is made, and the bot gets no answer about it."


async def _never_starts(room: Room, _: Press) -> str:
    await room.market.fault("never-starts", "create")
    return "The next machine loads for ever."


def _doom(fate: str, words: str) -> Pull:
    async def pull(room: Room, _: Press) -> str:
        machine = await _newest(room)
        if machine is None:
            return "There is no machine: rent one first."
        await room.market.doom(machine, fate)
        return f"{machine.name} {words}."

    return pull


async def _newest(room: Room) -> Machine | None:
    machines = (await room.market.state()).machines
    return machines[-1] if machines else None


async def _outbid(room: Room, _: Press) -> str:
    machine = await _newest(room)
    if machine is None or not machine.is_bid:
        return (
            "The newest machine is at a fixed price: rent one that you found with "
            "\u201cspot\u201d."
        )
    await room.market.doom(machine, "outbid")
    return f"Somebody pays half as much again for machine {machine.number}: it is paused."


async def _stray(room: Room, _: Press) -> str:
    deployment = room.records.deployment()
    if deployment is None:
        return "Search for something first."
    await room.market.make(deployment)
    return (
        "There is a machine with the bot\u2019s label that it did not rent. In its first ten "
        "minutes the bot would take it for one whose record was lost."
    )


async def _refuse_destroy(room: Room, _: Press) -> str:
    """On, and off again when it is on."""
    if "will-not-end" in await room.market.waiting():
        await room.market.mend("will-not-end")
        return "Ending a machine works again."
    await room.market.fault("will-not-end", "destroy", times=None)
    return "Ending a machine is answered well and does nothing, until you press this again."


async def _come_back(room: Room, _: Press) -> str:
    await room.market.fault("comes-back", "destroy", seconds=_COMES_BACK_S)
    return "The next machine that is ended is there again a minute later."


# --- Slack ---


def _slack(pull: Callable[[SlackSide], Awaitable[str]]) -> Pull:
    async def at_slack(room: Room, _: Press) -> str:
        return _NO_SLACK if room.slack is None else await pull(room.slack)

    return at_slack


async def _refuse_blocks(slack: SlackSide) -> str:
    if (await slack.trouble())["refuse_blocks"]:
        await slack.ask("POST", "refuse-blocks", {"types": []})
        return "The workspace takes the new blocks again; the bot tries them after six hours."
    await slack.ask("POST", "refuse-blocks", {"types": list(NEW_BLOCKS)})
    return "The workspace is an old one: it refuses cards and carousels. Search again."


async def _rate_limit(slack: SlackSide) -> str:
    for method in _LIMITED:
        wish = {"kind": "rate_limit", "method": method, "times": 2, "retry_after_s": _LIMITED_S}
        await slack.ask("POST", "fault", wish)
    return (
        f"Slack answers the next two messages of each kind with \u201cwait {_LIMITED_S} s\u201d."
    )


async def _revoke(slack: SlackSide) -> str:
    if (await slack.trouble())["revoked"]:
        await slack.ask("POST", "revoke", {"revoked": False})
        return "The token works again."
    await slack.ask("POST", "revoke", {})
    return "The bot\u2019s token is revoked: it cannot speak. Timers and endings go on."


async def _press_again(slack: SlackSide) -> str:
    try:
        await slack.ask("POST", "press-again", {})
    except ClientResponseError:
        return "Nothing was pressed yet: press Rent on a card first."
    return "The last press arrived a second time. Nothing may happen twice."


async def _drop_socket(slack: SlackSide) -> str:
    await slack.ask("POST", "drop", {"count": 1})
    return "One of the bot\u2019s connections to Slack broke; it opens another."


# --- the bot ---


def _bot(pull: Callable[[BotProcess], Awaitable[str]]) -> Pull:
    async def with_bot(room: Room, _: Press) -> str:
        return _NO_BOT if room.bot is None else await pull(room.bot)

    return with_bot


async def _kill_bot(bot: BotProcess) -> str:
    if not bot.alive:
        return "It is dead already: start it again."
    await bot.kill()
    return "The bot is dead. Its machines run on; start it again when you like."


async def _start_bot(bot: BotProcess) -> str:
    if bot.alive:
        return "It is running: kill it first."
    await bot.start()
    return "The bot starts with the disk that it had."


async def _lose_disk(room: Room, _: Press) -> str:
    if room.bot is None:
        return _NO_BOT
    await room.bot.lose_disk()
    room.disks += 1
    return (
        "The bot starts with an empty disk: it has to find its machines by their labels. Watches "
        "and orders are gone, and what it said before no longer changes."
    )


# --- all ---


async def _repair(room: Room, _: Press) -> str:
    await room.market.ask("DELETE", "faults")
    if room.slack is not None:
        await room.slack.ask("POST", "repair", {})
    if room.bot is not None and not room.bot.alive:
        await room.bot.start()
    return "Everything works again; what became of machines stays."


TIME = "Time"
_CARD = ("Market", "The card pressed last")
_MODEL = ("Market", "All of one model")
_WHOLE = ("Market", "A marketplace")
_NEXT = ("Machines", "The next machine")
_ALIVE = ("Machines", "The newest machine")
_END = ("Machines", "When a machine is ended")
_WORKSPACE = ("Slack", "The workspace")
_DELIVERY = ("Slack", "What it delivers")
_PROCESS = ("Bot", "Its process")

LEVERS = (
    Lever(TIME, "", "speed-1", "\u00d71", _run_at(1, "Time runs as usual.")),
    Lever(TIME, "", "speed-60", "\u00d760", _run_at(60, "An hour passes in a minute.")),
    Lever(TIME, "", "speed-3600", "\u00d73600", _run_at(3600, "An hour passes in a second.")),
    Lever(TIME, "", "jump-15", "+15 min", _jump(15, "15 minutes")),
    Lever(TIME, "", "jump-60", "+1 h", _jump(60, "an hour")),
    Lever(*_CARD, "take-away", "Sell it out", _take_away),
    Lever(*_CARD, "dearer", "+20 %", _card_price(1.2, "20 % more")),
    Lever(*_CARD, "cheaper", "\u221220 %", _card_price(0.8, "20 % less")),
    Lever(*_MODEL, "model-down-30", "\u221230 %", _model_price(0.7, "30 % less"), "model"),
    Lever(*_MODEL, "model-down-10", "\u221210 %", _model_price(0.9, "10 % less"), "model"),
    Lever(*_MODEL, "model-up-10", "+10 %", _model_price(1.1, "10 % more"), "model"),
    Lever(*_MODEL, "model-up-30", "+30 %", _model_price(1.3, "30 % more"), "model"),
    Lever(*_WHOLE, "slow", "Slow", _break("slow", "takes four seconds longer"), "marketplace"),
    Lever(*_WHOLE, "down", "Down", _break("down", "answers nobody"), "marketplace"),
    Lever(
        *_WHOLE,
        *("nonsense", "Nonsense"),
        _break("nonsense", "stops in the middle of every answer"),
        "marketplace",
    ),
    Lever(*_NEXT, "lose-answer", "Lose its answer", _lose_answer),
    Lever(*_NEXT, "never-starts", "Never start it", _never_starts),
    Lever(
        *_ALIVE, "kill", "Kill it", _doom("dies", "has stopped for good, and still costs money")
    ),
    Lever(*_ALIVE, "vanish", "Make it vanish", _doom("vanishes", "is gone from every answer")),
    Lever(*_ALIVE, "outbid", "Outbid it", _outbid),
    Lever(*_ALIVE, "stray", "Add an orphan", _stray),
    Lever(*_END, "refuse-destroy", "Refuse it", _refuse_destroy),
    Lever(*_END, "comes-back", "Bring it back", _come_back),
    Lever(*_WORKSPACE, "refuse-blocks", "Refuse new blocks", _slack(_refuse_blocks)),
    Lever(*_WORKSPACE, "revoke", "Revoke the token", _slack(_revoke)),
    Lever(*_WORKSPACE, "rate-limit", "Rate limit", _slack(_rate_limit)),
    Lever(*_DELIVERY, "press-again", "Last press again", _slack(_press_again)),
    Lever(*_DELIVERY, "drop-socket", "Drop a socket", _slack(_drop_socket)),
    Lever(*_PROCESS, "kill-bot", "kill \u22129", _bot(_kill_bot)),
    Lever(*_PROCESS, "start-bot", "Start it again", _bot(_start_bot)),
    Lever(*_PROCESS, "lose-disk", "Lose the disk", _lose_disk),
    Lever("", "", "repair", "Repair everything", _repair),
)
BY_NAME: Mapping[str, Lever] = {lever.name: lever for lever in LEVERS}
