import itertools

import aiohttp

from providers.simulator import open_simulator

BUNDLES = "/api/v0/bundles/"


async def _status(http, url, method="GET", **arguments):
    async with http.request(method, url, **arguments) as answer:
        return answer.status


async def test_ten_searches_a_minute(sim, http):
    """The eleventh waits until the first is a minute old; refused ones do not count."""
    url = sim.vast_url + BUNDLES
    assert [await _status(http, url) for _ in range(12)] == [200] * 10 + [429] * 2
    sim.step(59)
    assert await _status(http, url) == 429
    sim.step(1.1)
    assert await _status(http, url) == 200


async def test_strangers_get_five_searches(sim, stranger):
    """Without a key the sixth is refused; with the switch off every one is."""
    url = sim.vast_url + BUNDLES
    assert [await _status(stranger, url) for _ in range(6)] == [200] * 5 + [429]
    sim.vast.switches.keyless_search = False
    assert await _status(stranger, url) == 404


async def test_each_endpoint_has_its_interval(sim, http):
    """Seconds between two calls, per endpoint and per caller."""
    detail = sim.vast_url + "/api/v0/instances/1/"
    listing = sim.vast_url + "/api/v1/instances/"
    assert await _status(http, detail) == 200
    assert await _status(http, listing) == 200
    assert (await _status(http, detail), await _status(http, listing)) == (429, 429)
    other = {"Authorization": "Bearer other"}
    assert await _status(http, detail, headers=other) == 200
    sim.step(1.1)
    assert (await _status(http, detail), await _status(http, listing)) == (429, 200)
    sim.step(1.0)
    assert await _status(http, detail) == 200


async def test_all_five_bodies_take_turns(sim, http):
    """Plain text, detail, error, the live form, and seconds in the body."""
    url = sim.vast_url + BUNDLES
    for _ in range(10):
        await _status(http, url)
    seen = set()
    for _ in range(5):
        async with http.get(url) as answer:
            text = await answer.text()
            keys = () if answer.content_type == "text/plain" else tuple(await answer.json())
            assert answer.status == 429
            assert "threshold=60" in text
            seen.add(keys)
    assert seen == {
        (),
        ("detail",),
        ("message", "code"),
        ("success", "error", "msg"),
        ("success", "error", "msg", "retry_after"),
    }


async def test_limits_count_real_time_whatever_the_speed(http):
    """An hour in a second does not let a caller ask more often."""
    async with open_simulator(seed=1, speed=3600, vast_machines=60) as sim:
        url = sim.vast_url + BUNDLES
        statuses = [await _status(http, url) for _ in range(11)]
        assert statuses[-1] == 429


async def test_limits_can_be_switched_off(http):
    """For measuring clients."""
    async with open_simulator(seed=1, rate_limits=False, vast_machines=60) as sim:
        assert {await _status(http, sim.vast_url + BUNDLES) for _ in range(15)} == {200}


async def test_tensordock_limits_when_asked(sim, http):
    """100 in a rolling minute for the organisation, off by default."""
    url = sim.tensordock_url + "/api/v2/secrets"
    statuses = [await _status(http, url) for _ in range(101)]
    assert set(statuses) == {200}
    sim.tensordock.switches.rate_limited = True
    assert await _status(http, url) == 429
    sim.step(61)
    assert await _status(http, url) == 200


async def test_creates_are_counted_apart(sim, http):
    """Two creates want 4.5 s between them, and a refused one made nothing."""
    offers = sim.vast.offers()[40:42]
    statuses = [
        await _status(
            http, f"{sim.vast_url}/api/v0/asks/{offer['id']}/", "PUT", json={"image": "a"}
        )
        for offer in offers
    ]
    assert statuses == [200, 429]
    assert len(sim.vast.rentals.snapshot(sim.clock.now())) == 1


async def test_a_stranger_cannot_borrow_anothers_budget(sim, http):
    """Callers are told apart by their keys."""
    url = sim.vast_url + BUNDLES
    for key in ("a", "b"):
        headers = {"Authorization": f"Bearer {key}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            statuses = [await _status(session, url) for _ in itertools.repeat(None, 10)]
        assert set(statuses) == {200}
