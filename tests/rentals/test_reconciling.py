"""Listings against records: incomplete ones change nothing, strangers are left alone."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.flows.control import OLDER
from bot.rules.rentals import EndReason
from bot.rules.sessions import Session, SessionState
from providers.instances import Instance
from providers.models import ProviderName
from tests.rentals.stage import ADA, TEAM, VAST, Stage

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


@dataclass
class Stumbling:
    """Keeps orphans, and fails over one machine."""

    keeping: Any
    label: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.keeping, name)

    async def found(self, house: Any, machines: Any, instance: Instance, **rest: Any) -> None:
        if instance.label == self.label:
            raise ValueError(self.label)
        await self.keeping.found(house, machines, instance, **rest)


async def test_a_fault_over_one_machine_costs_no_other_its_look(stage: Stage) -> None:
    """It is told; an orphan behind it is announced, and ended in its time."""
    session = await running(stage, VAST)
    await stage.pass_time(700, step=60)
    for label in ("shopper-test-aaaaaaaaaa", "shopper-test-bbbbbbbbbb"):
        clone(stage, label)
    told: list[Exception] = []
    keeping: Any = Stumbling(stage.bot.reconciling.orphans, "shopper-test-aaaaaaaaaa")
    reconciling = replace(
        stage.bot.reconciling, orphans=keeping, on_error=lambda _, error: told.append(error)
    )
    for _ in range(30):
        stage.clock.advance(30)
        await reconciling.tick()
    assert {type(each) for each in told} == {ValueError}
    assert sorted(label for label, _ in stage.alive()) == sorted(
        ["shopper-test-aaaaaaaaaa", session.rented.label]
    )


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
    rentals = stage.market.vast.rentals
    known = rentals._rentals
    number = (min if first else max)(known) + (-1 if first else 1)
    pattern = next(iter(known.values()))
    made = replace(pattern, instance_id=number, label=label, keys=[])
    rentals._rentals = dict(sorted({**known, number: made}.items()))
