"""Ordering on the stage of renting: what people do, and the ticks of all jobs."""

from decimal import Decimal
from typing import Any

from bot.rules.answers import Told
from bot.rules.dates import Deadline
from bot.rules.orders import Order, OrderDraft, OrderState
from bot.rules.places import Asker
from providers.models import OfferQuery, ProviderName
from providers.simulator import prices
from tests.rentals.stage import ADA, KEY, VAST, Stage

MODEL = "RTX 4090"
FALL = 0.5
DEAR = Decimal(5)


async def drafted(
    stage: Stage,
    who: Asker = ADA,
    *,
    under: Decimal | None = None,
    hours: Decimal = Decimal(4),
    before: Deadline | None = None,
    on: ProviderName = VAST,
    **wishes: Any,
) -> OrderDraft | Told:
    """Without a limit of its own: under nine tenths of what the cheapest costs now."""
    wish: dict[str, Any] = {"gpus": (MODEL,), "providers": (on,), "min_hours": float(hours)}
    wish |= wishes
    if under is None:
        listing = await stage.bot.finder.market.search(OfferQuery(**wish))
        cheapest = listing.offers[0].price.usd_per_hour
        under = (cheapest * Decimal("0.9")).quantize(Decimal("0.001"))
    query = OfferQuery(**wish, max_usd_per_hour=under)
    return await stage.bot.ordering.draft(
        who, query, f"4090 under {under}", hours=hours, usd_per_hour=under, before=before
    )


async def placed(stage: Stage, who: Asker = ADA, **wishes: Any) -> Order:
    draft = await drafted(stage, who, **wishes)
    assert isinstance(draft, OrderDraft), draft
    order = await stage.bot.ordering.place(draft.id, who, KEY, "for tests")
    assert isinstance(order, Order), order
    return order


async def newest(stage: Stage, order: Order) -> Order:
    found = await stage.records.orders.get(order.id)
    assert found is not None
    return found


async def tick(stage: Stage) -> None:
    await stage.bot.order_firing.tick()
    await stage.tick()


async def pass_time(stage: Stage, seconds: float, step: float = 10.0) -> None:
    """Moves time and ticks as the jobs would."""
    end = stage.clock.monotonic() + seconds
    while stage.clock.monotonic() < end:
        stage.clock.advance(min(step, end - stage.clock.monotonic()))
        stage.market.step(0)
        await tick(stage)


async def until(
    stage: Stage, order: Order, *states: OrderState, within_s: float = 3600, step: float = 10
) -> Order:
    waited = 0.0
    while (now := await newest(stage, order)).state not in states:
        assert waited < within_s, f"still {now.state} after {within_s} s: {now}"
        await pass_time(stage, step, step)
        waited += step
    return now


def fall(stage: Stage, factor: float = FALL) -> None:
    prices.move(stage.market, MODEL, factor)
