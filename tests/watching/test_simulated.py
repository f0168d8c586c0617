"""Watching over the real adapters and simulated marketplaces."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.flows.watch_pace import next_look
from bot.rules.notices import NoticeKind
from bot.rules.watch_answers import WatchesPage, WatchPage, WatchScope
from bot.rules.watches import Rule, Trigger, Watch
from providers.listings import Listing
from providers.models import OfferQuery, PricingKind
from tests.rentals.stage import ADA, DOCK, VAST, Stage, open_stage

ANY = Rule(Trigger.ANY)
A_4090 = OfferQuery(gpus=("RTX 4090",))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, vast_machines=300, evolving=False) as opened:
        yield opened
        assert opened.errors == []


async def watching(stage: Stage, query: OfferQuery, rule: Rule = ANY) -> Watch:
    page = await stage.bot.watch_control.set(ADA, query, rule, "a watch")
    assert isinstance(page, WatchPage)
    return page.watch


async def tick(stage: Stage) -> None:
    await stage.bot.watching.tick()
    now = stage.clock.now()
    interval_s = await stage.bot.watching.pace.interval_s()
    stage.clock.advance((next_look(now, interval_s) - now).total_seconds())


async def newest(stage: Stage, watch: Watch) -> Watch:
    found = await stage.records.watches.get(watch.id)
    assert found is not None
    return found


async def search(stage: Stage) -> Listing:
    assert stage.opened is not None
    return await stage.opened.market.search(A_4090, refresh=True)


async def cheapen(stage: Stage) -> str:
    """The cheapest machine of Vast.ai costs half of it from now on."""
    cheapest = next(o for o in (await search(stage)).offers if o.provider == VAST)
    machines = stage.market.vast.book._machines
    (machine,) = [each for each in machines if str(each.machine_id) == cheapest.machine_id]
    machine.usd_per_gpu_hour /= 2
    return str(machine.machine_id)


async def test_a_look_hears_both_marketplaces_whole(stage: Stage) -> None:
    """A model of many pages, bids that one of them does not have, and everything at once."""
    bids = A_4090.with_changes(pricing=PricingKind.INTERRUPTIBLE, verified_only=False)
    big = OfferQuery(min_vram_gib=40, verified_only=False)
    watches = [await watching(stage, query) for query in (A_4090, bids, big)]
    await tick(stage)
    memories = [(await newest(stage, watch)).memory for watch in watches]
    assert [memory.heard for memory in memories] == [{VAST, DOCK}, {VAST}, {VAST, DOCK}]
    assert [memory.matched for memory in memories] == [True, True, True]
    page = await stage.bot.watch_control.listed(ADA, WatchScope.HERE)
    assert isinstance(page, WatchesPage)
    assert page.interval_s >= 60


async def test_a_look_is_what_a_search_finds(stage: Stage) -> None:
    """The lowest price that a watch remembers is the one that people are shown."""
    watch = await watching(stage, A_4090)
    await watching(stage, OfferQuery(gpus=("H100 SXM", "L40S"), min_gpus=2))
    await tick(stage)
    listing = await search(stage)
    lowest = (await newest(stage, watch)).memory.lowest
    assert lowest is not None
    found = min(offer.price.usd_per_hour for offer in listing.offers)
    assert abs(found - lowest) < Decimal("0.000001")


async def test_what_becomes_cheap_is_told_with_its_card(stage: Stage) -> None:
    """From the marketplace's change to the outbox; the card rents the machine that was seen."""
    watch = await watching(stage, A_4090)
    for _ in range(2):
        await tick(stage)
    machine = await cheapen(stage)
    for _ in range(3):  # the search that found it serves as the first look
        await tick(stage)
    said = (await newest(stage, watch)).said
    assert said is not None
    assert said.offer.machine_id == machine
    card = await stage.records.sessions.get(said.session_id)
    assert card is not None
    assert card.offer == said.offer
    assert await stage.said() == [NoticeKind.ALERT]
