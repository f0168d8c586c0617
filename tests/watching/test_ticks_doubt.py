"""What is read again before it is said, and what goes wrong or changes meanwhile."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.flows import watching
from bot.flows.watch_looks import Looks
from bot.flows.watch_ports import PricePoint
from bot.rules.alerts import decide
from bot.rules.watches import Rule, Trigger
from providers.errors import TimedOut
from providers.models import Gpu, OfferQuery
from tests.watching.stage import ADA, BOB, Stage, dearer, fallen, machine


async def test_what_is_gone_when_read_again_is_not_said(stage: Stage) -> None:
    """The marketplace lists it, and no longer has it: the next best is told of."""
    watch = await stage.set()
    stage.prices("0.60")
    await stage.look(2)
    stage.prices("0.40", "0.45")
    await stage.look()
    found = stage.one.refresh_offer

    async def all_but_one(offer, **kind):
        return None if offer.offer_id == "a" else await found(offer, **kind)

    stage.one.refresh_offer = all_but_one  # type: ignore[method-assign]
    await stage.look()
    newest = await stage.newest(watch)
    assert newest.said is not None
    assert newest.said.offer == stage.one.offers[1]
    assert len(await stage.said()) == 1


async def test_what_costs_more_when_read_again_is_no_news(stage: Stage) -> None:
    """Nothing is said, and nothing is forgotten: when it falls again it is news."""
    watch = await stage.set()
    stage.prices("0.60")
    await stage.look(2)
    stage.prices("0.40")
    await stage.look()
    found = stage.one.refresh_offer

    async def dear(offer, **kind):
        stage.one.reread.append((offer, kind["priority"]))
        return dearer(offer, "0.60")

    stage.one.refresh_offer = dear  # type: ignore[method-assign]
    await stage.look()
    assert (await stage.said(), len(stage.one.reread)) == ([], 1)
    stage.one.refresh_offer = found  # type: ignore[method-assign]
    await stage.look(3)
    assert len(await stage.said()) == 1
    assert (await stage.newest(watch)).said is not None


async def test_what_cannot_be_read_again_now_is_said_later(stage: Stage) -> None:
    """The marketplace stumbles between the look and the second reading."""
    await stage.set()
    stage.prices("0.60")
    await stage.look(2)
    stage.prices("0.40")
    await stage.look()
    found = stage.one.refresh_offer

    async def fails(_offer, **_kind):
        raise TimedOut(stage.one.name, "One is slow.", detail="its own words")

    stage.one.refresh_offer = fails  # type: ignore[assignment, method-assign]
    await stage.look()
    assert await stage.said() == []
    assert len(stage.errors) == 1
    stage.one.refresh_offer = found  # type: ignore[method-assign]
    await stage.look()
    assert len(await stage.said()) == 1


async def test_an_outage_is_not_all_gone_and_its_end_not_all_new(stage: Stage) -> None:
    """A day without the marketplace, and it returns as it was: silence."""
    await stage.set(Rule(Trigger.AVAILABLE))
    await stage.set(Rule(Trigger.ANY))
    stage.prices("0.60", "0.70")
    await stage.look(3)
    stage.one.fails_with = TimedOut(stage.one.name, "One is slow.")
    await stage.look(30)
    stage.one.fails_with = None
    await stage.look(5)
    assert await stage.said() == []
    stage.prices("0.60", "0.70", "0.50")
    await stage.look(2)
    assert len(await stage.said()) == 1


async def test_one_watch_that_cannot_be_decided_hurts_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told, and looked at again; so is a question that cannot be looked into."""
    broken, good = await stage.set(), await stage.set(asker=BOB)
    odd = await stage.set(query=OfferQuery(gpus=("L40S",)))

    def decided(watch, *rest, **more):
        if watch.id == broken.id:
            raise KeyError("odd")
        return decide(watch, *rest, **more)

    def looked(self, query):
        if query == odd.query:
            raise KeyError("odd")
        return at(self, query)

    at = Looks.at
    monkeypatch.setattr(watching, "decide", decided)
    monkeypatch.setattr(Looks, "at", looked)
    await fallen(stage)
    assert (await stage.newest(good)).said is not None
    assert {about for about, _ in stage.errors} == {broken.id, odd.question}


async def test_no_price_is_written_of_silence(stage: Stage) -> None:
    """That nothing matched is known where everybody has answered."""
    await stage.set()
    written: list[PricePoint] = []
    record = stage.bot.prices.record

    async def noted(points):
        written.extend(points)
        await record(points)

    stage.bot.prices.record = noted  # type: ignore[method-assign]
    stage.one.fails_with = TimedOut(stage.one.name, "One is slow.")
    await stage.look()
    assert written == []
    stage.one.fails_with = None
    await stage.look()
    assert [(point.usd_per_hour, point.matched) for point in written] == [(None, 0)]
    stage.prices("0.001", "0.001")
    await stage.look()
    assert len(written) == 1


async def test_a_watch_that_was_changed_meanwhile_says_nothing(stage: Stage) -> None:
    """Paused between the look and the message; the other one of the channel speaks."""
    paused, other = await stage.set(), await stage.set(asker=BOB)
    stage.prices("0.60")
    await stage.look(2)
    stage.prices("0.40")
    await stage.look()
    found = stage.one.refresh_offer

    async def pause_first(offer, **kind):
        await stage.bot.control.pause(paused.id, paused.owner)
        return await found(offer, **kind)

    stage.one.refresh_offer = pause_first  # type: ignore[method-assign]
    assert (await stage.look()).alerts == 1
    assert [each.facts["watches"] for each in await stage.said()] == [other.id]
    assert (await stage.newest(paused)).said is None


async def test_many_machines_at_once_are_read_again_in_turns(stage: Stage) -> None:
    """No more than a dozen in a tick; the rest is told at the next."""
    names = ("L40S", "A100 PCIE", "H100 SXM", "RTX 3090", "RTX A6000", "RTX 5090", "A40")
    watches = [
        await stage.set(query=OfferQuery(gpus=(name,), min_gpus=count, max_gpus=count), asker=who)
        for who, count in ((ADA, 1), (BOB, 2))
        for name in names
    ]
    stage.sells()
    await stage.look(2)
    offers = [machine(str(number), "0.49") for number in range(len(watches))]
    stage.sells(
        *(
            replace(offer, gpu=Gpu(watch.query.gpus[0], watch.query.min_gpus, 24.0))
            for offer, watch in zip(offers, watches, strict=True)
        )
    )
    await stage.look(2)
    first = (await stage.said())[0].facts["watches"].split()
    assert (len(first), len(stage.one.reread)) == (12, 12)
    await stage.look()
    second = (await stage.said())[0].facts["watches"].split()
    assert sorted(first + second) == sorted(watch.id for watch in watches)


async def test_a_snooze_in_the_middle_of_a_look_forgets_no_fall(stage: Stage) -> None:
    """The look's memory is not written then; the fall it showed is news to the next ones."""
    watch = await stage.set(Rule(Trigger.DROP, percent=Decimal(10)))
    stage.prices("0.60")
    await stage.look(5)
    stage.prices("0.40")
    ask = stage.bot.market.look

    async def slow(*args: Any, **how: Any) -> Any:
        seen = await ask(*args, **how)
        if (await stage.newest(watch)).snoozed_until is None:
            await stage.bot.control.snooze(watch.id, ADA, timedelta(minutes=5))
        return seen

    stage.bot.market.look = slow  # type: ignore[method-assign]
    await stage.look(10)
    assert len(await stage.said()) == 1
