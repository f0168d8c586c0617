"""What is said, and suggested, about a text that is not a command."""

import pytest

from bot.grammar import Find, Help, UsageError, parse

NO_LINKS = "I do not understand “{}”: mentions, channels and links mean nothing to me."
UNKNOWN = {
    "serach 4090": ("I do not understand “serach”.", "serach", ("find 4090",)),
    "rental 4090 under 0.4": (
        "I do not understand “rental”.",
        "rental",
        ("find 4090 under 0.40",),
    ),
    "udner 0.4 4090": (
        "I do not understand “udner 0.4”.",
        "udner 0.4",
        ("find 4090 under 0.40",),
    ),
    "verfied 4090": ("I do not understand “verfied”.", "verfied", ("find 4090",)),
    "relaibility 99% 4090": (
        "I do not understand “relaibility”.",
        "relaibility",
        ("find 4090 reliability 99%",),
    ),
    "rtx 9090 under 1": (
        "I do not understand “rtx 9090”.",
        "rtx 9090",
        ("find 5090 under 1.00", "find 4090 under 1.00", 'find "rtx 9090" under 1.00'),
    ),
    "2x b400x": (
        "I do not understand “b400x”.",
        "b400x",
        ("find 2x b200", "find 2x b300", 'find 2x "b400x"'),
    ),
    "rtx 6000 48gb": (
        "“rtx 6000” can be several models.",
        "rtx 6000",
        ("find 6000 ada 48gb", "find a6000 48gb", "find pro 6000 ws 48gb"),
    ),
    "4090 in germny": ("I know no place called “germny”.", "in germny", ("find 4090 in de",)),
    "4090 europe": (
        "A place needs “in” before it, as in “in europe”.",
        "europe",
        ("find 4090 in europe",),
    ),
    "4090 0.40": (
        "I cannot tell what “0.40” stands for.",
        "0.40",
        ("find 4090 under 0.40",),
    ),
    "4090 2": (
        "I cannot tell what “2” stands for.",
        "2",
        ("find 2x 4090", "find 4090 under 2.00", "find 4090 2gb"),
    ),
    "2x 4090 or 1x a6000": (
        (
            "“or” stands between models, places or marketplaces alone; ask for the rest in a"
            " search of its own."
        ),
        "or",
        ("find 2x 4090|a6000", "find 1x 4090|a6000"),
    ),
    "find price 4090": ("I do not understand “price”.", "price", ("find 4090",)),
    "4090 or": ("I do not understand “or”.", "or", ("find 4090",)),
    "€5": ("I do not understand “€5”.", "€5", ("find under 5.00",)),
    "4090 <@U123|bob> under 0.4": (
        NO_LINKS.format("<@U123|bob>"),
        "<@U123|bob>",
        ("find 4090 under 0.40",),
    ),
    "4090 <#C123|gpus>": (
        NO_LINKS.format("<#C123|gpus>"),
        "<#C123|gpus>",
        ("find 4090",),
    ),
    "<http://a.b|4090> l4": (
        NO_LINKS.format("<http://a.b|4090>"),
        "<http://a.b|4090>",
        ("find l4",),
    ),
    "hello world": ("I do not understand “hello world”.", "hello world", ("help",)),
    "hello": ("I do not understand “hello”.", "hello", ("help",)),
    "rent 4090": ("I do not understand “rent”.", "rent", ("find 4090",)),
    "4090 under 2 dolars": (
        "I do not understand “dolars”.",
        "dolars",
        ("find 4090 under 2.00",),
    ),
    "4090 €0.50": ("I do not understand “€0.50”.", "€0.50", ("find 4090 under 0.50",)),
    "4090 for 2 years": (
        "The time must be 1 minute to 366 days, not “for 2 years”.",
        "for 2 years",
        ("find 4090 for 8784h",),
    ),
    "help prize": ("I have no help on “prize”.", "prize", ("help price", "help")),
    "help 4090": ("I have no help on “4090”.", "4090", ("find 4090", "help")),
}
CONTRADICTIONS = {
    "under 0.4 4090 under 0.5": (
        "The price is given twice: “under 0.4” and “under 0.5”.",
        "under 0.5",
        ("find 4090 under 0.40", "find 4090 under 0.50"),
    ),
    "2x 4090 4x 3090": (
        "The number of GPUs is given twice: “2x” and “4x”.",
        "4x",
        ("find 2x 4090|3090", "find 4x 4090|3090"),
    ),
    "24gb 48gb": (
        "The VRAM is given twice: “24gb” and “48gb”.",
        "48gb",
        ("find 24gb", "find 48gb"),
    ),
    "spot on-demand": (
        "The pricing is given twice: “spot” and “on-demand”.",
        "on-demand",
        ("find spot", "find any gpu"),
    ),
    "in us not in us": (
        "“in us” and “not in us” leave nothing.",
        "not in us",
        ("find in us", "find not in us"),
    ),
    "in de not in eu": (
        "“in de” and “not in eu” leave nothing.",
        "not in eu",
        ("find in de", "find not in eu"),
    ),
    ">=48gb <=24gb": (
        "“>=48gb” and “<=24gb” leave nothing.",
        "<=24gb",
        ("find 48gb+", "find up to 24gb"),
    ),
    "48-24gb": ("“48-24gb” ends below where it begins.", "48-24gb", ("find 24-48gb",)),
    "24gb ram 64gb": (
        "In “24gb ram 64gb” I cannot tell which size “ram” belongs to.",
        "24gb ram 64gb",
        ("find 24gb vram ram 64gb", "find 64gb vram ram 24gb"),
    ),
    "4090 under 1,200": (
        "I cannot tell whether “1,200” means 1200 or 1.200.",
        "under 1,200",
        ("find 4090 under 1200.00", "find 4090 under 1.20"),
    ),
}
LIMITS = {
    "4090 top 0": (
        "The number of results must be 1 to 100, not “top 0”.",
        "top 0",
        ("find 4090 top 1",),
    ),
    "top 500": (
        "The number of results must be 1 to 100, not “top 500”.",
        "top 500",
        ("find top 100",),
    ),
    "65x 4090": (
        "The number of GPUs must be 1 to 64, not “65x”.",
        "65x",
        ("find 64x 4090",),
    ),
    "-2 gpus": (
        "The number of GPUs must be 1 to 64, not “-2 gpus”.",
        "-2 gpus",
        ("find 1x",),
    ),
    "2.5x 4090": (
        "“2.5x” is more exact than the number of GPUs can be.",
        "2.5x",
        ("find 2x 4090",),
    ),
    "4090 under 0": (
        "A price must be above 0 and at most 10,000 USD an hour, not “under 0”.",
        "under 0",
        ("find 4090",),
    ),
    "4090 under -0.4": (
        "A price must be above 0 and at most 10,000 USD an hour, not “under -0.4”.",
        "under -0.4",
        ("find 4090",),
    ),
    "under 10001": (
        "A price must be above 0 and at most 10,000 USD an hour, not “under 10001”.",
        "under 10001",
        ("find under 10000.00",),
    ),
    "under 0.0000001": (
        "A price has at most 6 decimals, not as many as “under 0.0000001”.",
        "under 0.0000001",
        ("find under 0.01",),
    ),
    "over $2": (
        "A price can only be limited from above, unlike “over $2”.",
        "over $2",
        ("find under 2.00",),
    ),
    "reliability 120%": (
        "The reliability must be 0% to 100%, not “reliability 120%”.",
        "reliability 120%",
        ("find reliability 100%",),
    ),
    "1tb": (
        "“1tb” is more memory than any GPU has.",
        "1tb",
        ("find disk 1000gb", "find ram 1000gb"),
    ),
    "1000gb": ("The VRAM must be 1 to 999 GB, not “1000gb”.", "1000gb", ("find 999gb",)),
    "cuda <= 12": (
        "“cuda <= 12” is no way to ask for the CUDA version; “cuda 12.4” is.",
        "cuda <= 12",
        ("find cuda 12",),
    ),
    "ram 32-64gb": (
        "“ram 32-64gb” is no way to ask for the RAM; “ram 64gb” is.",
        "ram 32-64gb",
        ("find ram 32gb",),
    ),
    "4090 cuda": (
        "“cuda” needs a number; write for instance “cuda 12.4”.",
        "cuda",
        ("find 4090 cuda 12.4",),
    ),
    "ram 500mbps": (
        "“ram 500mbps” has the wrong unit; write for instance “ram 64gb”.",
        "ram 500mbps",
        ("find ram 64gb",),
    ),
    "4090 for 8": (
        "“for 8” needs a unit, as in “for 8h”.",
        "for 8",
        ("find 4090 for 8h", "find 4090 for 192h", "find 4090 under 8.00"),
    ),
    "for 400 days": (
        "The time must be 1 minute to 366 days, not “for 400 days”.",
        "for 400 days",
        ("find for 8784h",),
    ),
    "for 1.5m": (
        "“for 1.5m” is more exact than the time can be.",
        "for 1.5m",
        ("find for 1m",),
    ),
    "not 4090": ("I can leave out places alone, not “not 4090”.", "not 4090", ("help",)),
}


