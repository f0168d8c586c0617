"""What a cold search needs of the cache's thread, brought from one visit instead of three.

Each visit costs about half a millisecond, most of it for waking the thread and the loop again. So
whoever looks for an answer takes the lease in the same visit when there is none, and a slot of
the rate limit when one is free. What does not come this way is asked for where it is needed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from providers.fetch.booking import SlotState
from providers.fetch.cache import Store
from providers.fetch.leases import Lease

BookNow = Callable[[Store], SlotState | None]
"""Books a slot that is free at once, inside a transaction; `None` when there is none."""


@dataclass(slots=True, eq=False)
class Boarding:
    """Called with the store in the cache's thread, when it was found that there is no answer."""

    owner: str
    take: Callable[[Store], Lease]
    book: BookNow | None
    lease: Lease | None = None
    """`None` when the visit was not made or not finished."""
    slot: SlotState | None = None

    def __call__(self, store: Store) -> None:
        with store.transaction():
            lease = self.take(store)
            fetches = lease.mine and not lease.news
            slot = self.book(store) if fetches and self.book is not None else None
        self.lease, self.slot = lease, slot

    @property
    def may_hold(self) -> bool:
        """Whether the lease could be ours: a visit that was given up may still come about."""
        return self.lease is None or self.lease.mine
