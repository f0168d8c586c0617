"""A machine that could be larger says what it was priced for."""

import pytest

from bot.render import facts
from providers.models import Offer
from tests.bot.render.samples import tensordock
from tests.fakes.offers import offer

BOTH = "Priced for 8 vCPU and 32 GB RAM, the default. For more, search with 16 cpus or ram 64gb."


@pytest.mark.parametrize(
    ("shown", "sentence", "specs"),
    [
        (tensordock(), BOTH, ["8 vCPU (default)", "32 GB RAM (default)"]),
        (
            tensordock(vcpus=16.0, defaults=("ram_gb",)),
            "Priced for 32 GB RAM, the default. For more, search with ram 64gb.",
            ["16 vCPU", "32 GB RAM (default)"],
        ),
        (tensordock(defaults=()), None, ["8 vCPU", "32 GB RAM"]),
        (offer(), None, facts.machine(offer())[:2]),
    ],
)
def test_what_was_not_asked_for_is_marked(
    shown: Offer, sentence: str | None, specs: list[str]
) -> None:
    assert facts.default_size(shown) == sentence
    assert facts.machine(shown)[:2] == specs


def test_the_mark_is_explained_where_it_stands() -> None:
    """Of the sizes that are marked alone."""
    larger = tensordock(vcpus=16.0, defaults=("ram_gb",))
    assert facts.default_sizes([offer(), larger]) == (
        "(default) is the size that was priced; for more, search with ram 64gb."
    )
    assert facts.default_sizes([offer()]) is None
