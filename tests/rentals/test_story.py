"""One machine from the press to the proof that it is gone."""

from datetime import timedelta

from bot.rules.quotes import Rented
from bot.rules.sessions import SessionState
from tests.rentals.stage import ADA, DOCK, VAST, Stage


async def test_a_machine_is_rented_runs_and_is_proved_gone(stage: Stage) -> None:
    """Vast.ai: starting, running, warned twice, ended on time, and gone at the marketplace."""
    card = await stage.card(VAST)
    answer = await stage.submit(await stage.quote(card), hours=1)
    assert isinstance(answer, Rented), answer
    session = await stage.session(card.id)
    assert session.state is SessionState.STARTING
    assert [label for label, _ in stage.alive()] == [f"shopper-{card.id}"]
    running = await stage.until(session, SessionState.RUNNING)
    assert running.rented.instance is not None
    assert running.rented.instance.ssh
    ended = await stage.until(session, SessionState.ENDED, 5000)
    assert stage.alive() == []
    said = await stage.said()
    assert [str(kind) for kind in said] == ["ready", "warning", "warning", "receipt"]
    assert stage.errors == []
    assert ended.rented.gone_at is not None


async def test_tensordock_too(stage: Stage) -> None:
    """TensorDock's word alone proves nothing: two listings without the machine do."""
    session = await stage.rent(DOCK, ADA, hours=1)
    await stage.until(session, SessionState.RUNNING)
    ended = await stage.until(session, SessionState.ENDED, 5000)
    assert stage.alive() == []
    ending = ended.rented.ending
    assert ending is not None
    assert ending.absent_from is not None
    assert ending.absent_to is not None
    assert ending.lists >= 2
    assert ending.absent_to - ending.absent_from >= timedelta(seconds=30)
    assert stage.errors == []
