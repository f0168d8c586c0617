"""Whatever value is kept comes back equal."""

import dataclasses
import itertools
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.rules.notices import Notice, NoticeKind
from bot.rules.orphans import Orphan, OrphanState
from bot.rules.quotes import Quote
from bot.rules.rentals import Rental
from bot.rules.renters import Renter
from bot.rules.sessions import Session, SessionId
from bot.store import (
    Database,
    StoredOrphans,
    StoredOutbox,
    StoredQuotes,
    StoredRenters,
    StoredSessions,
)
from tests.bot.store.samples import after

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS = itertools.count()
_IDS = st.text("ABCUT0123456789", min_size=1, max_size=20)
_NAMED = {"id", "team_id", "user_id", "channel_id", "provider", "origin"}
"""Our own words and Slack's ids: short, and without surprises. All other text is anything."""
_LEAVES: dict[object, st.SearchStrategy[Any]] = {
    str: st.text(max_size=20),
    int: st.integers(-(2**31), 2**31 - 1),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    datetime: st.integers(0, 4 * 10**15).map(lambda us: _EPOCH + timedelta(microseconds=us)),
    types.NoneType: st.none(),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type, of each field what its annotation allows."""
    if kind in _LEAVES:
        return _LEAVES[kind]
    if hasattr(kind, "__supertype__"):
        return values(kind.__supertype__)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        fields = [field.name for field in dataclasses.fields(kind)]
        return st.builds(
            typing.cast("Any", kind),
            **{name: _IDS if name in _NAMED else values(hints[name]) for name in fields},
        )
    return _container(typing.get_origin(kind), typing.get_args(kind))


def _container(origin: object, inside: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin in (typing.Union, types.UnionType):
        return st.one_of([values(one) for one in inside])
    if origin is tuple:
        return st.lists(values(inside[0]), max_size=3).map(tuple)
    if origin is frozenset:
        return st.frozensets(values(inside[0]), max_size=3)
    assert origin is Mapping
    return st.dictionaries(values(inside[0]), values(inside[1]), max_size=3)


def fresh() -> SessionId:
    """An id that no example had before: they share one database."""
    return SessionId(f"n{next(_NUMBERS)}")


shared = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@shared
@given(given_session=values(Session), rental=values(Rental))
async def test_sessions(database: Database, given_session: Session, rental: Rental) -> None:
    """Whatever offer and rental, in whatever state."""
    session = dataclasses.replace(
        given_session, id=fresh(), rental=dataclasses.replace(rental, label=fresh())
    )
    bare = dataclasses.replace(given_session, id=fresh(), rental=None)
    sessions = StoredSessions(database)
    await sessions.open([session, bare])
    assert await sessions.get(session.id) == session
    assert await sessions.get(bare.id) == bare


@shared
@given(orphan=values(Orphan))
async def test_orphans(database: Database, orphan: Orphan) -> None:
    """Opened, changed and read again."""
    orphans = StoredOrphans(database)
    orphan = dataclasses.replace(orphan, id=fresh(), version=0, state=OrphanState.GONE)
    await orphans.open(orphan, [])
    assert await orphans.get(orphan.id) == orphan
    assert await orphans.change(orphan, orphan) == await orphans.get(orphan.id)


@shared
@given(quote=values(Quote))
async def test_quotes(database: Database, quote: Quote) -> None:
    """With the whole session and both offers."""
    quotes = StoredQuotes(database)
    await quotes.save(quote)
    assert await quotes.get(quote.id) == quote


@shared
@given(renter=values(Renter))
async def test_renters(database: Database, renter: Renter) -> None:
    """With any images."""
    renters = StoredRenters(database)
    await renters.save(renter)
    assert await renters.get(renter.team_id, renter.user_id) == renter


@shared
@given(given_notice=values(Notice))
async def test_notices(database: Database, given_notice: Notice) -> None:
    """With any facts."""
    about = None if given_notice.about is None else fresh()
    notice = dataclasses.replace(given_notice, key=fresh(), about=about, kind=NoticeKind.READY)
    outbox = StoredOutbox(database)
    await outbox.put([notice], after(hours=0))
    (pending,) = await outbox.claim(after(hours=0), after(hours=1), 9)
    assert pending.notice == notice
    await outbox.sent(pending)
