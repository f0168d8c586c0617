"""When a page of Vast.ai's search is the last one, and where the next one begins.

There is no page token, no total, and a cut list says nothing of having been cut.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, field

_PAGE = 64
_WANDERS = 2
"""65 offers were seen on one day: the count is taken before equal chunks are merged."""
_STEP_USD = 1e-9


@dataclass(slots=True)
class Walk:
    """A walk up the prices. Each page repeats the offers at the border of the one before."""

    limit: int
    known: set[int] = field(default_factory=set)
    from_usd: float | None = None
    ended: bool = False
    whole: bool = False
    """The list was seen to its end, and no offer can have been stepped over."""
    stepped: bool = False
    """Some offers of one price could not be reached."""
    _idle: bool = False

    def turn(self, page: Collection[tuple[int, float]], rows: int) -> None:
        """`page`: id and listed price of each readable row; `rows`: with the unreadable ones."""
        news = {offer_id for offer_id, _ in page} - self.known
        self.known |= news
        if rows < _PAGE or _PAGE + _WANDERS < rows < self.limit:
            self.ended, self.whole = True, not self.stepped
            return
        dearest = max((price for _, price in page), default=None)
        # A server that heeds no border would show us the same page for ever.
        if dearest is None or (not news and self._idle):
            self.ended = True
            return
        self._idle = not news
        self.from_usd = self._next(dearest, moved=bool(news))

    def _next(self, dearest: float, *, moved: bool) -> float:
        here = self.from_usd
        if moved or here is None or dearest > here:
            return dearest
        # A whole page of one price: what else has that price cannot be reached.
        self.stepped = True
        return max(here + _STEP_USD, math.nextafter(here, math.inf))
