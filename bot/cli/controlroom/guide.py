"""The first minute: steps from a search to a receipt and an alert, in order, each done by its own
deed after the step before."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from bot.cli.controlroom.deeds import Deed, Deeds, What
from bot.cli.controlroom.room import Room
from bot.cli.controlroom.steps import CHANNEL, LIMITS, Step, steps
from bot.grammar import reference_markdown

_WITH_MACHINE = {What.RENTED, What.RAN, What.EXTENDED, What.END_PRESSED}
_NEEDS_MACHINE = {What.RAN, What.READ, What.WARNED, What.EXTENDED, What.END_PRESSED}


@dataclass
class Guide:
    """What was done stays done, also when the bot loses its disk, until somebody starts over."""

    room: Room
    steps: Sequence[Step] = field(default_factory=lambda: steps(reference_markdown()))
    passed: int = 0
    """How many of the steps are done or were skipped."""
    machine: str = ""
    """The session that something was done with last."""
    alert: str = ""
    """The key under which the last alert was posted."""
    over: bool = False
    """That machine is gone."""
    doing: str = ""
    """What the guide does or waits for just now, in words."""
    trouble: str = ""
    """Why that came to nothing."""

    def __post_init__(self) -> None:
        self._deeds = Deeds(self.room)
        self._cards: frozenset[str] = frozenset()
        self._ways_in: set[str] = set()
        self._limit = LIMITS[0]

    @property
    def step(self) -> Step | None:
        return self.steps[self.passed] if self.passed < len(self.steps) else None

    def is_at(self, key: str) -> bool:
        return self.step is not None and self.step.key == key

    def look(self, now: float) -> None:
        for deed in self._deeds.news(now):
            self._hear(deed)

    def read(self, now: float) -> None:
        """The page shows the talk with the bot."""
        if self.machine in self._ways_in:
            self._hear(Deed(What.READ, now, self.machine))

    def skip(self, key: str) -> None:
        """Twice is once."""
        if self.is_at(key):
            self._pass()

    def restart(self, now: float) -> None:
        """What happened until now counts for nothing."""
        self.look(now)
        if self.room.records.ends_at(self.machine) is None:
            self.machine, self.over = "", False
        self.passed, self.alert, self._cards = 0, "", frozenset()
        self.trouble = ""
        self._limit = LIMITS[len(self.room.records.watches()) % len(LIMITS)]

    def _hear(self, deed: Deed) -> None:
        step = self.step
        if deed.what in _WITH_MACHINE:
            self.machine, self.over = deed.about, False
        elif deed.what is What.WAY_IN_SAID:
            self._ways_in.add(deed.about)
        elif deed.what is What.ALERTED:
            self.alert, self._cards = deed.about, frozenset(deed.cards)
        elif deed.what is What.OVER and deed.about == self.machine:
            self.over = True
        if step is not None and step.by is deed.what and self._is_of(step, deed):
            self._pass()

    def _is_of(self, step: Step, deed: Deed) -> bool:
        """Where a step is about one machine, or about the cards of one message."""
        if deed.what in {What.WARNED, What.RECEIPT_SAID}:
            return deed.about == self.machine
        return step.opens != "alert" or deed.about in self._cards

    def _pass(self) -> None:
        self.passed += 1
        self.trouble = ""

    def shown(self) -> list[dict[str, object]]:
        return [self._shown(number, step) for number, step in enumerate(self.steps)]

    def _shown(self, number: int, step: Step) -> dict[str, object]:
        return {
            "key": step.key,
            "title": step.title,
            "words": step.words,
            "done": number < self.passed,
            "type": step.type.format(limit=self._limit),
            "where": CHANNEL,
            "does": step.does,
            "doing": self.doing if number == self.passed else "",
            "trouble": self._trouble(step) if number == self.passed else "",
            "copy": self.room.key if step.copies_key else "",
            "opens": step.opens,
            "at": self._at(step),
        }

    def _trouble(self, step: Step) -> str:
        if self.over and step.by in _NEEDS_MACHINE:
            return "That machine is gone already: rent another, skip this, or start over."
        return self.trouble

    def _at(self, step: Step) -> dict[str, str] | None:
        """The message that it is about."""
        about = {"machine": self.machine, "alert": self.alert}.get(step.opens, "")
        post = self.room.records.post(about) if about else None
        return None if post is None else asdict(post)
