"""Why nothing was found, in words."""

from bot.render import why
from providers.models import OfferQuery
from tests.bot.render import samples


def test_two_ends_in_the_same_words_are_one_reason() -> None:
    """“2 GPUs” keeps out fewer and more; it is told once, with all of them, in its place."""
    query = OfferQuery(gpus=("RTX 4090",), min_gpus=2, max_gpus=2)
    removed = (("verified_only", 34), ("min_gpus", 28), ("max_gpus", 27))
    assert why.reasons(query, samples.listing((), query=query, removed=removed)) == [
        "“2 GPUs” rules out 55 offers",
        "“verified hosts” rules out 34 offers",
    ]


def test_only_who_answered_lists_none() -> None:
    """A marketplace that was not asked, or failed, may have the model."""
    query = OfferQuery(gpus=("GH200",))
    both = samples.listing((), query=query, removed=(("gpus", 31),))
    assert why.advice(query, both) == [
        "Vast.ai and TensorDock list no “GH200” now. Try another model."
    ]
    one = samples.listing(
        (),
        query=query,
        removed=(("gpus", 31),),
        sources=(samples.source(samples.DOCK, 40),),
        failures=(samples.SLOW_DOWN,),
    )
    assert why.advice(query, one) == ["TensorDock lists no “GH200” now. Try another model."]
