"""Machines with our label that no session knows: announced, kept or ended, and never lost."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.rules.notices import NoticeKind
from bot.rules.orphans import Orphan, OrphanState
from bot.rules.sessions import SessionId, SessionState
from providers.models import ProviderName
from tests.rentals.perils import Killed, Life
from tests.rentals.stage import ADA, GRACE, VAST, Stage


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
    """Until it is gone; then all that was said loudly is edited."""
    orphan = await orphaned(stage, provider)
    stage.fault(provider, "will-not-end", "destroy", times=None)
    await stage.bot.orphan_control.end(orphan.id, ADA)
    await stage.pass_time(1500, step=30)
    loud = await stage.notices()
    assert {(each.kind, each.audience) for each in loud} == {("will not die", "admins")}
    assert len(loud) >= 2
    stage.market.clear_faults()
    await stage.pass_time(300, step=30)
    said = await stage.everything_said()
    assert NoticeKind.ORPHAN_ENDED in {each.kind for each in said}
    edited = [each.facts["edits"] for each in said if each.kind is NoticeKind.WILL_NOT_DIE]
    assert edited == [each.key for each in loud]
    assert len(stage.alive()) == 1


async def test_an_orphan_of_which_the_marketplace_says_nothing_more_is_loud(
    stage: Stage, provider: ProviderName
) -> None:
    """It is in no list, and asked about by itself there is no answer: that proves nothing."""
    orphan = await orphaned(stage, provider)
    stage.fault(provider, "bad-gateway", "detail", times=None)
    await stage.bot.orphan_control.end(orphan.id, ADA)
    await stage.pass_time(1500, step=30)
    assert ("will not die", "admins") in await stage.heard()
    assert (await found(stage, orphan.id)).trouble != ""
    stage.market.clear_faults()
    await stage.pass_time(300, step=30)
    assert await stage.heard() == [("orphan ended", "admins")]


async def orphaned(stage: Stage, provider: ProviderName) -> Orphan:
    """Found long after the bot met this marketplace."""
    session = await stage.rent(provider, max_gpus=1)
    await stage.until(session, SessionState.RUNNING)
    await stage.pass_time(730, step=60)
    await stage.notices()
    await stage.unrecorded(provider, session, "shopper-test-aaaaaaaaaa")
    await stage.pass_time(60)
    assert await stage.heard() == [("orphan", "admins")]
    (orphan,) = await stage.records.orphans.known(provider)
    return orphan


async def found(stage: Stage, orphan_id: SessionId) -> Orphan:
    orphan = await stage.records.orphans.get(orphan_id)
    assert orphan is not None
    return orphan
