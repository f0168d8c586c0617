import pytest

from providers.simulator.figures import tensordock_figures


async def _call(http, sim, method, path, **arguments):
    async with http.request(method, f"{sim.tensordock_url}/api/v2/{path}", **arguments) as answer:
        return answer.status, await answer.json()


def _offer(sim, *, dedicated=False, count=1):
    for place, stock in sim.tensordock.market.entries():
        roomy = stock.max_vcpus >= 8 and stock.max_ram_gb >= 32 and stock.max_count >= count
        if roomy and not stock.stale and stock.dedicated_ip is dedicated:
            return place, stock
    raise AssertionError("no such entry")


def _body(place, stock, **changes):
    attributes = {
        "name": "shopper-x",
        "type": "virtualmachine",
        "image": "ubuntu2404",
        "resources": {
            "vcpu_count": 8,
            "ram_gb": 32,
            "storage_gb": 100,
            "gpus": {stock.model.v0_name: {"count": 1}},
        },
        "location_id": place.location_id,
        "port_forwards": [{"internal_port": 22, "external_port": 0}],
        "ssh_key": "ssh-ed25519 AAAA",
    }
    return {"data": {"type": "virtualmachine", "attributes": attributes | changes}}


async def _rented(http, sim, **changes):
    status, body = await _call(http, sim, "POST", "instances", json=_body(*_offer(sim), **changes))
    assert status == 200, body
    return body["data"]["id"]


async def test_locations_are_open_and_complete(sim, stranger):
    """No key, any key: the documented shape, 25 to 35 entries, tiers 0 to 4."""
    status, body = await _call(stranger, sim, "GET", "locations?api_key=nonsense")
    assert status == 200
    locations = body["data"]["locations"]
    gpus = [gpu for location in locations for gpu in location["gpus"]]
    assert 25 <= len(gpus) <= 35
    assert {location["tier"] for location in locations} == {0, 1, 2, 3, 4}
    assert any(location["city"] == location["stateprovince"] for location in locations)
    assert any(gpu["displayName"] == gpu["v0Name"] for gpu in gpus)
    assert {gpu["network_features"]["dedicated_ip_available"] for gpu in gpus} == {True, False}
    for gpu in gpus:
        assert gpu["pricing"] == tensordock_figures().rates
        assert gpu["price_per_hr"] > 0
        assert gpu["max_count"] >= 1


async def test_everything_else_wants_a_bearer(sim, stranger):
    """401 as plain text; the query form counts when the switch says so."""
    for path in ("hostnodes", "instances", "secrets"):
        url = f"{sim.tensordock_url}/api/v2/{path}?api_key=a&api_token=b"
        async with stranger.get(url) as answer:
            assert (answer.status, await answer.text()) == (401, "Unauthorized")
            assert answer.content_type == "text/plain"
    sim.tensordock.switches.query_auth = True
    assert (await _call(stranger, sim, "GET", "instances?api_key=a&api_token=b"))[0] == 200


async def test_the_key_can_be_tested(sim, http):
    """`/auth/test` names the organisation, unless it is switched off."""
    status, body = await _call(http, sim, "POST", "auth/test")
    assert (status, body["success"]) == (200, True)
    sim.tensordock.switches.auth_test = False
    assert (await _call(http, sim, "POST", "auth/test"))[0] == 404


async def test_hostnodes_agree_with_locations(sim, http):
    """The same places and prices, speeds as floats."""
    _, nodes = await _call(http, sim, "GET", "hostnodes")
    _, places = await _call(http, sim, "GET", "locations")
    by_place = {place["id"]: place for place in places["data"]["locations"]}
    for node in nodes["data"]["hostnodes"]:
        place = by_place[node["location_id"]]
        prices = {gpu["v0Name"]: gpu["price_per_hr"] for gpu in place["gpus"]}
        free = node["available_resources"]["gpus"]
        assert {gpu["v0Name"]: gpu["price_per_hr"] for gpu in free} == prices
        assert isinstance(node["location"]["network_speed_gbps"], float)


