"""The tick, from the market to the outbox."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.flows import watching
from bot.flows.watch_looks import Looks
from bot.flows.watch_ports import PricePoint
from bot.flows.watching import Ticked
from bot.rules.alerts import decide
from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.sessions import SessionState
from bot.rules.watches import MachineKey, Rule, Sighting, Trigger, Watch
from providers.base import Priority
from providers.errors import TimedOut
from providers.models import Gpu, Offer, OfferQuery, Sort
from tests.watching.stage import A_4090, ADA, BOB, UNDER_HALF, Stage, dearer, machine

OFFERED = SessionState.OFFERED


async def fallen(stage: Stage, *watches: Watch) -> list[Notice]:
    """The scene is set at 0.60, then the price falls to 0.40 and stays there for two looks."""
    stage.prices("0.60")
    await stage.look(2)
    stage.prices("0.40")
    await stage.look(2)
    return await stage.said()


async def test_nothing_is_due_at_first(stage: Stage) -> None:
    assert await stage.bot.watching.tick() == Ticked()
    assert stage.one.asked == []


async def test_a_fall_that_lasts_is_said_once(stage: Stage) -> None:
    """Two looks that show it, then one notice with a card whose price was just read again."""
    watch = await stage.set()
    assert stage.wakes == 1
    said = await fallen(stage, watch)
    newest = await stage.newest(watch)
    assert newest.said is not None
    at = newest.said.at
    assert said == [
        Notice(
            NoticeKind.ALERT,
            Audience.CHANNEL,
            f"alert:{watch.id}:{at.isoformat()}",
            watch.id,
            {"watches": watch.id, "channel": "C1"},
            expires_at=at + timedelta(hours=3),
        )
    ]
    assert newest.said.message == said[0].key
    assert newest.said.group == ()
    key = MachineKey(stage.one.name, "m-a", "RTX 4090", 1)
    assert newest.said.alert.seen == Sighting(key, Decimal("0.4"), at)
    assert stage.one.reread == [(newest.said.offer, Priority.ALERT)]
    card = await stage.bot.sessions.get(newest.said.session_id)
    assert card is not None
    assert (card.state, card.offer, card.opened_for) == (OFFERED, newest.said.offer, watch.owner)
    await stage.look(3)
    assert await stage.said() == []
    assert stage.errors == []


async def test_a_fall_that_one_look_saw_is_not_said(stage: Stage) -> None:
    await stage.set()
    stage.prices("0.60")
    await stage.look(2)
    stage.prices("0.40")
    await stage.look()
    stage.prices("0.60")
    await stage.look(3)
    assert (await stage.said(), stage.one.reread) == ([], [])


async def test_a_question_is_asked_once_for_all_its_watches(stage: Stage) -> None:
    """Past the cache, below everybody else."""
    for rule in (UNDER_HALF, Rule(Trigger.ANY), Rule(Trigger.AVAILABLE)):
        await stage.set(rule)
    await stage.set(query=OfferQuery(gpus=("L40S",)))
    stage.prices("0.60")
    assert await stage.look() == Ticked(watches=4, questions=2)
    asked = {(each.query.gpus, each.priority, each.refresh) for each in stage.one.asked}
    assert asked == {
        (("RTX 4090",), Priority.WATCH, True),
        (("L40S",), Priority.WATCH, True),
    }
    assert len(stage.one.asked) == 2


async def test_what_falls_at_once_is_one_message_of_the_channel(stage: Stage) -> None:
    """Three watches of two people share it; each has a card of its own, read again once."""
    watches = [
        await stage.set(),
        await stage.set(asker=BOB),
        await stage.set(Rule(Trigger.UNDER, usd_per_hour=Decimal("0.45"))),
    ]
    said = await fallen(stage)
    ids = [watch.id for watch in watches]
    assert [notice.facts for notice in said] == [{"watches": " ".join(ids), "channel": "C1"}]
    newest = [await stage.newest(watch) for watch in watches]
    assert [each.said.group for each in newest if each.said] == [tuple(ids)] * 3
    assert len({each.said.session_id for each in newest if each.said}) == 3
    assert len(stage.one.reread) == 1


async def test_one_question_in_other_words_is_told_too(stage: Stage) -> None:
    """Another order and another number of results ask nothing else."""
    one = await stage.set()
    other = await stage.set(query=A_4090.with_changes(sort=Sort.VRAM, limit=3), asker=BOB)
    assert one.question == other.question
    (said,) = await fallen(stage)
    assert said.facts["watches"] == f"{one.id} {other.id}"
    assert (len(stage.one.asked), stage.errors) == (4, [])


async def test_another_disk_is_read_again_by_itself(stage: Stage) -> None:
    """One machine with two disks has two prices, and each message the right one."""
    small = await stage.set()
    large = await stage.set(query=A_4090.with_changes(disk_gb=200))
    search = stage.one.search

    async def with_disk(query, **kind):
        disk, more = (200, "0.05") if query.disk_gb else (50, "0")
        stage.one.offers = [priced(offer, disk, more) for offer in plain]
        return await search(query, **kind)

    async def again(offer, **_kind):
        return offer

    stage.one.search = with_disk  # type: ignore[method-assign]
    stage.one.refresh_offer = again  # type: ignore[method-assign]
    for usd in ("0.60", "0.40"):
        plain = [machine("a", usd)]
        await stage.look(2)
    told = [(await stage.newest(watch)).said for watch in (small, large)]
    prices = [(int(said.offer.disk_gb), said.offer.price.usd_per_hour) for said in told if said]
    assert prices == [(50, Decimal("0.40")), (200, Decimal("0.45"))]


def priced(offer: Offer, disk_gb: int, more: str) -> Offer:
    price = replace(offer.price, disk=Decimal(more))
    return replace(offer, disk_gb=Decimal(disk_gb), price=price)


async def test_another_channel_has_its_own_message(stage: Stage) -> None:
    there = replace(BOB, place=replace(BOB.place, channel_id="C2"))
    one, two = await stage.set(), await stage.set(asker=there)
    said = await fallen(stage)
    assert {(each.about, each.facts["channel"]) for each in said} == {
        (one.id, "C1"),
        (two.id, "C2"),
    }


async def test_within_the_cool_down_the_message_is_brought_up_to_date(stage: Stage) -> None:
    """A further cent: the notice names the message to edit, and all watches that share it."""
    one, two = await stage.set(Rule(Trigger.ANY)), await stage.set(UNDER_HALF, asker=BOB)
    (first,) = await fallen(stage)
    stage.prices("0.39")
    await stage.look(2)
    (edit,) = await stage.said()
    assert edit.facts == {
        "watches": f"{one.id} {two.id}",
        "channel": "C1",
        "edits": first.key,
    }
    assert edit.about == one.id
    newest = await stage.newest(one)
    assert newest.said is not None
    assert (newest.said.message, newest.said.alert.edits) == (first.key, True)
    assert newest.said.offer.price.usd_per_hour == Decimal("0.39")
    assert newest.said.group == (one.id, two.id)


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


async def test_every_look_leaves_its_price(stage: Stage) -> None:
    """The lowest of those that are meant; silence leaves none, an empty market leaves nothing."""
    watch = await stage.set()
    past = stage.bot.prices.pasts
    queries = {watch.question: watch.query}
    stage.prices("0.60")
    await stage.look()
    stage.one.fails_with = TimedOut(stage.one.name, "One is slow.")
    await stage.look()
    stage.one.fails_with = None
    stage.prices("0.001", "0.55")
    await stage.look()
    known = (await past(queries, stage.clock.now()))[watch.question]
    assert known.low_24h == Decimal("0.55")


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


async def test_who_asks_the_same_and_looks_first_takes_nobody_s_news(stage: Stage) -> None:
    """A watch that is set between two looks of another one puts the fall into the history."""
    await stage.set(Rule(Trigger.DROP, percent=Decimal(10)))
    stage.prices("0.60")
    await stage.look(5)
    stage.prices("0.40")
    stage.clock.advance(-30)
    await stage.set(Rule(Trigger.DROP, percent=Decimal(10)), asker=BOB)
    await stage.bot.watching.tick()
    stage.clock.advance(30)
    await stage.look(4)
    assert len(await stage.said()) == 1


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


async def test_the_price_of_one_gpu_is_seen_behind_many_small_machines(stage: Stage) -> None:
    """Thirty cheaper machines stand before the one whose GPUs cost less."""
    watch = await stage.set(Rule(Trigger.UNDER, Decimal("0.50"), per_gpu=True))
    whole = await stage.set(asker=BOB)
    small = [machine(f"s{n}", "0.60") for n in range(30)]
    stage.sells(*small, eight("4.60"))
    await stage.look(2)
    first = await stage.newest(watch)
    assert first.memory.lowest == Decimal("0.575")
    assert (await stage.newest(whole)).memory.lowest == Decimal("0.60")
    stage.sells(*small, eight("2.40"))
    await stage.look(2)
    said = (await stage.newest(watch)).said
    assert said is not None
    assert (said.alert.seen.usd_per_hour, said.alert.before) == (Decimal("2.4"), Decimal("4.6"))
    assert [notice.about for notice in await stage.said()] == [watch.id]
    assert (stage.one.reread, stage.errors) == ([(said.offer, Priority.ALERT)], [])
    points = await stage.bot.prices.pasts({watch.question: A_4090}, stage.clock.now())
    assert points[watch.question].low_24h == Decimal("0.6")


def eight(usd: str) -> Offer:
    return machine("e", usd, count=8)
