"""Strangers' text, whatever it is, comes out harmless and short enough."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render import foreign

ANY_TEXT = st.text(st.characters(codec=None), max_size=60) | st.text(
    st.sampled_from("<>&*_~`@:/!|#\n\t\u202e\u200b\ud800 ab"), max_size=60
)
LIMITS = st.integers(1, 80)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("AMD EPYC 7642", "AMD EPYC 7642"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("*bold* _it_ ~no~ `rm`", "∗bold∗ ˍitˍ ∼no∼ ˋrmˋ"),
        ("@here: now", "＠here: now"),
        ("http://evil.example :fire:", "http∶//evil.example ∶fire:"),
        ("two\r\nlines\tand\x1b[31m red", "two lines and[31m red"),
        ("a\u202eb\u200bc\ud800d\ue000e", "abcde"),
        ("z" + "\u0301" * 9, "z\u0301\u0301"),
        ("AT&T", "AT&amp;T"),
        ("東京, JP", "東京, JP"),
    ],
)
def test_escaped(text: str, shown: str) -> None:
    """What Slack would act upon is replaced, the rest stays as it is."""
    assert foreign.escaped(text) == shown


def test_a_setting_is_told_as_it_is_written() -> None:
    """A name that shall be set can be copied; markup beside it does nothing all the same."""
    shown = foreign.told("Check VASTAI_API_KEY, _now_ or a_b, <!here>.")
    assert shown == "Check VASTAI_API_KEY, ˍnowˍ or aˍb, &lt;!here&gt;."


def test_bare_turns_brackets() -> None:
    """Plain text has no entities in some clients, so brackets become others."""
    assert foreign.bare("<@U1> & co", 75) == "‹＠U1› & co"


@pytest.mark.parametrize(("limit", "shown"), [(11, "a&lt;b&gt;c"), (10, "a&lt;b…"), (5, "a…")])
def test_cut_between_entities(limit: int, shown: str) -> None:
    """An entity is kept whole or left out."""
    assert foreign.escaped("a<b>c", limit) == shown


def test_a_book_is_not_read() -> None:
    """Of a text of any length only its beginning is looked at."""
    assert foreign.clean("x" * 50_000_000, 10_000) == "x" * foreign.LOOKED_AT


@given(ANY_TEXT, LIMITS)
def test_escaped_is_harmless(text: str, limit: int) -> None:
    """For any text: within the limit, one line, no markup, only whole entities, valid UTF-8."""
    shown = foreign.escaped(text, limit)
    without_entities = re.sub(r"&(amp|lt|gt);", "", shown)
    assert len(shown) <= limit
    assert not set("<>&*_~`@\n\r\t") & set(without_entities)
    assert not re.search(r":[^\s…]", shown)
    shown.encode()


@given(ANY_TEXT, LIMITS)
def test_bare_is_harmless(text: str, limit: int) -> None:
    """For any text: within the limit, one line, no brackets, no mention, valid UTF-8."""
    shown = foreign.bare(text, limit)
    assert len(shown) <= limit
    assert not set("<>@\n\r\t") & set(shown)
    shown.encode()


def test_code_of_our_sentences_stays_code() -> None:
    """What is to be copied can be: nothing inside it is a stand-in."""
    sentence = "Write `/gpu find 4090 under 0.2`, or `~/.ssh/id_ed25519.pub` for *all*."
    expected = "Write `/gpu find 4090 under 0.2`, or `~/.ssh/id_ed25519.pub` for ∗all∗."
    assert foreign.mentioning(sentence) == expected
    assert foreign.mentioning("`<!channel> &`") == "`&lt;!channel&gt; &amp;`"
    assert foreign.mentioning("one ` alone") == "one ˋ alone"
