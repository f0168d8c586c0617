"""From the machine that was made to the one that answers, or that never does."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.rules.answers import Told
from bot.rules.quotes import Refusal, RefusalKind
from bot.rules.rentals import EndReason
from bot.rules.sessions import SessionState
from providers.instances import StartPhase
from providers.models import ProviderName
from tests.rentals.stage import ADA, DOCK, KEY, VAST, Stage

LIMIT_S = {VAST: 1200, DOCK: 900}
ASKED = [("not ready", "renter"), ("not ready", "thread")]
ENDED = [("receipt", "thread"), ("start failed", "renter"), ("start failed", "thread")]
NEVER = ("never-starts", "no-address")


@pytest.mark.parametrize("kind", NEVER)
async def test_a_machine_that_never_starts_is_asked_about_once_and_silence_ends_it(
    stage: Stage, provider: ProviderName, kind: str
) -> None:
    """Nobody is asked before the marketplace's time is over."""
    stage.fault(provider, kind, "create")
    session = await stage.rent(provider)
    await stage.pass_time(LIMIT_S[provider] - 20, step=20)
    assert await stage.heard() == []
    await stage.pass_time(60)
    assert await stage.heard() == ASKED
    await stage.pass_time(500, step=25)
    assert await stage.heard() == []
    ended = await stage.until(session, SessionState.ENDED, 300)
    assert await stage.heard() == ENDED
    assert stage.alive() == []
    assert ended.rented.ending is not None
    assert ended.rented.ending.reason is EndReason.NOT_READY
    record = await stage.bot.quoting.host_record(session.offer)
    assert record is not None
    assert (record.started, record.failed) == (0, 1)


async def test_wait_gives_ten_minutes_more_and_then_asks_again(
    stage: Stage, provider: ProviderName
) -> None:
    """Each time that somebody presses it; across a restart."""
    stage.fault(provider, "never-starts", "create")
    session = await stage.rent(provider)
    await stage.pass_time(LIMIT_S[provider] + 60, step=30)
    assert await stage.heard() == ASKED
    told = await stage.bot.control.wait(session.id, ADA, "w1")
    assert told.sentence == "Waiting 10 minutes more."
    await stage.restart()
    await stage.pass_time(580, step=20)
    assert await stage.heard() == []
    await stage.pass_time(60)
    assert await stage.heard() == ASKED
    assert (await stage.session(session.id)).state is SessionState.STARTING


async def test_a_machine_that_starts_after_the_question_is_kept(
    stage: Stage, provider: ProviderName
) -> None:
    """Though nobody answered."""
    stage.fault(provider, "never-starts", "create")
    session = await stage.rent(provider)
    await stage.pass_time(LIMIT_S[provider] + 60, step=30)
    heal(stage)
    await stage.until(session, SessionState.RUNNING)
    await stage.pass_time(900, step=30)
    assert (await stage.session(session.id)).state is SessionState.RUNNING


@pytest.mark.parametrize(("provider", "gpu"), [(VAST, "RTX A4000"), (DOCK, "RTX 4090")])
async def test_another_ends_it_and_offers_the_nearest(
    stage: Stage, provider: ProviderName, gpu: str
) -> None:
    """Each of them one press away."""
    stage.fault(provider, "never-starts", "create")
    session = await stage.rent(provider, gpus=(gpu,))
    await stage.pass_time(LIMIT_S[provider] + 60, step=30)
    answer = await stage.bot.control.another(session.id, ADA, "a1")
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.GONE
    assert {each.state for each in answer.alternatives} == {SessionState.OFFERED}
    assert (await stage.session(session.id)).state is SessionState.ENDING
    await stage.until(session, SessionState.ENDED)
    assert stage.alive() == []


async def test_where_there_is_no_other_the_machine_stays(stage: Stage) -> None:
    """Looked for first: what to do with the one that is there is left to the renter."""
    session = await stage.rent(VAST)
    policy = stage.policies.policy
    stage.policies.policy = replace(policy, max_usd_per_hour=Decimal("0.01"))
    none = "Nothing like it costs at most 10 % more right now. Try /gpu find."
    assert await stage.bot.control.another(session.id, ADA, "a1") == Told(
        f"{none} This machine is left as it is: wait, or end it."
    )
    assert (await stage.session(session.id)).state is SessionState.STARTING
    await stage.bot.control.end(session.id, ADA, "e")
    await stage.until(session, SessionState.ENDED)
    over = await stage.bot.control.another(session.id, ADA, "a2")
    assert over == Told(f"Its machine is gone already. {none}")


async def test_a_machine_that_cannot_start_is_destroyed_at_once(
    stage: Stage, provider: ProviderName
) -> None:
    """And the failure is remembered for its host."""
    stage.fault(provider, "create-fails", "create")
    session = await stage.rent(provider)
    ended = await stage.until(session, SessionState.ENDED, 180)
    assert ended.rented.ending is not None
    assert ended.rented.ending.reason is EndReason.START_FAILED
    assert await stage.heard() == ENDED
    assert stage.alive() == []
    record = await stage.bot.quoting.host_record(session.offer)
    assert record is not None
    assert (record.started, record.failed) == (0, 1)
    assert (await stage.card(provider)).offer.identity != session.offer.identity