async def test_a_machine_lives_through_its_states(sim, http):
    """`running` at once, an address 5 to 30 s later, a random external port, then stop and end."""
    instance_id = await _rented(http, sim)
    _, row = await _call(http, sim, "GET", f"instances/{instance_id}")
    assert (row["status"], row["portForwards"], "ipAddress" in row) == ("running", [], False)
    sim.step(31)
    _, row = await _call(http, sim, "GET", f"instances/{instance_id}")
    (forward,) = row["portForwards"]
    assert (row["type"], row["name"], row["ipAddress"]) == (
        *("virtualmachine", "shopper-x"),
        "127.0.0.1",
    )
    assert forward["internal_port"] == 22
    assert 20_000 <= forward["external_port"] <= 60_000
    assert await _call(http, sim, "POST", f"instances/{instance_id}/stop") == (
        200,
        {
            "data": {
                "type": "instance",
                "id": instance_id,
                "attributes": {"status": "stopping"},
            }
        },
    )
    sim.step(30)
    assert (await _call(http, sim, "GET", f"instances/{instance_id}"))[1]["status"] == "stopped"
    change = {"cpuCores": 10, "ramGb": 32, "diskGb": 150}
    assert (await _call(http, sim, "PUT", f"instances/{instance_id}/modify", json=change))[
        0
    ] == 200
    await _call(http, sim, "POST", f"instances/{instance_id}/start")
    sim.step(60)
    _, row = await _call(http, sim, "GET", f"instances/{instance_id}")
    assert (row["status"], row["resources"]["vcpu_count"]) == ("running", 10)
    status, body = await _call(http, sim, "DELETE", f"instances/{instance_id}")
    message = {"message": "Instance deleted successfully"}
    assert (status, body) == (200, {"data": {"type": "success", "attributes": message}})
    assert (await _call(http, sim, "GET", f"instances/{instance_id}"))[0] == 404
    assert (await _call(http, sim, "DELETE", f"instances/{instance_id}"))[0] == 404
    assert await _call(http, sim, "GET", "instances") == (200, {"data": []})


async def test_the_rate_is_the_sum_of_the_parts(sim, http):
    """GPU, vCPU, RAM and disk; the balance falls by it."""
    place, stock = _offer(sim)
    _, made = await _call(http, sim, "POST", "instances", json=_body(place, stock))
    _, row = await _call(http, sim, "GET", f"instances/{made['data']['id']}")
    assert row["rateHourly"] == pytest.approx(stock.price_per_hr + 0.024 + 0.064 + 0.005)
    sim.step(7200)
    assert sim.tensordock.rentals.balance == pytest.approx(25 - 2 * row["rateHourly"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": "vm"}, "virtualmachine"),
        ({"hostnode_id": "x"}, "Exactly one"),
        ({"image": "ubuntu2404_nvidia_570"}, "enum"),
        ({"port_forwards": []}, "SSH port (22) must be forwarded for Ubuntu VMs"),
        ({"ssh_key": ""}, "Required"),
        ({"resources": {"vcpu_count": 7, "ram_gb": 8, "storage_gb": 100, "gpus": {}}}, "One GPU"),
    ],
)
async def test_schema_errors_are_a_list(sim, http, changes, words):
    """400 with `{code, message, path}` items, and nothing is made."""
    body = _body(*_offer(sim), **changes)
    status, (issue, *_) = await _call(http, sim, "POST", "instances", json=body)
    assert status == 400
    assert issue.keys() == {"code", "message", "path"}
    assert words in issue["message"]
    assert (await _call(http, sim, "GET", "instances"))[1] == {"data": []}


@pytest.mark.parametrize(
    ("vcpus", "storage", "words"), [(7, 100, "multiple of 2"), (8, 99, "at least 100")]
)
async def test_sizes_have_rules(sim, http, vcpus, storage, words):
    """vCPUs are even, the disk has 100 GB at least."""
    place, stock = _offer(sim)
    gpus = {stock.model.v0_name: {"count": 1}}
    sizes = {"vcpu_count": vcpus, "ram_gb": 32, "storage_gb": storage, "gpus": gpus}
    _, issues = await _call(
        http, sim, "POST", "instances", json=_body(place, stock, resources=sizes)
    )
    assert words in issues[0]["message"]


async def test_capacity_errors_hide_in_a_200(sim, http):
    """Sold out, no address, no balance: status 200 with an error body, or 400 by switch."""
    place, stock = _offer(sim)
    body = _body(place, stock)
    stock.stale = True
    sold_out = {"status": 400, "error": "No available nodes found"}
    assert await _call(http, sim, "POST", "instances", json=body) == (200, sold_out)
    stock.stale = False
    no_address = {"status": 400, "error": "No available public IPs on hostnode"}
    dedicated = _body(place, stock, useDedicatedIp=True)
    assert await _call(http, sim, "POST", "instances", json=dedicated) == (200, no_address)
    sim.tensordock.rentals.balance = 0.5
    sim.tensordock.switches.error_status = 400
    status, answer = await _call(http, sim, "POST", "instances", json=body)
    assert status == 400
    assert "need at least" in answer["error"]


