"""What is not rented, and why: gone, no key, wrong key, no credit. Each has its sentence."""

import asyncio
from decimal import Decimal

import pytest

from bot.flows.quoting import GONE
from bot.rules.quotes import Refusal, RefusalKind, Rented
from bot.rules.sessions import SessionState
from providers.models import ProviderName
from tests.rentals.stage import DOCK, VAST, Stage


async def test_gone_at_the_create_call_fails_at_once_and_offers_the_nearest(
    stage: Stage, provider: ProviderName
) -> None:
    """Never another machine silently: each alternative is a press away, at most a tenth above."""
    card = await stage.card(provider, max_gpus=1)
    stage.fault(provider, "stale", "create")
    answer = await stage.submit(await stage.quote(card))
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.sentence.startswith(GONE)) == (RefusalKind.GONE, True)
    failed = await stage.session(card.id)
    assert (failed.state, failed.rented.failure) == (SessionState.FAILED, GONE)
    assert stage.made() == []
    for other in answer.alternatives:
        assert other.state is SessionState.OFFERED
        assert other.offer.identity != card.offer.identity
        assert other.offer.gpu.name == card.offer.gpu.name
        assert other.offer.price.usd_per_hour <= card.offer.price.usd_per_hour * Decimal("1.1")
        assert await stage.session(other.id) == other
    shown = await stage.card(provider)
    assert shown.offer.identity != card.offer.identity
    assert await stage.heard() == [("nothing made", "thread")]


async def test_a_host_that_is_gone_is_remembered(stage: Stage) -> None:
    """Shown on later cards of it."""
    card = await stage.card(VAST)
    stage.fault(VAST, "stale", "create")
    await stage.submit(await stage.quote(card))
    record = await stage.bot.quoting.host_record(card.offer)
    assert record is not None
    assert (record.started, record.failed) == (0, 1)


async def test_gone_before_the_window_offers_the_nearest(stage: Stage) -> None:
    """The dead offer is not shown again, and nothing was asked of the marketplace."""
    card = await stage.card(VAST)
    stage.market.vast.remove_offer(int(card.offer.offer_id))
    answer = await stage.bot.quoting.quote(card.id, card.opened_for)
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.GONE
    assert (await stage.session(card.id)).state is SessionState.OFFERED
    assert (await stage.card(VAST)).offer.identity != card.offer.identity


async def test_an_alternative_can_be_rented(stage: Stage, provider: ProviderName) -> None:
    """One press away."""
    for row in stage.market.vast.offers():
        stage.market.vast.set_price(row["id"], row["num_gpus"] * 0.5)
    wishes = {"gpus": ("RTX 4090",), "max_gpus": 1} if provider == VAST else {"max_gpus": 1}
    card = await stage.card(provider, **wishes)
    stage.fault(provider, "stale", "create")
    answer = await stage.submit(await stage.quote(card))
    assert isinstance(answer, Refusal)
    await stage.submit(await stage.quote(answer.alternatives[0]))
    assert stage.made() == [f"shopper-{answer.alternatives[0].id}"]


