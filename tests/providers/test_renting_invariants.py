"""What every marketplace sends and makes of any answer, when it rents."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import errors
from providers.base import Priority, Provider
from providers.instances import InstanceId, RentRequest
from providers.models import Offer, OfferId, ProviderName
from providers.registry import MARKETPLACES
from tests.fakes.offers import offer
from tests.providers.test_invariants import (
    BODIES,
    JSON,
    SECRETS,
    Opened,
    answering,
    assert_for_people,
    every_marketplace,
    failing,
)

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVuaXQ+dGVzdC9rZXk="
MACHINE = InstanceId("33400007")
FACTS: dict[str, dict[str, Any]] = {
    "vastai": {},
    "tensordock": {
        "offer_id": OfferId("place:geforcertx4090-pcie-24gb:1"),
        "disk_gb": Decimal(100),
    },
}
CALLS: dict[str, Callable[[Provider], Awaitable[Any]]] = {
    "create": lambda p: p.rent(request(p)),
    "list": lambda p: p.instances(),
    "detail": lambda p: p.instance(MACHINE),
    "destroy": lambda p: p.end(MACHINE),
    "account": lambda p: p.account(),
    "attach": lambda p: p.attach_key(MACHINE, KEY),
    "bid": lambda p: p.raise_bid(MACHINE, Decimal("0.3")),
}
STATUSES = st.sampled_from([200, 200, 200, 201, 204, 400, 401, 403, 404, 408, 410, 500, 502])
every_call = pytest.mark.parametrize("call", list(CALLS))


def an_offer(name: str) -> Offer:
    return offer(1, provider=ProviderName(name), **FACTS[name])


def request(provider: Provider) -> RentRequest:
    image = provider.images[0].name
    return RentRequest(an_offer(provider.name), "shopper-a1b2-0123456789", KEY, image)


async def outcome(opened: Opened, call: str) -> Any:
    try:
        return await CALLS[call](opened.provider)
    except errors.ProviderError as error:
        return error


@every_marketplace
def test_what_it_says_of_itself(name: ProviderName) -> None:
    """Origin, key and images are there, and its own images pass its own check."""
    keyed, keyless = (
        Opened(name, answering(200, b"")),
        Opened(name, answering(200, b""), keyed=False),
    )
    provider = keyed.provider
    assert (provider.origin, provider.has_key) == ("https://market.example", True)
    assert not keyless.provider.has_key
    assert provider.key_setting.startswith(name.upper())
    assert provider.console_url.startswith("https://")
    assert provider.start_limit_s >= 600
    assert 0 < provider.min_disk_gb <= provider.default_disk_gb
    assert [provider.image_problem(image.name) for image in provider.images] == [None] * len(
        provider.images
    )
    for odd in ("", "a b", "$(id)", "x" * 2000, "a\n"):
        problem = provider.image_problem(odd)
        assert problem is not None
        assert problem.endswith(".")


@every_marketplace
@every_call
async def test_without_a_key_nobody_is_asked(name: ProviderName, call: str) -> None:
    """The setting that is missing is named, unless the marketplace has no such thing anyway."""
    opened = Opened(name, answering(200, b""), keyed=False)
    told = await outcome(opened, call)
    assert isinstance(told, errors.KeyMissing | errors.Unsupported)
    assert isinstance(told, errors.Unsupported) or opened.provider.key_setting in told.sentence
    assert opened.fetch.calls == []


@every_marketplace
@every_call
async def test_how_it_is_sent(name: ProviderName, call: str) -> None:
    """A create is not repeatable and has two minutes; what guards money goes out first, always."""
    opened = Opened(name, answering(500, b""))
    told = await outcome(opened, call)
    if isinstance(told, errors.Unsupported):
        return
    for sent in opened.fetch.calls:
        guards = call in {"list", "detail", "destroy"}
        assert (sent.endpoint, sent.cacheable, sent.safe) == (call, False, call != "create")
        assert (sent.priority, sent.always) == (
            Priority.END if guards else Priority.PRESS,
            guards,
        )
        assert sent.pace.interval_s > 0
        assert sent.read_timeout_s == {"create": 120.0, "destroy": 60.0}.get(call, 30.0)
        assert 0 < sent.connect_timeout_s <= 30
        seen = unquote(f"{sent!r} {sent.url} {sent.json_body}")
        assert not any(secret in seen for secret in SECRETS)


@every_marketplace
@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errors.TimedOut, errors.OutcomeUnknown),
        (errors.BadAnswer, errors.OutcomeUnknown),
        (errors.Unreachable, errors.Unreachable),
        (errors.RateLimited, errors.RateLimited),
        (errors.Resting, errors.Resting),
    ],
)
async def test_what_fetching_raises_during_a_create(
    name: ProviderName, error: type[errors.ProviderError], told: type[errors.ProviderError]
) -> None:
    """What may have left is unknown; what cannot have left is promised to have made nothing."""
    opened = Opened(name, failing(lambda provider: error(provider, "As it was said.")))
    assert type(await outcome(opened, "create")) is told
    assert len(opened.fetch.calls) == 1


@every_marketplace
@every_call
@given(status=STATUSES, body=BODIES)
async def test_any_answer_is_one_of_ours(
    name: ProviderName, call: str, status: int, body: bytes
) -> None:
    """Nothing but our errors comes out, and nonsense is no empty list and no machine gone."""
    told = await outcome(Opened(name, answering(status, body)), call)
    if isinstance(told, errors.ProviderError):
        assert_for_people(told)
    if call == "list" and not _says_plainly_that_there_are_none(body):
        assert isinstance(told, errors.ProviderError)
    if isinstance(told, errors.InstanceGone):
        assert call in {"detail", "attach", "bid"}
        assert status == 404


def _says_plainly_that_there_are_none(body: bytes) -> bool:
    """TensorDock's own words for an empty account, which chance finds now and then; what else
    stands beside them must not speak of an error."""
    try:
        said = json.loads(body)
    except ValueError:
        return False
    is_empty = isinstance(said, dict) and said.get("data") == []
    return is_empty and not {"error", "success", "status", "message"} & said.keys()


NAMES = ["instances", "data", "attributes", "success", "error", "id", "new_contract", "status"]
NAMES += ["instances_found", "total_instances", "next_token", "msg", "portForwards", "ports"]
SHAPED = st.dictionaries(
    st.sampled_from(NAMES), JSON | st.dictionaries(st.sampled_from(NAMES), JSON)
)


@every_marketplace
@every_call
@given(status=STATUSES, said=SHAPED)
async def test_any_answer_in_their_words_is_one_of_ours(
    name: ProviderName, call: str, status: int, said: dict[str, Any]
) -> None:
    """Their own names around nonsense: a list is empty and a machine gone only if said plainly."""
    told = await outcome(Opened(name, answering(status, json.dumps(said).encode())), call)
    if isinstance(told, errors.ProviderError):
        assert_for_people(told)
    if call == "list" and told == ():
        data = said.get("data")
        zero = 0 in (said.get("instances_found"), said.get("total_instances"))
        assert data == [] or isinstance(data, dict) or (zero and not said["instances"])
    if call == "detail" and isinstance(told, errors.InstanceGone):
        assert status == 404 or (status == 200 and said.get("instances", 0) is None)


SECRET = "5ec4e7" * 10 + "abcd"
ECHOES = [
    {"success": True, "instance_api_key": SECRET},
    {"success": False, "error": "odd", "msg": f"key {SECRET}", "api_key": SECRET},
    {"success": True, "new_contract": "x", "instance_api_key": SECRET},
    {"instances": {"jupyter_token": SECRET}},
    {"instances": [{"jupyter_token": SECRET}], "error": SECRET},
    {"id": None, "api_key": SECRET, "credit": "x"},
    {"data": {"id": "", "password": SECRET}},
    {"error": {"message": SECRET}},
    [{"message": SECRET}],
    SECRET,
]


@every_marketplace
@every_call
@pytest.mark.parametrize("status", [200, 400, 401, 404, 500])
async def test_no_secret_in_an_error(name: ProviderName, call: str, status: int) -> None:
    """Whatever an answer echoes, no error holds it: neither its text, its detail nor its cause."""
    for echo in ECHOES:
        for body in (json.dumps(echo), json.dumps(echo)[:-9], f"<html>{SECRET}</html>"):
            told = await outcome(Opened(name, answering(status, body.encode())), call)
            error: Any = told
            assert SECRET[:20] not in repr(told)
            while isinstance(error, BaseException):
                assert SECRET[:20] not in f"{error} {error!r} {vars(error)}"
                error = error.__cause__ or error.__context__


def test_tensordock_has_one_pace_and_vast_ai_one_for_each_endpoint() -> None:
    """TensorDock counts all calls together; Vast.ai states seconds for each kind of call."""

    async def lanes(name: ProviderName) -> dict[str, tuple[str, float]]:
        opened = Opened(name, answering(500, b""))
        for call in CALLS:
            await outcome(opened, call)
        return {c.endpoint: (c.pace_lane, c.pace.interval_s) for c in opened.fetch.calls}

    docks = asyncio.run(lanes(ProviderName("tensordock")))
    assert len({lane for lane, _ in docks.values()}) == 1
    vast = asyncio.run(lanes(ProviderName("vastai")))
    assert len({lane for lane, _ in vast.values()}) == len(vast) == len(CALLS)
    seconds = {endpoint: interval for endpoint, (_, interval) in vast.items()}
    documented = {"create": 4.5, "list": 1.0, "detail": 2.0, "destroy": 3.0, "bid": 5.5}
    assert seconds | documented == seconds
    assert set(MARKETPLACES) == {"vastai", "tensordock"}
