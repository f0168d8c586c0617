"""Who may rent, what, how long, and what the sentence says when not."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.rules.places import Asker, Place
from bot.rules.policy import (
    Policy,
    extension_refusal,
    hours_refusal,
    is_admin,
    limit_sentence,
    may_act,
    may_rent,
    offer_refusal,
    watch_limit_sentence,
)
from bot.rules.rentals import Rental
from providers.instances import Instance, InstanceId, InstanceState
from providers.models import Gpu, Location, ProviderName
from tests.fakes.offers import offer

HOME = "T0HOME"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
OPEN = Policy(admins=("U0ADMIN",))
H = timedelta(hours=1)


def asker(user: str = "U0ANNA", team: str = HOME, channel: str = "C0GPU") -> Asker:
    return Asker(user, Place(team, channel))


def rental(hours: float = 4, host_end: datetime | None = None) -> Rental:
    instance = Instance(
        ProviderName("vastai"), InstanceId("1"), None, InstanceState.RUNNING, ends_at=host_end
    )
    return Rental(
        renter=asker(),
        label="shopper-k3f9-w2c7h4n6da",
        origin="https://console.vast.ai",
        account_id=None,
        image="x",
        ssh_public_key="ssh-ed25519 AAAA",
        note="",
        pressed_at=NOW - H,
        ends_at=NOW - H + hours * H,
        usd_per_hour=Decimal("0.4"),
        instance=instance,
    )


@dataclass(frozen=True)
class Counted:
    by_renter: int
    in_all: int
    orders: int = 0
    orders_in_all: int = 0
    ending: int = 0


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


OTHER = "choose another offer."
NOWHERE = Location(None, "not stated")


@pytest.mark.parametrize(
    ("policy", "changes", "sentence"),
    [
        ({}, {}, None),
        ({"marketplaces": ("vastai",)}, {}, None),
        (
            {"marketplaces": ("tensordock",)},
            {},
            f"The policy allows only machines of TensorDock: {OTHER}",
        ),
        ({"gpus": ("RTX 4090", "L4")}, {}, None),
        ({"gpus": ("L4",)}, {}, f"The policy allows only L4, not RTX 4090: {OTHER}"),
        (
            {"gpus": ("L4",)},
            {"gpu": Gpu("<!channel>", 1, None, known=False)},
            f"The policy allows only L4, not this GPU: {OTHER}",
        ),
        (
            {"gpus": ("H100 SXM", "H100 PCIe", "L4")},
            {},
            f"The policy allows only H100 SXM, H100 PCIe or L4, not RTX 4090: {OTHER}",
        ),
        ({"forbidden_gpus": ("RTX 4090",)}, {}, f"The policy forbids RTX 4090: {OTHER}"),
        ({"gpus": ("RTX 4090",), "forbidden_gpus": ("L4",)}, {}, None),
        ({"countries": ("US",)}, {}, None),
        ({"countries": ("DE",)}, {}, f"The policy does not allow machines in US: {OTHER}"),
        ({"forbidden_countries": ("US",)}, {}, f"The policy forbids machines in US: {OTHER}"),
        ({}, {"location": NOWHERE}, None),
        (
            {"countries": ("DE",)},
            {"location": NOWHERE},
            f"The policy limits countries, and the host does not state its own: {OTHER}",
        ),
        (
            {"forbidden_countries": ("CN",)},
            {"location": NOWHERE},
            f"The policy limits countries, and the host does not state its own: {OTHER}",
        ),
        (
            {"max_usd_per_hour": Decimal("0.31")},
            {},
            (
                "It costs $0.311/h, and the policy allows at most $0.31/h: search again with"
                " `under 0.31`."
            ),
        ),
    ],
)
def test_what_may_be_rented(policy, changes, sentence):
    """Marketplace, model, country and ceiling, each with its sentence."""
    assert offer_refusal(replace(OPEN, **policy), offer(**changes)) == sentence


def test_the_ceiling_itself_is_allowed():
    """Exactly the ceiling is no more than the ceiling."""
    found = offer()
    assert offer_refusal(replace(OPEN, max_usd_per_hour=found.price.usd_per_hour), found) is None


@pytest.mark.parametrize(
    ("hours", "host_end", "sentence"),
    [
        ("24", None, None),
        ("24.25", None, "The policy allows at most 24 h: choose fewer."),
        ("4", NOW + 4 * H, None),
        (
            "4",
            NOW + 3.9 * H,
            (
                "The host takes the machine back before that: choose at most 3.75 h, or another"
                " offer."
            ),
        ),
        (
            "1",
            NOW + 0.1 * H,
            "The host takes the machine back within 0.25 h: choose another offer.",
        ),
        (
            "1",
            NOW - 5 * H,
            "The host takes the machine back within 0.25 h: choose another offer.",
        ),
    ],
)
def test_how_long_may_be_rented(hours, host_end, sentence):
    """No longer than the policy, and no longer than the host promises the machine."""
    found = offer(available_until=host_end)
    assert hours_refusal(OPEN, found, Decimal(hours), NOW) == sentence


@pytest.mark.parametrize(
    ("rented", "hours", "sentence"),
    [
        (rental(4), "20", None),
        (rental(4), "20.25", "The policy allows 24 h in all: at most 20 h more can be added."),
        (
            rental(24),
            "1",
            "The policy allows 24 h in all: no more can be added. Rent another machine.",
        ),
        (rental(4, NOW + 4 * H), "1", None),
        (
            rental(4, NOW + 4 * H),
            "2",
            "The host takes the machine back then: at most 1 h more can be added.",
        ),
        (
            rental(4, NOW + 3.1 * H),
            "1",
            "The host takes the machine back then: no more can be added. Rent another machine.",
        ),
        (
            rental(4, NOW + 90 * H),
            "30",
            "The policy allows 24 h in all: at most 20 h more can be added.",
        ),
        (replace(rental(4), instance=None), "1", None),
        (rental(4), "0", "Nothing to add: extend by at least 0.25 h."),
        (rental(1), "1", "Its time is up, and it is being ended: rent another machine."),
    ],
)
def test_how_much_may_be_added(rented, hours, sentence):
    """Counted from the press, extensions included; the sentence says what is still possible."""
    assert extension_refusal(OPEN, rented, Decimal(hours), NOW) == sentence


def test_a_wrong_file_adds_no_hours():
    """What it allows is not known then; the end as planned stays."""
    wrong = replace(OPEN, problems=("Line 1: bad.",))
    assert extension_refusal(wrong, rental(4), Decimal(1), NOW) == (
        "The policy file is wrong, so nothing can be extended: Line 1: bad. The machine is ended"
        " on time."
    )


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
