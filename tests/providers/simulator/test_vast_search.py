import json
import time

import pytest

BUNDLES = "/api/v0/bundles/"


async def _search(http, sim, **query):
    sim.step(60)
    async with http.post(sim.vast_url + BUNDLES, json=query) as answer:
        return answer.status, await answer.json()


async def _offers(http, sim, **query):
    status, body = await _search(http, sim, **query)
    assert status == 200, body
    return body["offers"]


async def test_three_doors_lead_to_one_search(sim, http):
    """GET with `q`, POST and PUT `/search/asks/` answer the same, with or without the slash."""
    query = {"gpu_name": {"eq": "RTX 4090"}, "order": [["dph_total", "asc"], ["id", "asc"]]}
    post = await _offers(http, sim, **query)
    sim.step(60)
    now_free = {"end_date", "duration", "score"}
    async with http.get(sim.vast_url + BUNDLES, params={"q": json.dumps(query)}) as answer:
        get = (await answer.json())["offers"]
    asks = sim.vast_url + "/api/v0/search/asks"
    async with http.put(asks, json={"select_cols": ["*"], "q": query}) as answer:
        put = (await answer.json())["offers"]
    assert [o["id"] for o in post] == [o["id"] for o in get] == [o["id"] for o in put]
    assert get[0].keys() - now_free == put[0].keys() - now_free
    assert len(get[0]) >= 83


async def test_the_content_type_has_no_charset(sim, http):
    """The official client compares the whole header."""
    async with http.post(sim.vast_url + BUNDLES, json={}) as answer:
        assert answer.headers["Content-Type"] == "application/json"


async def test_a_page_has_64_offers_whatever_is_asked(sim, http):
    """No limit and a great limit give 64; a small one is kept."""
    assert len(await _offers(http, sim)) == 64
    assert len(await _offers(http, sim, limit=5000)) == 64
    assert len(await _offers(http, sim, limit="7")) == 7


async def test_paging_by_price_cursor_finds_every_offer(sim, http):
    """`dph_total ≥ last` and a second key reach the whole book without a gap."""
    expected = {row["id"] for row in sim.vast.offers()}
    found: set[int] = set()
    floor = 0.0
    while True:
        page = await _offers(
            http,
            sim,
            dph_total={"gte": floor},
            order=[["dph_total", "asc"], ["id", "asc"]],
        )
        found |= {offer["id"] for offer in page}
        if len(page) < 64:
            break
        floor = page[-1]["dph_total"]
    assert found == expected


@pytest.mark.parametrize(("asked", "storage_gb"), [({}, 8), ({"allocated_storage": 50}, 50)])
async def test_the_price_contains_the_disk(sim, http, asked, storage_gb):
    """8 GB unless told otherwise, a 720th of the month's price for each hour."""
    for offer in await _offers(http, sim, **asked):
        disk = offer["storage_cost"] * storage_gb / 720
        assert offer["storage_total_cost"] == disk
        assert offer["dph_total"] == offer["dph_base"] + disk
        assert offer["search"]["totalHour"] == offer["dph_total"]
        assert offer["disk_space"] >= storage_gb or not asked


async def test_nothing_is_filtered_by_default(sim, http):
    """Unverified and deverified hosts stand in the answer until they are excluded."""
    seen = {o["verification"] for o in await _offers(http, sim)}
    assert seen == {"verified", "unverified", "deverified"}


async def test_bids_cost_the_minimum_bid(sim, http):
    """In the bid list `dph_base` is `min_bid`, and more rows stand there."""
    bids = await _offers(http, sim, type="bid")
    assert all(o["is_bid"] and o["dph_base"] == o["min_bid"] for o in bids)
    on_demand = {row["id"] for row in sim.vast.offers()}
    both = on_demand & {row["id"] for row in sim.vast.offers("bid")}
    assert 30 < len(both) < len(on_demand)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"geolocation": {"in": ["US", "CA"]}}, lambda o: o["geolocation"][-2:] in ("US", "CA")),
        ({"geolocation": {"notin": ["US"]}}, lambda o: (o["geolocation"] or "")[-2:] != "US"),
        ({"verified": {"eq": True}}, lambda o: o["verification"] == "verified"),
        ({"datacenter": {"eq": True}}, lambda o: o["hosting_type"] == 1),
        ({"num_gpus": {"eq": "2"}}, lambda o: o["num_gpus"] == 2),
        ({"gpu_ram": {"gte": "24000", "lt": 40000}}, lambda o: 24000 <= o["gpu_ram"] < 40000),
        ({"reliability": {"gt": 0.99}}, lambda o: o["reliability2"] > 0.99),
        ({"driver_version": {"gte": 580000000}}, lambda o: o["driver_vers"] >= 580000000),
        ({"duration": {"gte": 8640000}}, lambda o: o["duration"] >= 8640000),
        ({"external": {"eq": False}}, lambda o: o["external"] is None),
        ({"gpu_name": {"in": ["RTX 4090", "L4"]}}, lambda o: o["gpu_name"] in ("RTX 4090", "L4")),
    ],
)
async def test_filters_keep_what_they_say(sim, http, query, holds):
    """Each field means what the sheet says, numbers as texts included."""
    found = await _offers(http, sim, **query)
    assert found
    assert all(holds(offer) for offer in found)


