"""Who may rent, act and look, and what the sentence says when not."""

from dataclasses import replace

import pytest

from bot.rules.places import Asker, Place
from bot.rules.policy import Policy, is_admin, may_act, may_rent

HOME = "T0HOME"
OPEN = Policy(admins=("U0ADMIN",))


def asker(user: str = "U0ANNA", team: str = HOME, channel: str = "C0GPU") -> Asker:
    return Asker(user, Place(team, channel))


def test_everybody_of_the_team_may_rent_once_there_is_an_admin():
    """Without lists everybody of the team rents, anywhere."""
    assert may_rent(OPEN, asker(), HOME) is None


def test_without_an_admin_nobody_rents_and_is_told_how_to_name_one():
    """The sentence names the key and the setting."""
    assert may_rent(Policy(), asker(), HOME) == (
        "Nobody can rent until there is an admin: set `admins` to a list of Slack user ids in"
        " the TOML file that SHOPPER_POLICY names."
    )


def test_a_wrong_file_stops_renting_and_says_what_is_wrong():
    """Before anything else, for admins too; of many problems three are told."""
    wrong = replace(OPEN, problems=tuple(f"Line {n}: bad." for n in range(1, 6)))
    assert may_rent(wrong, asker("U0ADMIN"), HOME) == (
        "The policy file is wrong, so nobody can rent: Line 1: bad. Line 2: bad. Line 3: bad."
        " And 2 more: `python -m bot check` lists all. Running machines are ended on time."
    )


@pytest.mark.parametrize(
    ("changes", "person", "said"),
    [
        ({"users": ("U0BOB",)}, asker(), "You are not among those who may rent."),
        ({"users": ("U0ANNA",), "channels": ("C0OTHER",)}, asker(), "Renting is not allowed here"),
        ({"users": ("U0BOB",), "channels": ("C0GPU",)}, asker(), "You are not among those"),
        ({}, asker(team="T0FOREIGN"), "People of your workspace may not rent here."),
        ({"users": ("U0ADMIN",)}, asker(), "You are not among those who may rent."),
    ],
)
def test_users_channels_and_teams_must_all_allow(changes, person, said):
    """Each list that exists can refuse, and every refusal names whom to ask."""
    sentence = may_rent(replace(OPEN, **changes), person, HOME)
    assert sentence is not None
    assert sentence.startswith(said)
    assert sentence.endswith("Ask an admin: <@U0ADMIN>.")


def test_lists_that_name_the_person_the_channel_and_the_team_allow():
    """A person of a listed team in a listed channel rents."""
    policy = replace(OPEN, users=("U0ANNA",), channels=("C0GPU",), teams=("T0FOREIGN",))
    assert may_rent(policy, asker(), HOME) is None
    assert may_rent(policy, asker(team="T0FOREIGN"), HOME) is None


def test_only_the_renter_and_admins_act():
    """From whichever channel; the same user id in another team is somebody else."""
    renter = asker()
    assert may_act(OPEN, asker(channel="D0ANNA"), renter, HOME) is None
    assert may_act(OPEN, asker("U0ADMIN"), renter, HOME) is None
    assert may_act(OPEN, asker("U0BOB"), renter, HOME) == (
        "Only <@U0ANNA> and the admins can do that. Ask an admin: <@U0ADMIN>."
    )
    assert may_act(OPEN, asker(team="T0FOREIGN"), renter, HOME) is not None


def test_a_wrong_file_never_stops_the_renter_or_a_readable_admin_from_ending():
    """Also when it names nobody any more."""
    wrong = Policy(problems=("Line 1: bad.",))
    assert may_act(wrong, asker(), asker(), HOME) is None
    assert may_act(replace(wrong, admins=("U0ADMIN",)), asker("U0ADMIN"), asker(), HOME) is None
    assert may_act(wrong, asker("U0BOB"), asker(), HOME) == (
        "Only <@U0ANNA> and the admins can do that."
    )


def test_an_admin_is_one_of_ours():
    """The id alone is not enough when it comes from a team that nobody listed."""
    assert is_admin(OPEN, asker("U0ADMIN"), HOME)
    assert not is_admin(OPEN, asker("U0ADMIN", team="T0FOREIGN"), HOME)
    assert is_admin(replace(OPEN, teams=("T0X",)), asker("U0ADMIN", team="T0X"), HOME)
    assert not is_admin(OPEN, asker(), HOME)
