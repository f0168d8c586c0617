"""Two marketplaces and a market over them, for tests."""

from providers.listings import Listing
from providers.market import Market
from providers.models import OfferQuery, ProviderName
from tests.fakes.clock import FakeClock
from tests.fakes.provider import FakeProvider, an_offer

ONE, TWO = ProviderName("one"), ProviderName("two")
QUERY = OfferQuery(gpus=("RTX 4090",))


class Stage:
    """Two marketplaces, a market over them, and what it reported."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.one = FakeProvider(self.clock, [an_offer("a", provider="one")], name="one")
        self.two = FakeProvider(
            self.clock, [an_offer("b", provider="two", usd="0.30")], name="two", title="Second"
        )
        self.errors: list[tuple[ProviderName, Exception]] = []
        self.market = self.over(patience_s=5.0)

    def over(self, **settings: float) -> Market:
        return Market(
            [self.one, self.two],
            self.clock,
            on_error=lambda name, error: self.errors.append((name, error)),
            **settings,  # type: ignore[arg-type]
        )

    def asked(self) -> tuple[int, int]:
        return len(self.one.asked), len(self.two.asked)


def ids(listing: Listing) -> list[str]:
    return [offer.offer_id for offer in listing.offers]
