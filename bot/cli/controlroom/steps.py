"""The first minute as a table: what each step says, offers to do, and is done by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.cli.controlroom.deeds import What

CHANNEL = "gpu"
SEARCH = "/gpu find 4090 under 0.50"
LIMITS = ("0.30", "0.29", "0.31", "0.28", "0.32")
"""The same watch is not set twice in a channel: each visitor gets another."""
_WATCHES = re.compile(r"`(?:/gpu )?watch\b")


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    title: str
    words: str
    by: What
    """What it is done by, after the step before."""
    type: str = ""
    """What the page types for somebody, and sends."""
    does: bool = False
    """The guide can do it, or wait for it with the clock."""
    copies_key: bool = False
    opens: str = ""
    """Where the page leads: `dm`, or the message about the `machine` or the `alert`."""


_RENTING = (
    Step(
        "find",
        "Find a machine",
        "Ask for an RTX 4090 under 50 cents an hour. The answer is for your eyes only.",
        What.SHOWN,
        type=SEARCH,
    ),
    Step(
        "rent",
        "Rent it",
        "Copy a public SSH key here. Press Rent on a card, paste the key, and press Rent for "
        "$\u2026/h.",
        What.RENTED,
        copies_key=True,
    ),
    Step(
        "run",
        "Let it start",
        "Machines load for minutes, as real ones do. Do it makes seconds of them: \u00d760 until "
        "it runs, then \u00d71 again.",
        What.RAN,
        does=True,
    ),
    Step(
        "ssh",
        "Read the SSH details",
        "They come to you alone, in the conversation with the bot.",
        What.READ,
        opens="dm",
    ),
    Step(
        "jump",
        "Jump the clock",
        "A rental ends by itself, and the bot warns you 15 minutes before. Do it jumps to just "
        "before the warning and waits for it.",
        What.WARNED,
        does=True,
    ),
    Step(
        "extend",
        "Extend it",
        "Press Extend 1 h on the machine\u2019s message.",
        What.EXTENDED,
        opens="machine",
    ),
    Step(
        "end",
        "End it",
        "Press End on the machine\u2019s message. It is destroyed, and asked after until it is "
        "proved gone.",
        What.END_PRESSED,
        opens="machine",
    ),
    Step(
        "receipt",
        "Read the receipt",
        "What it cost, to the cent; \u201cConfirmed gone\u201d is what the marketplace showed.",
        What.RECEIPT_SAID,
        opens="machine",
    ),
)
_WATCHING = (
    Step(
        "watch",
        "Watch the price",
        "Ask to be told when an RTX 4090 gets cheap.",
        What.WATCH_SET,
        type="/gpu watch 4090 under {limit}",
    ),
    Step(
        "fall",
        "Let it fall",
        "Do it runs the clock at \u00d760 until the watch has looked, makes every RTX 4090 30 % "
        "cheaper, and goes back to \u00d71 when the alert is there.",
        What.ALERTED,
        does=True,
    ),
    Step(
        "alert",
        "Rent from the alert",
        "It came to the channel. Press Rent on it.",
        What.RENTED,
        opens="alert",
    ),
)


def steps(language: str) -> Sequence[Step]:
    """Of watching only when the bot's language has it."""
    return _RENTING + (_WATCHING if _WATCHES.search(language) else ())
