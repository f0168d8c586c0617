"""Vast.ai's machines become ours, or an error: never a guess."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from providers import errors as ours
from providers.instances import Instance, InstanceId, InstanceState
from providers.models import ProviderName
from providers.vastai import wire
from providers.vastai.translate import instances
from tests.providers.fixtures import body, fixture

MACHINES = fixture("vastai", "machines")
ID = InstanceId("33400007")


def read(row: dict[str, Any]) -> Instance:
    return instances.instance(wire.read(wire.Machine, json.dumps(row).encode()))


def told(machine: Instance) -> dict[str, Any]:
    return {
        "state": machine.state.value,
        "phase": None if machine.phase is None else machine.phase.value,
        "label": machine.label,
        "usd": machine.usd_per_hour,
        "gpu": None if machine.gpu is None else [machine.gpu.name, machine.gpu.count],
        "machine_id": machine.machine_id,
        "pricing": machine.pricing,
        "least_bid": machine.least_bid_usd_per_hour,
        "ssh": [[way.host, way.port, way.user] for way in machine.ssh],
        "message": machine.message,
        "ends_at": machine.ends_at,
    }


def meant(written: dict[str, Any]) -> dict[str, Any]:
    """Money and times as they are."""
    kinds: dict[str, Any] = {
        "usd": Decimal,
        "least_bid": Decimal,
        "ends_at": datetime.fromisoformat,
    }
    return {
        name: kinds[name](value) if name in kinds and value is not None else value
        for name, value in written.items()
    }


@pytest.mark.parametrize(
    ("actual", "intended", "total", "usd"),
    [
        ("stopped", "stopped", 0.02, "0.02"),
        ("exited", "stopped", "0.02", "0.02"),
        ("running", "stopped", 0.02, None),
        ("frozen", "frozen", 0.02, None),
        ("running", "running", 0.02, None),
        ("stopped", "stopped", 0, None),
        ("stopped", "stopped", -1, None),
        ("stopped", "stopped", None, None),
    ],
)
def test_what_a_stopped_machine_costs(
    actual: str, intended: str, total: object, usd: str | None
) -> None:
    """Only of one that stands still: a frozen one goes on costing its GPU."""
    row = {"actual_status": actual, "intended_status": intended, "instance": {"totalHour": total}}
    stated = read(MACHINES["row"] | row).stopped_usd_per_hour
    assert stated == (None if usd is None else Decimal(usd))


def test_odd_prices_of_a_stopped_machine_cost_nothing_else() -> None:
    """The machine is read all the same."""
    odds: list[object] = [[], "x", 1, {"totalHour": {}}]
    for odd in odds:
        machine = read(MACHINES["row"] | {"actual_status": "stopped", "instance": odd})
        assert (machine.state, machine.stopped_usd_per_hour) == (InstanceState.STOPPED, None)


@pytest.mark.parametrize("case", MACHINES["cases"], ids=lambda c: c["at"])
def test_what_a_machine_is(case: dict[str, Any]) -> None:
    """State, price and ways in, from rows of every kind; the whole where nothing is said."""
    machine = read(MACHINES["row"] | case["row"])
    expected = case["expected"] if case["row"] else MACHINES["expected"] | case["expected"]
    seen = told(machine)
    assert {name: seen[name] for name in expected} == meant(expected)
    assert machine.instance_id == ID


def test_a_row_that_has_an_id_alone() -> None:
    """Everything but the id may be missing; what is not said is neither running nor starting."""
    assert read({"id": 5}) == Instance(
        ProviderName("vastai"), InstanceId("5"), label=None, state=InstanceState.UNKNOWN
    )


def test_no_key_is_kept() -> None:
    """The row brings keys to the machine; neither the wire's value nor ours has them."""
    secret = MACHINES["row"]["jupyter_token"]
    raw = wire.read(wire.Machine, json.dumps(MACHINES["row"]).encode())
    assert secret not in repr(raw)
    assert secret not in repr(read(MACHINES["row"]))


@pytest.mark.parametrize(
    "case",
    [case for case in fixture("vastai", "machine")["cases"] if case["status"] == 200],
    ids=lambda c: c["at"],
)
def test_what_the_single_read_says(case: dict[str, Any]) -> None:
    """Gone is one form alone; whatever else is odd is not a machine that is gone."""
    if case["expected"] == "there":
        assert instances.one(body(case), ID).instance_id == ID
        return
    with pytest.raises(ours.ProviderError) as raised:
        instances.one(body(case), ID)
    assert type(raised.value) is getattr(ours, case["expected"])


@pytest.mark.parametrize(
    "case", fixture("vastai", "machine-lists")["cases"], ids=lambda c: c["at"]
)
def test_a_list_is_whole_or_an_error(case: dict[str, Any]) -> None:
    """What a list leaves out would count as gone, so that nothing odd is taken for a list."""

    def walk() -> list[str]:
        pages = instances.Pages()
        for number, page in enumerate(case["pages"], 1):
            token = pages.add(json.dumps(page).encode())
            assert (token is None) == (number == len(case["pages"]))
        return [machine.instance_id for machine in pages.whole()]

    if isinstance(case["expected"], list):
        assert walk() == case["expected"]
        return
    with pytest.raises(ours.BadAnswer):
        walk()


def test_a_list_without_end_ends() -> None:
    """A server that always names another page is not followed for ever."""
    pages = instances.Pages()

    def follow() -> None:
        for number in range(1, 1000):
            page = {"instances": [{"id": number}], "next_token": f"t{number}"}
            pages.add(json.dumps(page).encode())

    with pytest.raises(ours.BadAnswer):
        follow()
