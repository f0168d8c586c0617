"""What is not stated about a host is a risk too, and each such fact is named."""

import pytest

from bot.render.risks import risks
from providers.models import Verification
from tests.bot.render.samples import NOW
from tests.fakes.offers import offer


@pytest.mark.parametrize(
    ("verification", "reliability", "said"),
    [
        (
            None,
            None,
            "The marketplace states neither how reliable this host is nor whether it is verified.",
        ),
        (
            Verification.VERIFIED,
            None,
            "The marketplace does not state how reliable this host is.",
        ),
        (None, 0.99, "The marketplace does not state whether this host is verified."),
        (Verification.VERIFIED, 0.99, None),
    ],
)
def test_what_is_not_stated(
    verification: Verification | None, reliability: float | None, said: str | None
) -> None:
    """Both, either, or neither of the two."""
    found = risks(offer(verification=verification, reliability=reliability), NOW)
    assert [each for each in found if "state" in each] == ([] if said is None else [said])
