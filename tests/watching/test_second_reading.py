"""Before it is told an offer is read again: what that shows, and what happens when it fails."""

from dataclasses import replace
from typing import Any

from providers.errors import ServerTrouble
from providers.models import Offer, Verification
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