async def test_a_machine_that_dies_while_starting_is_destroyed(
    stage: Stage, provider: ProviderName
) -> None:
    """Before SSH ever answered."""
    stage.doors.shut = True
    stage.fault(provider, "dies", "create", seconds=30.0)
    session = await stage.rent(provider)
    await stage.until(session, SessionState.ENDED, 600)
    assert await stage.heard() == ENDED
    assert stage.alive() == []


async def test_a_machine_that_vanishes_while_starting_is_proved_gone(
    stage: Stage, provider: ProviderName
) -> None:
    """One answer is not enough where the marketplace answers so when it is down."""
    stage.doors.shut = True
    stage.fault(provider, "vanishes", "create", seconds=60.0)
    session = await stage.rent(provider)
    ended = await stage.until(session, SessionState.ENDED, 700)
    assert ended.rented.ending is not None
    assert ended.rented.ending.reason is EndReason.LOST
    assert stage.alive() == []
    record = await stage.bot.quoting.host_record(session.offer)
    assert record is not None
    assert (record.started, record.failed) == (0, 1)


async def test_ssh_that_does_not_answer_keeps_it_starting(
    stage: Stage, provider: ProviderName
) -> None:
    """Although the marketplace calls it running."""
    stage.doors.shut = True
    session = await stage.rent(provider)
    await stage.pass_time(600)
    starting = await stage.session(session.id)
    assert starting.state is SessionState.STARTING
    assert starting.rented.instance is not None
    assert starting.rented.instance.ssh
    assert await stage.heard() == []
    stage.doors.shut = False
    await stage.until(session, SessionState.RUNNING, 60)
    assert await stage.heard() == [("ready", "renter")]
    record = await stage.bot.quoting.host_record(session.offer)
    assert record is not None
    assert (record.started, record.failed) == (1, 0)


async def test_the_channel_hears_of_no_address(stage: Stage, provider: ProviderName) -> None:
    """Ready goes to the renter alone; the thread's notices carry no facts of it."""
    session = await stage.rent(provider)
    await stage.until(session, SessionState.RUNNING)
    said = await stage.notices()
    assert [(each.kind, each.audience, dict(each.facts)) for each in said] == [
        ("ready", "renter", {})
    ]


async def test_the_key_opens_this_machine_and_never_the_account(stage: Stage) -> None:
    """Attached at Vast.ai, once; it would open everybody's machines otherwise."""
    session = await stage.rent(VAST)
    await stage.until(session, SessionState.RUNNING)
    (machine,) = stage.market.vast.rentals.ever_made()
    assert [key["public_key"] for key in machine.keys] == [KEY]
    assert KEY in machine.request["onstart"]
    assert stage.market.vast.account.ssh_keys == []


async def test_a_key_that_is_not_taken_is_offered_again(stage: Stage) -> None:
    """At each look while it starts; by the renter's press too."""
    stage.fault(VAST, "bad-gateway", "attach", times=20)
    session = await stage.rent(VAST)
    await stage.tick()
    (machine,) = stage.market.vast.rentals.ever_made()
    assert machine.keys == []
    stage.market.clear_faults()
    await stage.until(session, SessionState.RUNNING)
    assert [key["public_key"] for key in machine.keys] == [KEY]
    told = await stage.bot.keys_and_bids.try_key(session.id, ADA)
    assert told.sentence.startswith("Your key was sent to the machine again.")
    assert len(machine.keys) == 1
    assert stage.market.vast.account.ssh_keys == []


async def test_progress_is_seen_as_it_moves(stage: Stage) -> None:
    """Made, loading, running: in this order, and only what changed is edited."""
    session = await stage.rent(VAST)
    phases = []
    while (now := await stage.session(session.id)).state is SessionState.STARTING:
        instance = now.rented.instance
        phase = None if instance is None else instance.phase
        if phase not in phases:
            phases.append(phase)
        await stage.pass_time(5, step=5)
    assert phases[-1] is StartPhase.LOADING
    assert now.state is SessionState.RUNNING


async def test_the_time_runs_from_the_press(stage: Stage, provider: ProviderName) -> None:
    """A machine that is still starting when its time is up is ended."""
    stage.doors.shut = True
    session = await stage.rent(provider, hours=1)
    for _ in range(4):
        await stage.pass_time(850, step=50)
        await stage.bot.control.wait(session.id, ADA, f"w{stage.clock.monotonic()}")
    ended = await stage.until(session, SessionState.ENDED, 600)
    assert ended.rented.ending is not None
    assert ended.rented.ending.reason is EndReason.TIME_UP
    assert ended.rented.ending.since - session.rented.pressed_at < timedelta(seconds=3700)


async def test_a_marketplace_that_is_down_ends_nothing(
    stage: Stage, provider: ProviderName
) -> None:
    """A machine that starts meanwhile is not taken for one that failed."""
    session = await stage.rent(provider)
    stage.fault(provider, "bad-gateway", "detail", times=None)
    stage.fault(provider, "bad-gateway", "list", times=None)
    await stage.pass_time(600, step=20)
    assert (await stage.session(session.id)).state is SessionState.STARTING
    stage.market.clear_faults()
    stage.clock.advance(60)
    await stage.until(session, SessionState.RUNNING)


def heal(stage: Stage) -> None:
    for machine in (
        *stage.market.vast.rentals.ever_made(),
        *stage.market.tensordock.rentals.ever_made(),
    ):
        machine.fate = None  # type: ignore[attr-defined]  # of either kind
