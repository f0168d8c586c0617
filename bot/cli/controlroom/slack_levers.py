"""What can be done to Slack and to the bot: a function for each."""

from collections.abc import Awaitable, Callable

from aiohttp import ClientResponseError

from bot.cli.controlroom.room import BotProcess, Press, Pull, Room
from bot.cli.controlroom.workspace import NEW_BLOCKS, SlackSide

_LIMITED = ("chat.postMessage", "chat.update", "chat.postEphemeral")
_LIMITED_S = 10
_PLAIN = "The bot tries cards again six hours after they were refused."
_NO_BOT = "This control room has no bot to kill."
_NO_SLACK = "The workspace is not open yet."


def _at_slack(pull: Callable[[SlackSide], Awaitable[str]]) -> Pull:
    async def at_slack(room: Room, _: Press) -> str:
        return _NO_SLACK if room.slack is None else await pull(room.slack)

    return at_slack


def _of_bot(pull: Callable[[BotProcess], Awaitable[str]]) -> Pull:
    async def of_bot(room: Room, _: Press) -> str:
        return _NO_BOT if room.bot is None else await pull(room.bot)

    return of_bot


@_at_slack
async def refuse_blocks(slack: SlackSide) -> str:
    if (await slack.trouble())["refuse_blocks"]:
        await slack.ask("POST", "refuse-blocks", {"types": []})
        return "The workspace takes the new blocks again; the bot tries them after six hours."
    await slack.ask("POST", "refuse-blocks", {"types": list(NEW_BLOCKS)})
    return "The workspace is an old one: it refuses cards and carousels. Search again."


@_at_slack
async def rate_limit(slack: SlackSide) -> str:
    for method in _LIMITED:
        wish = {"kind": "rate_limit", "method": method, "times": 2, "retry_after_s": _LIMITED_S}
        await slack.ask("POST", "fault", wish)
    return (
        f"Slack answers the next two messages of each kind with \u201cwait {_LIMITED_S} s\u201d."
    )


@_at_slack
async def revoke(slack: SlackSide) -> str:
    if (await slack.trouble())["revoked"]:
        await slack.ask("POST", "revoke", {"revoked": False})
        return "The token works again."
    await slack.ask("POST", "revoke", {})
    return "The bot\u2019s token is revoked: it cannot speak. Timers and endings go on."


@_at_slack
async def press_again(slack: SlackSide) -> str:
    try:
        await slack.ask("POST", "press-again", {})
    except ClientResponseError:
        return "Nothing was pressed yet: press Rent on a card first."
    return "The last press arrived a second time. Nothing may happen twice."


@_at_slack
async def drop_socket(slack: SlackSide) -> str:
    await slack.ask("POST", "drop", {"count": 1})
    return "One of the bot\u2019s connections to Slack broke; it opens another."


@_of_bot
async def kill_bot(bot: BotProcess) -> str:
    if not bot.alive:
        return "It is dead already: start it again."
    await bot.kill()
    return "The bot is dead. Its machines run on; start it again when you like."


@_of_bot
async def start_bot(bot: BotProcess) -> str:
    if bot.alive:
        return "It is running: kill it first."
    await bot.start()
    return "The bot starts with the disk that it had."


async def lose_disk(room: Room, _: Press) -> str:
    if room.bot is None:
        return _NO_BOT
    await room.bot.lose_disk()
    room.disks += 1
    return (
        "The bot starts with an empty disk: it has to find its machines by their labels. Watches "
        "and orders are gone, and what it said before no longer changes."
    )


async def repair(room: Room, _: Press) -> str:
    await room.market.ask("DELETE", "faults")
    said, plain = "Everything works again; what became of machines stays.", False
    if room.slack is not None:
        plain = bool((await room.slack.trouble())["refuse_blocks"])
        await room.slack.ask("POST", "repair", {})
    if room.bot is not None and not room.bot.alive:
        await room.bot.start()
        plain = False  # it remembers no refusal
    return f"{said} {_PLAIN}" if plain else said
