"""`check`: line by line, what is right and what to do where it is not."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot import policy_file, settings
from bot.marketplaces import open_marketplaces
from bot.settings import Settings, WrongSettings
from bot.slack.app import Identity, open_client, open_http, who_am_i
from bot.store import NewerSchema, open_database
from bot.store.migrate import OlderSchema
from providers.base import Provider
from providers.clock import SystemClock
from providers.errors import KeyMissing, ProviderError

PICTURES = "files:write"
SCOPES = frozenset({"commands", "chat:write", PICTURES})
"""What the code uses; a test holds manifest.yml to it."""


_T = TypeVar("_T")


class Verdict(StrEnum):
    RIGHT = "ok"
    WARNING = "note"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    verdict: Verdict
    sentence: str


def main(_chosen: argparse.Namespace) -> int:
    try:
        loaded = settings.load()
    except WrongSettings as error:
        lines = [Line("settings", Verdict.WRONG, problem) for problem in error.problems]
    else:
        settings.hide_from_libraries()
        lines = [Line("settings", Verdict.RIGHT, "Every value can be read.")]
        lines += asyncio.run(_check(loaded))
    for line in lines:
        print(f"{line.verdict:<5}  {line.what:<20} {line.sentence}")
    return 2 if any(line.verdict is Verdict.WRONG for line in lines) else 0


async def _check(loaded: Settings) -> list[Line]:
    async with open_http() as http:
        slack = await _slack(loaded, http)
    return [
        *slack,
        *await _marketplaces(loaded),
        await _database(loaded),
        *_policy(loaded),
        _directory("cache directory", loaded.shopper_cache_dir, "SHOPPER_CACHE_DIR"),
    ]


async def _slack(loaded: Settings, http: aiohttp.ClientSession) -> list[Line]:
    lines = []
    if loaded.slack_bot_token is None:
        lines.append(_missing("Slack bot token", "SLACK_BOT_TOKEN", "OAuth & Permissions"))
    else:
        client = open_client(loaded.slack_bot_token.get_secret_value(), loaded.slack_api_url, http)
        lines += await _asked_slack("Slack bot token", lambda: who_am_i(client), _identity)
    lines += await _transport(loaded, http)
    return lines


async def _transport(loaded: Settings, http: aiohttp.ClientSession) -> list[Line]:
    if loaded.slack_app_token is not None:
        token = loaded.slack_app_token.get_secret_value()
        client = open_client(None, loaded.slack_api_url, http)
        return await _asked_slack(
            "Slack app token",
            lambda: client.apps_connections_open(app_token=token),
            lambda _: [Line("Slack app token", Verdict.RIGHT, "Socket Mode can connect.")],
        )
    if loaded.slack_signing_secret is not None:
        sentence = "Set; only a request from Slack proves that it is the right one (HTTP)."
        return [Line("Slack signing secret", Verdict.RIGHT, sentence)]
    sentence = (
        "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set;"
        " both are under Basic Information of your app at api.slack.com/apps."
    )
    return [Line("Slack transport", Verdict.WRONG, sentence)]


async def _asked_slack(
    what: str, ask: Callable[[], Awaitable[_T]], read: Callable[[_T], list[Line]]
) -> list[Line]:
    try:
        return read(await ask())
    except SlackApiError as error:
        word = error.response.get("error", "no word")
        sentence = f"Slack answered {word}: copy the token again from api.slack.com/apps."
    except (TimeoutError, aiohttp.ClientError, ValueError) as error:
        sentence = f"Slack cannot be reached ({type(error).__name__}): check the network."
    return [Line(what, Verdict.WRONG, sentence)]


def _identity(identity: Identity) -> list[Line]:
    lines = [Line("Slack bot token", Verdict.RIGHT, f"Workspace {identity.team!r}.")]
    if not identity.scopes:
        sentence = "Slack did not state the scopes."
        return [*lines, Line("Slack scopes", Verdict.WARNING, sentence)]
    lacking = sorted(SCOPES - set(identity.scopes))
    if lacking:
        sentence = f"Missing {', '.join(lacking)}: add under OAuth & Permissions and reinstall."
        # Without pictures charts are told in words where Slack does not draw them.
        verdict = Verdict.WARNING if lacking == [PICTURES] else Verdict.WRONG
        return [*lines, Line("Slack scopes", verdict, sentence)]
    return [*lines, Line("Slack scopes", Verdict.RIGHT, f"{', '.join(sorted(SCOPES))}.")]


async def _marketplaces(loaded: Settings) -> list[Line]:
    told: list[Line] = []
    opened = open_marketplaces(
        loaded,
        SystemClock(),
        on_error=lambda provider, error: told.append(
            Line(provider, Verdict.WRONG, f"Unexpected error: {type(error).__name__}.")
        ),
    )
    try:
        told += await asyncio.gather(*(_key(provider) for provider in opened.providers))
    finally:
        await opened.aclose()
    return told


async def _key(provider: Provider) -> Line:
    try:
        return Line(provider.title, Verdict.RIGHT, await provider.check_key())
    except KeyMissing as error:
        return Line(provider.title, Verdict.WARNING, error.sentence)
    except ProviderError as error:
        return Line(provider.title, Verdict.WRONG, error.sentence)


async def _database(loaded: Settings) -> Line:
    if loaded.database_url is None:
        directory = _directory("database", loaded.shopper_data_dir, "SHOPPER_DATA_DIR")
        if directory.verdict is Verdict.WRONG or not _sqlite_file(loaded).exists():
            return directory
    try:
        database = open_database(loaded.database().get_secret_value())
    except ValueError as error:
        return Line("database", Verdict.WRONG, str(error))
    try:
        await database.check_revision()
    except (OlderSchema, NewerSchema) as error:
        return Line("database", Verdict.WRONG, str(error))
    except (SQLAlchemyError, OSError) as error:
        sentence = f"Cannot be reached ({type(error).__name__}): check DATABASE_URL."
        return Line("database", Verdict.WRONG, sentence)
    finally:
        await database.close()
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    return Line("database", Verdict.RIGHT, f"{kind}, at this version's schema.")


def _policy(loaded: Settings) -> list[Line]:
    policy = policy_file.load(loaded.shopper_policy)
    if policy.problems:
        return [Line("policy", Verdict.WRONG, problem) for problem in policy.problems]
    if not policy.admins:
        sentence = "Nobody can rent until admins are named: set `admins` in " + (
            "a TOML file, and its path as SHOPPER_POLICY."
            if loaded.shopper_policy is None
            else "the file that SHOPPER_POLICY names."
        )
        return [Line("policy", Verdict.WARNING, sentence)]
    sentence = f"{len(policy.admins)} admin(s); machines up to ${policy.max_usd_per_hour}/h."
    return [Line("policy", Verdict.RIGHT, sentence)]


def _sqlite_file(loaded: Settings) -> Path:
    return loaded.shopper_data_dir / "shopper.db"


def _directory(what: str, path: Path, setting: str) -> Line:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / ".probe"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        sentence = f"{path} cannot be written ({error.strerror}): set {setting}."
        return Line(what, Verdict.WRONG, sentence)
    return Line(what, Verdict.RIGHT, f"{path} can be written.")


def _missing(what: str, setting: str, where: str) -> Line:
    sentence = f"{setting} is not set: copy it from {where} of your app at api.slack.com/apps."
    return Line(what, Verdict.WRONG, sentence)
