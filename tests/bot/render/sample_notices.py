"""A notice of every kind, by name, and the same about a session whose every text is an attack."""

from datetime import timedelta
from decimal import Decimal

from bot.render import notices
from bot.render.message import Layouts
from bot.rules.notices import Audience, Notice, NoticeKind, Settled
from bot.rules.orphans import Orphan, OrphanState
from bot.rules.rentals import NEW_DATABASE, Ending, EndReason
from bot.rules.sessions import Session, SessionState
from providers.instances import InstanceState, StartPhase
from tests.bot.render import sample_rentals as rentals
from tests.bot.render.samples import LONG, NASTY, NOW, Card

Told = tuple[Notice, Session | Orphan | None]


def shown(told: Told, title: str = "Vast.ai") -> Layouts:
    return notices.notice(*told, NOW, rentals.CONSOLE, title)


def cards() -> dict[str, Card]:
    """By the name of their file."""
    names = {**plain(), **variants()}
    hostile = {f"{name}_hostile": told for name, told in attacked().items()}
    return {
        **{f"notice_{name}": shown(told) for name, told in names.items()},
        **{f"notice_{name}": shown(told, NASTY + LONG) for name, told in hostile.items()},
    }


def plain() -> dict[str, Told]:
    """One of every kind."""
    return {kind.name.lower(): (_notice(kind), subject) for kind, subject in subjects().items()}


def attacked() -> dict[str, Told]:
    bad = NASTY + LONG
    facts = dict.fromkeys(
        (
            "minutes",
            "hours",
            "by",
            "ends",
            "least_bid",
            "before",
            "now",
            "credit",
            "needed",
            "sentence",
            "stopped",
        ),
        bad,
    )
    orphan = rentals.orphan(label=bad, instance=rentals.hostile_session().rented.instance)
    found: dict[str, Told] = {}
    for kind, subject in subjects().items():
        state = subject.state if isinstance(subject, Session) else SessionState.RUNNING
        about = orphan if isinstance(subject, Orphan) else rentals.hostile_session(state)
        found[kind.name.lower()] = (
            Notice(kind, Audience.ADMINS, bad, bad, facts),
            None if subject is None else about,
        )
    return found


def _orphans() -> dict[str, Told]:
    """What came of one."""
    said = rentals.notice(NoticeKind.ORPHAN, Audience.ADMINS)
    decided = (OrphanState.KEPT, OrphanState.ENDING, OrphanState.GONE)
    drawn: dict[str, Told] = {f"orphan_{s}": (said, rentals.orphan(state=s)) for s in decided}
    loud = rentals.notice(NoticeKind.WILL_NOT_DIE, Audience.ADMINS, minutes="12")
    ended = NOW - timedelta(minutes=12)
    refused = "Vast.ai answered with an error of its own."
    for state in (OrphanState.ENDING, OrphanState.GONE):
        dying = rentals.orphan(state=state, tries=7, trouble=refused, end_at=ended)
        drawn[f"orphan_will_not_die_{state}"] = loud, dying
    return drawn | {"orphan_kept_as_session": (said, rentals.session(rescued=True))}


