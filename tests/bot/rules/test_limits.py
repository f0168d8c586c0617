"""How many machines and watches at once, and what the sentence says at a limit."""

from dataclasses import dataclass, replace

import pytest

from bot.rules.limits import limit_sentence, watch_limit_sentence
from bot.rules.policy import Policy

OPEN = Policy(admins=("U0ADMIN",))


@dataclass(frozen=True)
class Counted:
    by_renter: int
    in_all: int
    orders: int = 0
    orders_in_all: int = 0
    ending: int = 0


@pytest.mark.parametrize(
    ("counted", "changes", "sentence"),
    [
        (Counted(0, 2), {}, None),
        (
            Counted(1, 1),
            {},
            (
                "You rent 1 machine, and the policy allows 1 each: end one first, see"
                " `/gpu sessions`."
            ),
        ),
        (
            Counted(1, 1, ending=1),
            {},
            (
                "You rent 1 machine, and the policy allows 1 each: one is still being ended and"
                " counts until the marketplace shows that it is gone. Try again then, or see"
                " `/gpu sessions`."
            ),
        ),
        (
            Counted(3, 3, orders=1, orders_in_all=1, ending=2),
            {"machines_each": 3, "machines_in_all": 9},
            (
                "You rent 2 machines, 1 order of yours waits, and the policy allows 3 each: 2 are"
                " still being ended and count until the marketplace shows that they are gone. Try"
                " again then, or see `/gpu sessions` and `/gpu orders`."
            ),
        ),
        (
            Counted(0, 3),
            {},
            "All 3 machines that the policy allows are in use: `/gpu sessions all` shows whose.",
        ),
        (
            Counted(2, 2, orders=1, orders_in_all=1),
            {"machines_each": 2},
            (
                "You rent 1 machine, 1 order of yours waits, and the policy"
                " allows 2 each: end or cancel one first, see `/gpu sessions` and `/gpu orders`."
            ),
        ),
        (
            Counted(0, 3, orders_in_all=2),
            {},
            (
                "All 3 machines that the policy allows are in use or ordered: `/gpu sessions all`"
                " and `/gpu orders all` show by whom."
            ),
        ),
        (
            Counted(0, 0),
            {"machines_in_all": 0},
            "The policy allows no machines now. Ask an admin: <@U0ADMIN>.",
        ),
    ],
)
def test_how_many_at_once(counted, changes, sentence):
    """Per person and in all."""
    assert limit_sentence(counted, replace(OPEN, **changes)) == sentence


_WATCHES = "watches, and the policy allows"
_ONE = "You have 1 watch, and the policy allows 1 each: stop one first, see `/gpu watches all`."
ONE_WATCH = replace(OPEN, watches_each=1)


@pytest.mark.parametrize(
    ("policy", "of_owner", "in_channel", "sentence"),
    [
        (OPEN, 9, 19, None),
        (OPEN, 10, 20, f"You have 10 {_WATCHES} 10 each: stop one first, see `/gpu watches all`."),
        (ONE_WATCH, 1, 1, _ONE),
        (OPEN, 0, 20, f"This channel has 20 {_WATCHES} 20: stop one first, see `/gpu watches`."),
        (
            replace(OPEN, watches_each=0),
            0,
            0,
            "The policy allows no watches. Ask an admin: <@U0ADMIN>.",
        ),
        (Policy(watches_in_channel=0), 0, 0, "The policy allows no watches."),
    ],
)
def test_watches_are_limited_each_and_in_a_channel(policy, of_owner, in_channel, sentence):
    """The sentence says which limit is reached, and where to find one to stop."""
    assert watch_limit_sentence(Counted(of_owner, in_channel), policy) == sentence
