"""`run`, `serve`, `work`: until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot import logs, settings
from bot.settings import LogFormat, Settings, WrongSettings
from bot.store import NewerSchema, SqliteRefused
from bot.store.migrate import OlderSchema
from bot.wiring import MissingSetting, Mode, Service
from providers.clock import Clock, SystemClock

_log = structlog.get_logger("bot")


def main(chosen: argparse.Namespace) -> int:
    mode = Mode(chosen.command)
    return launch(lambda loaded: until_ended(loaded, mode, SystemClock()))


def launch(run: Callable[[Settings], Coroutine[Any, Any, int]]) -> int:
    """With the settings and logs of a process of its own."""
    try:
        loaded = settings.load()
    except WrongSettings as error:
        return _refuse(*error.problems)
    settings.hide_from_libraries()
    logs.set_up(
        level=loaded.log_level,
        as_json=loaded.log_format is LogFormat.JSON,
        secrets=loaded.secrets(),
    )
    return asyncio.run(run(loaded))


async def until_ended(loaded: Settings, mode: Mode, clock: Clock) -> int:
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    service = Service(loaded, clock, mode)
    starting = asyncio.ensure_future(service.start())
    ending = asyncio.ensure_future(end.wait())
    await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if not starting.done():
            starting.cancel()
        await starting
    except asyncio.CancelledError:
        return 0
    except (MissingSetting, SqliteRefused, NewerSchema, OlderSchema, ValueError) as error:
        return _refuse(str(error))
    except SlackApiError as error:
        return _refuse(_slack_sentence(error))
    except (SQLAlchemyError, OSError, ClientError) as error:
        return _refuse(f"Could not start: {type(error).__name__}: {str(error).splitlines()[0]}")
    await ending
    _log.info("ending")
    await service.stop()
    return 0


def _slack_sentence(error: SlackApiError) -> str:
    word = error.response.get("error", "no answer")
    return (
        f"Slack refused a token: {word}. `python -m bot check` tells which; copy it again from"
        " your app at api.slack.com/apps."
    )


def _refuse(*sentences: str) -> int:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return 2
