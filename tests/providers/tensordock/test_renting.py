"""What is sent to rent at TensorDock, and what its answers about machines mean."""

import json
from decimal import Decimal
from typing import Any

import pytest

from providers import errors as ours
from providers.instances import Instance, InstanceId, RentRequest
from providers.models import OfferId, PricingKind
from providers.tensordock.translate import instances, renting
from tests.fakes.offers import offer
from tests.providers.fixtures import body, fixture

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVuaXQ+dGVzdC9rZXk="
LABEL = "shopper-a1b2-0123456789"
ID = InstanceId("5b2c8a54-0000-4000-8000-00000000a001")
PLACE = "5b2c8a54-0000-4000-8000-000000000001"
FACTS: dict[str, Any] = {
    "offer_id": OfferId(f"{PLACE}:geforcertx4090-pcie-24gb:1"),
    "disk_gb": Decimal(100),
    "vcpus": 8.0,
    "ram_gb": 32.0,
}


def request(offer_changes: dict[str, Any] | None = None, **changes: Any) -> RentRequest:
    facts = {"offer": offer(1, **FACTS | (offer_changes or {})), "label": LABEL}
    image = renting.IMAGES[0].name
    return RentRequest(**{**facts, "ssh_public_key": KEY, "image": image, **changes})


@pytest.mark.parametrize("dedicated_ip", [True, False])
def test_what_is_asked_for(*, dedicated_ip: bool) -> None:
    """The machine of the offer, its key, and one way in: an address or a forward."""
    asked = renting.document(request(), dedicated_ip=dedicated_ip)
    attributes = asked["data"]["attributes"]
    commands = attributes.pop("cloud_init")
    way_in = (
        {"useDedicatedIp": True}
        if dedicated_ip
        else {"port_forwards": [{"internal_port": 22, "external_port": 0}]}
    )
    assert asked["data"]["type"] == "virtualmachine"
    assert attributes == {
        "name": LABEL,
        "type": "virtualmachine",
        "image": "ubuntu2404_ml_pytorch",
        "resources": {
            "vcpu_count": 8,
            "ram_gb": 32,
            "storage_gb": 100,
            "gpus": {"geforcertx4090-pcie-24gb": {"count": 1}},
        },
        "location_id": PLACE,
        "ssh_key": KEY,
        **way_in,
    }
    assert commands["package_update"] is False
    assert any(KEY in command and "/home/user/.ssh" in command for command in commands["runcmd"])


@pytest.mark.parametrize(
    ("dedicated", "forwarding", "asks"),
    [
        (True, True, True),
        (True, None, True),
        (False, True, False),
        (None, None, False),
        (None, False, True),
        (False, False, True),
        (None, True, False),
    ],
)
def test_an_address_where_there_is_one(
    dedicated: bool | None,
    forwarding: bool | None,
    asks: bool,
) -> None:
    """A dedicated address where the place has one, or has nothing else."""
    there = offer(1, dedicated_ip=dedicated, port_forwarding=forwarding)
    assert renting.wants_dedicated_ip(there) is asks


@pytest.mark.parametrize(
    ("offer_changes", "changes"),
    [
        ({"offer_id": OfferId("40000001")}, {}),
        ({"offer_id": OfferId(f"{PLACE}:x:2")}, {}),
        ({"disk_gb": Decimal(99)}, {}),
        ({"pricing": PricingKind.INTERRUPTIBLE}, {}),
        ({}, {"bid_usd_per_hour": Decimal("0.2")}),
        ({}, {"label": "a b"}),
        ({}, {"label": "x" * 61}),
        ({}, {"image": "windows10"}),
        ({}, {"image": "ubuntu:24.04"}),
        ({}, {"ssh_public_key": f"{KEY}\n"}),
        ({}, {"ssh_public_key": "ssh-rsa '; id; '"}),
        ({}, {"ssh_public_key": ""}),
    ],
)
def test_what_could_be_misunderstood_is_not_sent(
    offer_changes: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Each is refused with a sentence, before anybody is asked."""
    with pytest.raises(ours.RequestRefused, match=r"^tensordock: .*\.$"):
        renting.document(request(offer_changes, **changes), dedicated_ip=True)


@pytest.mark.parametrize("case", fixture("tensordock", "create")["cases"], ids=lambda c: c["at"])
def test_what_a_create_came_to(case: dict[str, Any]) -> None:
    """An id, a proof that nothing was made, or the word that nobody knows, with the id if told."""
    if case["expected"] == "made":
        assert renting.made(case["status"], body(case), LABEL, has_key=True) == ID
        return
    with pytest.raises(ours.ProviderError) as raised:
        renting.made(case["status"], body(case), LABEL, has_key=True)
    assert type(raised.value) is getattr(ours, case["expected"])
    if isinstance(raised.value, ours.OutcomeUnknown):
        assert raised.value.instance_id == case.get("instance_id")


def told(machine: Instance) -> dict[str, Any]:
    return {
        "state": machine.state.value,
        "phase": None if machine.phase is None else machine.phase.value,
        "label": machine.label,
        "usd": None if machine.usd_per_hour is None else str(machine.usd_per_hour),
        "gpu": None if machine.gpu is None else [machine.gpu.name, machine.gpu.count],
        "ssh": [[way.host, way.port, way.user] for way in machine.ssh],
    }


@pytest.mark.parametrize("case", fixture("tensordock", "machine")["cases"], ids=lambda c: c["at"])
def test_what_a_machine_is(case: dict[str, Any]) -> None:
    """State, price and the way in, in three shapes; nonsense is an error."""
    if case["expected"] == "BadAnswer":
        with pytest.raises(ours.BadAnswer):
            instances.one(body(case), ID)
        return
    seen = told(instances.one(body(case), ID))
    assert {name: seen[name] for name in case["expected"]} == case["expected"]


@pytest.mark.parametrize(
    "case", fixture("tensordock", "machine-lists")["cases"], ids=lambda c: c["at"]
)
def test_a_list_is_a_list_or_an_error(case: dict[str, Any]) -> None:
    """Three shapes are lists; nothing else is one, least of all an empty one."""
    if case["expected"] == "BadAnswer":
        with pytest.raises(ours.BadAnswer):
            instances.listed(json.dumps(case["body"]).encode())
        return
    found = instances.listed(body(case))
    assert [[m.instance_id, m.label, m.state.value] for m in found] == case["expected"]
