"""Records of machines that no session knows."""

from sqlalchemy import update

from bot.store import Database, StoredOrphans
from bot.store.tables import orphans as table
from providers.models import ProviderName
from tests.bot.store.samples import orphan

VAST = ProviderName("vastai")


async def test_an_unreadable_row_costs_no_other_one_its_end(database: Database) -> None:
    """Of a newer program, for instance. It is told by its id."""
    told: list[str] = []
    orphans = StoredOrphans(database, lambda an_id, _error: told.append(an_id))
    for number in (1, 2):
        await orphans.open(orphan(number), [])
    async with database.writing() as connection:
        broken = update(table).where(table.c.id == orphan(1).id).values(orphan="{}")
        await connection.execute(broken)
    assert [each.id for each in await orphans.known(VAST)] == [orphan(2).id]
    assert told == [orphan(1).id]
