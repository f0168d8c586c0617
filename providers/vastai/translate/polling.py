"""Many queries → the fewest searches of Vast.ai that answer all of them.

A search can name any number of models, so those of all queries share its pages. Queries without a
model are asked for one by one, or everything there is is read once for all: whichever is fewer
pages. Price, place and the rest are left to our own matching.
"""

from collections.abc import Callable, Iterable, Sequence

from providers import gpus
from providers.base import Poll
from providers.models import OfferQuery, Sort
from providers.vastai.translate import requests

PagesOf = Callable[[requests.Question], int | None]
"""How many pages a question took the last time; None when it was never asked."""
EVERYTHING_PAGES = 9
"""All on-demand offers were 580; 64 come in a page."""
VERIFIED_PAGES = 5
"""Half of them were verified."""


def polls(queries: Iterable[OfferQuery], pages_of: PagesOf) -> list[Poll]:
    """What cannot share a page: bids and fixed prices, and disks of different sizes."""
    kinds: dict[tuple[object, ...], list[OfferQuery]] = {}
    nothing: list[OfferQuery] = []
    for query in queries:
        if requests.question(query) is None:
            nothing.append(query)
        else:
            disk_gb = requests.priced_disk_gb(query.disk_gb)
            kinds.setdefault((query.pricing, disk_gb), []).append(query)
    asked = [poll for alike in kinds.values() for poll in _of_one_kind(alike, pages_of)]
    return asked + ([Poll(nothing[0], 0, tuple(nothing))] if nothing else [])


def _of_one_kind(alike: Sequence[OfferQuery], pages_of: PagesOf) -> list[Poll]:
    named = [query for query in alike if query.gpus]
    unnamed = [query for query in alike if not query.gpus]
    apart = [_poll(_everything(named, _models(named)), named, pages_of)] if named else []
    apart += [
        _poll(query.with_changes(sort=Sort.VALUE, limit=None), [query], pages_of)
        for query in unnamed
    ]
    together = _poll(_everything(alike, ()), alike, pages_of)
    return apart if sum(poll.calls for poll in apart) <= together.calls else [together]


def _everything(alike: Sequence[OfferQuery], models: tuple[str, ...]) -> OfferQuery:
    """What is wanted by one of them. Sorted by anything but price, a list is read to its end."""
    most = [query.max_gpus for query in alike]
    least_vram = [query.min_vram_gib for query in alike]
    disks = [query.disk_gb for query in alike]  # all cost the same; some may not care
    return OfferQuery(
        gpus=models,
        min_gpus=min(query.min_gpus for query in alike),
        max_gpus=None if None in most else max(each for each in most if each is not None),
        min_vram_gib=(
            None if None in least_vram else min(size for size in least_vram if size is not None)
        ),
        pricing=alike[0].pricing,
        verified_only=all(query.verified_only for query in alike),
        min_reliability=None,
        disk_gb=None if None in disks else alike[0].disk_gb,
        sort=Sort.PRICE if models else Sort.VALUE,
    )


def _models(named: Sequence[OfferQuery]) -> tuple[str, ...]:
    """Each once, in an order that does not depend on who asks."""
    found = {gpus.comparable(name): name for query in named for name in query.gpus}
    return tuple(found[word] for word in sorted(found))


def _poll(question: OfferQuery, answers: Sequence[OfferQuery], pages_of: PagesOf) -> Poll:
    asked = requests.question(question)
    known = None if asked is None else pages_of(asked)
    return Poll(question, known or _guess(question), tuple(answers))


def _guess(question: OfferQuery) -> int:
    """Of the commonest models 40 to 70 are offered at a time, verified or not."""
    everything = VERIFIED_PAGES if question.verified_only else EVERYTHING_PAGES
    return min(len(question.gpus), everything) or everything