def variants() -> dict[str, Told]:
    end = rentals.ending(4, "Vast.ai answered with an error of its own.")
    spot = rentals.session(bid_usd_per_hour=Decimal("0.30"))
    by_hand = rentals.ended(closed_by_hand=rentals.ADMIN)
    return {
        "will_not_die_to_admins": (
            rentals.notice(NoticeKind.WILL_NOT_DIE, Audience.ADMINS, minutes="12"),
            end,
        ),
        "will_not_die_gone": (
            rentals.notice(NoticeKind.WILL_NOT_DIE, Audience.ADMINS, minutes="12"),
            rentals.ended(),
        ),
        "will_not_die_closed": (
            rentals.notice(NoticeKind.WILL_NOT_DIE, Audience.ADMINS, minutes="12"),
            by_hand,
        ),
        "lost_stopped": (
            rentals.notice(NoticeKind.LOST, stopped="broken"),
            rentals.ending(
                1,
                reason=EndReason.LOST,
                instance=rentals.instance(
                    state=InstanceState.BROKEN, message="container exited with code 137"
                ),
            ),
        ),
        "came_back_gone": (
            rentals.notice(NoticeKind.CAME_BACK),
            rentals.ended(ending=Ending(EndReason.CAME_BACK, "reconcile", NOW, 2)),
        ),
        "came_back_closed": (rentals.notice(NoticeKind.CAME_BACK), by_hand),
        "outbid_unstated": (rentals.notice(NoticeKind.OUTBID), spot),
        "warning_extended": (
            rentals.notice(
                NoticeKind.WARNING,
                minutes="15",
                ends=(NOW + timedelta(hours=4)).isoformat(),
                by="U02ABCDEF",
            ),
            rentals.session(ends_at=NOW + timedelta(hours=4)),
        ),
        "receipt_by_hand": (rentals.notice(NoticeKind.RECEIPT), by_hand),
        "receipt_withdrawn": (
            rentals.notice(NoticeKind.RECEIPT, settled=Settled.AGAIN),
            rentals.ending(0, reason=EndReason.CAME_BACK),
        ),
        "receipt_late": (
            rentals.notice(NoticeKind.RECEIPT),
            rentals.ended(
                gone_at=NOW + timedelta(minutes=24),
                ending=Ending(EndReason.TIME_UP, "guard", NOW + timedelta(minutes=20), 3),
            ),
        ),
        "receipt_dearer": (
            rentals.notice(NoticeKind.RECEIPT),
            rentals.ended(instance=rentals.instance(usd_per_hour=Decimal("0.70"))),
        ),
        "receipt_prices_that_changed": (
            rentals.notice(NoticeKind.RECEIPT),
            rentals.ended(metered_usd=Decimal("0.42"), metered_to=NOW - timedelta(hours=1)),
        ),
        "receipt_dearer_for_a_while": (
            rentals.notice(NoticeKind.RECEIPT),
            rentals.ended(metered_usd=Decimal("2.42"), metered_to=NOW - timedelta(hours=1)),
        ),
        "receipt_never_made": (
            rentals.notice(NoticeKind.RECEIPT),
            rentals.ended(made_at=None, seen_at=None),
        ),
        "offline_back": (
            rentals.notice(NoticeKind.OFFLINE, settled=Settled.BACK),
            rentals.session(),
        ),
        "outbid_high_enough": (rentals.notice(NoticeKind.OUTBID, least_bid="0.30"), spot),
        "outbid_changed": (rentals.notice(NoticeKind.OUTBID, settled=Settled.CHANGED), spot),
        "back_again": (rentals.notice(NoticeKind.BACK, settled=Settled.AGAIN), rentals.session()),
        "host_ends_not_before": (
            rentals.notice(NoticeKind.HOST_ENDS, settled=Settled.NOT_BEFORE),
            rentals.session(),
        ),
        "not_ready_ready": (
            rentals.notice(NoticeKind.NOT_READY, settled=Settled.READY),
            rentals.session(),
        ),
        "not_ready_waiting": (
            rentals.notice(
                NoticeKind.NOT_READY,
                settled=Settled.WAITING,
                until=(NOW + timedelta(minutes=10)).isoformat(),
            ),
            rentals.session(),
        ),
        "not_ready_ending": (rentals.notice(NoticeKind.NOT_READY, settled=Settled.READY), end),
        "not_as_agreed_kept": (
            rentals.notice(NoticeKind.NOT_AS_AGREED, settled=Settled.KEPT),
            rentals.session(),
        ),
        "host_ends_by_hand": (rentals.notice(NoticeKind.HOST_ENDS), by_hand),
        **_orphans(),
        "rescued_ended": (
            rentals.notice(NoticeKind.RESCUED, Audience.ADMINS),
            rentals.ended(rescued=True, told=frozenset({NEW_DATABASE})),
        ),
        "rescued_all_lost": (
            rentals.notice(NoticeKind.RESCUED, Audience.ADMINS),
            rentals.session(rescued=True, told=frozenset({NEW_DATABASE})),
        ),
        "without_record": (rentals.notice(NoticeKind.WARNING, minutes="5"), None),
        "ready_ending": (rentals.notice(NoticeKind.READY, Audience.RENTER), end),
        "ready_ended": (rentals.notice(NoticeKind.READY, Audience.RENTER), rentals.ended()),
        "ready_tensordock_user": (
            rentals.notice(NoticeKind.READY, Audience.RENTER),
            rentals.session(instance=rentals.instance(ssh=(_V6,))),
        ),
    }


