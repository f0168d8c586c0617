"""The first minute: steps from a search to a receipt, each done when the records say so."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.cli.controlroom.records import Stored
from bot.cli.controlroom.room import Room
from bot.grammar import reference_markdown

SEARCH = "/gpu find 4090 under 0.50"
WATCH = "/gpu watch 4090 under 0.30"
_WATCHES = re.compile(r"`(?:/gpu )?watch\b")


@dataclass(frozen=True, slots=True)
class Seen:
    changes: list[Stored]
    searches: int
    pulled: set[str]

    def came_to(self, *states: str) -> int:
        """How many times a session came to one of these."""
        return sum(1 for each in self.changes if each.new in states and each.old != each.new)

    def why(self, words: str) -> bool:
        return any(words in each.why for each in self.changes)


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    title: str
    words: str
    done: Callable[[Seen], bool]
    type: str = ""
    """What the page offers to put into the message box."""
    lever: str = ""
    choose: str = ""
    """What the menu is set to before the lever is pulled."""
    copies_key: bool = False
    opens: str = ""
    """`dm`: the page knows by itself when it was opened."""


_RENTING = (
    Step(
        "find",
        "Find a machine",
        "Ask for an RTX 4090 under 50 cents an hour. The answer is for your eyes only.",
        lambda seen: seen.searches > 0,
        type=SEARCH,
    ),
    Step(
        "rent",
        "Rent it",
        "Press Rent on a card, paste a public SSH key, and press Rent for $\u2026/h.",
        lambda seen: seen.came_to("renting") > 0,
        copies_key=True,
    ),
    Step(
        "run",
        "Let it start",
        "Machines load for minutes, as real ones do. \u00d760 makes seconds of them.",
        lambda seen: seen.came_to("running") > 0,
        lever="speed-60",
    ),
    Step(
        "ssh",
        "Read the SSH details",
        "They come to you alone, in the conversation with the bot.",
        lambda seen: seen.came_to("ended") > 0,
        opens="dm",
    ),
    Step(
        "jump",
        "Jump the clock",
        "A rental ends by itself. Jump until the bot warns you, 15 minutes before.",
        lambda seen: bool(seen.pulled & {"jump-60", "jump-15"}) or seen.came_to("ended") > 0,
        lever="jump-60",
    ),
    Step(
        "extend",
        "Extend it",
        "Press Extend 1 h on the machine\u2019s message.",
        lambda seen: seen.why("extended by") or seen.came_to("ended") > 0,
    ),
    Step(
        "end",
        "End it",
        "Press End. It is destroyed, and asked after until it is proved gone.",
        lambda seen: seen.came_to("ending", "ended") > 0,
    ),
    Step(
        "receipt",
        "Read the receipt",
        "What it cost, to the cent; \u201cConfirmed gone\u201d is what the marketplace showed.",
        lambda seen: seen.came_to("ended") > 0,
    ),
)
_WATCHING = (
    Step(
        "watch",
        "Watch the price",
        "Ask to be told when an RTX 4090 gets cheap.",
        lambda seen: "typed-watch" in seen.pulled,
        type=WATCH,
    ),
    Step(
        "fall",
        "Let it fall",
        "The watch has to look once first: \u00d760 helps. Then make every RTX 4090 30 % cheaper.",
        lambda seen: "model-down-30" in seen.pulled,
        lever="model-down-30",
        choose="RTX 4090",
    ),
    Step(
        "alert",
        "Rent from the alert",
        "At \u00d760 it comes within seconds, after two looks. Press Rent on it.",
        lambda seen: "model-down-30" in seen.pulled and seen.came_to("renting") > 1,
    ),
)


@dataclass
class Guide:
    """What was done once stays done, also when the bot loses its disk."""

    room: Room
    steps: tuple[Step, ...] = field(default_factory=lambda: _steps(reference_markdown()))
    finished: set[str] = field(default_factory=set)

    def shown(self) -> list[dict[str, object]]:
        records = self.room.records
        seen = Seen(records.changes(), records.searches(), self.room.pulled)
        self.finished |= {step.key for step in self.steps if step.done(seen)}
        return [
            {
                "key": step.key,
                "title": step.title,
                "words": step.words,
                "done": step.key in self.finished,
                "type": step.type,
                "lever": step.lever,
                "choose": step.choose,
                "copy": self.room.key if step.copies_key else "",
                "opens": step.opens,
            }
            for step in self.steps
        ]


def _steps(language: str) -> tuple[Step, ...]:
    """Of watching only when the bot's language has it."""
    return _RENTING + (_WATCHING if _WATCHES.search(language) else ())