@pytest.mark.parametrize(("text", "expected"), (UNKNOWN | CONTRADICTIONS | LIMITS).items())
def test_a_misunderstood_text_is_named_with_what_would_be_understood(text, expected):
    """The error names the piece and suggests the asker's own command with the nearest fix."""
    assert parse(text) == UsageError(*expected)


def test_several_mistakes_are_mended_together():
    """The first mistake is told; suggestions mend the others as well."""
    found = parse("serach 4090 udner 0.4 in germny")
    assert found == UsageError(
        "I do not understand “serach”.", "serach", ("find 4090 under 0.40 in de",)
    )


def test_a_mistake_beside_a_contradiction_is_mended_too():
    """A contradiction does not hide the suggestions for a mistake before it."""
    found = parse("4090 blubb under 0.4 under 0.5")
    assert found == UsageError(
        "I do not understand “blubb”.", "blubb", ("find 4090 under 0.40", "find 4090 under 0.50")
    )


def test_a_long_text_is_refused_unread():
    """Beyond 1,000 characters nothing is read, and the fragment stays short."""
    assert isinstance(parse("4090 " * 200), Find)
    assert parse("4090 " * 200 + "x") == UsageError(
        "That is 1,001 characters long, and I read at most 1,000.",
        ("4090 " * 12)[:59] + "…",
        ("help",),
    )


def test_more_than_canonical_text_can_hold_is_refused():
    """A search whose own text would be too long to read again is not accepted."""
    names = " ".join(f'"{letter * 41}"' for letter in "abcdefghijklmnopqrstuv")
    padded = f"dc 99% <9 8h 1gbps {names}"
    assert len(padded) <= 1_000
    assert parse(padded) == UsageError(
        "That is more than one search can hold; leave out some models or places.",
        padded[:59] + "…",
        ("help",),
    )


@pytest.mark.parametrize(
    "text", ["\ud800 4090", "4090 \x00\x1b[31m zz", "zz\u202e\u2066", '"\ud800"', "\U000e0001"]
)
def test_what_is_shown_holds_no_control_and_no_half_characters(text):
    """Fragments and names can be encoded and hold nothing invisible."""
    found = parse(text)
    if isinstance(found, Help):
        return
    assert isinstance(found, Find | UsageError)
    shown = (
        (*found.query.gpus, found.text)
        if isinstance(found, Find)
        else (found.problem, found.fragment, *found.suggestions)
    )
    assert all(piece.encode() and piece.isprintable() for piece in shown if piece)
