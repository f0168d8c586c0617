"""The cards of renting, by name: the window, the session's own message, lists and the Home tab."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.render import home, rent, session_cards, session_lists
from bot.rules.answers import HomePage, KeyPage, SessionEvent, SessionPage, SessionsPage, Told
from bot.rules.quotes import Refusal, RefusalKind
from bot.rules.rentals import Outcome
from bot.rules.renters import HostRecord
from bot.rules.sessions import Session, SessionId, SessionState
from providers.instances import InstanceState, StartPhase
from providers.models import Price
from tests.bot.render import sample_rentals as rentals
from tests.bot.render import samples
from tests.bot.render.samples import ASKER, NASTY, NOW, Card
from tests.fakes.offers import offer

OFFERED = replace(rentals.session(SessionState.OFFERED), rental=None)
LOST = "1 machine whose record was lost runs too; <@U02ABCDEF> owns it now."
EVENTS = (
    SessionEvent(NOW - timedelta(hours=2), ASKER.user_id, "renting", "pressed Rent"),
    SessionEvent(NOW - timedelta(minutes=119), "reconcile", "starting", "the machine was made"),
    SessionEvent(NOW - timedelta(minutes=117), "reconcile", "running", "SSH answered"),
    SessionEvent(NOW - timedelta(minutes=50), ASKER.user_id, "running", NASTY),
)


def many(count: int) -> tuple[Session, ...]:
    """Live ones first."""
    states = (rentals.session(), rentals.starting(StartPhase.LOADING), rentals.ending(3))
    others = (rentals.ended(), rentals.failed("Sold out."))
    kinds = [*states, *others * count][:count]
    return tuple(
        replace(each, id=SessionId(f"k3f9-many{'abcdefghijklmnopqrstuvwxyz'[n]}aaaaa"))
        for n, each in enumerate(kinds)
    )


def page(one: Session, *, mine: bool = True, may_act: bool = True) -> SessionPage:
    return SessionPage(one, EVENTS, mine, may_act, NOW)


def cards() -> dict[str, Card]:
    """By the name of their file."""
    return {**_window(), **_session(), **_lists(), **_home()}


def _window() -> dict[str, Card]:
    cheaper = rentals.dearer("-0.05")
    spot = rentals.quote(
        session=samples.session(samples.SPOT),
        offer=samples.SPOT,
        host=HostRecord(1, 2, NOW),
        hours=Decimal("1.5"),
    )
    alternatives = (samples.session(offer(2), 1), samples.session(samples.tensordock(3), 2))
    gone = "This offer is gone: somebody else rented it. Nothing was rented."
    taken = "Already being rented by <@U02ABCDEF>."
    return {
        "rent_reading": rent.skeleton(),
        "rent_quote": rent.quote(rentals.quote(), NOW),
        "rent_quote_first_time": rent.quote(rentals.quote(saved_key=None), NOW),
        "rent_quote_dearer": rent.quote(rentals.quote(offer=rentals.dearer()), NOW),
        "rent_quote_asks_again": rent.quote(
            rentals.quote(offer=rentals.dearer(), asks_again=True), NOW
        ),
        "rent_quote_cheaper": rent.quote(rentals.quote(offer=cheaper), NOW),
        "rent_quote_spot": rent.quote(spot, NOW),
        "rent_quote_tensordock": rent.quote(
            rentals.quote(
                session=samples.session(samples.tensordock()), offer=samples.tensordock()
            ),
            NOW,
        ),
        "rent_quote_own_values": rent.quote(
            rentals.quote(), NOW, own_hours=True, own_image=True, other_key=True
        ),
        "rent_quote_hostile": rent.quote(rentals.hostile_quote(), NOW),
        "rent_working": rent.working(rentals.quote()),
        "rent_rented": rent.rented(rentals.just_pressed()),
        "rent_gone": rent.refused(Refusal(RefusalKind.GONE, gone, alternatives)),
        "rent_taken": rent.refused(Refusal(RefusalKind.TAKEN, taken)),
        **{
            f"rent_refused_{kind.name.lower()}": rent.refused(
                Refusal(kind, "Why it is so. And what to do.")
            )
            for kind in RefusalKind
            if kind not in {RefusalKind.GONE, RefusalKind.TAKEN}
        },
    }


def _session() -> dict[str, Card]:
    unclear = rentals.just_pressed(outcome=Outcome.UNKNOWN, looks=2)
    booted = rentals.instance(phase=StartPhase.BOOTING, ssh=())
    paused = rentals.session(instance=rentals.instance(state=InstanceState.STOPPED))
    offline = rentals.session(instance=rentals.instance(state=InstanceState.OFFLINE))
    trouble = "Vast.ai answered with an error of its own."
    made = {
        "offered": OFFERED,
        "expired": replace(OFFERED, state=SessionState.EXPIRED),
        "asked": rentals.just_pressed(),
        "unclear": unclear,
        "made": rentals.starting(StartPhase.MADE),
        "loading": rentals.starting(StartPhase.LOADING),
        "booting": rentals.starting(StartPhase.BOOTING, instance=booted),
        "almost": rentals.starting(None, instance=rentals.instance()),
        "running": rentals.session(),
        "offline": offline,
        "paused": paused,
        "ending": rentals.ending(0),
        "ending_asked": rentals.ending(1),
        "ending_trouble": rentals.ending(4, trouble),
        "ended": rentals.ended(),
        "closed_by_hand": rentals.ended(closed_by_hand=rentals.ADMIN),
        "failed": rentals.failed("The offer was sold while you decided."),
        "hostile": rentals.hostile_session(),
        "hostile_ending": rentals.hostile_session(SessionState.ENDING),
        "hostile_ended": rentals.hostile_session(SessionState.ENDED),
        "hostile_failed": rentals.hostile_session(SessionState.FAILED),
    }
    return {f"session_{name}": session_cards.card(each, NOW) for name, each in made.items()}


def _lists() -> dict[str, Card]:
    hostile = rentals.hostile_session()
    key = rentals.renter()
    mine = frozenset(each.id for each in many(26)[:1])
    return {
        "sessions_none": session_lists.sessions(SessionsPage((), False, NOW, frozenset())),
        "sessions_none_but_lost": session_lists.sessions(
            SessionsPage((), False, NOW, frozenset(), LOST)
        ),
        "sessions_mine_and_lost": session_lists.sessions(replace(_listed(*many(2)), besides=LOST)),
        "sessions_mine": session_lists.sessions(_listed(*many(5))),
        "sessions_of_everybody": session_lists.sessions(SessionsPage(many(26), True, NOW, mine)),
        "sessions_of_others": session_lists.sessions(
            SessionsPage(many(5), True, NOW, frozenset())
        ),
        "sessions_hostile": session_lists.sessions(_listed(hostile, everyone=True)),
        "whole_session_mine": session_lists.session(page(rentals.session())),
        "whole_session_not_mine": session_lists.session(
            page(rentals.session(), mine=False, may_act=False)
        ),
        "whole_session_ended_not_mine": session_lists.session(
            page(rentals.ended(), mine=False, may_act=False)
        ),
        "whole_session_paused": session_lists.session(
            page(rentals.session(instance=rentals.instance(state=InstanceState.STOPPED, ssh=())))
        ),
        "whole_session_of_an_admin": session_lists.session(page(rentals.session(), mine=False)),
        "whole_session_ended": session_lists.session(page(rentals.ended())),
        "whole_session_offered": session_lists.session(page(OFFERED)),
        "whole_session_hostile": session_lists.session(page(hostile)),
        "told": session_lists.told(Told("Already being rented by <@U02ABCDEF>. Pick another.")),
        "key_window": session_lists.key_window(KeyPage(key)),
        "key_window_empty": session_lists.key_window(KeyPage(None)),
        "key_saved": session_lists.key_saved(rentals.KEY),
        "key_removed": session_lists.key_removed(),
    }


def _listed(*sessions: Session, everyone: bool = False) -> SessionsPage:
    """Of somebody who may act on all of them."""
    return SessionsPage(sessions, everyone, NOW, frozenset(each.id for each in sessions))


def _home() -> dict[str, Card]:
    chosen = rentals.renter(hours=8, images={"vastai": "vastai/pytorch:cuda-12.8"})
    stranger = rentals.renter(ssh_public_key=NASTY, images={NASTY: NASTY})
    nobody = "Nobody may rent: no admin is named. Put your id U02ABCDEF into SHOPPER_POLICY."
    cheap = rentals.two_gpus(price=Price(Decimal("0.02"), Decimal(0), Decimal(0)))
    return {
        "home_newcomer": home.home(HomePage(None, (), None, NOW)),
        "home_may_not": home.home(HomePage(None, (), nobody, NOW)),
        "home_besides": home.home(HomePage(chosen, (), None, NOW, besides=LOST)),
        "home": home.home(HomePage(chosen, many(4), None, NOW)),
        "home_full": home.home(HomePage(chosen, many(26), None, NOW)),
        "home_hostile": home.home(
            HomePage(stranger, (rentals.hostile_session(), rentals.session(offer=cheap)), "x", NOW)
        ),
    }
