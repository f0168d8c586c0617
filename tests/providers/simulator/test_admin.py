import pytest

from tests.fakes.clock import FakeClock


async def _call(http, sim, method, path, **arguments):
    async with http.request(method, f"{sim.admin_url}/{path}", **arguments) as answer:
        return answer.status, await answer.json()


async def test_faults_are_added_listed_and_cleared(sim, stranger):
    """What JSON adds meets requests as `sim.fault` does."""
    fault = {"kind": "bad-gateway", "marketplace": "vast", "endpoint": "search", "times": 1}
    _, first = await _call(stranger, sim, "POST", "faults", json=fault)
    await _call(stranger, sim, "POST", "faults", json=fault | {"kind": "null", "times": None})
    assert [f["kind"] for f in (await _call(stranger, sim, "GET", "faults"))[1]] == [
        *("bad-gateway", "null")
    ]
    await _call(stranger, sim, "DELETE", f"faults/{first['number']}")
    async with stranger.post(sim.vast_url + "/api/v0/bundles/", json={}) as answer:
        assert (answer.status, await answer.text()) == (200, "null")
    assert await _call(stranger, sim, "DELETE", "faults") == (200, {"faults": 0})


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "rain", "marketplace": "vast"},
        {"kind": "null", "marketplace": "other"},
        {"kind": "null", "marketplace": "vast", "colour": 1},
        {"kind": "null", "marketplace": "vast", "times": 0},
        {"kind": "null"},
    ],
)
async def test_an_unknown_fault_is_refused(sim, stranger, fault):
    """With a reason, and nothing is added."""
    status, body = await _call(stranger, sim, "POST", "faults", json=fault)
    assert status == 400
    assert body["error"]
    assert sim.faults.active() == []


async def test_the_clock_is_stepped_and_sped_up(sim, stranger):
    """Both at once; the state tells the moment."""
    before = sim.clock.now()
    assert await _call(stranger, sim, "POST", "clock", json={"step": 90}) == (
        200,
        {"now": before + 90, "speed": 0.0},
    )
    status, _ = await _call(stranger, sim, "POST", "clock", json={"step": -1})
    assert status == 400
    _, body = await _call(stranger, sim, "POST", "clock", json={"speed": 60})
    assert body["speed"] == 60
    _, state = await _call(stranger, sim, "GET", "state")
    assert state["speed"] == 60
    assert state["now"] >= before + 90


async def test_a_machine_is_outbid_until_a_higher_bid(sim, http):
    """Half as much again is asked for; at a fixed price nobody is outbid."""
    offer = sim.vast.offers("bid")[40]
    wishes = {"image": "ubuntu:24.04", "price": 0.9}
    url = f"{sim.vast_url}/api/v0/asks/{offer['id']}/"
    async with http.put(url, json=wishes, headers={"Authorization": "Bearer any"}) as answer:
        numbers = [(await answer.json())["new_contract"], sim.vast.make("fixed")]
    fate = {"fate": "outbid"}
    said = [await _call(http, sim, "PUT", f"machines/vast/{n}", json=fate) for n in numbers]
    assert [status for status, _ in said] == [200, 400]
    rental, fixed = sim.vast.rentals.ever_made()
    assert (rental.held_back, fixed.held_back) == ("outbid", None)
    assert rental.machine.min_bid(rental.gpus) == pytest.approx(1.35)
    sim.vast.rentals.change_bid(rental, 1.36)
    assert rental.held_back is None


async def test_a_stray_machine_costs_what_a_machine_costs(sim, stranger):
    """Not the planted row at a cent, which nobody could take for a price."""
    offers = [row for row in sim.vast.offers() if row["verification"] == "verified"]
    await _call(stranger, sim, "POST", "machines/vast", json={"label": "stray"})
    (made,) = sim.vast.rentals.ever_made()
    assert made.offer["dph_base"] == offers[0]["dph_base"]
    assert made.usd_per_hour > sim.vast.offers()[0]["dph_total"]


async def test_a_machine_is_made_that_nobody_asked_for(sim, http):
    """Under the label that is named, on an offer that can be had."""
    status, answer = await _call(http, sim, "POST", "machines/vast", json={"label": "stray"})
    (rental,) = sim.vast.rentals.ever_made()
    assert (status, answer, rental.label) == (200, {"machine": rental.instance_id}, "stray")


async def test_a_machine_meets_its_fate(sim, http):
    """A machine that runs stops for good, or is gone; only fates are taken."""
    offer = sim.vast.offers()[40]
    rented = {"client_id": "me", "image": "x", "disk": 20, "label": "shopper-x"}
    url = f"{sim.vast_url}/api/v0/asks/{offer['id']}/"
    async with http.put(url, json=rented) as answer:
        number = (await answer.json())["new_contract"]
    sim.step(600)
    path = f"machines/vast/{number}"
    assert await _call(http, sim, "PUT", path, json={"fate": "dies"}) == (
        200,
        {"machine": str(number), "fate": "dies"},
    )
    _, state = await _call(http, sim, "GET", "state")
    assert [row["status"] for row in state["vast"]["instances"]] == ["exited"]
    await _call(http, sim, "PUT", path, json={"fate": "vanishes"})
    _, state = await _call(http, sim, "GET", "state")
    assert [row["exists"] for row in state["vast"]["instances"]] == [False]
    for place, fate in ((path, "rate-limit"), (path, "dies"), ("machines/other/1", "dies")):
        assert (await _call(http, sim, "PUT", place, json={"fate": fate}))[0] == 400


