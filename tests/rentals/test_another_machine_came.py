"""The machine that came is not the one on the card: said, kept on Keep, ended after silence."""

from dataclasses import replace
from decimal import Decimal

from bot.render import session_cards
from bot.rules.answers import Told
from bot.rules.rentals import EndReason
from bot.rules.sessions import SessionState
from providers.models import ProviderName
from tests.rentals.stage import ADA, DOCK, GRACE, VAST, Stage

SAID = [("not as agreed", "renter"), ("not as agreed", "thread")]
CAME = {VAST: "RTX 3060", DOCK: "L4"}


async def test_silence_ends_it_after_five_minutes(stage: Stage, provider: ProviderName) -> None:
    """Asked once, with what differs."""
    stage.fault(provider, "wrong-gpu", "create")
    session = await stage.rent(provider)
    stage.doors.shut = True
    await stage.pass_time(60)
    assert await stage.heard() == SAID
    asked = await stage.session(session.id)
    assert asked.rented.mismatch is not None
    (difference,) = asked.rented.mismatch.differences
    assert difference == f"It has {CAME[provider]} instead of {session.offer.gpu.name}."
    await stage.pass_time(200)
    assert (await stage.session(session.id)).is_live
    ended = await stage.until(session, SessionState.ENDED, 240)
    assert ended.rented.ending is not None
    assert ended.rented.ending.reason is EndReason.NOT_AS_AGREED
    assert stage.alive() == []


async def test_keep_keeps_it(stage: Stage, provider: ProviderName) -> None:
    """And it is not asked about again, across a restart too."""
    stage.fault(provider, "wrong-gpu", "create")
    session = await stage.rent(provider)
    stage.doors.shut = True
    await stage.pass_time(60)
    assert (await stage.bot.control.keep(session.id, ADA, "k")).sentence == "Kept as it is."
    await stage.notices()
    await stage.restart()
    stage.doors.shut = False
    await stage.until(session, SessionState.RUNNING)
    await stage.pass_time(900, step=30)
    assert (await stage.session(session.id)).state is SessionState.RUNNING
    assert await stage.heard() == [("ready", "renter")]


async def test_what_was_kept_is_named(stage: Stage, provider: ProviderName) -> None:
    """Until then the machine of the card is; the card's own offer is never rewritten."""
    stage.fault(provider, "wrong-gpu", "create")
    session = await stage.rent(provider)
    stage.doors.shut = True
    await stage.pass_time(60)
    asked = await stage.session(session.id)
    assert asked.machine == session.offer
    await stage.bot.control.keep(session.id, ADA, "k")
    stage.doors.shut = False
    running = await stage.until(session, SessionState.RUNNING)
    assert (running.machine.gpu.name, running.offer) == (CAME[provider], session.offer)
    said = session_cards.card(running, stage.clock.now()).rich.text
    assert f"Running: {running.machine.gpu.count} × {CAME[provider]} " in said


async def test_what_the_policy_forbids_is_kept_by_admins_alone(stage: Stage) -> None:
    """The renter is told why, and what can be done with a machine that is there already."""
    stage.fault(VAST, "wrong-gpu", "create")
    session = await stage.rent(VAST, GRACE)
    await stage.pass_time(60)
    policy = stage.policies.policy
    stage.policies.policy = replace(policy, gpus=(session.offer.gpu.name,))
    assert await stage.bot.control.keep(session.id, GRACE, "k") == Told(
        f"The policy allows only {session.offer.gpu.name}, not {CAME[VAST]}: end it, or ask an"
        " admin to keep it."
    )
    assert await stage.bot.control.keep(session.id, ADA, "k2") == Told("Kept as it is.")


async def test_silence_ends_it_although_it_runs(stage: Stage, provider: ProviderName) -> None:
    """Being ready is no yes."""
    stage.fault(provider, "wrong-gpu", "create")
    session = await stage.rent(provider)
    await stage.pass_time(400)
    await stage.until(session, SessionState.ENDED, 240)
    assert stage.alive() == []


async def test_a_machine_that_costs_more_than_agreed_is_said(stage: Stage) -> None:
    """More than one per cent; less is not."""
    for times, told in ((Decimal("1.005"), []), (Decimal("1.05"), SAID)):
        session = await stage.rent(VAST)
        machine = stage.market.vast.rentals.ever_made()[-1]
        agreed = session.offer.price.gpu + session.offer.price.disk
        machine.offer["dph_base"] = float(agreed * times - session.offer.price.disk)
        await stage.pass_time(15)
        assert await stage.heard() == told


async def test_end_at_once_is_possible(stage: Stage, provider: ProviderName) -> None:
    """While it is thought about."""
    stage.fault(provider, "wrong-gpu", "create")
    session = await stage.rent(provider)
    await stage.pass_time(60)
    await stage.bot.control.end(session.id, ADA, "e")
    await stage.until(session, SessionState.ENDED, 120)
    assert stage.alive() == []
