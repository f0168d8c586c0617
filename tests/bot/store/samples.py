"""Values that the stores keep, for their tests; invented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.flows.ports import Change
from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.orphans import Orphan, OrphanState
from bot.rules.places import Asker, Place
from bot.rules.rentals import Rental
from bot.rules.sessions import Session, SessionId, SessionState, label_of
from bot.store import Database, StoredSessions
from providers.instances import Instance, InstanceId, InstanceState
from providers.models import ProviderName
from tests.fakes.offers import offer

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ADA = Asker("U1", Place("T1", "C1"))
BOB = Asker("U2", Place("T1", "C2"))
PRESS = Change(NOW, "U1", "pressed Rent")


def after(**length: float) -> datetime:
    return NOW + timedelta(**length)


def session(number: int, opened_at: datetime = NOW, **changes: object) -> Session:
    found = Session(
        SessionId(f"test-{number:010d}"), SessionState.OFFERED, offer(number), ADA, opened_at
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def rental(card: Session, renter: Asker = ADA, **changes: object) -> Rental:
    rented = Rental(
        renter=renter,
        label=label_of(card.id),
        origin="https://console.vast.ai",
        account_id="4711",
        image="pytorch",
        ssh_public_key="ssh-ed25519 AAAA",
        note="training",
        pressed_at=NOW,
        ends_at=after(hours=4),
        usd_per_hour=Decimal("0.3104166667"),
    )
    return rented.with_changes(**changes)


def pressed(card: Session, renter: Asker = ADA, **changes: object) -> Session:
    """As it is when the create call leaves."""
    return replace(card, state=SessionState.RENTING, rental=rental(card, renter, **changes))


def orphan(number: int, **changes: object) -> Orphan:
    instance_id = InstanceId(str(7_000_000 + number))
    found = Orphan(
        id=SessionId(f"test-orphan{number:04d}"),
        provider=ProviderName("vastai"),
        instance_id=instance_id,
        label=f"shopper-test-{number:010d}",
        origin="https://console.vast.ai",
        account_id=None,
        instance=Instance(ProviderName("vastai"), instance_id, None, InstanceState.RUNNING),
        state=OrphanState.ANNOUNCED,
        found_at=NOW,
        seen_at=NOW,
        end_at=after(minutes=10),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def notice(key: str, about: str | None = None, **changes: object) -> Notice:
    said = Notice(NoticeKind.WARNING, Audience.THREAD, key, about, {"minutes": "15"})
    return replace(said, **changes)  # type: ignore[arg-type]


def card(about: str, **changes: object) -> Notice:
    said = Notice(NoticeKind.CARD, Audience.CARD, f"{about}/card", about)
    return replace(said, **changes)  # type: ignore[arg-type]


async def open_and_press(
    database: Database, number: int, renter: Asker = ADA, **changes: object
) -> Session:
    """A session in the database whose create call is about to leave."""
    sessions, opened = StoredSessions(database), session(number)
    await sessions.open([opened])
    return await sessions.change(opened, pressed(opened, renter, **changes), PRESS)


async def walk(database: Database, start: Session, *states: SessionState) -> Session:
    """Through the states, one change each."""
    sessions = StoredSessions(database)
    for state in states:
        start = await sessions.change(start, start.to(state), Change(NOW, "guard", state.value))
    return start
