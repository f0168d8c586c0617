"""Ending: tried again and again, loudly, until the marketplace itself shows that it is gone."""

from datetime import timedelta

import pytest

from bot.rules.notices import NoticeKind
from bot.rules.rentals import EndReason
from bot.rules.sessions import Session, SessionState
from providers.models import ProviderName
from tests.rentals.stage import ADA, DOCK, GRACE, VAST, Stage

LOUD = [("will not die", "admins"), ("will not die", "renter"), ("will not die", "thread")]
BLIND = [("key trouble", "admins"), *LOUD]
"""Also without a complete list for five minutes."""
RECEIPT = [("receipt", "thread")]
FAILING = ("bad-gateway", "refuse", "unauthorized", "html", "empty", "null", "error-in-200")


async def test_a_machine_that_will_not_end_is_loud_from_the_second_failed_try(
    stage: Stage, provider: ProviderName
) -> None:
    """In the thread; after ten minutes to renter and admins, again each hour, never quiet."""
    session = await running(stage, provider)
    stage.fault(provider, "will-not-end", "destroy", times=None)
    await stage.bot.control.end(session.id, GRACE, "e")
    began = stage.clock.now()
    while not (said := await stage.heard()):
        await stage.pass_time(5, step=5)
    assert said == [("will not die", "thread")]
    now = await stage.session(session.id)
    assert now.rented.ending is not None
    assert now.rented.ending.failures == 2
    assert stage.clock.now() - began < timedelta(minutes=2)
    while not (said := await stage.heard()):
        await stage.pass_time(10)
    assert said == LOUD
    assert timedelta(0) <= stage.clock.now() - began - timedelta(minutes=10) < timedelta(minutes=1)
    for _ in range(3):
        await stage.pass_time(3300, step=60)
        assert await stage.heard() == []
        await stage.pass_time(360, step=60)
        assert await stage.heard() == LOUD
    await stage.restart()
    assert (await stage.session(session.id)).state is SessionState.ENDING
    stage.market.clear_faults()
    await stage.until(session, SessionState.ENDED, 600)
    assert (stage.alive(), await stage.heard()) == ([], RECEIPT)


async def test_a_machine_that_ends_late_is_waited_for(
    stage: Stage, provider: ProviderName
) -> None:
    """Its row stands there for minutes: it is not gone before it is."""
    session = await running(stage, provider)
    stage.fault(provider, "ends-late", "destroy", seconds=300.0, times=4)
    await stage.bot.control.end(session.id, GRACE, "e")
    began = stage.clock.now()
    while stage.alive():
        assert (await stage.session(session.id)).state is SessionState.ENDING
        await stage.pass_time(10)
    ended = await stage.until(session, SessionState.ENDED, 400)
    assert ended.rented.gone_at is not None
    assert ended.rented.gone_at - began >= timedelta(seconds=100)


async def test_a_machine_that_comes_back_is_destroyed_again_and_told(
    stage: Stage, provider: ProviderName
) -> None:
    """Though its end had been proved."""
    session = await running(stage, provider)
    stage.fault(provider, "comes-back", "destroy", seconds=900.0)
    await stage.bot.control.end(session.id, GRACE, "e")
    ended = await stage.until(session, SessionState.ENDED)
    (receipt,) = await stage.notices()
    back = await stage.until(session, SessionState.ENDING, 1200)
    assert back.rented.ending is not None
    assert back.rented.ending.reason is EndReason.CAME_BACK
    said = await stage.everything_said()
    news = sorted(each.audience for each in said if each.kind is NoticeKind.CAME_BACK)
    assert news == ["renter", "thread"]
    assert receipt.key in {each.facts.get("edits") for each in said}
    now = stage.clock.now()
    assert back.rented.cost_until(now) > ended.rented.cost_until(now)
    await stage.until(session, SessionState.ENDED)
    assert (stage.alive(), await stage.heard()) == ([], RECEIPT)
    path = ["running", "ending", "ended", "ending", "ended"]
    assert (await stage.path(session))[-5:] == path


