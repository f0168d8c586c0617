"""The official command line of Vast.ai is the judge of the simulator's likeness."""

import pytest
from pydantic import SecretStr

from providers.fetch.client import open_client
from providers.instances import RentRequest
from providers.models import OfferQuery
from providers.settings import ProviderSettings
from providers.vastai.provider import VastAi
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.peer

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1"


async def _rented(vastai, *, label: str = "shopper-peer") -> int:
    offers = (await vastai("search", "offers", "gpu_name=RTX_4090 num_gpus=1", "--raw")).json()
    made = await vastai(
        *("create", "instance", offers[0]["id"], "--image", "pytorch/pytorch", "--disk", "40"),
        *("--label", label, "--ssh", "--direct", "--env", "-e A=b", "--raw"),
    )
    return int(made.json()["new_contract"])


async def test_it_searches(vastai):
    """The command line's own filters, units and order come back as it asked for them."""
    query = "gpu_name=RTX_4090 num_gpus=1 reliability>0.95 gpu_ram>=24 geolocation in [US,CA]"
    offers = (
        await vastai("search", "offers", query, "-o", "dph", "--storage", "50", "--raw")
    ).json()
    assert offers
    assert {(o["gpu_name"], o["num_gpus"], o["verification"]) for o in offers} == {
        ("RTX 4090", 1, "verified")
    }
    assert {o["geolocation"][-2:] for o in offers} <= {"US", "CA"}
    assert all(o["reliability"] > 0.95 and o["gpu_ram"] >= 24_000 for o in offers)
    prices = [o["dph_total"] for o in offers]
    assert prices == sorted(prices)
    dearest = offers[-1]
    disk = dearest["storage_cost"] * 50 / 720
    assert dearest["dph_total"] == pytest.approx(dearest["dph_base"] + disk, abs=1e-12)


async def test_its_table_is_printed(vastai):
    """A content type that it refuses, or a field that it cannot format, would show here."""
    for extra in ((), ("--new",), ("-b",), ("-r",)):
        printed = await vastai("search", "offers", "num_gpus>=2", "--limit", "5", *extra)
        assert printed.code == 0, printed
        assert "invalid return Content-Type" not in printed.out
        assert len(printed.out.strip().splitlines()) == 6


async def test_it_rents_and_ends(vastai, simulator):
    """Create, show, label, stop, start, destroy: each sees what the one before did."""
    instance_id = await _rented(vastai)
    assert (await vastai("show", "instances", "--raw")).json()[0]["id"] == instance_id

    simulator.step(600)
    shown = (await vastai("show", "instance", instance_id, "--raw")).json()
    assert (shown["actual_status"], shown["label"], shown["image_uuid"], shown["disk_space"]) == (
        "running",
        "shopper-peer",
        "pytorch/pytorch",
        40.0,
    )
    assert shown["extra_env"] == {"A": "b"}
    assert (await vastai("show", "instances")).code == 0

    labelled = await vastai("label", "instance", instance_id, "shopper-other")
    assert labelled.out.strip() == f"label for {instance_id} set to shopper-other."
    found = await vastai("show", "instances", "--label", "shopper-other", "--raw")
    assert [row["id"] for row in found.json()] == [instance_id]

    assert (await vastai("stop", "instance", instance_id)).out.startswith("stopping instance")
    assert (await vastai("start", "instance", instance_id)).out.startswith("starting instance")

    destroyed = await vastai("destroy", "instance", instance_id, "-y")
    assert destroyed.out.strip() == f"destroying instance {instance_id}."
    assert (await vastai("show", "instance", instance_id, "--raw")).json() == {"instances": None}
    again = await vastai("destroy", "instance", instance_id, "-y")
    assert "404: Instance not found" in again.err


async def test_it_shows_the_machine_that_we_made(vastai, simulator, tmp_path):
    """What our adapter rents, the official command line lists under our label."""
    clock = FakeClock()
    fetch = open_client(cache_dir=tmp_path / "cache", clock=clock)
    settings = ProviderSettings(simulator.vast_url, key=SecretStr("a-key"))
    provider = VastAi(settings, fetch, clock)
    sweep = await provider.search(OfferQuery(gpus=("RTX 4090",)))
    offer, image = sweep.candidates[0].offer(), provider.images[0].name
    made = await provider.rent(RentRequest(offer, "shopper-a1b2-0123456789", KEY, image))
    await fetch.aclose()
    simulator.step(600)
    (shown,) = (await vastai("show", "instances", "--raw")).json()
    assert (str(shown["id"]), shown["label"]) == (made, "shopper-a1b2-0123456789")
    assert (shown["image_uuid"], shown["actual_status"]) == (image, "running")
    table = await vastai("show", "instances")
    assert (table.code, "shopper-a1b2" in table.out) == (0, True)


async def test_it_reads_the_account(vastai, simulator):
    """Credit falls while a machine runs, and the charges say for what."""
    instance_id = await _rented(vastai)
    simulator.step(7200)
    user = (await vastai("show", "user", "--raw")).json()
    assert 0 < user["credit"] < 25
    assert (await vastai("show", "user")).code == 0
    charges = await vastai("show", "invoices-v1", "--charges", "--raw")
    assert f"instance-{instance_id}" in charges.out


async def test_it_keeps_keys(vastai):
    """Keys of the account and of one machine are added and listed."""
    instance_id = await _rented(vastai)
    assert "ssh-key created" in (await vastai("create", "ssh-key", KEY)).out
    keys = (await vastai("show", "ssh-keys", "--raw")).json()
    assert [key["public_key"] for key in keys] == [KEY]
    attached = await vastai("attach", "ssh", instance_id, KEY)
    assert "SSH key attached successfully" in attached.out


async def test_it_fetches_logs(vastai, simulator):
    """The log's address answers after a moment, and the command line waits for it."""
    instance_id = await _rented(vastai)
    simulator.step(600)
    assert f"simulated log of {instance_id}" in (await vastai("logs", instance_id)).out


async def test_it_tells_a_wrong_key(vastai, simulator):
    """A refused key is told in its own words."""
    simulator.vast.switches.key = "another"
    refused = await vastai("show", "user")
    assert "Failed with error 401: Invalid user key" in refused.err


async def test_it_outlasts_rate_limits(vastai, simulator):
    """It repeats a 429 itself, in whatever form the limit speaks."""
    simulator.fault("vast", "rate-limit", endpoint="search", times=2)
    assert (await vastai("search", "offers", "num_gpus=1", "--raw")).json()
