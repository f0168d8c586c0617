"""`/gpu prices`: what models cost over time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar import (
    Find,
    Help,
    Prices,
    UsageError,
    parse,
    price_commands,
    price_history,
    written,
)
from bot.grammar.lexer import lex
from bot.grammar.parser import read_line, understand
from providers import gpus

H100 = ("H100 SXM", "H100 PCIe", "H100 NVL")
A100 = ("A100 SXM", "A100 PCIe")
R4090 = ("RTX 4090",)


@pytest.mark.parametrize(
    ("text", "sides", "days"),
    [
        ("prices 4090", [R4090], 7),
        ("/gpu Prices of the RTX 4090", [R4090], 7),
        ("prices 7d 4090", [R4090], 7),
        ("prices 4090 over the last week", [R4090], 7),
        ("price history 4090 24h", [R4090], 1),
        ("chart of 4090 today", [R4090], 1),
        ("price of 4090?", [R4090], 7),
        ("price 4090", [R4090], 7),
        ("price h100 vs a100 30d", [H100, A100], 30),
        ("prices 4090 30 days", [R4090], 30),
        ("history a100 in the past month", [A100], 30),
        ("prices h100 vs a100", [H100, A100], 7),
        ("prices H100 versus “A100”, 4090 30d", [H100, A100, R4090], 30),
        ("prices a100 vs", [A100], 7),
        ("prices 4090 vs 4090", [R4090], 7),
        ("prices 4090|a6000 vs h100 sxm", [("RTX 4090", "RTX A6000"), ("H100 SXM",)], 7),
        ("prices a10g or l4", [("A10G", "L4")], 7),
        ("prices titan x 7d", [("Titan X",)], 7),
    ],
)
def test_what_is_asked_about_prices(text, sides, days):
    """Models on one to three sides, and one of three lengths, in any order."""
    assert parse(text) == Prices(tuple(sides), days)


UNKNOWN = "I know no GPU called “{}”; prices are kept of models that I know."
WHOLE = "Prices are kept of whole models: leave out “{}”."
LENGTHS = "I keep charts of 24 hours, 7 days and 30 days, not “{}”."
MISTAKES = {
    "prices": (
        "Say of which GPU, as in “prices 4090”.",
        "",
        ("prices 4090", "prices h100 vs a100", "help prices"),
    ),
    "prices 6000": (
        "“6000” can be several models.",
        "6000",
        ("prices 6000 ada", "prices a6000", "help prices"),
    ),
    "prices 490 30d": (
        UNKNOWN.format("490"),
        "490",
        ("prices 4090 30d", "prices 4090 d 30d", "help prices"),
    ),
    "prices h100 vs xyz": (UNKNOWN.format("xyz"), "xyz", ("help prices",)),
    "prices 2x 4090 in us": (WHOLE.format("2x in us"), "2x in us", ("prices 4090", "help prices")),
    "prices h100 vs a100 under 2": (
        WHOLE.format("under 2"),
        "under 2",
        ("prices h100 vs a100", "help prices"),
    ),
    "prices 4090 90d": (
        LENGTHS.format("90d"),
        "90d",
        ("prices 4090 24h", "prices 4090", "help prices"),
    ),
    "prices 3d": (LENGTHS.format("3d"), "3d", ("help prices",)),
    "prices 4090 7d 30d": (
        "The length is given twice; one chart has one.",
        "4090 7d 30d",
        ("prices 4090", "prices 4090 30d", "help prices"),
    ),
    "prices 4090, 3090, a100, h100": (
        "I compare 3 models at most, and these are 4.",
        "4090, 3090, a100, h100",
        ("prices 4090 vs 3090 vs a100", "help prices"),
    ),
    "prcies 4090": (
        "I do not understand “prcies”.",
        "prcies",
        ("prices 4090", "find 4090"),
    ),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.items())
def test_a_wrong_question_is_told_with_what_would_be_right(text, expected):
    """What is wrong is named, and the rest of the question stays in the suggestions."""
    assert parse(text) == UsageError(*expected)


@pytest.mark.parametrize("form", [form for row in price_commands() for form in row.forms])
def test_every_form_of_the_table_is_a_question(form):
    """What help shows is understood, and is its own canonical text."""
    command = parse(form)
    assert isinstance(command, Prices)
    assert written(command) == form


def test_the_topic_has_its_help():
    """By its name and by every word that it begins with."""
    assert {parse(f"help {phrase}") for phrase in price_history.PHRASES} == {Help("prices")}


@pytest.mark.parametrize("phrase", price_history.PHRASES)
def test_no_verb_hides_a_search(phrase):
    """What begins a question about prices means nothing in a search."""
    read = understand(read_line(phrase))
    assert not read.is_sound or read.is_empty
    assert [token.text for token in lex(phrase)] == phrase.split()


@pytest.mark.parametrize("text", ["price under 0.4", "price 0.40", "show 4090", "4090 cost 1"])
def test_searches_with_a_price_stay_searches(text):
    """`price` alone is a wish."""
    assert isinstance(parse(text), Find)


@given(
    st.lists(st.sampled_from(gpus.ALL), min_size=1, max_size=3, unique=True),
    st.sampled_from([1, 7, 30]),
)
def test_what_is_written_is_read_as_the_same(names, days):
    """For every model, every length and every comparison."""
    command = Prices(tuple((name,) for name in names), days)
    assert parse(written(command)) == command


@given(st.text(max_size=120))
def test_any_text_is_answered(text):
    """Nothing raises, and every suggestion is understood."""
    found = parse(f"prices {text}")
    if isinstance(found, UsageError):
        assert not any(isinstance(parse(each), UsageError) for each in found.suggestions)