@pytest.mark.parametrize("kind", [*FAILING, "hang"])
async def test_a_destroy_call_that_fails_proves_nothing_and_is_repeated(
    stage: Stage, provider: ProviderName, kind: str
) -> None:
    """However it fails; it is loud meanwhile."""
    session = await running(stage, provider)
    stage.fault(provider, kind, "destroy", times=None, seconds=1.0)
    await stage.bot.control.end(session.id, GRACE, "e")
    await stage.pass_time(900, step=30)
    assert (await stage.session(session.id)).state is SessionState.ENDING
    assert len(stage.alive()) == 1
    assert sorted(set(await stage.heard())) == LOUD
    stage.market.clear_faults()
    await stage.until(session, SessionState.ENDED, 700)
    assert (stage.alive(), await stage.heard()) == ([], RECEIPT)


@pytest.mark.parametrize("kind", FAILING)
async def test_a_look_that_fails_proves_nothing_and_is_loud(
    stage: Stage, provider: ProviderName, kind: str
) -> None:
    """The machine may be gone, and nobody knows it: said like one that will not die."""
    session = await running(stage, provider)
    stage.fault(provider, kind, "detail", times=None, seconds=1.0)
    await stage.bot.control.end(session.id, GRACE, "e")
    await stage.pass_time(900, step=30)
    assert (await stage.session(session.id)).state is SessionState.ENDING
    assert sorted(set(await stage.heard())) == LOUD
    stage.market.clear_faults()
    await stage.until(session, SessionState.ENDED, 700)
    assert await stage.heard() == RECEIPT


async def test_tensordocks_404_while_it_is_down_proves_nothing(stage: Stage) -> None:
    """It answers so to everything then; its lists decide."""
    session = await running(stage, DOCK)
    details = {"status": 404, "text": '{"error": "Not found"}', "times": None}
    for endpoint in ("detail", "destroy", "list", "auth_test"):
        stage.fault(DOCK, "status", endpoint, **details)
    await stage.bot.control.end(session.id, GRACE, "e")
    await stage.pass_time(1800, step=30)
    assert (await stage.session(session.id)).state is SessionState.ENDING
    assert len(stage.alive()) == 1
    assert sorted(set(await stage.heard())) == BLIND
    stage.market.clear_faults()
    await stage.until(session, SessionState.ENDED, 700)
    assert stage.alive() == []


async def test_tensordocks_404_with_an_empty_list_once_proves_nothing(stage: Stage) -> None:
    """Two good lists without it, half a minute apart, are needed beside its word."""
    session = await running(stage, DOCK)
    stage.fault(DOCK, "will-not-end", "destroy", times=None)
    stage.fault(DOCK, "status", "detail", status=404, text='{"error": "Not found"}', times=None)
    await stage.bot.control.end(session.id, GRACE, "e")
    await stage.pass_time(600, step=10)
    assert (await stage.session(session.id)).state is SessionState.ENDING
    assert len(stage.alive()) == 1


@pytest.mark.parametrize("form", ["401", "401-text", "403", "404"])
async def test_a_refused_key_proves_nothing(stage: Stage, form: str) -> None:
    """Vast.ai answers 404 to a bad key in places: that is no word about a machine."""
    session = await running(stage, VAST)
    stage.market.vast.switches.key = "the new key"
    stage.market.vast.switches.auth_form = form
    await stage.bot.control.end(session.id, GRACE, "e")
    await stage.pass_time(900, step=30)
    assert (await stage.session(session.id)).state is SessionState.ENDING
    heard = set(await stage.heard())
    assert {*LOUD, ("key trouble", "admins")} == heard
    stage.market.vast.switches.key = None
    await stage.until(session, SessionState.ENDED, 700)
    assert stage.alive() == []