async def test_names_with_underscores_find_nothing(sim, http):
    """`RTX_4090` is a name that nobody has: 200 and an empty list."""
    assert await _search(http, sim, gpu_name={"eq": "RTX_4090"}) == (200, {"offers": []})


async def test_one_offer_is_picked_by_its_ask(sim, http):
    """`ask_contract_id` selects, `id` selects nothing and hides nothing."""
    wanted = sim.vast.offers()[10]["id"]
    assert [o["id"] for o in await _offers(http, sim, ask_contract_id={"eq": wanted})] == [wanted]
    assert len(await _offers(http, sim, id={"eq": wanted})) == 64


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"num_gpus": 2}, "is not a valid search op"),
        ({"num_gpus": {"more": 2}}, "more is not a valid search op"),
        ({"colour": {"eq": 2}}, "colour is not a valid search key"),
        ({"geolocation": {"gt": "US"}}, "gt is not a valid search op"),
        ({"order": [["colour", "asc"]]}, "colour is not a valid search key"),
        ({"type": "auction"}, "auction is not a valid search type"),
        ({"num_gpus": {"gte": "many"}}, "many is not a valid value"),
    ],
)
async def test_a_bad_query_is_a_400(sim, http, query, words):
    """The words name what is not understood."""
    status, body = await _search(http, sim, **query)
    assert (status, body["error"]) == (400, "invalid_request")
    assert words in body["msg"]


async def test_a_body_that_is_not_json_is_a_400(sim, http):
    """With the documented words."""
    async with http.post(sim.vast_url + BUNDLES, data=b"{nonsense") as answer:
        expected = {"error": "invalid_request", "msg": "Invalid json body"}
        assert (answer.status, await answer.json()) == (400, expected)


async def test_ties_are_unordered_without_a_second_key(sim, http):
    """Equal prices change places from answer to answer, unless the id decides."""

    async def ids(order):
        return [o["id"] for o in await _offers(http, sim, order=order)]

    loose = {tuple(await ids([["num_gpus", "asc"]])) for _ in range(4)}
    firm = {tuple(await ids([["num_gpus", "asc"], ["id", "asc"]])) for _ in range(4)}
    assert (len(loose), len(firm)) == (4, 1)


async def test_odd_rows_stand_in_every_book(sim, http):
    """What a client has to survive is there without asking."""
    rows = sim.vast.offers()
    assert any(row["geolocation"] is None for row in rows)
    assert any((row["geolocation"] or "").startswith(", ") for row in rows)
    assert any("ü" in (row["geolocation"] or "") for row in rows)
    assert {24564, 49140} <= {r["gpu_ram"] for r in rows if r["gpu_name"] == "RTX 4090"}
    assert any(row["inet_down"] == 0.0 for row in rows)
    assert min(row["duration"] for row in rows) < 86400
    assert max(row["duration"] for row in rows) > 10 * 365 * 86400
    assert 2 in {row["hosting_type"] for row in rows}
    assert {3, 5, 7, 14, 16} <= {row["num_gpus"] for row in rows}
    assert any(row["min_bid"] > row["dph_base"] for row in rows)
    assert {16.0, 0.01} <= {row["dph_base"] / row["num_gpus"] for row in rows}
    assert any(row["public_ipaddr"].endswith("\n") for row in rows)
    assert any("®" in row["cpu_name"] for row in rows)
    assert any(row["cpu_cores"] is None for row in rows)
    ids = [row["id"] for row in rows]
    twice = [row for row in rows if ids.count(row["id"]) == 2]
    assert len(twice) == 2
    page = await _offers(http, sim, ask_contract_id={"eq": twice[0]["id"]})
    assert page[0]["score"] != page[1]["score"]


async def test_at_most_one_offer_for_a_machine_and_size(sim):
    """The on-demand list bundles equal chunks; only the doubled id repeats."""
    pairs = {(row["machine_id"], row["num_gpus"], row["id"]) for row in sim.vast.offers()}
    assert len({pair[:2] for pair in pairs}) == len(pairs)


async def test_names_need_no_key(sim, stranger):
    """The two lists of models and the search answer strangers."""
    async with stranger.get(sim.vast_url + "/api/v0/gpu_names/unique/") as answer:
        assert "RTX 4090" in (await answer.json())["gpu_names"]
    async with stranger.get(sim.vast_url + "/api/v0/gpu_types/") as answer:
        types = {t["canonical_name"]: t["gpu_ram_mb"] for t in (await answer.json())["gpu_types"]}
    assert types["RTX 4090"] == 24564
    async with stranger.post(sim.vast_url + BUNDLES, json={}) as answer:
        assert answer.status == 200


async def test_a_page_is_built_fast(sim, http):
    """64 rows take less than 10 ms of the server, or it would hide what a client costs."""
    from providers.simulator.vast.search import find_offers, parse_search

    known = frozenset(sim.vast.offers()[0])
    query = {"verified": {"eq": True}, "rentable": {"eq": True}, "order": [["dph_total", "asc"]]}

    def page(moment: int) -> float:
        began = time.perf_counter()
        search = parse_search(query, known, 64)
        rows = find_offers(search, sim.vast.book, sim.clock.now() + moment, moment)
        assert len([row.printed() for row in rows]) == 64
        return time.perf_counter() - began

    page(0)
    assert min(page(moment) for moment in range(1, 8)) < 0.010