async def test_an_old_list_of_machines_is_made_anew_at_the_press(
    stage: Stage, provider: ProviderName, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process slept: the press asks for a list, waits for it and rents."""
    card = await stage.card(provider)
    looks: list[asyncio.Future[int | None]] = []
    look, sleep = stage.bot.reconciling.look, stage.clock.sleep

    async def sleep_through_looks(seconds: float) -> None:
        await asyncio.gather(*(each for each in looks if each is not asyncio.current_task()))
        await sleep(seconds)

    monkeypatch.setattr(stage.clock, "sleep", sleep_through_looks)
    stage.on_look = lambda name: looks.append(asyncio.ensure_future(look(name)))
    stage.clock.advance(601)
    assert isinstance(await stage.submit(await stage.quote(card)), Rented)
    assert [await each for each in looks] == [0]


async def test_where_nobody_lists_the_machines_none_is_rented(
    stage: Stage, provider: ProviderName
) -> None:
    """Said with what may be wrong and what to do; until there is a list again."""
    card = await stage.card(provider)
    asked: list[ProviderName] = []
    stage.on_look = asked.append
    stage.clock.advance(601)
    title = {VAST: "Vast.ai", DOCK: "TensorDock"}[provider]
    assert await stage.bot.quoting.quote(card.id, card.opened_for) == Refusal(
        RefusalKind.TROUBLE,
        f"Machines at {title} cannot be watched just now, so none is rented there: it gave no"
        " complete list for a while, or neither `python -m bot run` nor `work` is running. Press"
        " Rent again in half a minute.",
    )
    assert asked == [provider]
    await stage.bot.reconciling.look(provider)
    assert isinstance(await stage.submit(await stage.quote(card)), Rented)


async def test_without_a_key_the_setting_is_named(stage: Stage) -> None:
    """Searching goes on."""
    card = await stage.card(DOCK)
    await stage.stop_bot()
    stage.dock_token = ""
    await stage.start_bot()
    answer = await stage.bot.quoting.quote(card.id, card.opened_for)
    assert answer == Refusal(
        RefusalKind.NO_KEY,
        "TensorDock is searched without a key, and renting wants one: whoever runs this bot has"
        " to set TENSORDOCK_API_TOKEN.",
    )


async def test_a_wrong_key_rents_nothing(stage: Stage, provider: ProviderName) -> None:
    """Said as that, before a create call leaves."""
    quote = await stage.quote(await stage.card(provider))
    endpoint = "user" if provider == VAST else "auth_test"
    stage.fault(provider, "unauthorized", endpoint, times=None)
    answer = await stage.submit(quote)
    assert isinstance(answer, Refusal)
    assert (answer.kind, stage.made()) == (RefusalKind.WRONG_KEY, [])
    assert (await stage.session(quote.session.id)).state is SessionState.OFFERED


async def test_a_key_that_is_refused_at_the_create_call_rents_nothing(
    stage: Stage, provider: ProviderName
) -> None:
    """It failed, with the sentence."""
    quote = await stage.quote(await stage.card(provider))
    stage.fault(provider, "unauthorized", "create", times=None)  # asked in two forms
    answer = await stage.submit(quote)
    assert isinstance(answer, Refusal)
    assert (answer.kind, stage.made()) == (RefusalKind.WRONG_KEY, [])
    failed = await stage.session(quote.session.id)
    assert (failed.state, failed.rented.failure) == (SessionState.FAILED, answer.sentence)


async def test_no_credit_at_the_create_call_rents_nothing(
    stage: Stage, provider: ProviderName
) -> None:
    """It failed, with the sentence."""
    quote = await stage.quote(await stage.card(provider))
    stage.fault(provider, "no-credit", "create")
    answer = await stage.submit(quote)
    assert isinstance(answer, Refusal)
    assert (answer.kind, stage.made()) == (RefusalKind.NO_CREDIT, [])
    assert (await stage.session(quote.session.id)).state is SessionState.FAILED


async def test_less_credit_than_the_hours_cost_is_said_before(stage: Stage) -> None:
    """With what is left and what is needed; fewer hours go."""
    quote = await stage.quote(await stage.card(VAST))
    price = quote.offer.price.usd_per_hour
    stage.market.vast.account.credit = float(price * 2)
    stage.clock.advance(31)
    answer = await stage.submit(quote, hours=4)
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.NO_CREDIT
    assert answer.sentence == (
        f"Vast.ai has ${price * 2:.2f} of credit left, and 4 h cost up to ${price * 4:.2f}."
        " Rent for fewer hours, or add credit at https://cloud.vast.ai/instances/."
    )
    assert (await stage.session(quote.session.id)).state is SessionState.OFFERED


async def test_a_marketplace_that_cannot_be_asked_rents_nothing(
    stage: Stage, provider: ProviderName
) -> None:
    """The card stays, to be pressed again."""
    card = await stage.card(provider)
    endpoint = "search" if provider == VAST else "*"
    stage.fault(provider, "bad-gateway", endpoint, times=None)
    answer = await stage.bot.quoting.quote(card.id, card.opened_for)
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.TROUBLE
    stage.market.clear_faults()
    stage.clock.advance(400)
    assert (await stage.session(card.id)).state is SessionState.OFFERED
