"""`python -m bot.playground`"""

import argparse
import asyncio
import json
import logging
import signal
from collections.abc import Sequence

from bot.playground.driver import Slack
from bot.playground.identity import DEFAULT_EVENTS, DEFAULT_SCOPES
from bot.playground.server import DEFAULT_COMMANDS, open_playground
from bot.playground.values import SlashCommand


def main(arguments: Sequence[str] | None = None) -> None:
    logging.basicConfig(level=logging.WARNING, format="playground: %(message)s")
    asyncio.run(_serve(_parser().parse_args(arguments)))


async def _serve(wishes: argparse.Namespace) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with open_playground(
        transport="http" if wishes.request_url else "socket",
        request_url=wishes.request_url,
        commands=[_command(text) for text in wishes.command] or DEFAULT_COMMANDS,
        scopes=wishes.scope or DEFAULT_SCOPES,
        events=wishes.event or DEFAULT_EVENTS,
        refuse_blocks=wishes.refuse_block,
        rate_limits=wishes.rate_limits,
        bot_name=wishes.bot_name,
        port=wishes.port,
        controls_url=wishes.controls,
        proposals=wishes.propose,
        titles=dict(wishes.title),
        banner=wishes.banner,
    ) as slack:
        print(_ready(slack, as_json=wishes.json), flush=True)
        await ended.wait()


def _ready(slack: Slack, *, as_json: bool) -> str:
    if not as_json:
        return f"Slack playground: {slack.page_url}\nWeb API: {slack.api_url}"
    return json.dumps(
        {
            "page_url": slack.page_url,
            "api_url": slack.api_url,
            "bot_token": slack.bot_token,
            "app_token": slack.app_token,
            "signing_secret": slack.signing_secret,
            "team_id": slack.team_id,
            "bot_user_id": slack.bot_user_id,
            "people": {user.name: user.id for user in slack.workspace.users.values()},
        }
    )


def _command(text: str) -> SlashCommand:
    command, _, rest = text.partition("|")
    description, _, hint = rest.partition("|")
    return SlashCommand(command.strip(), description.strip(), hint.strip())


def _title(text: str) -> tuple[str, str]:
    name, sign, title = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError("write it as ada=admin")
    return name.strip(), title.strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot.playground", description="A Slack workspace on loopback."
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="0 takes a free one")
    add("--json", action="store_true", help="print addresses and tokens as one line of JSON")
    add("--request-url", help="send signed HTTP there instead of waiting for Socket Mode")
    add("--command", action="append", default=[], metavar="'/gpu|description|hint'")
    add("--scope", action="append", default=[], help="a scope of the bot token; repeat it")
    add("--event", action="append", default=[], help="an event the app subscribes to; repeat it")
    add("--refuse-block", action="append", default=[], help="a block type this workspace refuses")
    add("--rate-limits", action="store_true", help="enforce Slack's rate tiers")
    add("--controls", metavar="URL", help="a panel of levers beside the workspace")
    add("--propose", action="append", default=[], help="something to type; repeat it")
    add("--title", action="append", default=[], type=_title, metavar="ada=admin", help="repeat it")
    add("--banner", default="", help="a sentence above everything")
    add("--bot-name", default="gpu-shopper")
    return parser


if __name__ == "__main__":
    main()
