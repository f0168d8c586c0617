"""`find`: the same question as in Slack, answered as a table or as JSON."""

import argparse
import asyncio
import shutil
import sys

from bot import grammar, settings
from bot.cli import FAILED, FOUND, NOTHING_FOUND
from bot.render import terminal
from bot.render.foreign import clean
from bot.settings import Settings, WrongSettings
from providers.clock import Clock, SystemClock
from providers.errors import ProviderError
from providers.listings import Listing
from providers.models import OfferQuery

_LONGEST_SAID = 400


def main(chosen: argparse.Namespace) -> int:
    text = " ".join(chosen.query)
    command = grammar.parse(text)
    if isinstance(command, grammar.Help):
        print(terminal.help_text())
        return FOUND
    if isinstance(command, grammar.UsageError):
        print(terminal.not_understood(command), file=sys.stderr)
        return FAILED
    if not isinstance(command, grammar.Find):
        print("Rented machines, watches and orders are asked about in Slack.", file=sys.stderr)
        return FAILED
    try:
        loaded = settings.load()
    except WrongSettings as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return FAILED
    clock = SystemClock()
    listing = asyncio.run(_search(loaded, command.query, clock))
    if chosen.json:
        print(terminal.as_json(listing))
    else:
        columns = shutil.get_terminal_size((100, 24)).columns
        print(terminal.table(listing, columns, clock.now()))
    if listing.offers:
        return FOUND
    return NOTHING_FOUND if listing.sources else FAILED


async def _search(loaded: Settings, query: OfferQuery, clock: Clock) -> Listing:
    from bot.marketplaces import open_marketplaces

    opened = open_marketplaces(loaded, clock, on_error=_told, brief=True)
    try:
        return await opened.market.search(query)
    finally:
        await opened.aclose()


def _told(provider: str, error: Exception) -> None:
    said = f"unexpected error: {type(error).__name__}"
    if isinstance(error, ProviderError):
        said = clean(error.detail or error.sentence, _LONGEST_SAID)
    print(f"{provider}: {said}", file=sys.stderr)
