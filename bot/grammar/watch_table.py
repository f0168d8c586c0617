"""What a watch and an order understand beside the words of a search.

Read by the parser, help, suggestions and the document, as `table` and `verbs` are.
"""

from dataclasses import dataclass

from bot.grammar.values import Parameter
from bot.rules.watches import COOL_DOWN, DAILY_CAP

LEAST_PERCENT, MOST_PERCENT, USUAL_PERCENT = 1, 90, 10
LOWEST_OF_DAYS = (7, 30)
LEAST_COOL_DOWN_MIN, MOST_COOL_DOWN_MIN = 5, 7 * 24 * 60
MOST_A_DAY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    topic: str
    label: str
    """In a sentence, behind “the”."""
    forms: tuple[str, ...]
    """Each is a whole command."""
    meaning: str
    fields: tuple[str, ...]
    """Of the value that a reader makes, beside those of `OfferQuery`."""


UNDER = Word(
    topic="under",
    label="limit",
    forms=("watch 2x 4090 under 0.70", "watch h100 under 2 per gpu"),
    meaning=(
        "Told the first time that it costs no more, and again after it was above by 5%."
        " With another trigger it is a condition like every other word."
    ),
    fields=(),
)
DROP = Word(
    topic="drop",
    label="drop",
    forms=("watch 4090 drop 10%", "watch h100 in eu 15% cheaper"),
    meaning=(
        "Told when it costs so much less than the lowest of the last 24 hours,"
        f" {LEAST_PERCENT}% to {MOST_PERCENT}%. This is what holds when nothing else is said,"
        f" with {USUAL_PERCENT}%."
    ),
    fields=("percent",),
)
LOWEST = Word(
    topic="lowest",
    label="number of days",
    forms=("watch 4090 lowest in 7d", "watch a100 lowest in 30d"),
    meaning="Told when it costs less than everything in the last 7 or 30 days.",
    fields=("days",),
)
AVAILABLE = Word(
    topic="available",
    label="trigger",
    forms=("watch 8x h100 available", "watch b200 available fast"),
    meaning=(
        "Told when nothing matched before and something does; with `fast` after one look,"
        " without waiting for a second one that shows it too."
    ),
    fields=("trigger", "fast"),
)
ANY = Word(
    topic="any",
    label="trigger",
    forms=("watch 4090 under 0.70 any",),
    meaning="Told of every machine that did not match before, and of every one that got cheaper.",
    fields=("trigger",),
)
COOLING = Word(
    topic="cool down",
    label="cool-down",
    forms=("watch 4090 drop 10% cool down 2h", "watch 4090 any at most every 30 min"),
    meaning=(
        "For so long the last message is edited and no new one posted, unless it falls by a"
        f" further 5%; {LEAST_COOL_DOWN_MIN} minutes to {MOST_COOL_DOWN_MIN // 1440} days,"
        f" {COOL_DOWN.seconds // 3600} hour when nothing is said."
    ),
    fields=("cool_down",),
)
CAP = Word(
    topic="cap",
    label="daily cap",
    forms=("watch 4090 any cap 3", "watch 4090 any at most 3 a day"),
    meaning=(
        f"Messages in a day at most, 1 to {MOST_A_DAY}; {DAILY_CAP} when nothing is said."
        " The last one says so."
    ),
    fields=("daily_cap",),
)
BEFORE = Word(
    topic="before",
    label="date",
    forms=(
        "order 4090 under 0.35 for 4h before friday",
        "order 4090 under 0.35 by 2027-01-31",
        "order 2x 4090 under 0.70 within 3 days",
    ),
    meaning=(
        "Until when an order waits: `before friday` ends when Friday begins, `by friday` when it"
        " is over. A weekday, a date as 2027-01-31 or 31 jan, `today`, `tomorrow`, or in so many"
        " days. Seven days when nothing is said."
    ),
    fields=("before",),
)
WATCH_WORDS = (UNDER, DROP, LOWEST, AVAILABLE, ANY, COOLING, CAP)
WORDS = (*WATCH_WORDS, BEFORE)
LABELS = {field: word.label for word in WORDS for field in word.fields}


def parameters() -> tuple[Parameter, ...]:
    return tuple(Parameter(word.topic, word.forms, word.meaning) for word in WORDS)


# Words that the readers know.

FILLERS = (
    "when", "whenever", "if", "is", "are", "it", "gets", "goes", "there", "alert", "tell",
    "notify", "that", "again", "the price", "the price of", "price of",
)  # fmt: skip
"""Words of a sentence around it: `alert me when a 4090 is below 0.30`."""
FALLS = ("drops", "falls", "the price drops", "price drops", "price falls", "dips")
"""In front of a limit they ask for no drop: `falls below 0.30`."""
DROPS = (
    "drop", "drops", "dropped", "drop of", "drop by", "drops by", "drops of", "fall", "falls",
    "fall of", "falls by", "price drop", "price drops", "price drop of", "price drops by",
    "price falls by", "cheaper by", "down by",
)  # fmt: skip
DROPS_AFTER = ("drop", "price drop", "cheaper", "lower", "off", "down")
"""`10% drop`."""
LOWS = ("lowest", "low", "new low", "a low", "all time low")
LOWS_OR_SORT = ("lowest price", "cheapest", "lowest prices")
"""Without a number of days they are an order of results."""
LOWS_AFTER = ("low", "lowest", "lowest price", "minimum")
IN_DAYS = (
    "in", "in the", "in the last", "in last", "in the past", "of", "of the", "of the last",
    "over", "over the last", "for", "for the last", "within", "since", "in over",
)  # fmt: skip
AVAILABLES = (
    "available", "available again", "when available", "if available", "as soon as available",
    "becomes available", "in stock", "back in stock", "when in stock", "any available",
)  # fmt: skip
FAST = ("fast", "immediately", "at once", "after one look")
ANYS = (
    "any offer", "any offers", "any new offer", "any new offers", "any change", "any changes",
    "any price", "any news", "anything new", "every offer", "every new offer", "every change",
)  # fmt: skip
COOL_DOWNS = (
    "cool down", "cooldown", "cool down of", "cool down for", "cooling", "every", "once every",
    "at most every", "at most once every", "no more than every", "not more than every",
    "no more than once every", "max every", "once", "at most once", "at most once in", "once in",
    "once per",
)  # fmt: skip
CAPS = ("cap", "daily cap", "cap of", "cap at", "capped at")
AT_MOST = ("at most", "max", "maximum", "up to", "no more than", "not more than", "limit")
TIMES = (
    "times", "time", "x", "messages", "message", "alerts", "alert", "posts", "post",
)  # fmt: skip
A_DAY = (
    "a day", "per day", "/ day", "daily", "each day", "every day", "in a day", "/ d",
)  # fmt: skip
