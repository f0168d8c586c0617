"""Listings against records: incomplete ones change nothing, strangers are left alone."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.flows.control import OLDER
from bot.rules.orphans import Orphan, OrphanState
from bot.rules.rentals import EndReason
from bot.rules.sessions import Session, SessionId, SessionState
from providers.models import ProviderName
from tests.rentals.perils import Killed, Life
from tests.rentals.stage import ADA, GRACE, TEAM, VAST, Stage

ODD = ("wrong-types", "truncated", "empty", "null", "html", "error-in-200")


@pytest.mark.parametrize("kind", ODD)
async def test_an_odd_list_changes_nothing(
    stage: Stage, provider: ProviderName, kind: str
) -> None:
    """Neither states nor orphans."""
    session = await running(stage, provider)
    await stage.unrecorded(provider, session, "shopper-test-aaaaaaaaaa")
    stage.fault(provider, kind, "list", times=None)
    before = await stage.session(session.id)
    await stage.pass_time(120, step=30)
    after = await stage.session(session.id)
    assert (after.state, after.rented.seen_at) == (before.state, before.rented.seen_at)
    assert (await stage.heard(), len(stage.alive())) == ([], 2)
    assert await stage.records.orphans.known(provider) == ()


async def test_a_second_page_that_fails_changes_nothing(stage: Stage) -> None:
    """26 machines of others before it, two pages: a machine on the second is not missing."""
    session = await running(stage, VAST)
    for row in range(26):
        clone(stage, f"other-{row}", first=True)
    await stage.pass_time(60)
    seen = (await stage.session(session.id)).rented.seen_at
    stage.market.fault("vast", "bad-gateway", endpoint="list", times=None)
    await stage.pass_time(60)
    stage.market.clear_faults()
    real = stage.market.faults.take
    calls = []

    def second_fails(marketplace: str, endpoint: str):
        calls.append(endpoint)
        if endpoint == "list" and calls.count("list") % 2 == 0:
            stage.market.fault("vast", "html", endpoint="list")
        return real(marketplace, endpoint)

    stage.market.faults.take = second_fails  # type: ignore[method-assign]
    await stage.pass_time(300, step=30)
    after = await stage.session(session.id)
    assert calls.count("list") >= 10
    assert (after.state, after.rented.seen_at, after.rented.absent_since) == (
        SessionState.RUNNING,
        seen,
        None,
    )


@pytest.mark.parametrize(
    "label",
    [
        "shopper-othr-aaaaaaaaaa",
        "shopper-test-aaaaaaaaa",
        "shopper-test-",
        "shopper-test-aaaaaaaaaa-2",
        "xshopper-test-aaaaaaaaaa",
        "SHOPPER-TEST-AAAAAAAAAA",
        "somebody-elses",
    ],
)
async def test_machines_that_are_not_ours_are_never_touched(
    stage: Stage, provider: ProviderName, label: str
) -> None:
    """Another deployment's, nobody's, or with a label that was cut short or added to."""
    session = await running(stage, provider)
    stranger = await stage.unrecorded(provider, session, label)
    await stage.bot.control.end(session.id, ADA, "e")
    await stage.pass_time(1500, step=60)
    assert stage.alive() == [stranger]
    assert await stage.heard() == [("receipt", "thread")]


async def test_a_machine_without_a_label_is_never_touched(stage: Stage) -> None:
    """Vast.ai allows it."""
    session = await running(stage, VAST)
    clone(stage, None)
    await stage.bot.control.end(session.id, ADA, "e")
    await stage.pass_time(1500, step=60)
    assert [label for label, _ in stage.alive()] == [""]


async def test_an_orphan_is_announced_with_its_price_and_ended_after_ten_minutes(
    stage: Stage, provider: ProviderName
) -> None:
    """Nobody kept it."""
    orphan = await orphaned(stage, provider)
    assert orphan.usd_per_hour is not None
    assert orphan.end_at - orphan.found_at == timedelta(minutes=10)
    await stage.pass_time(540, step=30)
    assert len(stage.alive()) == 2
    await stage.pass_time(240, step=30)
    assert len(stage.alive()) == 1
    assert await stage.heard() == [("orphan ended", "admins")]
    assert (await found(stage, orphan.id)).state is OrphanState.GONE


async def test_an_orphan_that_is_kept_becomes_a_session(
    stage: Stage, provider: ProviderName
) -> None:
    """Of the admin who pressed, for two hours; a second press is too late."""
    orphan = await orphaned(stage, provider)
    refused = await stage.bot.orphan_control.keep(orphan.id, GRACE)
    assert refused.sentence == "Only an admin decides about a machine that no session knows."
    told = await stage.bot.orphan_control.keep(orphan.id, ADA)
    assert told.sentence == (
        f"Kept as session `{orphan.id}`. It ends in 2 h unless you extend it."
    )
    assert (await stage.bot.orphan_control.keep(orphan.id, ADA)).sentence == (
        "It was kept already."
    )
    await stage.pass_time(1500, step=60)
    kept = await stage.session(orphan.id)
    assert (kept.state, kept.rented.renter) == (SessionState.RUNNING, ADA)
    assert len(stage.alive()) == 2
    assert kept.rented.billed_usd_per_hour == orphan.usd_per_hour
    await stage.until(kept, SessionState.ENDED, 6600)
    assert len(stage.alive()) == 1


@dataclass
class LookedAt:
    """Records of orphans; a look writes one anew just after it was read for a press."""

    orphans: Any
    looks: int = 1

    async def get(self, orphan_id: SessionId) -> Orphan | None:
        read: Orphan = await self.orphans.get(orphan_id)
        if self.looks:
            self.looks -= 1
            later = read.seen_at + timedelta(seconds=1)
            await self.orphans.change(read, replace(read, seen_at=later))
        return read


@pytest.mark.parametrize(
    ("press", "state"), [("keep", OrphanState.KEPT), ("end", OrphanState.ENDING)]
)
async def test_a_press_on_an_orphan_counts_though_it_is_looked_at(
    stage: Stage, press: str, state: OrphanState
) -> None:
    """Both write the same record; the press reads it again instead of being lost."""
    orphan = await orphaned(stage, VAST)
    control = stage.bot.orphan_control
    records: Any = LookedAt(stage.records.orphans)
    control = replace(control, orphans=records)
    told = await getattr(control, press)(orphan.id, ADA)
    assert told.sentence.startswith("Kept as session" if press == "keep" else "Ending it.")
    now = await found(stage, orphan.id)
    assert (now.state, now.end_at < orphan.end_at) == (state, press == "end")


async def test_an_orphan_that_was_kept_by_a_bot_that_died_is_not_lost(
    stage: Stage, provider: ProviderName
) -> None:
    """It becomes a session all the same, at whichever step the press was cut off."""
    orphan = await orphaned(stage, provider)
    for left in range(20):
        stage.life = Life()
        await stage.restart()
        stage.life.left = left
        try:
            await stage.life.run(stage.bot.orphan_control.keep(orphan.id, ADA))
        except Killed:
            pass
        else:
            break
        stage.life = Life()
        await stage.restart()
        await stage.pass_time(40)
        if (await found(stage, orphan.id)).state is OrphanState.KEPT:
            break
    assert 0 < left < 19
    await stage.pass_time(700, step=60)
    assert (await stage.session(orphan.id)).state is SessionState.RUNNING
    assert len(stage.alive()) == 2


async def test_an_orphan_that_comes_back_is_announced_again(
    stage: Stage, provider: ProviderName
) -> None:
    """And ended again."""
    orphan = await orphaned(stage, provider)
    stage.fault(provider, "comes-back", "destroy", seconds=900.0, times=3)
    await stage.bot.orphan_control.end(orphan.id, ADA)
    await stage.pass_time(300, step=30)
    assert await stage.heard() == [("orphan ended", "admins")]
    stage.market.clear_faults()
    await stage.pass_time(900, step=30)
    assert ("orphan", "admins") in await stage.heard()
    await stage.pass_time(900, step=30)
    assert len(stage.alive()) == 1


async def test_an_orphan_that_will_not_end_is_loud(stage: Stage, provider: ProviderName) -> None:
    """Until it is gone."""
    orphan = await orphaned(stage, provider)
    stage.fault(provider, "will-not-end", "destroy", times=None)
    await stage.bot.orphan_control.end(orphan.id, ADA)
    await stage.pass_time(1500, step=30)
    loud = await stage.heard()
    assert set(loud) == {("will not die", "admins")}
    assert len(loud) >= 2
    stage.market.clear_faults()
    await stage.pass_time(300, step=30)
    assert await stage.heard() == [("orphan ended", "admins")]
    assert len(stage.alive()) == 1


async def test_an_empty_database_rescues_every_machine(
    stage: Stage, provider: ProviderName
) -> None:
    """Each a running session of an admin that ends in two hours; nothing is an orphan."""
    sessions = [await running(stage, provider) for _ in range(3)]
    await lose_records(stage)
    await stage.pass_time(1200, step=60)
    assert len(stage.alive()) == 3
    for old in sessions:
        rescued = await stage.session(old.id)
        assert rescued.state is SessionState.RUNNING
        assert rescued.rented.rescued
        assert rescued.rented.renter.user_id == ADA.user_id
        assert rescued.rented.renter.team_id == TEAM
        left = rescued.rented.ends_at - rescued.rented.pressed_at
        assert left == timedelta(hours=2)
    assert await stage.heard() == [("rescued", "admins")] * 3
    assert await stage.records.orphans.known(provider) == ()
    for old in sessions:
        ended = await stage.until(old, SessionState.ENDED, 6600)
        assert ended.rented.ending is not None
        assert ended.rented.ending.reason is EndReason.TIME_UP
    assert stage.alive() == []


async def test_a_rescued_machine_can_be_extended_and_ended(stage: Stage) -> None:
    """By an admin."""
    from decimal import Decimal

    session = await running(stage, VAST)
    await lose_records(stage)
    told = await stage.bot.control.extend(session.id, ADA, Decimal(4), "x")
    assert told.sentence == f"Extended by 4 h. {OLDER}"
    await stage.bot.control.end(session.id, ADA, "e")
    await stage.until(session, SessionState.ENDED)
    assert stage.alive() == []


async def running(stage: Stage, provider: ProviderName) -> Session:
    session = await stage.rent(provider, max_gpus=1)
    await stage.until(session, SessionState.RUNNING)
    await stage.pass_time(30)
    await stage.notices()
    return await stage.session(session.id)


async def orphaned(stage: Stage, provider: ProviderName):
    """Found long after the bot met this marketplace."""
    session = await running(stage, provider)
    await stage.pass_time(700, step=60)
    await stage.unrecorded(provider, session, "shopper-test-aaaaaaaaaa")
    await stage.pass_time(60)
    assert await stage.heard() == [("orphan", "admins")]
    (orphan,) = await stage.records.orphans.known(provider)
    return orphan


async def found(stage: Stage, orphan_id):
    orphan = await stage.records.orphans.get(orphan_id)
    assert orphan is not None
    return orphan


async def lose_records(stage: Stage) -> None:
    """The disk is gone, and the bot starts anew."""
    await stage.stop_bot()
    for file in stage.home.glob("shopper.db*"):
        file.unlink()
    stage.clock.advance(60)
    await stage.start_bot()
    await stage.tick()


def clone(stage: Stage, label: str | None, *, first: bool = False) -> None:
    """A machine of somebody who shares the account."""
    from dataclasses import replace

    rentals = stage.market.vast.rentals
    known = rentals._rentals
    number = (min if first else max)(known) + (-1 if first else 1)
    pattern = next(iter(known.values()))
    made = replace(pattern, instance_id=number, label=label, keys=[])
    rentals._rentals = dict(sorted({**known, number: made}.items()))
