"""What a renter does and sees, in the words of the tests about renting."""

import re
from dataclasses import dataclass
from typing import Any

from bot.assembly import Stores
from bot.playground.values import Message, View
from bot.rules.sessions import Session, SessionId
from tests.journeys.world import World

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyT3nKkVhr8Ng4YVMwhoMMSOvIuODI8CG1cDOcHu7jz"
KEY_NAME = "ssh-ed25519 …cHu7jz"
VAST = "/gpu find 4090 on vast"
DOCK = "/gpu find 4090 on tensordock"
_DATE = re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>")


async def window(
    world: World, find: str = VAST, *, user: str = "ada", channel: str = "general"
) -> View:
    """Search, press Rent on the first card, wait for the offer to be read again."""
    answer = await world.ask(find, user=user, channel=channel)
    return await pressed(world, answer, user=user)


async def pressed(
    world: World,
    answer: Message | View,
    words: str = "The most it can cost",
    *,
    user: str = "ada",
    **which: Any,
) -> View:
    """Rent, and what the window says then."""
    handled = await world.slack.press(answer, "gpu:rent", user=user, **which)
    return await world.slack.wait_for_modal(words, user=user, since=handled.since)


async def shared(world: World, answer: Message) -> Message:
    """The cards where everybody in the channel can press them."""
    handled = await world.slack.press(answer, "gpu:share")
    return await world.slack.wait_for_message(
        lambda message: not message.only_for and "offers" in message.text, since=handled.since
    )


async def submitted(world: World, view: View, words: str = "is being made", **values: Any) -> View:
    """Sends the window with a key, and waits for what it says at the end."""
    given = {"gpu:key": KEY} if asks_for_key(view) else {}
    handled = await world.slack.submit(view, given | named(values))
    assert (handled.ack.error, handled.errors) == (None, None)
    user = world.slack.workspace.users[view.user].name
    return await world.slack.wait_for_modal(words, user=user, since=handled.since)


async def rented(
    world: World, find: str = VAST, *, user: str = "ada", channel: str = "general", **values: Any
) -> str:
    """Until the machine is asked for; returns the session's id."""
    view = await window(world, find, user=user, channel=channel)
    await submitted(world, view, **values)
    return newest_session(world)


async def running(
    world: World, find: str = VAST, *, user: str = "ada", channel: str = "general", **values: Any
) -> str:
    """Until SSH answers and the renter was told; returns the session's id."""
    before = len(direct(world, user))
    session_id = await rented(world, find, user=user, channel=channel, **values)
    await world.until(
        lambda: any("Ready" in told for told in direct(world, user)[before:]), step_s=8.0
    )
    await world.until(
        lambda: any("Running" in told for told in channel_says(world, channel, user))
    )
    return session_id


async def answer_to(world: World, message: Message, action_id: str, *, user: str = "ada") -> str:
    """Presses, and returns the private sentence that comes back."""
    handled = await world.slack.press(message, action_id, user=user)
    mine = world.slack.user(user).id
    answer = await world.slack.wait_for_message(
        lambda message: message.only_for == mine, since=handled.since
    )
    return answer.text


def newest_session(world: World) -> str:
    labels = [label.removeprefix("shopper-") for label in world.alive()]
    return labels[-1]


def named(values: dict[str, Any]) -> dict[str, Any]:
    """`own_hours` → `gpu:own-hours`."""
    return {f"gpu:{name.replace('_', '-')}": value for name, value in values.items()}


def asks_for_key(view: View) -> bool:
    return any(block.get("block_id") == "gpu:key" for block in view.blocks)


# --- what can be read ---


async def until_told(world: World, words: str, *, user: str = "ada", step_s: float = 5) -> Message:
    """Lets time pass until the newest direct message begins so."""

    def told() -> bool:
        return direct(world, user)[-1:] != [] and direct(world, user)[-1].startswith(words)

    await world.until(told, step_s=step_s)
    return directly(world, user)[-1]


def heads(messages: list[Message]) -> list[str]:
    """The first line of each, dates as people read them."""
    return [plain(message.text.splitlines()[0]) for message in messages]


def plain(text: str) -> str:
    return _DATE.sub(r"\1", text)


def pressable(message: Message) -> list[str]:
    """The action ids of its buttons, in order."""
    found: list[str] = []
    for block in message.blocks or []:
        elements = [*block.get("elements", []), block.get("accessory", {})]
        found += [str(each["action_id"]) for each in elements if "action_id" in each]
    return found


def card(world: World, channel: str = "general", user: str = "ada") -> Message:
    """The newest session's one message."""
    return [m for m in _said(world, channel, user) if m.thread_ts is None][-1]


def channel_says(world: World, channel: str = "general", user: str = "ada") -> list[str]:
    """What everybody in the channel can read, threads apart."""
    return heads([m for m in _said(world, channel, user) if m.thread_ts is None])


def thread(world: World, channel: str = "general", user: str = "ada") -> list[str]:
    return heads(in_thread(world, channel, user))


def in_thread(world: World, channel: str = "general", user: str = "ada") -> list[Message]:
    return [m for m in _said(world, channel, user) if m.thread_ts is not None]


def direct(world: World, user: str = "ada") -> list[str]:
    """What the bot wrote to this person alone."""
    return heads(directly(world, user))


def directly(world: World, user: str = "ada") -> list[Message]:
    return _said(world, f"@{user}", user)


def private(world: World, user: str, channel: str = "general") -> list[str]:
    """Private answers, oldest first."""
    mine = world.slack.user(user).id
    return heads([m for m in world.slack.messages(channel, user) if m.only_for == mine])


def _said(world: World, channel: str, user: str) -> list[Message]:
    return [
        m
        for m in world.slack.messages(channel, user)
        if m.bot_id is not None and m.only_for is None
    ]


@dataclass(frozen=True, slots=True)
class Way:
    """How the renter gets in."""

    command: str
    host: str
    port: str


def way_in(message: Message) -> Way:
    found = re.search(r"ssh -p (\d+) \w+@([\w.:-]+)", message.everything)
    assert found is not None, message.everything
    return Way(found[0], found[2], found[1])


# --- what the records hold ---


def records(world: World) -> Stores:
    assert world.service is not None
    assert world.service._frontage is not None
    return world.service._frontage._stores


async def session(world: World, session_id: str) -> Session:
    found = await records(world).sessions.get(SessionId(session_id))
    assert found is not None
    return found


async def until_before_end(world: World, session_id: str, minutes: float) -> None:
    """Lets time pass until that much is left."""
    ends_at = (await session(world, session_id)).rented.ends_at
    left_s = (ends_at - world.clock.now()).total_seconds()
    await world.pass_time(left_s - minutes * 60)


async def on_the_card(world: World, answer: Message, nth: int = 0) -> Session:
    """The session behind a Rent button."""
    value = str(world.slack.find(answer, "gpu:rent", nth=nth).element["value"])
    return await session(world, value.partition(":")[2])


async def offer_number(world: World, answer: Message, nth: int = 0) -> int:
    """As Vast.ai counts it."""
    return int((await on_the_card(world, answer, nth)).offer.offer_id)
