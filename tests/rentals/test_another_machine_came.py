"""The machine that came is not the one on the card: said, kept on Keep, ended after silence."""

from decimal import Decimal

from bot.rules.rentals import EndReason
from bot.rules.sessions import SessionState
from providers.models import ProviderName
from tests.rentals.stage import ADA, DOCK, VAST, Stage

SAID = [("not as agreed", "renter"), ("not as agreed", "thread")]
WORSE = {
    VAST: "It has RTX 3060 instead of {}.",
    DOCK: "It has L4 instead of {}.",
}


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
    assert difference == WORSE[provider].format(session.offer.gpu.name)
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
