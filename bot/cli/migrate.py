"""`migrate`: the release step of a host with a Procfile."""

import argparse
import asyncio
import sys

from sqlalchemy.exc import SQLAlchemyError

from bot import settings
from bot.settings import Settings, WrongSettings
from bot.store import NewerSchema, open_database


def main(_chosen: argparse.Namespace) -> int:
    try:
        loaded = settings.load()
        revision = asyncio.run(_migrate(loaded))
    except WrongSettings as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return 2
    except (NewerSchema, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except (SQLAlchemyError, OSError) as error:
        print(f"The database cannot be reached: {type(error).__name__}.", file=sys.stderr)
        return 2
    print(f"The database is at schema {revision}.")
    return 0


async def _migrate(loaded: Settings) -> str:
    if loaded.database_url is None:
        loaded.shopper_data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = open_database(loaded.database().get_secret_value())
    try:
        return await database.migrate()
    finally:
        await database.close()