async def test_the_clock_is_read(sim, stranger):
    """What a follower needs, and nothing that takes long."""
    sim.step(90)
    assert await _call(stranger, sim, "GET", "clock") == (
        200,
        {"now": sim.clock.now(), "elapsed_s": sim.clock.elapsed(), "speed": 0.0},
    )


async def test_offers_are_priced_and_removed(sim, stranger):
    """The next search says the new price, or does not find the offer."""
    _, rows = await _call(stranger, sim, "GET", "vast/offers?limit=20")
    number = rows[10]["id"]
    await _call(stranger, sim, "PUT", f"vast/offers/{number}", json={"usd_per_hour": 9.5})
    (changed,) = [row for row in sim.vast.offers() if row["id"] == number]
    assert changed["dph_base"] == pytest.approx(9.5)
    await _call(stranger, sim, "DELETE", f"vast/offers/{number}")
    assert number not in {row["id"] for row in sim.vast.offers()}
    assert (await _call(stranger, sim, "DELETE", f"vast/offers/{number}"))[0] == 400
    await _call(stranger, sim, "DELETE", f"vast/offers/{rows[11]['id']}?listed=1")
    assert rows[11]["id"] in {row["id"] for row in sim.vast.offers()}
    assert sim.vast.book.find(rows[11]["id"], sim.clock.now()).gone


async def test_stock_switches_and_credit(sim, stranger):
    """TensorDock's entries, both sides' switches and money can be set."""
    place, stock = next(sim.tensordock.market.entries())
    path = f"tensordock/locations/{place.location_id}/{stock.model.v0_name}"
    _, body = await _call(stranger, sim, "PUT", path, json={"price_per_hr": 0.1, "max_count": 3})
    assert body == {"price_per_hr": 0.1, "max_count": 3}
    _, body = await _call(
        stranger, sim, "PUT", "switches/tensordock", json={"list_form": "instances"}
    )
    assert body["list_form"] == "instances"
    switches = {"rate_limits": False, "auth_form": "404"}
    assert (await _call(stranger, sim, "PUT", "switches/vast", json=switches))[0] == 200
    assert sim.vast.limiter.enabled is False
    assert (await _call(stranger, sim, "PUT", "switches/vast", json={"colour": 1}))[0] == 400
    amounts = {"vast": 3.5, "tensordock": 0.25}
    assert await _call(stranger, sim, "PUT", "credit", json=amounts) == (200, amounts)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_pages_of_others_are_kept_out(sim, stranger, headers, status):
    """A foreign host or origin gets nothing, though it knows the token."""
    async with stranger.get(f"{sim.admin_url}/state", headers=headers) as answer:
        assert answer.status == status


async def test_the_token_is_needed(sim, stranger):
    """Another token, or none, is forbidden."""
    origin = sim.admin_url.split("/_admin/")[0]
    for path in ("/_admin/guess/state", "/_admin//state", "/state"):
        async with stranger.get(origin + path) as answer:
            assert answer.status in (403, 404)
            assert "vast" not in await answer.text()


async def test_time_can_come_from_outside(http):
    """A clock handed in moves the market and nothing else does."""
    from providers.simulator import open_simulator

    clock = FakeClock()
    async with open_simulator(seed=1, speed=60, clock=clock, vast_machines=60) as sim:
        assert sim.clock.now() == clock.now().timestamp()
        clock.advance(2)
        assert sim.clock.elapsed() == 120


async def test_the_price_of_a_model_moves_at_both_marketplaces(sim, stranger):
    """By the factor, for every machine that has it; other models stay."""
    _, before = await _call(stranger, sim, "GET", "models")
    moved = await _call(stranger, sim, "PUT", "models", json={"model": "RTX 4090", "factor": 0.5})
    _, after = await _call(stranger, sim, "GET", "models")
    assert moved[0] == 200
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"RTX 4090"}
    assert after["RTX 4090"] == pytest.approx(before["RTX 4090"] / 2, abs=1e-5)


@pytest.mark.parametrize(
    "wish", [{"model": "Abacus", "factor": 2}, {"model": "RTX 4090", "factor": 0}, {}]
)
async def test_no_price_moves_for_a_wrong_wish(sim, stranger, wish):
    """An unknown model, a factor beyond measure, nothing at all."""
    _, before = await _call(stranger, sim, "GET", "models")
    assert (await _call(stranger, sim, "PUT", "models", json=wish))[0] == 400
    assert (await _call(stranger, sim, "GET", "models"))[1] == before


async def test_the_journal_tells_what_was_asked(sim, stranger):
    """With the answer and the trouble that it met; what was read before is not told again."""
    sim.fault("vast", "rate-limit", endpoint="search")
    for _ in range(2):
        async with stranger.post(sim.vast_url + "/api/v0/bundles/", json={}) as answer:
            await answer.read()
    async with stranger.get(sim.tensordock_url + "/api/v2/instances/4711") as answer:
        await answer.read()
    _, told = await _call(stranger, sim, "GET", "journal")
    assert [
        (row["marketplace"], row["endpoint"], row["subject"], row["status"], row["trouble"])
        for row in told
    ] == [
        ("vast", "search", "", 429, ["rate-limit"]),
        ("vast", "search", "", 200, []),
        ("tensordock", "detail", "4711", 401, []),
    ]
    _, later = await _call(stranger, sim, "GET", f"journal?after={told[1]['number']}")
    assert later == told[2:]