_V6 = type(rentals.instance().ssh[0])("2001:db8:abcd::7", 22, "user")


def subjects() -> dict[NoticeKind, Session | Orphan | None]:
    running = rentals.session()
    late = rentals.starting(
        StartPhase.LOADING,
        pressed_at=NOW - timedelta(minutes=16),
        made_at=NOW - timedelta(minutes=15),
        start_by=NOW + timedelta(minutes=5),
        instance=rentals.instance(message="pulling layer 7 of 12", ssh=()),
    )
    back_soon = rentals.instance(ends_at=NOW + timedelta(minutes=40))
    end = rentals.ending(4, "Vast.ai answered with an error of its own.")
    return {
        NoticeKind.CARD: running,
        NoticeKind.READY: running,
        NoticeKind.NOT_READY: late,
        NoticeKind.NOT_AS_AGREED: rentals.mismatched(
            "It has RTX 3090 instead of RTX 4090.", "It costs $0.700/h instead of $0.620/h."
        ),
        NoticeKind.START_FAILED: rentals.ending(
            1,
            reason=EndReason.START_FAILED,
            made_at=NOW - timedelta(minutes=4),
            instance=rentals.instance(message="no space left on device", ssh=()),
        ),
        NoticeKind.NOTHING_MADE: rentals.failed("The offer was sold while you decided."),
        NoticeKind.WARNING: rentals.session(ends_at=NOW + timedelta(minutes=15)),
        NoticeKind.EXTENDED: rentals.session(ends_at=NOW + timedelta(hours=6)),
        NoticeKind.OFFLINE: rentals.session(
            instance=rentals.instance(state=InstanceState.OFFLINE)
        ),
        NoticeKind.BACK: running,
        NoticeKind.OUTBID: rentals.session(bid_usd_per_hour=Decimal("0.30")),
        NoticeKind.HOST_ENDS: rentals.session(instance=back_soon),
        NoticeKind.PRICE_CHANGED: rentals.session(
            instance=rentals.instance(usd_per_hour=Decimal("0.70"))
        ),
        NoticeKind.CREDIT_LOW: None,
        NoticeKind.LOST: rentals.ending(
            1,
            reason=EndReason.LOST,
            instance=rentals.instance(message="success, running pytorch/pytorch/ssh"),
        ),
        NoticeKind.WILL_NOT_DIE: end,
        NoticeKind.CAME_BACK: rentals.ending(0, reason=EndReason.CAME_BACK),
        NoticeKind.RECEIPT: rentals.ended(),
        NoticeKind.ORPHAN: rentals.orphan(),
        NoticeKind.ORPHAN_ENDED: rentals.orphan(state=OrphanState.GONE, tries=1),
        NoticeKind.RESCUED: rentals.session(rescued=True),
        NoticeKind.OTHER_ACCOUNT: None,
        NoticeKind.KEY_TROUBLE: None,
    }


def _notice(kind: NoticeKind) -> Notice:
    facts: dict[NoticeKind, dict[str, str]] = {
        NoticeKind.WARNING: {"minutes": "15"},
        NoticeKind.EXTENDED: {"hours": "4", "by": "U02ABCDEF"},
        NoticeKind.OUTBID: {"least_bid": "0.35"},
        NoticeKind.PRICE_CHANGED: {"before": "0.62", "now": "0.70"},
        NoticeKind.CREDIT_LOW: {"credit": "1.20", "needed": "2.48", "provider": "vastai"},
        NoticeKind.WILL_NOT_DIE: {"minutes": "12"},
        NoticeKind.OTHER_ACCOUNT: {"provider": "vastai"},
        NoticeKind.KEY_TROUBLE: {
            "provider": "vastai",
            "sentence": "Vast.ai refuses the key in VASTAI_API_KEY.",
        },
    }
    to_renter = {NoticeKind.READY, NoticeKind.NOT_READY, NoticeKind.NOT_AS_AGREED}
    audience = Audience.RENTER if kind in to_renter else Audience.THREAD
    return rentals.notice(kind, audience, **facts.get(kind, {}))
