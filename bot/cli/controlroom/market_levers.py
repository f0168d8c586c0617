"""What can be done to time, market and machines: a function for each."""

import re

from aiohttp import ClientResponseError

from bot.cli.controlroom.market import BROKEN, MARKETPLACES, Machine
from bot.cli.controlroom.records import Card
from bot.cli.controlroom.room import Press, Pull, Room

_VALUE = re.compile(r"v1:([a-z0-9]{4}-[a-z2-7]{10})")
_COMES_BACK_S = 60.0
_NOT_THERE = "The offer of the card that was pressed last is gone already: press Rent on another."


def jump(minutes: int, words: str) -> Pull:
    async def pull(room: Room, _: Press) -> str:
        await room.market.ask("POST", "clock", {"step": minutes * 60})
        return f"It is {words} later, for the marketplaces and for the bot."

    return pull


def run_at(speed: int, said: str) -> Pull:
    async def pull(room: Room, _: Press) -> str:
        await room.market.ask("POST", "clock", {"speed": speed})
        return said

    return pull


def card_price(factor: float, words: str) -> Pull:
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


async def take_away(room: Room, press: Press) -> str:
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


def model_price(factor: float, words: str) -> Pull:
    async def pull(room: Room, press: Press) -> str:
        model = press.chosen.get("model", "")
        try:
            await room.market.move_model(model, factor)
        except ClientResponseError:
            return "Choose a model first: its price is the one that moves."
        return f"Every {model} costs {words} now, at both marketplaces. Rented ones do not."

    return pull


def break_whole(how: str, words: str) -> Pull:
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


async def lose_answer(room: Room, _: Press) -> str:
    await room.market.fault("lost-answer", "create")
    return "The next machine is made, and the bot gets no answer about it."


async def never_starts(room: Room, _: Press) -> str:
    await room.market.fault("never-starts", "create")
    return "The next machine loads for ever."


def doom(fate: str, words: str) -> Pull:
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


async def outbid(room: Room, _: Press) -> str:
    machine = await _newest(room)
    if machine is None or not machine.is_bid:
        return (
            "The newest machine is at a fixed price: rent one that you found with "
            "\u201cspot\u201d."
        )
    await room.market.doom(machine, "outbid")
    return f"Somebody pays half as much again for machine {machine.number}: it is paused."


async def stray(room: Room, _: Press) -> str:
    deployment = room.records.deployment()
    if deployment is None:
        return "Search for something first."
    await room.market.make(deployment)
    return (
        "There is a machine with the bot\u2019s label that it did not rent. In its first ten "
        "minutes the bot would take it for one whose record was lost."
    )


async def refuse_destroy(room: Room, _: Press) -> str:
    """On, and off again when it is on."""
    if "will-not-end" in await room.market.waiting():
        await room.market.mend("will-not-end")
        return "Ending a machine works again."
    await room.market.fault("will-not-end", "destroy", times=None)
    return "Ending a machine is answered well and does nothing, until you press this again."


async def come_back(room: Room, _: Press) -> str:
    await room.market.fault("comes-back", "destroy", seconds=_COMES_BACK_S)
    return "The next machine that is ended is there again a minute later."
