"""The last answer to each question, indexed; the least used go first."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from providers.listings import Sweep
from providers.market.index import Index
from providers.models import ProviderName

JUST_NOW = timedelta(seconds=5)
"""Nothing newer is to be had by asking again."""

Scope = tuple[ProviderName, Hashable]


@dataclass(frozen=True, slots=True)
class Book:
    sweep: Sweep
    index: Index

    def serves(self, now: datetime, *, refresh: bool) -> bool:
        if refresh:
            return now - self.sweep.as_of < JUST_NOW
        return now < self.sweep.fresh_until

    def is_whole_since(self, moment: datetime) -> bool:
        return self.sweep.complete and self.sweep.as_of >= moment


class Books:
    def __init__(self, max_books: int, max_candidates: int) -> None:
        self._max_books = max_books
        self._max_candidates = max_candidates
        self._books: OrderedDict[Scope, Book] = OrderedDict()
        self._size = 0

    def get(self, scope: Scope) -> Book | None:
        book = self._books.get(scope)
        if book is not None:
            self._books.move_to_end(scope)
        return book

    def add(self, scope: Scope, sweep: Sweep) -> Book:
        """An answer that is served again, only older, keeps its index."""
        old = self._books.get(scope)
        same = old is not None and old.sweep.candidates is sweep.candidates
        book = Book(sweep, old.index if old is not None and same else Index(sweep.candidates))
        self._size += book.index.size - (0 if old is None else old.index.size)
        self._books[scope] = book
        self._books.move_to_end(scope)
        while len(self._books) > 1 and self._too_much():
            _, oldest = self._books.popitem(last=False)
            self._size -= oldest.index.size
        return book

    def _too_much(self) -> bool:
        return len(self._books) > self._max_books or self._size > self._max_candidates