async def test_closed_by_hand_is_recorded_as_that(stage: Stage, provider: ProviderName) -> None:
    """By an admin alone, of what is being ended; a machine that stands there is ended all the
    same."""
    session = await running(stage, provider)
    stage.fault(provider, "will-not-end", "destroy", times=None)
    early = await stage.bot.control.close_by_hand(session.id, ADA, "c0")
    assert early.sentence == "Only a session that is being ended can be closed by hand."
    await stage.bot.control.end(session.id, GRACE, "e")
    refused = await stage.bot.control.close_by_hand(session.id, GRACE, "c1")
    assert refused.sentence == "Only an admin may close a session by hand."
    told = await stage.bot.control.close_by_hand(session.id, ADA, "c2")
    assert told.sentence.startswith("Closed by hand. Nothing was proved")
    closed = await stage.session(session.id)
    assert (closed.state, closed.rented.closed_by_hand) == (SessionState.ENDED, ADA.user_id)
    why = (await stage.records.sessions.events(session.id))[-1].why
    assert why == "closed by hand: nothing was proved"
    stage.market.clear_faults()
    await stage.pass_time(300)
    ended = await stage.session(session.id)
    assert (ended.state, ended.rented.closed_by_hand) == (SessionState.ENDED, None)
    assert stage.alive() == []


async def test_each_close_by_hand_has_its_receipt(stage: Stage, provider: ProviderName) -> None:
    """The machine stands there, and its record is closed a second time."""
    session = await running(stage, provider)
    stage.fault(provider, "will-not-end", "destroy", times=None)
    await stage.bot.control.end(session.id, GRACE, "e")
    await stage.bot.control.close_by_hand(session.id, ADA, "c1")
    await stage.until(session, SessionState.ENDING, 1200)
    await stage.bot.control.close_by_hand(session.id, ADA, "c2")
    said = [each for each in await stage.everything_said() if each.kind is NoticeKind.RECEIPT]
    first, withdrawn, second = said
    assert (withdrawn.facts["edits"], second.key != first.key) == (first.key, True)


async def test_an_end_whose_machine_cannot_be_looked_for_is_loud(
    stage: Stage, provider: ProviderName
) -> None:
    """The create call had no answer, End was pressed, and the list fails."""
    card = await stage.card(provider, GRACE)
    stage.fault(provider, "lost-answer", "create")
    stage.fault(provider, "bad-gateway", "list", times=None)
    await stage.submit(await stage.quote(card, GRACE), GRACE)
    await stage.bot.control.end(card.id, GRACE, "e")
    await stage.pass_time(900, step=30)
    assert sorted(set(await stage.heard())) == BLIND
    stage.market.clear_faults()
    await stage.until(card, SessionState.ENDED, 700)
    assert stage.alive() == []


async def test_a_machine_that_was_never_seen_is_ended_on_time(
    stage: Stage, provider: ProviderName
) -> None:
    """And said, when the list fails for longer than it was rented for."""
    card = await stage.card(provider, GRACE)
    stage.fault(provider, "lost-answer", "create")
    stage.fault(provider, "bad-gateway", "list", times=None)
    await stage.submit(await stage.quote(card, GRACE), GRACE, hours=1)
    await stage.pass_time(3600 + 900, step=30)
    assert (await stage.session(card.id)).state is SessionState.ENDING
    assert sorted(set(await stage.heard())) == BLIND
    stage.market.clear_faults()
    await stage.until(card, SessionState.ENDED, 700)
    assert stage.alive() == []


async def test_the_receipt_knows_the_tries(stage: Stage, provider: ProviderName) -> None:
    """And when it was last seen alive."""
    session = await running(stage, provider)
    stage.fault(provider, "bad-gateway", "destroy", times=8)
    await stage.bot.control.end(session.id, GRACE, "e")
    ended = (await stage.until(session, SessionState.ENDED, 900)).rented
    assert ended.ending is not None
    assert ended.ending.tries > ended.ending.failures > 0
    assert ended.gone_at is not None
    assert ended.seen_at is not None
    assert session.rented.seen_at is not None
    assert session.rented.seen_at <= ended.seen_at <= ended.gone_at


async def running(stage: Stage, provider: ProviderName) -> Session:
    session = await stage.rent(provider, GRACE, max_gpus=1)
    await stage.until(session, SessionState.RUNNING)
    await stage.pass_time(60)
    await stage.notices()
    return await stage.session(session.id)
