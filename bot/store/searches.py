"""Searches in the database. A listing is kept as compressed JSON: 100 offers take about 6 kB."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, select

from bot.rules.places import Asker, Place
from bot.rules.searches import Search, SearchId
from bot.store.database import Database
from bot.store.statements import inserting
from bot.store.tables import searches
from providers.listings import Listing
from providers.models import OfferQuery

_QUERY = TypeAdapter(OfferQuery)
_LISTING = TypeAdapter(Listing)


class StoredSearches:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, new: Sequence[Search]) -> None:
        if not new:
            return
        async with self._database.writing() as connection:
            statement = inserting(connection, searches)
            replaced = {
                name: statement.excluded[name] for name in ("query", "listing", "matched", "page")
            }
            statement = statement.on_conflict_do_update(index_elements=["id"], set_=replaced)
            await connection.execute(statement, [_columns(search) for search in new])

    async def get(self, search_id: SearchId) -> Search | None:
        async with self._database.reading() as connection:
            found = await connection.execute(select(searches).where(searches.c.id == search_id))
            row = found.one_or_none()
        return None if row is None else _search(row)

    async def asked_since(self, since: datetime, limit: int) -> tuple[OfferQuery, ...]:
        """Those that were suggested count too: somebody may press them."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(searches.c.query)
                .where(searches.c.opened_at >= since)
                .order_by(searches.c.opened_at.desc())
                .limit(limit)
            )
            return tuple(map(_QUERY.validate_json, found.scalars()))

    async def sweep(self, opened_before: datetime) -> int:
        async with self._database.writing() as connection:
            gone = await connection.execute(
                delete(searches).where(searches.c.opened_at < opened_before)
            )
        return int(gone.rowcount)


def _columns(search: Search) -> dict[str, object]:
    listing = search.listing
    return {
        "id": search.id,
        "team_id": search.asker.place.team_id,
        "channel_id": search.asker.place.channel_id,
        "user_id": search.asker.user_id,
        "own_team_id": search.asker.team_id,
        "opened_at": search.opened_at,
        "query": _QUERY.dump_json(search.query).decode(),
        "listing": None if listing is None else zlib.compress(_LISTING.dump_json(listing), 1),
        "matched": search.matched,
        "page": search.page,
    }


def _search(row: Row[Any]) -> Search:
    listing = row.listing
    return Search(
        id=SearchId(row.id),
        asker=Asker(row.user_id, Place(row.team_id, row.channel_id), row.own_team_id or ""),
        query=_QUERY.validate_json(row.query),
        opened_at=row.opened_at,
        listing=None if listing is None else _LISTING.validate_json(zlib.decompress(listing)),
        matched=row.matched,
        page=row.page,
    )
