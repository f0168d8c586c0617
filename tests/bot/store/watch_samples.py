"""Watches for the tests of their store; invented."""

from dataclasses import replace
from decimal import Decimal

from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.sessions import SessionId
from bot.rules.watches import (
    Alert,
    Candidate,
    MachineKey,
    Memory,
    Rule,
    Said,
    Sighting,
    Trigger,
    Watch,
    WatchId,
)
from providers.models import OfferQuery, ProviderName
from tests.bot.store.samples import ADA, NOW, after
from tests.fakes.offers import offer

KEY = MachineKey(ProviderName("vastai"), "58001", "RTX 4090", 2)
OTHER = MachineKey(ProviderName("tensordock"), "US", "RTX 4090", 2)


def watch(number: int, **changes: object) -> Watch:
    """Not yet added: the store gives it its number."""
    found = Watch(
        id=WatchId(f"test-watch{number:05d}"),
        number=0,
        owner=ADA,
        query=OfferQuery(gpus=("RTX 4090",), min_gpus=2, max_gpus=2),
        rule=Rule(Trigger.UNDER, usd_per_hour=Decimal("0.70")),
        text="2x 4090 under 0.70",
        created_at=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def memory() -> Memory:
    """With something in every field."""
    return Memory(
        scene_set=True,
        looked_at=after(minutes=3),
        silent=frozenset({ProviderName("tensordock")}),
        silent_since=after(minutes=1),
        heard=frozenset({ProviderName("vastai"), ProviderName("tensordock")}),
        armed=False,
        matched=True,
        lowest=Decimal("0.612345"),
        known=((KEY, Decimal("0.612345")), (OTHER, Decimal("0.9"))),
        away=((OTHER, after(minutes=2)),),
        sight=Decimal("1.5"),
        young=True,
        waiting=((KEY, Candidate(Decimal("0.6"), NOW, after(minutes=1), Decimal("0.7"), NOW)),),
        said_at=NOW,
        said_usd=Decimal("0.61"),
        said_gpus=2,
        day="2026-11-23",
        said_today=2,
    )


def said(message: str = "alert:1") -> Said:
    alert = Alert(
        Trigger.UNDER,
        Sighting(KEY, Decimal("0.612345"), NOW),
        before=Decimal("0.74"),
        lowest_since=after(days=-9),
        others=1,
        began_at=NOW,
    )
    group = (WatchId("test-watch00001"), WatchId("test-watch00002"))
    return Said(alert, offer(1), SessionId("test-0000000001"), NOW, group, message)


def alert_notice(key: str, about: str = "test-watch00001", channel: str = "C1") -> Notice:
    facts = {"watches": about, "channel": channel}
    return Notice(NoticeKind.ALERT, Audience.CHANNEL, key, about, facts)
