import asyncio
import json
import math

import aiohttp
import pytest

from providers.simulator.limits import FORMS

BUNDLES = "/api/v0/bundles/"


async def _search(http, sim):
    sim.step(60)
    async with http.post(sim.vast_url + BUNDLES, json={}, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Content-Type"), await answer.read()


async def _rent(http, sim, number=40):
    sim.step(10)
    offer = sim.vast.offers()[number]
    url = f"{sim.vast_url}/api/v0/asks/{offer['id']}/"
    async with http.put(url, json={"image": "a", "label": "shopper-x"}) as answer:
        return answer.status, await answer.json()


async def _shown(http, sim, instance_id):
    sim.step(5)
    async with http.get(f"{sim.vast_url}/api/v0/instances/{instance_id}/") as answer:
        return (await answer.json())["instances"]


@pytest.mark.parametrize("form", FORMS)
async def test_429_in_five_forms(sim, http, form):
    """Each known body, without a header that would say how long."""
    sim.fault("vast", "rate-limit", endpoint="search", form=form, seconds=3.0)
    async with http.post(sim.vast_url + BUNDLES, json={}) as answer:
        text = await answer.text()
        assert answer.status == 429
        assert "Retry-After" not in answer.headers
        assert "API requests too frequent" in text
        assert ("retry_after" in text) == (form == "retry-after")
        if form != "text":
            json.loads(text)
    assert (await _search(http, sim))[0] == 200


async def test_a_fault_meets_so_many_requests_at_one_endpoint(sim, http):
    """Counted down by its own endpoint alone, or standing until cleared."""
    sim.fault("vast", "bad-gateway", endpoint="search", times=2)
    async with http.get(sim.vast_url + "/api/v0/users/current/") as answer:
        assert answer.status == 200
    assert [(await _search(http, sim))[0] for _ in range(3)] == [502, 502, 200]
    sim.fault("vast", "status", times=None, status=503)
    assert [(await _search(http, sim))[0] for _ in range(3)] == [503, 503, 503]
    sim.clear_faults()
    assert (await _search(http, sim))[0] == 200


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("html", (200, "text/html; charset=utf-8")),
        ("null", (200, "application/json")),
        ("empty", (200, "application/json")),
        ("redirect", (302, None)),
        ("unauthorized", (401, "application/json")),
        ("error-in-200", (200, "application/json")),
    ],
)
async def test_answers_that_are_none(sim, http, kind, expected):
    """Wholly bad answers come as asked for."""
    sim.fault("vast", kind)
    status, content_type, body = await _search(http, sim)
    assert (status, content_type if status != 302 else None) == expected
    assert b'"offers"' not in body


async def test_bodies_are_spoilt(sim, http):
    """Truncated, mistyped, non-finite, doubled, hostile."""
    sim.fault("vast", "truncated")
    with pytest.raises(ValueError, match=r"."):
        json.loads((await _search(http, sim))[2])
    sim.fault("vast", "wrong-types")
    offers = json.loads((await _search(http, sim))[2])["offers"]
    assert [offer for offer in offers if not isinstance(offer, dict)] == [None, 7, "row", []]
    sim.fault("vast", "nan")
    offers = json.loads((await _search(http, sim))[2])["offers"]
    assert any(isinstance(v, float) and math.isnan(v) for o in offers for v in o.values())
    sim.fault("vast", "doubled-ids")
    body = (await _search(http, sim))[2]
    ids = [offer["id"] for offer in json.loads(body)["offers"]]
    assert len(ids) == 2 * len(set(ids)) or len(ids) == 2 * len(set(ids)) + 2
    assert b'"id": 0, "id": ' in body
    sim.fault("vast", "hostile")
    assert b"<!channel>" in (await _search(http, sim))[2]


async def test_connections_break(sim, http):
    """Without an answer, in the middle of one, after an effect."""
    for kind in ("refuse", "cut", "lost-answer"):
        sim.fault("vast", kind, endpoint="search")
        with pytest.raises(aiohttp.ClientError):
            await _search(http, sim)
    sim.fault("vast", "lost-answer", endpoint="create")
    with pytest.raises(aiohttp.ClientError):
        await _rent(http, sim)
    (made,) = sim.vast.rentals.snapshot(sim.clock.now())
    assert (made["label"], made["exists"]) == ("shopper-x", True)


async def test_a_create_fails_and_the_machine_exists(sim, http):
    """A 502 after the effect: the label finds what was made."""
    sim.fault("vast", "error-after", endpoint="create", status=502)
    assert (await _rent(http, sim))[0] == 502
    assert len(sim.vast.rentals.snapshot(sim.clock.now())) == 1


