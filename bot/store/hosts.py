"""How machines of hosts started for us. Counted in the database, so that no count is lost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from bot.rules.renters import HostKey, HostRecord
from bot.store.database import Database
from bot.store.statements import chunks, inserting
from bot.store.tables import hosts
from providers.models import ProviderName


class StoredHosts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, host: HostKey, *, started: bool, at: datetime) -> None:
        provider, name = host
        async with self._database.writing() as connection:
            statement = inserting(connection, hosts).values(
                provider=provider,
                host=name,
                started=int(started),
                failed=int(not started),
                failed_at=None if started else at,
            )
            counted = {
                "started": hosts.c.started + statement.excluded["started"],
                "failed": hosts.c.failed + statement.excluded["failed"],
            }
            if not started:
                counted["failed_at"] = statement.excluded["failed_at"]
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["provider", "host"], set_=counted)
            )

    async def records(self, wanted: Sequence[HostKey]) -> Mapping[HostKey, HostRecord]:
        names: dict[ProviderName, list[str]] = defaultdict(list)
        for provider, name in dict.fromkeys(wanted):
            names[provider].append(name)
        found: dict[HostKey, HostRecord] = {}
        if not names:
            return found
        async with self._database.reading() as connection:
            for provider, of_provider in names.items():
                for some in chunks(of_provider):
                    rows = await connection.execute(
                        select(hosts)
                        .where(hosts.c.provider == provider)
                        .where(hosts.c.host.in_(some))
                    )
                    for row in rows:
                        record = HostRecord(row.started, row.failed, row.failed_at)
                        found[provider, row.host] = record
        return found
