"""What is true of renting at every marketplace, whatever goes wrong on the way."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from providers import errors
from providers.instances import InstanceId, InstanceState
from providers.models import ProviderName
from providers.registry import MARKETPLACES
from providers.simulator.faults import FaultKind
from tests.providers.renting_rig import API_KEY, LABEL, Rig, rig

every_marketplace = pytest.mark.parametrize("name", list(MARKETPLACES))
NO_TIME = {"create_s": 0.3, "read_s": 5.0, "end_s": 5.0}
DETAILS: dict[str, dict[str, Any]] = {
    "hang": {"seconds": 1.0},
    "slow": {"seconds": 1.0},
    "huge": {"megabytes": 34},
    "vanishes": {"seconds": 1.0},
}
AFTER = [{"status": status} for status in (400, 404, 409, 500, 503, 504)]
CREATE_FAULTS = [
    *((kind.value, DETAILS.get(kind.value, {})) for kind in FaultKind),
    *(("error-after", after) for after in AFTER),
    *(("status", {"status": status, "text": "down"}) for status in (404, 408, 409, 500, 502, 504)),
]
READ_FAULTS = [
    (kind, details) for kind, details in CREATE_FAULTS if kind not in ("hang", "slow", "huge")
]

Opening = Callable[..., AbstractAsyncContextManager[Rig]]


async def outcome(call: Awaitable[Any]) -> Any:
    """What came back or what was raised."""
    try:
        return await call
    except errors.ProviderError as error:
        return error


async def rented(renting: Rig, count: int) -> set[InstanceId]:
    """Up to so many machines, each in the list."""
    made: set[InstanceId] = set()
    for number in range(len(renting.offers)):
        request = renting.request(number, label=f"s-{len(made)}")
        told = await outcome(renting.provider.rent(request))
        if isinstance(told, errors.ChooseAnother):
            continue  # another chunk of a machine that is taken
        made.add(told)
        if len(made) == count:
            break
    renting.step(15)
    return made


@pytest.fixture
def opened(tmp_path: Path) -> Opening:
    return partial(rig, tmp_path=tmp_path)


@pytest.fixture
async def renting(name: ProviderName, opened: Opening) -> AsyncIterator[Rig]:
    async with opened(name) as renting:
        yield renting


@every_marketplace
async def test_a_machine_from_its_making_to_its_end(name: ProviderName, renting: Rig) -> None:
    """It is listed under its label, runs with a way in, ends, and is then said to be gone."""
    provider = renting.provider
    assert await provider.instances() == ()
    made = await provider.rent(renting.request())
    assert renting.made() == [made]
    renting.step(15)
    (listed,) = await provider.instances()
    assert (listed.instance_id, listed.label, listed.provider) == (made, LABEL, name)
    renting.step(600)
    machine = await provider.instance(made)
    offer = renting.offers[0]
    assert (machine.state, machine.phase, machine.label) == (InstanceState.RUNNING, None, LABEL)
    assert (machine.gpu and (machine.gpu.name, machine.gpu.count)) == (
        offer.gpu.name,
        offer.gpu.count,
    )
    assert machine.usd_per_hour is not None
    assert abs(machine.usd_per_hour - offer.price.usd_per_hour) < Decimal("0.000001")
    assert machine.ssh
    await provider.end(made)
    await provider.end(made)
    renting.step(30)
    await provider.end(made)
    assert await provider.instances() == ()
    with pytest.raises(errors.InstanceGone):
        await provider.instance(made)
    assert renting.wire.creates() == 1


@every_marketplace
async def test_a_create_is_an_id_a_proof_or_unknown(name: ProviderName, opened: Opening) -> None:
    """Whatever happens to it, it is sent once, and no machine exists after an error that says so.

    A 429 and a refused key say that nothing was made: they alone are followed by another call,
    and at TensorDock the want of a public address.
    """
    async with opened(name, **NO_TIME) as renting:
        provider = renting.provider
        for number, (kind, details) in enumerate(CREATE_FAULTS):
            renting.simulator.clear_faults()
            renting.step(600)
            label, before = f"shopper-{number}", renting.wire.creates()
            renting.fault(kind, "create", **details)
            told = await outcome(provider.rent(renting.request(label=label)))
            made, sent = renting.made(label), renting.wire.creates() - before
            if isinstance(told, errors.OutcomeUnknown):
                assert told.instance_id is None or made == [told.instance_id], (kind, details)
            else:
                expected = [] if isinstance(told, errors.ProviderError) else [told]
                assert made == expected, (kind, details)
            again = kind in {"rate-limit", "unauthorized"} and not isinstance(
                told, errors.KeyRejected
            )
            again = again or (name == "tensordock" and kind == "no-public-ip")
            assert 1 <= sent <= (2 if again else 1), (kind, details)
            for machine in made:
                await provider.end(machine)  # type: ignore[arg-type]
            renting.step(600)


@every_marketplace
@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("lost-answer", {}),
        ("cut", {}),
        ("truncated", {}),
        ("slow", {"seconds": 1.0}),
        ("error-after", {"status": 500}),
        ("error-after", {"status": 504, "text": "<html>"}),
    ],
)
async def test_a_machine_whose_answer_was_lost_is_found(
    name: ProviderName, opened: Opening, kind: str, details: dict[str, Any]
) -> None:
    """The machine is there, nobody says so, and its label finds it."""
    async with opened(name, **NO_TIME) as renting:
        renting.fault(kind, "create", **details)
        with pytest.raises(errors.OutcomeUnknown):
            await renting.provider.rent(renting.request())
        renting.step(15)
        (found,) = await renting.provider.instances()
        assert (found.label, [found.instance_id]) == (LABEL, renting.made())
        assert renting.wire.creates() == 1


@every_marketplace
async def test_what_could_not_leave_made_nothing(name: ProviderName, renting: Rig) -> None:
    """Without a connection the error promises that nothing happened."""

    def unplugged(_: httpx.Request) -> None:
        raise httpx.ConnectError("refused")

    renting.wire.before = unplugged
    with pytest.raises(errors.Unreachable):
        await renting.provider.rent(renting.request())
    assert renting.made() == []


@every_marketplace
async def test_an_open_circuit_stops_renting_and_nothing_else(
    name: ProviderName, renting: Rig
) -> None:
    """After failures in a row no create leaves, while listing, reading and ending go on."""
    provider = renting.provider
    made = await provider.rent(renting.request())
    renting.step(15)
    for endpoint in ("create", "list", "detail", "destroy"):
        renting.fault("bad-gateway", endpoint, times=8)
    for _ in range(8):
        with pytest.raises(errors.ProviderError):
            await provider.rent(renting.request(1, label="shopper-other"))
    with pytest.raises(errors.Resting):
        await provider.rent(renting.request(1))
    for _ in range(2):
        for call in (provider.instances, lambda: provider.instance(made)):
            with pytest.raises(errors.ServerTrouble):
                await call()
        with pytest.raises(errors.ServerTrouble):
            await provider.end(made)
    assert [machine.instance_id for machine in await provider.instances()] == [made]
    assert (await provider.instance(made)).instance_id == made
    await provider.end(made)


@every_marketplace
async def test_many_machines_are_all_listed(name: ProviderName, renting: Rig) -> None:
    """More than two pages of machines, each once; with one page missing there is no list."""
    wanted = await rented(renting, 57)
    assert len(wanted) > 25
    listed = await renting.provider.instances()
    assert ({machine.instance_id for machine in listed}, len(listed)) == (wanted, len(wanted))


@every_marketplace
async def test_a_list_is_whole_or_an_error(name: ProviderName, renting: Rig) -> None:
    """No spoilt answer makes a machine disappear from the list."""
    made = await rented(renting, 3)
    for kind, details in READ_FAULTS:
        renting.simulator.clear_faults()
        renting.fault(kind, "list", times=None, **details)
        told = await outcome(renting.provider.instances())
        assert not isinstance(told, errors.InstanceGone), (kind, details)
        if not isinstance(told, errors.ProviderError):
            assert {machine.instance_id for machine in told} == made, (kind, details)


@every_marketplace
async def test_nothing_but_its_word_makes_a_machine_gone(name: ProviderName, renting: Rig) -> None:
    """While the machine is there, no fault of the single read says that it is not.

    A 404 of TensorDock is believed here and not by those who ask: see `proof`.
    """
    (made,) = await rented(renting, 1)
    for kind, details in READ_FAULTS:
        renting.simulator.clear_faults()
        renting.fault(kind, "detail", times=None, **details)
        told = await outcome(renting.provider.instance(made))
        if isinstance(told, errors.InstanceGone):
            assert (name, details.get("status")) == ("tensordock", 404)
            assert renting.provider.proof.lists >= 2
        elif not isinstance(told, errors.ProviderError):
            assert told.instance_id == made, (kind, details)


@every_marketplace
async def test_ending_says_what_became_of_it(name: ProviderName, renting: Rig) -> None:
    """Either it raises, and may be asked again, or the marketplace accepted the end."""
    for kind, details in READ_FAULTS:
        (made,) = await rented(renting, 1)
        renting.fault(kind, "destroy", times=None, **details)
        told = await outcome(renting.provider.end(made))
        assert not isinstance(told, errors.InstanceGone), (kind, details)
        renting.simulator.clear_faults()
        renting.step(90)
        accepted_in_vain = kind in {"will-not-end", "comes-back"} or (
            name == "tensordock" and details.get("status") == 404
        )
        ended = told is None and not accepted_in_vain
        assert not (ended and renting.made("s-0")), (kind, details)
        await renting.provider.end(made)
        renting.step(300)
        assert renting.made("s-0") == []


@every_marketplace
async def test_one_refusal_of_a_good_key_is_told_as_such(name: ProviderName, renting: Rig) -> None:
    """A key that is refused again and again is wrong, whoever is asked."""
    made = await renting.provider.rent(renting.request())
    for endpoint in ("list", "detail", "destroy"):
        renting.fault("unauthorized", endpoint, times=None)
    for call in (
        renting.provider.instances,
        lambda: renting.provider.instance(made),
        lambda: renting.provider.end(made),
    ):
        with pytest.raises(errors.KeyRejected):
            await call()
    assert renting.made() == [made]


@every_marketplace
async def test_the_account_is_who_pays(name: ProviderName, renting: Rig) -> None:
    """The same account each time, asked each time; credit where the marketplace states it."""
    first = await renting.provider.account()
    assert await renting.provider.account() == first
    assert first.account_id
    assert (first.credit_usd is None) == (name == "tensordock")
    assert len(renting.wire.sent) == 2


@every_marketplace
async def test_the_key_goes_in_a_header(name: ProviderName, renting: Rig) -> None:
    """No address of any call holds it."""
    made = await renting.provider.rent(renting.request())
    await renting.provider.instances()
    await renting.provider.instance(made)
    await renting.provider.end(made)
    assert all(API_KEY not in str(request.url) for request in renting.wire.sent)
    assert all(API_KEY in request.headers["authorization"] for request in renting.wire.sent)


async def test_vast_ai_has_no_list_when_a_page_is_missing(opened: Opening) -> None:
    """The second page fails for good: the first alone is no list."""
    async with opened(ProviderName("vastai")) as renting:
        await rented(renting, 30)

        def second_fails(request: httpx.Request) -> None:
            if "after_token" in str(request.url):
                renting.fault("bad-gateway", "list")

        renting.wire.before = second_fails
        with pytest.raises(errors.ServerTrouble):
            await renting.provider.instances()


@pytest.mark.parametrize(("times", "sent", "made"), [(1, 2, 1), (None, 2, 1)])
async def test_tensordock_asks_for_a_forward_when_no_address_is_left(
    opened: Opening, times: int | None, sent: int, made: int
) -> None:
    """One more call, with a forward; the machine is reached by it."""
    async with opened(ProviderName("tensordock")) as renting:
        place = next(
            number
            for number, offer in enumerate(renting.offers)
            if offer.dedicated_ip and offer.port_forwarding
        )
        renting.fault("no-public-ip", "create", times=times)
        machine = await renting.provider.rent(renting.request(place))
        assert (renting.wire.creates(), len(renting.made())) == (sent, made)
        renting.step(120)
        (way_in,) = (await renting.provider.instance(machine)).ssh
        assert way_in.port != 22
