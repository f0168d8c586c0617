"""When a machine counts as gone, and how long to wait before asking again. Decides over values."""

from datetime import datetime, timedelta

from bot.rules.rentals import Ending
from providers.instances import Proof

LINGERS = timedelta(seconds=20)
"""So long after a destroy call was taken, a machine that is still shown is no failure."""
_LOOK_S = (4, 6, 10)
_LONGEST_S = 300
LOUD_AFTER = 2
"""Failed tries."""


def proved(ending: Ending, proof: Proof) -> bool:
    """The marketplace's own word, and where that is weak two complete lists without it."""
    if ending.word_at is None:
        return False
    if proof.lists == 0:
        return True
    if ending.absent_from is None or ending.absent_to is None or ending.lists < proof.lists:
        return False
    return ending.absent_to - ending.absent_from >= timedelta(seconds=proof.apart_s)


def absent(ending: Ending, asked_at: datetime) -> Ending:
    """A complete listing that was asked for at this moment lacked it."""
    if ending.absent_to is not None and asked_at <= ending.absent_to:
        return ending
    return ending.with_changes(
        absent_from=ending.absent_from or asked_at,
        absent_to=asked_at,
        lists=ending.lists + 1,
    )


def present(ending: Ending) -> Ending:
    """It was seen: what spoke for its being gone is void."""
    return ending.with_changes(word_at=None, absent_from=None, absent_to=None, lists=0)


def should_destroy(ending: Ending, now: datetime) -> bool:
    """At once, again when a call failed, and when the machine lingers after one was taken."""
    if ending.accepted_at is None or ending.trouble:
        return True
    return ending.word_at is None and now - ending.accepted_at >= LINGERS


def accepted(ending: Ending, now: datetime) -> Ending:
    """The marketplace took a destroy call. A second one means that the first did not work."""
    lingered = ending.accepted_at is not None and not ending.trouble
    return ending.with_changes(
        tries=ending.tries + 1,
        failures=ending.failures + lingered,
        accepted_at=now,
        trouble="",
    )


def refused(ending: Ending, why: str) -> Ending:
    return ending.with_changes(tries=ending.tries + 1, failures=ending.failures + 1, trouble=why)


def unanswered(ending: Ending, why: str) -> Ending:
    """Nobody said whether it is still there: that is as bad as a destroy call that failed."""
    if ending.trouble:  # counted with the destroy call just now
        return ending.with_changes(word_at=None)
    return ending.with_changes(word_at=None, failures=ending.failures + 1, trouble=why)


def wait_s(ending: Ending, proof: Proof) -> float:
    """Seconds until the next look: short at first, then growing, and never without end."""
    if ending.word_at is not None and proof.lists:
        return max(1.0, proof.apart_s / 2)
    if not ending.failures:
        return float(_LOOK_S[min(ending.tries, len(_LOOK_S)) - 1]) if ending.tries else 1.0
    return float(min(_LONGEST_S, 5 * 2 ** min(ending.failures, 10)))


def is_loud(ending: Ending) -> bool:
    return ending.failures >= LOUD_AFTER
