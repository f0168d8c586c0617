"""The commands about rented machines."""

from decimal import Decimal

import pytest

from bot.grammar import (
    Extend,
    Find,
    Help,
    Key,
    MachineCommand,
    SessionCommand,
    Sessions,
    Stop,
    UsageError,
    commands,
    parse,
    verbs,
    written,
)
from bot.grammar.lexer import lex
from bot.grammar.parser import read_line, understand

ID, PART = "k3f9-w2c7h4n6da", "w2c7h4n6da"


@pytest.mark.parametrize(
    ("text", "command"),
    {
        "sessions": Sessions(everyone=False),
        "Sessions Mine": Sessions(everyone=False),
        "my sessions": Sessions(everyone=False),
        "show sessions": Sessions(everyone=False),
        "/gpu sessions": Sessions(everyone=False),
        "sessions all": Sessions(everyone=True),
        "sessions of everyone": Sessions(everyone=True),
        "session": Sessions(everyone=False),
        f"session {ID}": SessionCommand(ID),
        f"sessions {PART}": SessionCommand(PART),
        "stop": Stop(None),
        "end.": Stop(None),
        f"stop {ID}": Stop(ID),
        f"end {ID.upper()}": Stop(ID),
        f"stop {PART}": Stop(PART),
        f"stop `{ID}`": Stop(ID),
        f"stop shopper-{ID}": Stop(ID),
        f"stop “{ID}”.": Stop(ID),
        "stop k3f9–w2c7h4n6da": Stop(ID),
        f"terminate {ID}": Stop(ID),
        f"extend {ID} 2h": Extend(ID, Decimal(2)),
        f"extend {PART} by 2 hours": Extend(PART, Decimal(2)),
        f"extend 90 min {ID}": Extend(ID, Decimal("1.5")),
        f"extend `{ID}` for another 1h 30m": Extend(ID, Decimal("1.5")),
        f"extend {ID} 10m 20m": Extend(ID, Decimal("0.5")),
        "extend 1h30m": Extend(None, Decimal("1.5")),
        "extend by a day": Extend(None, Decimal(24)),
        "extend 2 DAYS": Extend(None, Decimal(48)),
        "extend 1,5h": Extend(None, Decimal("1.5")),
        "extend it by an hour": Extend(None, Decimal(1)),
        "key": Key(),
        "ssh key": Key(),
        "help sessions": Help("sessions"),
        "help session": Help("sessions"),
        "help end": Help("stop"),
        "help extend": Help("extend"),
        "help key": Help("key"),
    }.items(),
)  # fmt: skip
def test_what_is_said_about_machines(text, command):
    """Case, quotes, dashes and the label's prefix do not matter; neither does order."""
    assert parse(text) == command


NO_ID = "“{}” is no id of a session; one looks like k3f9-w2c7h4n6da, and “sessions” lists yours."
STEPS = "Time is added in steps of 15 minutes, at most 366 days."
HOW_LONG = "Say by how long, with a unit: hours, minutes or days."
ODD = "I do not understand “{}”; write it as in “extend k3f9-w2c7h4n6da 2h”."
MISTAKES = {
    "sessions foo": (NO_ID.format("foo"), "foo", ("sessions", "sessions all", "help sessions")),
    "stop?": (NO_ID.format("?"), "?", ("sessions", "help stop")),
    "stop all": (NO_ID.format("all"), "all", ("sessions", "help stop")),
    "stop 4090": (NO_ID.format("4090"), "4090", ("sessions", "help stop")),
    f"stop {ID} {ID}": (NO_ID.format(f"{ID} {ID}"), f"{ID} {ID}", ("sessions", "help stop")),
    f"stop {ID}x": (NO_ID.format(f"{ID}x"), f"{ID}x", ("sessions", "help stop")),
    "stop k3f9-w2c7h4n6d1": (
        NO_ID.format("k3f9-w2c7h4n6d1"), "k3f9-w2c7h4n6d1", ("sessions", "help stop"),
    ),
    "extend": (HOW_LONG, "", ("extend 1h", "help extend")),
    f"extend {ID}": (HOW_LONG, ID, (f"extend {ID} 1h", "help extend")),
    "extend and": (HOW_LONG, "and", ("extend 1h", "help extend")),
    f"extend {ID} 2": (
        "“2” needs a unit, as in “2h”.", f"{ID} 2", (f"extend {ID} 2h", "help extend"),
    ),
    "extend 2 months": (ODD.format("2 months"), "2 months", ("extend 1h", "help extend")),
    "extend -2h": (ODD.format("-2h"), "-2h", ("extend 2h", "help extend")),
    f"extend {ID} {PART} 2h": (
        ODD.format(f"{ID} {PART} 2h"), f"{ID} {PART} 2h", ("extend 2h", "help extend"),
    ),
    "extend 20 min": (STEPS, "20 min", ("extend 0.5h", "help extend")),
    "extend 0h": (STEPS, "0h", ("extend 1h", "help extend")),
    "extend 999 days": (STEPS, "999 days", ("extend 8784h", "help extend")),
    "ssh": (
        "How to log in is shown with your session; “key” saves your public key.",
        "ssh",
        ("sessions", "key", "help sessions"),
    ),
    "sesions": ("I do not understand “sesions”.", "sesions", ("sessions",)),
    "sesions all": ("I do not understand “sesions all”.", "sesions all", ("sessions all",)),
    "stopp": ("I do not understand “stopp”.", "stopp", ("stop",)),
    "stopp x": ("I do not understand “stopp x”.", "stopp x", ("sessions", "help stop")),
    "extnd 2h": ("I do not understand “extnd”.", "extnd", ("extend 2h", "find for 2h")),
    "shop 4090": ("I do not understand “shop”.", "shop", ("find 4090",)),
    "help sesions": ("I have no help on “sesions”.", "sesions", ("help sessions", "help")),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES.items())
def test_a_wrong_command_is_told_with_what_would_be_right(text, expected):
    """An id, a time or a verb that is nearly right gets its own repair first."""
    assert parse(text) == UsageError(*expected)


@pytest.mark.parametrize(
    "text", [f"key {'-' * 5}BEGIN PRIVATE KEY{'-' * 5} c2VjcmV0", "ssh-ed25519 c2VjcmV0", "key x"]
)
def test_a_key_that_is_written_into_a_command_is_not_repeated(text):
    """It may be a private one, and the answer is kept by Slack."""
    found = parse(text)
    assert isinstance(found, UsageError)
    assert "c2VjcmV0" not in f"{found}"
    assert "key" in found.suggestions


@pytest.mark.parametrize("phrase", verbs.READERS)
def test_no_verb_hides_a_search(phrase):
    """What begins a command about machines means nothing in a search."""
    read = understand(read_line(phrase))
    assert not read.is_sound or read.is_empty
    assert [token.text for token in lex(phrase)] == phrase.split()


@pytest.mark.parametrize("text", ["find 4090", "show 4090", "list h100", "show me 4090", "top 5"])
def test_searches_stay_searches(text):
    """Verbs of searches begin longer phrases about machines, and are not swallowed by them."""
    assert isinstance(parse(text), Find)


@pytest.mark.parametrize("row", commands(), ids=lambda row: row.topic)
def test_every_form_of_the_table_is_a_command(row):
    """What help shows is understood, and each topic has its help."""
    for form in row.forms:
        command = parse(form)
        assert isinstance(command, MachineCommand)
        assert parse(written(command)) == command
    assert parse(f"help {row.topic}") == Help(row.topic)
