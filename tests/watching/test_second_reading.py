"""Before it is told an offer is read again: what that shows, and what happens when it fails."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.rules.watches import Rule, Trigger
from providers.errors import ServerTrouble
from providers.models import Offer, OfferId, Verification
from tests.watching.stage import Stage, machine


async def test_an_offer_that_matches_no_more_is_not_told(stage: Stage) -> None:
    """Its host lost its verification since the look; the next best is told."""
    watch = await stage.set()
    stage.prices("0.60", "0.60")
    await stage.look(2)
    stage.prices("0.40", "0.41")
    found = stage.one.refresh_offer

    async def read(offer: Offer, **how: Any) -> Offer | None:
        again = await found(offer, **how)
        if again is None or offer.machine_id != "m-a":
            return again
        return replace(again, verification=Verification.DEVERIFIED)

    stage.one.refresh_offer = read  # type: ignore[method-assign]
    await stage.look(3)
    assert len(await stage.said()) == 1
    said = (await stage.newest(watch)).said
    assert said is not None
    assert said.offer.machine_id == machine("b", "0.41").machine_id


async def test_news_that_cannot_be_read_again_for_an_hour_is_told_afterwards(stage: Stage) -> None:
    """The looks go on meanwhile: none of them takes what waits for how things stand."""
    await stage.set()
    stage.prices("0.60")
    await stage.look(2)
    stage.prices("0.40")
    found = stage.one.refresh_offer

    async def fails(offer: Offer, **how: Any) -> Offer | None:
        raise ServerTrouble(stage.one.name, "One is down.")

    stage.one.refresh_offer = fails  # type: ignore[method-assign]
    await stage.look(60)
    assert await stage.said() == []
    stage.one.refresh_offer = found  # type: ignore[method-assign]
    await stage.look()
    assert len(await stage.said()) == 1


async def test_what_stood_behind_a_machine_that_is_gone_is_no_news(stage: Stage) -> None:
    """It moves up into a look of twenty, and was out of sight before."""
    watch = await stage.set(Rule(Trigger.ANY))
    offers = [machine(f"{n}", f"0.{50 + n}") for n in range(24)]
    stage.sells(*offers)
    await stage.look(2)

    async def gone(offer: Offer, **_how: Any) -> Offer | None:
        return None

    stage.one.refresh_offer = gone  # type: ignore[method-assign]
    stage.sells(machine("0", "0.40"), *offers[1:])
    await stage.look(2)
    assert (await stage.newest(watch)).memory.sight == Decimal("0.70")
    await stage.look(3)
    assert await stage.said() == []


async def test_twenty_offers_of_a_dozen_machines_hide_none(stage: Stage) -> None:
    """Of two offers of one machine the cheaper counts, and the other takes nobody's place."""
    watch = await stage.set(Rule(Trigger.ANY))
    offers = [machine(f"{n}", f"0.{50 + n}") for n in range(12)]
    stage.sells(*offers, *(replace(o, offer_id=OfferId(f"{o.offer_id}x")) for o in offers))
    await stage.look(2)
    known = (await stage.newest(watch)).memory.known
    assert [(key.machine, str(usd)) for key, usd in known] == [
        (offer.machine_id, str(offer.price.usd_per_hour.normalize())) for offer in offers
    ]
