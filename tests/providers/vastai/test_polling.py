"""Which searches of Vast.ai answer many queries."""

from hypothesis import given
from hypothesis import strategies as st

from providers import gpus, matching
from providers.base import Poll
from providers.models import Offer, OfferQuery, PricingKind, Sort
from providers.vastai.translate import requests
from providers.vastai.translate.polling import EVERYTHING_PAGES, VERIFIED_PAGES, polls
from tests.providers.market_of_anything import NOW_S, offers, queries

ANY_4090 = OfferQuery(gpus=("RTX 4090",))
TWO_H100 = OfferQuery(gpus=("H100 SXM",), min_gpus=2, max_gpus=2)
BIG = OfferQuery(min_vram_gib=80)


def never_asked(_: requests.Question) -> None:
    return None


def test_all_named_models_share_their_pages() -> None:
    """One search names every model, in an order that does not depend on who asks."""
    asked = OfferQuery(gpus=("H100 SXM", "RTX 4090"), max_gpus=None, min_reliability=None)
    answered = (ANY_4090, TWO_H100, ANY_4090.with_changes(countries=("DE",)))
    assert polls(answered, never_asked) == [Poll(asked, 2, answered)]
    (again,) = polls(answered[::-1], never_asked)
    assert again.query == asked


def test_one_model_alone_is_asked_as_a_search_asks() -> None:
    """The answer serves people who look for the same."""
    (poll,) = polls([ANY_4090.with_changes(countries=("DE",))], never_asked)
    assert requests.question(poll.query) == requests.question(ANY_4090)


def test_what_cannot_share_a_page_is_asked_apart() -> None:
    """Bids and fixed prices, disks of different sizes; the usual disk has two names."""
    bid = ANY_4090.with_changes(pricing=PricingKind.INTERRUPTIBLE)
    large = ANY_4090.with_changes(disk_gb=200)
    usual = ANY_4090.with_changes(disk_gb=requests.DEFAULT_DISK_GB)
    answered = [poll.answers for poll in polls([ANY_4090, bid, large, usual], never_asked)]
    assert answered == [(ANY_4090, usual), (bid,), (large,)]


def test_a_query_without_a_model_is_asked_to_its_end() -> None:
    """Any other sort than by price has a search read the whole list."""
    (poll,) = polls([BIG], never_asked)
    assert poll == Poll(BIG.with_changes(sort=Sort.VALUE), VERIFIED_PAGES, (BIG,))
    question = requests.question(poll.query)
    assert question is not None
    assert question.enough is None


def test_everything_is_read_once_where_that_is_fewer_pages() -> None:
    """Some questions of their own cost more than one sweep of all offers, until they are known to
    be short."""
    small = OfferQuery(max_vram_gib=8, verified_only=False)
    together = OfferQuery(verified_only=False, min_reliability=None, sort=Sort.VALUE)
    assert polls([BIG, ANY_4090, small], never_asked) == [
        Poll(together, EVERYTHING_PAGES, (BIG, ANY_4090, small))
    ]

    def short(question: requests.Question) -> int:
        return 9 if question == requests.question(together) else 1

    apart = polls([BIG, ANY_4090, small], short)
    assert [(poll.calls, poll.answers) for poll in apart] == [
        (1, (ANY_4090,)),
        (1, (BIG,)),
        (1, (small,)),
    ]


def test_what_is_never_sold_costs_nothing() -> None:
    """A query for such a model is answered too: with nothing."""
    never = next(q for q in (OfferQuery(gpus=(n,)) for n in gpus.ALL) if not requests.question(q))
    assert polls([never, ANY_4090], never_asked)[-1] == Poll(never, 0, (never,))


@given(st.lists(queries(), min_size=1, max_size=6), st.lists(offers(), max_size=20))
def test_no_offer_is_lost_by_asking_together(asked: list[OfferQuery], found: list[Offer]) -> None:
    """Every query is answered by one question, and whatever matches it passes that question."""
    made = polls(asked, never_asked)
    answers = {query: poll.query for poll in made for query in poll.answers}
    assert answers.keys() == set(asked)
    for offer in found:
        candidate = matching.as_candidate(offer)
        for query, question in answers.items():
            if not matching.failing(candidate, query, NOW_S):
                assert matching.failing(candidate, question, NOW_S) == ()
