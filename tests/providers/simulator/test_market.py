import itertools

from providers.simulator.figures import vast_figures
from providers.simulator.vast.book import FLICKER_S, OfferBook
from providers.simulator.vast.listing import Kind

NOW = 1_795_435_200.0
DAY_S = 86_400.0


def _book(seed=1, *, evolving=True, machines=440):
    return OfferBook(
        vast_figures(), seed=seed, machines=machines, now=NOW, evolving=evolving, stale_share=0.0
    )


def _shown(book, at, kind=Kind.ON_DEMAND):
    return {
        offer.offer_id: (offer.machine.machine_id, offer.gpus, offer.base_price(kind))
        for offer in book.visible(kind, at)
    }


def test_the_market_has_the_measured_size():
    """About 440 machines with 590 on-demand offers, and 800 in the bid list."""
    for seed in range(3):
        book = _book(seed)
        on_demand, bids = _shown(book, NOW), _shown(book, NOW, Kind.BID)
        assert 400 <= len({machine for machine, _, _ in on_demand.values()}) <= 480
        assert 510 <= len(on_demand) <= 650
        assert 690 <= len(bids) <= 910


def test_a_seed_gives_one_market():
    """Same seed, same offers and prices at every moment, however time got there."""
    walked, jumped = _book(7), _book(7)
    for hour in range(49):
        _shown(walked, NOW + hour * 3600)
    assert _shown(walked, NOW + 2 * DAY_S) == _shown(jumped, NOW + 2 * DAY_S)
    assert _shown(_book(7), NOW) != _shown(_book(8), NOW)


def test_offers_die_as_measured():
    """From day to day about 25 % of ids and 44 % of machines stay, 10 % of them at a new price."""
    book = _book(2)
    ids = machines = days = 0.0
    moved = stayed = 0
    before = _shown(book, NOW)
    for day in range(1, 8):
        after = _shown(book, NOW + day * DAY_S)
        common = before.keys() & after.keys()
        stayed += len(common)
        moved += sum(before[number][2] != after[number][2] for number in common)
        ids += len(common) / len(before)
        were, are = ({m for m, _, _ in shown.values()} for shown in (before, after))
        machines += len(were & are) / len(were)
        days, before = days + 1, after
    assert 0.20 < ids / days < 0.34
    assert 0.38 < machines / days < 0.52
    assert 0.04 < moved / stayed < 0.18


def test_minimum_prices_flicker():
    """In five minutes the cheapest RTX 4090 changes far more often than any price."""
    book = _book(1)
    cheapest = [
        min(
            offer.machine.usd_per_gpu_hour
            for offer in book.visible(Kind.ON_DEMAND, NOW + slot * FLICKER_S)
            if offer.machine.model == "RTX 4090" and not offer.machine.pinned
        )
        for slot in range(200)
    ]
    changes = sum(a != b for a, b in itertools.pairwise(cheapest))
    assert 0.1 < changes / 199 < 0.7


def test_new_ids_go_up():
    """An offer that comes is younger than all that were there."""
    book = _book(3)
    old = _shown(book, NOW)
    new = _shown(book, NOW + DAY_S).keys() - old.keys()
    assert min(number for number in new if number > 47_100_000) > max(
        number for number in old if number < 47_100_000
    )


def test_a_frozen_market_stands_still():
    """Without evolution nothing comes, goes or flickers."""
    book = _book(4, evolving=False)
    assert _shown(book, NOW) == _shown(book, NOW + 30 * DAY_S)


def test_5000_offers_can_be_had():
    """For measuring clients: enough machines for five thousand offers."""
    assert len(_shown(_book(evolving=False, machines=4000), NOW)) >= 4900
