"""What holds for every text and every query."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.grammar import (
    Find,
    Help,
    UsageError,
    books,
    describe,
    help_examples,
    parameters,
    parse,
    watch_commands,
    watch_parameters,
    written,
)
from bot.grammar import (
    commands as verbs,
)
from bot.grammar.commands import READERS
from bot.grammar.date_words import MONTHS, WEEKDAYS
from bot.grammar.findings import Line
from bot.grammar.lexer import lex
from bot.grammar.parser import understand
from bot.grammar.shapes import Phrasebook
from bot.grammar.text import clean
from bot.grammar.watch_words import VOCABULARY as WATCH_WORDS
from providers import gpus
from providers.models import OfferQuery, PricingKind, ProviderName, Sort

BOOKS = (
    books.VERBS,
    Phrasebook(READERS),
    books.PHRASES,
    books.NAMES,
    books.COMPARISONS,
    books.COMPARISONS_AFTER,
    books.UNITS,
    books.CURRENCY,
    books.PER_HOUR,
    books.PER_GPU,
    books.PRICE_NAMES,
    books.PLACE_LEADS,
    books.MARKETPLACES,
    books.MARKETPLACE_LEADS,
    books.OR,
    books.FILLERS,
)
VOCABULARY = sorted({word for book in BOOKS for word in book.vocabulary()})
PLACES = ["us", "de", "eu", "germany", "north america", "in", "no", "at", "per", "germny"]
ODD = [
    "rtx 9090", "6000", '"Warp 9"', "'a\"b'", '"', "'", '"in us"', "<@U1|bob>", "<#C1>", "&lt;",
    "&gt;", "&amp;", "&amp;lt;", "<http://vast.ai|vast.ai>", "1,200", "0,40", ".5", "-", "–", "×",
    "k3f9-w2c7h4n6da", "W2C7H4N6DA", "stop k3f9-w2c7h4n6da", "extend 2h", "sesions", "stopp",
    "*", "_", "|", "/", ",", "(", ")", "\u200b", "\u00a0", "\ud800", "zz", "serach", "+", "=",
]  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-3, 130).map(str),
    st.sampled_from(["0.4", "0.40", "24", "4090", "12.4", "99", "1e5", "00", "99999999999"]),
    st.decimals(0, 20_000, places=3).map(str),
)
ROWS = (*parameters(), *verbs(), *watch_commands(), *watch_parameters())
PIECES = st.one_of(
    st.sampled_from(VOCABULARY),
    NUMBERS,
    st.sampled_from([gpus.short(name) for name in gpus.ALL]),
    st.sampled_from(PLACES),
    st.sampled_from(ODD),
    st.sampled_from([form for row in ROWS for form in row.forms]),
    st.sampled_from([*WATCH_WORDS, *MONTHS, *WEEKDAYS, "any", "a day", "2h", "10%", "7d"]),
)
SOUP = st.lists(st.tuples(PIECES, st.sampled_from([" ", "", ", ", "|"])), max_size=14).map(
    lambda pieces: "".join(piece + gap for piece, gap in pieces)
)
FORMS = [form for row in ROWS for form in row.forms if '"' not in form]
NEARLY = st.tuples(
    st.lists(st.sampled_from(FORMS), min_size=1, max_size=4).map(" ".join),
    st.integers(0, 60),
    st.sampled_from(["", "x", " ", "0", "-", ",", "z"]),
).map(lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + 1 :])
ANY_TEXT = st.one_of(
    st.text(), st.text(alphabet="\"'<>&;@|,.-+x0 4gblt", max_size=60), SOUP, NEARLY
)


def check(text):
    found = parse(text)
    if isinstance(found, Find):
        assert found.text == describe(found.query)
        assert parse(f"find {found.text}") == found
        assert parse(found.text) == found
    elif isinstance(found, UsageError):
        assert found.problem.endswith(".")
        assert len(found.fragment) <= 60
        assert f"{found.problem}{found.fragment}".isprintable()
        assert 1 <= len(found.suggestions) <= 3
        for suggestion in found.suggestions:
            again = parse(suggestion)
            assert not isinstance(again, UsageError), suggestion
            if not isinstance(again, Help):
                text = f"find {again.text}" if isinstance(again, Find) else written(again)
                assert suggestion == text
    elif not isinstance(found, Help):
        assert parse(written(found)) == found


@given(ANY_TEXT)
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_command_or_a_clear_error(text):
    """Any text is a command that reads back as itself, or an error whose suggestions work."""
    check(text)


@given(st.sampled_from(["watch ", "order ", "snooze ", "cancel "]), ANY_TEXT)
@settings(max_examples=500, deadline=None)
def test_any_text_behind_a_verb_is_a_command_or_a_clear_error(verb, text):
    """The same for what stands behind the verbs of watches and orders."""
    check(verb + text)


@given(st.text(min_size=900, max_size=1100) | st.lists(PIECES, min_size=150).map(" ".join))
@settings(max_examples=15, deadline=2000)
def test_a_long_text_takes_no_long_time(text):
    """A text at the limit is answered within two seconds on a busy machine."""
    check(text)


def wishes():
    """A wish of each kind, and what it means."""
    price = st.integers(1, 999_999).map(lambda n: Decimal(n) / 100)
    whole = st.integers(1, 64)
    size = st.integers(1, 999)
    return {
        "count": whole.map(lambda n: (f"{n}x", {"min_gpus": n, "max_gpus": n})),
        "gpu": st.sampled_from(gpus.ALL).map(lambda n: (gpus.short(n), {"gpus": (n,)})),
        "price": price.map(lambda n: (f"under ${n}/h", {"max_usd_per_hour": n})),
        "each": price.map(lambda n: (f"< {n} per gpu", {"max_usd_per_gpu_hour": n})),
        "vram": size.map(lambda n: (f"{n}gb+ vram", {"min_vram_gib": float(n)})),
        "ram": size.map(lambda n: (f"ram {n}gb", {"min_ram_gb": float(n)})),
        "disk": size.map(lambda n: (f"disk {n}gb", {"disk_gb": n})),
        "cpus": whole.map(lambda n: (f"{n} cpus", {"min_vcpus": float(n)})),
        "cuda": whole.map(lambda n: (f"cuda {n}.4", {"min_cuda": n + 0.4})),
        "down": size.map(lambda n: (f"down {n}mbps", {"min_download_mbps": float(n)})),
        "up": size.map(lambda n: (f"up {n}mbps", {"min_upload_mbps": float(n)})),
        "place": st.just(("in de,us", {"countries": ("DE", "US")})),
        "not": st.just(("not in cn", {"excluded_countries": ("CN",)})),
        "on": st.just(("on vast", {"providers": (ProviderName("vastai"),)})),
        "host": st.just(("any host", {"verified_only": False})),
        "datacenter": st.just(("datacenter", {"datacenter_only": True})),
        "reliability": st.just(("reliability 99%", {"min_reliability": 0.99})),
        "pricing": st.just(("spot", {"pricing": PricingKind.INTERRUPTIBLE})),
        "hours": whole.map(lambda n: (f"for {n}h", {"min_hours": float(n)})),
        "sort": st.just(("sort value", {"sort": Sort.VALUE})),
        "top": whole.map(lambda n: (f"top {n}", {"limit": n})),
    }


@st.composite
def commands(draw):
    kinds = draw(st.lists(st.sampled_from(sorted(wishes())), unique=True, max_size=21))
    said = [draw(wishes()[kind]) for kind in kinds]
    values = {field: value for _, fields in said for field, value in fields.items()}
    return [text for text, _ in said], OfferQuery(**values)


@given(commands(), st.sampled_from([" ", ", ", " \u2003", " ,\u00a0 ", "; "]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_order_case_and_commas_do_not_matter(command, gap, upper):
    """Wishes in any order, joined by spaces or commas, in either case, are the same query."""
    texts, query = command
    text = gap.join(["find", *texts])
    found = parse(text.upper() if upper else text)
    assert isinstance(found, Find), found
    assert found.query == query
    again = parse(f"find {describe(query)}")
    assert isinstance(again, Find), again
    assert again.query == query


@given(SOUP)
@settings(max_examples=100, deadline=None)
def test_cleaning_twice_is_cleaning_once_for_what_is_understood(text):
    """What is understood depends on the clean text alone."""
    plain = clean(text)
    line = Line(plain, lex(plain))
    read = understand(line)
    assert [item.start for item in read.items[1:]] == [item.end for item in read.items[:-1]]


@pytest.mark.parametrize("name", gpus.ALL)
def test_every_model_is_written_back_as_itself(name):
    """The canonical text of each model of the table is read as that model alone."""
    query = OfferQuery(gpus=(name,))
    assert parse(describe(query)) == Find(query, gpus.short(name))


@pytest.mark.parametrize("example", help_examples(), ids=lambda example: example.text)
def test_examples_are_commands(example):
    """Each example that help shows is a search."""
    assert isinstance(parse(example.text), Find)
