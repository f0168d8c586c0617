"""What the fields of the Rent window may hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules import forms, keys
from bot.rules.forms import OWN, YES, Field, FilledForm
from bot.rules.places import Asker, Place
from bot.rules.policy import Policy
from bot.rules.quotes import Quote, QuoteId, RentForm
from bot.rules.sessions import Session, SessionId, SessionState
from tests.bot.rules.public_keys import ED25519, RSA_3072
from tests.fakes.offers import offer

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
POLICY = Policy(admins=("U0ADMIN",), max_hours=12)
OFFER = offer(available_until=NOW + timedelta(hours=10), max_disk_gb=800.9)
SESSION = Session(
    SessionId("k3f9-w2c7h4n6da"),
    SessionState.OFFERED,
    OFFER,
    Asker("U0ANNA", Place("T0HOME", "C0GPU")),
    NOW,
)
QUOTE = Quote(
    id=QuoteId("q"),
    session=SESSION,
    offer=OFFER,
    shown_to=Asker("U0ANNA", Place("T1", "C1")),
    quoted_at=NOW,
    hours=Decimal(4),
    image="ubuntu:24.04",
    images=(),
    min_disk_gb=20,
    saved_key=None,
)
RIGHT = {
    Field.HOURS: "4",
    Field.DISK: "50",
    Field.IMAGE: "ubuntu:24.04",
    Field.KEY: ED25519,
    Field.NOTE: "for the demo",
}
FILLED = FilledForm(Decimal(4), 50, "ubuntu:24.04", "for the demo", False, ED25519, None)


def no_image_problem(image: str) -> str | None:
    return "That is no image." if " " in image else None


def read(quote=QUOTE, **changes):
    values = RIGHT | {Field(name): value for name, value in changes.items()}
    return forms.read(values, quote, POLICY, NOW, no_image_problem)


def test_a_right_form_is_read_whole():
    """Every field arrives, and with its key it is a form to rent by."""
    assert read() == FILLED
    assert FILLED.with_key(ED25519) == RentForm(
        Decimal(4), 50, "ubuntu:24.04", ED25519, "for the demo"
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"hours": OWN, "own_hours": "1.5"}, {"hours": Decimal("1.5")}),
        ({"hours": OWN, "own_hours": " 0,25 h"}, {"hours": Decimal("0.25")}),
        ({"own_hours": "99"}, {"hours": Decimal(4)}),
        ({"disk": " 20 GB "}, {"disk_gb": 20}),
        ({"disk": "800"}, {"disk_gb": 800}),
        ({"image": OWN, "own_image": " me/mine:1 "}, {"image": "me/mine:1"}),
        ({"note": " a\n b\x00c "}, {"note": "a b c"}),
        ({"note": "x" * 200}, {"note": "x" * 200}),
        ({"yes": YES}, {"accepts_price": True}),
        ({"key": f"{RSA_3072} anna"}, {"ssh_public_key": RSA_3072}),
        (
            {"key": "github.com/octocat"},
            {"ssh_public_key": None, "github_user": "octocat"},
        ),
    ],
)
def test_what_people_write_is_read_as_they_mean_it(changes, expected):
    """Own values, units, commas, spaces and a name at GitHub."""
    assert read(**changes) == replace(FILLED, **expected)


STEPS = "Write a number of hours in steps of 0.25, at least 0.25 and at most 12."
DISK = "Write whole GB, at least 20 and at most 800."
NO_IMAGE = "Write the name of an image, such as `ubuntu:24.04`."


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        *(
            ({"hours": OWN, "own_hours": text}, Field.OWN_HOURS, STEPS)
            for text in ("", "0", "0.2", "1.1", "-1", "NaN", "Infinity", "1e3", "٤", "four")
        ),
        ({"hours": ""}, Field.HOURS, STEPS),
        ({"hours": "24"}, Field.HOURS, "The policy allows at most 12 h: choose fewer."),
        (
            {"hours": OWN, "own_hours": "11"},
            Field.OWN_HOURS,
            (
                "The host takes the machine back before that: choose at most 10 h, or another"
                " offer."
            ),
        ),
        *(
            ({"disk": text}, Field.DISK, DISK)
            for text in ("", "19", "801", "50.5", "-50", "1e2", "9999999", "٥٠")
        ),
        ({"image": ""}, Field.IMAGE, NO_IMAGE),
        ({"image": OWN, "own_image": " "}, Field.OWN_IMAGE, NO_IMAGE),
        ({"image": OWN, "own_image": "a b"}, Field.OWN_IMAGE, "That is no image."),
        (
            {"image": OWN, "own_image": "x" * 301},
            Field.OWN_IMAGE,
            "The name of an image has at most 300 characters.",
        ),
        ({"image": "-----BEGIN PRIVATE KEY-----"}, Field.IMAGE, keys.PRIVATE),
        ({"note": "x" * 201}, Field.NOTE, "A note has at most 200 characters."),
        ({"note": "-----BEGIN PRIVATE KEY-----"}, Field.NOTE, keys.PRIVATE),
        ({"key": "-----BEGIN PRIVATE KEY-----"}, Field.KEY, keys.PRIVATE),
        (
            {"key": ""},
            Field.KEY,
            (
                "Paste your public key, or write `github.com/` and your name there; without one"
                " you could not log in."
            ),
        ),
    ],
)
def test_a_wrong_field_gets_its_sentence(changes, field, sentence):
    """Alone, and at the field where it was written."""
    assert read(**changes) == {field: sentence}


def test_every_wrong_field_is_told_at_once():
    """Not one after another."""
    found = forms.read({}, QUOTE, POLICY, NOW, no_image_problem)
    assert isinstance(found, dict)
    assert set(found) == {Field.HOURS, Field.DISK, Field.IMAGE, Field.KEY}


def test_an_empty_key_field_means_the_saved_key():
    """And a pasted one goes before it."""
    saved = replace(QUOTE, saved_key=RSA_3072)
    assert read(saved, key=" ") == replace(FILLED, ssh_public_key=RSA_3072)
    assert read(saved) == FILLED


def test_a_disk_without_a_stated_limit_has_only_a_least_size():
    """Where the host does not state it, the marketplace will say."""
    quote = replace(QUOTE, offer=replace(OFFER, max_disk_gb=None))
    assert read(quote, disk="5000") == replace(FILLED, disk_gb=5000)
    assert read(quote, disk="1") == {Field.DISK: "Write whole GB, at least 20."}


def test_a_price_above_the_cards_needs_a_second_yes():
    """Without it nothing is rented; with it the form says so."""
    dearer = replace(QUOTE, asks_again=True)
    assert read(dearer) == {Field.YES: "The price rose: say yes to it, or choose another offer."}
    assert read(dearer, yes=YES) == replace(FILLED, accepts_price=True)


@given(st.dictionaries(st.sampled_from(Field), st.text(max_size=40)))
@settings(max_examples=200, deadline=None)
def test_any_fields_are_a_form_or_mistakes(values):
    """Whatever a client sends: sound values, or sentences at fields."""
    found = forms.read(RIGHT | values, QUOTE, POLICY, NOW, no_image_problem)
    if isinstance(found, FilledForm):
        assert Decimal("0.25") <= found.hours <= 10
        assert 20 <= found.disk_gb <= 800
        assert (found.ssh_public_key is None) != (found.github_user is None)
        assert found.note.isprintable()
    else:
        assert found
        assert all(sentence.endswith(".") for sentence in found.values())