async def test_stock_runs_out(sim, http):
    """What is rented is not free, and comes back when it ends."""
    place, stock = _offer(sim)
    made = []
    for _ in range(stock.max_count):
        _, answer = await _call(http, sim, "POST", "instances", json=_body(place, stock))
        made.append(answer["data"]["id"])
    _, answer = await _call(http, sim, "POST", "instances", json=_body(place, stock))
    assert answer["error"] == "No available nodes found"
    await _call(http, sim, "DELETE", f"instances/{made[0]}")
    _, answer = await _call(http, sim, "POST", "instances", json=_body(place, stock))
    assert answer["data"]["status"] == "running"


async def test_lists_and_details_have_disputed_forms(sim, http):
    """All three forms of either are served by switch."""
    instance_id = await _rented(http, sim)
    switches = sim.tensordock.switches
    item = {"id": instance_id, "name": "shopper-x", "status": "running"}
    assert (await _call(http, sim, "GET", "instances"))[1] == {"data": [item]}
    nested = {"name": "shopper-x", "status": "running"}
    switches.list_form = "instances"
    assert (await _call(http, sim, "GET", "instances"))[1] == {
        "data": {"instances": [{"type": "VM", "id": instance_id, "attributes": nested}]}
    }
    switches.list_form = "attributes"
    _, body = await _call(http, sim, "GET", "instances")
    assert body["data"]["attributes"]["instances"][0]["attributes"] == nested
    switches.detail_form = "data"
    _, body = await _call(http, sim, "GET", f"instances/{instance_id}")
    assert body["data"]["id"] == instance_id
    switches.detail_form = "attributes"
    _, body = await _call(http, sim, "GET", f"instances/{instance_id}")
    assert body["data"]["attributes"]["name"] == "shopper-x"


async def test_a_stop_can_lose_the_gpu(sim, http):
    """`stoppeddisassociated`: the GPU may be gone at the start."""
    instance_id = await _rented(http, sim)
    sim.tensordock.switches.disassociate = True
    await _call(http, sim, "POST", f"instances/{instance_id}/stop")
    sim.step(30)
    _, row = await _call(http, sim, "GET", f"instances/{instance_id}")
    assert row["status"] == "stoppeddisassociated"
    rental = sim.tensordock.rentals.find(instance_id, sim.clock.now())
    rental.stock.max_count = 0
    assert (await _call(http, sim, "POST", f"instances/{instance_id}/start"))[0] == 400


async def test_below_zero_machines_stop_and_are_deleted(sim, http):
    """Stopped at once, deleted after 96 hours in the negative."""
    instance_id = await _rented(http, sim)
    sim.tensordock.rentals.balance = 0.0001
    sim.step(600)
    _, row = await _call(http, sim, "GET", f"instances/{instance_id}")
    assert row["status"].startswith("stopped")
    sim.step(97 * 3600)
    assert (await _call(http, sim, "GET", f"instances/{instance_id}"))[0] == 404


async def test_secrets(sim, http):
    """The value of an SSH key can be read, that of a SECRET cannot."""
    for kind, shown in (("SSHKEY", True), ("SECRET", False)):
        attributes = {"name": "n", "value": "v", "type": kind}
        body = {"data": {"type": "secret", "attributes": attributes}}
        _, made = await _call(http, sim, "POST", "secrets", json=body)
        _, secret = await _call(http, sim, "GET", f"secrets/{made['data']['id']}")
        assert ("value" in secret["data"]) is shown
        assert (await _call(http, sim, "DELETE", f"secrets/{made['data']['id']}"))[0] == 200
    assert await _call(http, sim, "GET", "secrets") == (200, {"data": {"secrets": []}})


async def test_prices_and_stock_move(http):
    """An evolving market has other prices and counts a week later."""
    from providers.simulator import open_simulator

    async with open_simulator(seed=5, speed=0, start=1_795_435_200.0) as sim:
        _, before = await _call(http, sim, "GET", "locations")
        sim.step(7 * 86400)
        _, after = await _call(http, sim, "GET", "locations")
    assert [p["id"] for p in before["data"]["locations"]] == [
        p["id"] for p in after["data"]["locations"]
    ]
    assert before != after
