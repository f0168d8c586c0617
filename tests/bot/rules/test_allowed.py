"""Which machines may be rented, how long, and what the sentence says when not."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.rules.allowed import extension_refusal, hours_refusal, offer_refusal
from bot.rules.policy import Policy
from bot.rules.rentals import Rental
from providers.instances import Instance, InstanceId, InstanceState
from providers.models import Gpu, Location, ProviderName
from tests.fakes.offers import offer
from tests.fakes.rentals import NOW, a_rental

OPEN = Policy(admins=("U0ADMIN",))
H = timedelta(hours=1)
OTHER = "choose another offer."
NOWHERE = Location(None, "not stated")


def rental(hours: float = 4, host_end: datetime | None = None) -> Rental:
    instance = Instance(
        ProviderName("vastai"), InstanceId("1"), None, InstanceState.RUNNING, ends_at=host_end
    )
    return a_rental(ends_at=NOW - H + hours * H, instance=instance)


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