async def test_answers_are_slow_or_never_come(sim, http):
    """Slow ones come with their effect, hanging ones end without."""
    sim.fault("vast", "slow", endpoint="create", seconds=0.05)
    began = asyncio.get_running_loop().time()
    assert (await _rent(http, sim))[0] == 200
    assert asyncio.get_running_loop().time() - began >= 0.05
    sim.fault("vast", "hang", endpoint="search", seconds=0.02)
    with pytest.raises(aiohttp.ClientError):
        await _search(http, sim)


async def test_a_huge_answer(sim, http):
    """As many megabytes as asked for."""
    sim.fault("vast", "huge", megabytes=3)
    assert len((await _search(http, sim))[2]) > 3_000_000


async def test_stale_offers_and_no_credit(sim, http):
    """Refused with the recorded words, and nothing is made."""
    sim.fault("vast", "stale", endpoint="create")
    status, body = await _rent(http, sim)
    assert (status, "no_such_ask  Instance type" in body["msg"]) == (400, True)
    sim.fault("vast", "no-credit", endpoint="create")
    assert "credit" in (await _rent(http, sim))[1]["error"]
    assert sim.vast.rentals.snapshot(sim.clock.now()) == []


async def test_some_offers_are_listed_but_gone(http):
    """A share of the book is refused: most with 400, some with 410 when asked to fail."""
    from providers.simulator import open_simulator

    async with open_simulator(
        seed=1, vast_machines=100, speed=0, stale_share=1.0, evolving=False
    ) as sim:
        statuses = set()
        for row in sim.vast.offers()[:60]:
            sim.step(5)
            offer = sim.vast.book.find(row["id"], sim.clock.now())
            if offer is None or offer.machine.pinned:
                continue
            url = f"{sim.vast_url}/api/v0/asks/{row['id']}/"
            async with http.put(url, json={"image": "a"}) as answer:
                statuses.add(answer.status)
    assert statuses == {400, 410}


@pytest.mark.parametrize(
    ("kind", "after_s", "state"),
    [
        ("never-starts", 86400, "loading"),
        ("create-fails", 600, "created"),
        ("dies", 600, "exited"),
        ("goes-offline", 600, "offline"),
        ("outbid", 600, "exited"),
        ("no-address", 600, "running"),
        ("vanishes", 600, None),
    ],
)
async def test_machines_fail(sim, http, kind, after_s, state):
    """What was asked for becomes of the next machine."""
    sim.fault("vast", kind, endpoint="create", seconds=30)
    _, made = await _rent(http, sim)
    sim.step(after_s)
    row = await _shown(http, sim, made["new_contract"])
    assert (row and row["actual_status"]) == state
    if kind == "no-address":
        assert (row["ports"], row["public_ipaddr"], row["ssh_host"]) == ({}, None, None)


async def test_another_gpu_is_delivered(sim, http):
    """The instance is not what the offer said."""
    sim.fault("vast", "wrong-gpu", endpoint="create")
    offer = next(o for o in sim.vast.offers() if o["gpu_name"] == "RTX 5090")
    url = f"{sim.vast_url}/api/v0/asks/{offer['id']}/"
    async with http.put(url, json={"image": "a"}) as answer:
        made = await answer.json()
    assert (await _shown(http, sim, made["new_contract"]))["gpu_name"] == "RTX 3060"


async def test_machines_return_or_will_not_end(sim, http):
    """One is gone and comes back, one answers well and stays; a later end is final."""
    for kind in ("comes-back", "will-not-end"):
        _, made = await _rent(http, sim, 40 if kind == "comes-back" else 60)
        path = f"{sim.vast_url}/api/v0/instances/{made['new_contract']}/"
        sim.fault("vast", kind, endpoint="destroy", seconds=100)
        sim.step(10)
        async with http.delete(path) as answer:
            assert answer.status == 200
        sim.step(10)
        gone = await _shown(http, sim, made["new_contract"]) is None
        assert gone is (kind == "comes-back")
        sim.step(200)
        assert await _shown(http, sim, made["new_contract"]) is not None
        async with http.delete(path) as answer:
            assert answer.status == 200
        sim.step(20)
        assert await _shown(http, sim, made["new_contract"]) is None


async def test_leaking_filters(sim, http):
    """Rows come that the query excludes."""
    sim.fault("vast", "leak")
    query = {"gpu_name": {"eq": "RTX 4090"}}
    async with http.post(sim.vast_url + BUNDLES, json=query) as answer:
        names = {offer["gpu_name"] for offer in (await answer.json())["offers"]}
    assert len(names) > 1


async def test_tensordock_has_its_own(sim, http):
    """One marketplace's faults leave the other alone."""
    sim.fault("tensordock", "error-in-200", endpoint="locations")
    url = sim.tensordock_url + "/api/v2/locations"
    async with http.get(url) as answer:
        assert await answer.json() == {"status": 400, "error": "No available nodes found"}
    sim.fault("tensordock", "unauthorized")
    assert (await _search(http, sim))[0] == 200
    async with http.get(url) as answer:
        assert (answer.status, await answer.text()) == (401, "Unauthorized")
