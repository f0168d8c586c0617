"""A watch that was filled in is read as the one that was typed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar import BLANK, WatchCommand, WatchField, fields_of, parse, read_form
from bot.rules.watches import Rule, Trigger
from providers.models import OfferQuery
from tests.bot.grammar.test_watches import QUERIES, RULES

F = WatchField


def form(**values):
    return {**BLANK, F.QUERY: "4090", **{F(name): value for name, value in values.items()}}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (form(), "4090 drop 10%"),
        (form(query="find 2x 4090, top 5"), "2x 4090 drop 10%"),
        (form(query="/gpu 4090 under 0.70"), "4090 under 0.70 drop 10%"),
        (form(percent="12,5 %"), "4090 drop 12.5%"),
        (form(trigger="under", usd="$0.70"), "4090 under 0.70"),
        (form(trigger="under", usd="0.35", per_gpu="yes"), "4090 under 0.35 per gpu"),
        (form(trigger="lowest", days="30"), "4090 lowest in 30d"),
        (form(trigger="available", fast="yes"), "4090 available fast"),
        (form(trigger="any", cool_down="2h", cap="3"), "4090 any cool down 2h cap 3"),
        (form(trigger="any", cool_down="90"), "4090 any cool down 90m"),
        (form(trigger="any", cool_down="", cap=""), "4090 any"),
    ],
)
def test_what_is_filled_in_is_what_is_typed(values, text):
    """Both ways lead to the same watch."""
    assert read_form(values) == parse(f"watch {text}")


@pytest.mark.parametrize(
    ("values", "mistakes"),
    [
        (form(query=""), {F.QUERY: "Write what to watch, such as “2x 4090 in eu”."}),
        (
            form(query="4090 in germny"),
            {F.QUERY: "I know no place called “germny”. Try “4090 in de”."},
        ),
        (form(query="hello world"), {F.QUERY: "I do not understand “hello world”."}),
        (
            form(query="2x 4090 4x 3090"),
            {F.QUERY: "The number of GPUs is given twice: “2x” and “4x”. Try “2x 4090|3090”."},
        ),
        (
            form(trigger="under", usd="1", query="4090 under 0.70"),
            {F.QUERY: "Leave the price out here: it has its own field."},
        ),
        (
            form(query="4090 " * 300),
            {F.QUERY: "That is more than one watch can hold; leave some words out."},
        ),
        (form(trigger="nonsense"), {F.TRIGGER: "Choose when to tell."}),
        (
            form(trigger="under", usd="nan", cap="0", cool_down="soon"),
            {
                F.USD: "Write USD per hour, above 0 and at most 10,000, such as “0.70”.",
                F.CAP: "Write a whole number, 1 to 50.",
                F.COOL_DOWN: "Write a time of 5 minutes to 7 days, such as “2h”.",
            },
        ),
        (form(percent="12.34"), {F.PERCENT: "Write a number of percent, 1 to 90."}),
        (form(percent="95"), {F.PERCENT: "Write a number of percent, 1 to 90."}),
        (form(trigger="lowest", days="20"), {F.DAYS: "Choose a number of days."}),
        (form(trigger="lowest"), {F.DAYS: "Choose a number of days."}),
        (
            form(query="|".join(f'"{n}{"x" * 47}"' for n in range(10, 29)), cool_down="90m"),
            {F.QUERY: "That is more than one watch can hold; leave some words out."},
        ),
    ],
)
def test_each_mistake_stands_at_its_field(values, mistakes):
    """All at once, with what would be right."""
    assert read_form(values) == mistakes


@given(QUERIES, RULES, st.integers(5, 10_080), st.integers(1, 50))
def test_every_watch_can_be_edited_without_change(query, rule, minutes, cap):
    """What the window shows of a watch is read as that watch."""
    cool_down = timedelta(minutes=minutes)
    found = read_form(fields_of(query, rule, cool_down, cap))
    assert isinstance(found, WatchCommand), found
    assert (found.query, found.rule) == (query, rule)
    assert (found.cool_down, found.daily_cap) == (cool_down, cap)


@given(st.dictionaries(st.sampled_from(WatchField), st.text(max_size=60)))
def test_anything_that_is_filled_in_is_a_watch_or_mistakes(values):
    """Never an exception, and never neither."""
    found = read_form({**BLANK, **values})
    assert found
    if isinstance(found, WatchCommand):
        assert parse(f"watch {found.text}") == found
    else:
        assert all(sentence.endswith(".") for sentence in found.values())


def test_the_limit_of_a_window_is_that_of_the_rule():
    """As when it is typed, the query sees what is above it."""
    found = read_form(form(trigger="under", usd="0.70"))
    assert isinstance(found, WatchCommand)
    assert found.query == OfferQuery(gpus=("RTX 4090",))
    assert found.rule == Rule(Trigger.UNDER, Decimal("0.7"))
