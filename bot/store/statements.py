"""What both databases can do, said in the words of the one at hand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Row, Select, Table, update
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

_T = TypeVar("_T")
_AT_ONCE = 500
"""Values in one `IN`: each is a parameter, and both databases bound their number."""


def inserting(connection: AsyncConnection, table: Table) -> PostgresInsert | SqliteInsert:
    """An insert that knows `ON CONFLICT`."""
    if connection.dialect.name == "sqlite":
        return insert_sqlite(table)
    return insert_postgresql(table)


async def inserted(connection: AsyncConnection, table: Table, values: dict[str, Any]) -> bool:
    """False, and nothing is written, where a unique value is taken already."""
    statement = inserting(connection, table).values(values).on_conflict_do_nothing()
    first_key = next(iter(table.primary_key.columns))
    return (await connection.execute(statement.returning(first_key))).first() is not None


async def replace_row(connection: AsyncConnection, table: Table, values: dict[str, Any]) -> None:
    """Inserts, or replaces the row with the same primary key."""
    keys = [column.name for column in table.primary_key.columns]
    statement = inserting(connection, table).values(values)
    others = {name: statement.excluded[name] for name in values if name not in keys}
    await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others))


async def take_rows(
    connection: AsyncConnection, table: Table, wanted: Select[Any], values: Mapping[str, Any]
) -> Sequence[Row[Any]]:
    """Writes `values`, a claim for instance, into the wanted rows; returns them as they were
    before. A row that another transaction holds is passed over: of two that look at once only
    one gets it.

    Every id is a parameter: meant for a thousand rows at the most.
    """
    found = await connection.execute(wanted.with_for_update(skip_locked=True))
    rows: Sequence[Row[Any]] = found.all()
    if rows:
        ids = [row.id for row in rows]
        await connection.execute(update(table).where(table.c.id.in_(ids)).values(values))
    return rows


def chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
