"""What is sent to rent at Vast.ai, and what its answer means."""

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import errors as ours
from providers.instances import RentRequest
from providers.models import OfferId, PricingKind
from providers.vastai.translate import renting
from tests.fakes.offers import offer
from tests.providers.fixtures import body, fixture

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVuaXQ+dGVzdC9rZXk="
IMAGE = renting.IMAGES[0].name
CASES: list[dict[str, Any]] = fixture("vastai", "create")["cases"]


def request(**changes: Any) -> RentRequest:
    facts = {"offer": offer(1), "label": "shopper-a1b2-0123456789", "ssh_public_key": KEY}
    return RentRequest(**{**facts, "image": IMAGE, **changes})


def test_what_is_asked_for() -> None:
    """All that decides about the machine and its price is sent, and nothing that Vast.ai adds."""
    asked = renting.document(request())
    onstart = asked.pop("onstart")
    assert asked == {
        "client_id": "me",
        "image": IMAGE,
        "disk": 50,
        "label": "shopper-a1b2-0123456789",
        "runtype": "ssh_direc ssh_proxy",
        "env": {},
        "target_state": "running",
        "cancel_unavail": True,
    }
    assert KEY in onstart
    assert "/root/.ssh/authorized_keys" in onstart


def test_without_open_ports_the_proxy_is_the_way_in() -> None:
    """A host that has no port to give is not asked for one."""
    assert renting.document(request(offer=offer(1, open_ports=0)))["runtype"] == "ssh_proxy"
    unknown = renting.document(request(offer=offer(1, open_ports=None)))
    assert unknown["runtype"] == "ssh_direc ssh_proxy"


def test_a_bid_makes_it_interruptible_and_nothing_else_does() -> None:
    """`price` is all that tells the kinds apart, so that it never goes missing nor astray."""
    spot = offer(1, pricing=PricingKind.INTERRUPTIBLE)
    assert renting.document(request(offer=spot, bid_usd_per_hour=Decimal("0.21")))["price"] == 0.21
    assert "price" not in renting.document(request())
    with pytest.raises(ours.RequestRefused, match="wants a bid"):
        renting.document(request(offer=spot))
    with pytest.raises(ours.RequestRefused, match="interruptible machines alone"):
        renting.document(request(bid_usd_per_hour=Decimal("0.21")))


@pytest.mark.parametrize("bid", ["0", "-1", "0.0009", "128.01", "NaN", "Infinity"])
def test_a_bid_out_of_range_is_not_sent(bid: str) -> None:
    """What Vast.ai would refuse, or read as something else, is refused at once."""
    spot = offer(1, pricing=PricingKind.INTERRUPTIBLE)
    with pytest.raises(ours.RequestRefused, match="bids from"):
        renting.document(request(offer=spot, bid_usd_per_hour=Decimal(bid)))


@pytest.mark.parametrize(
    "changes",
    [
        {"offer": offer(1, offer_id=OfferId("../users/current"))},
        {"offer": offer(1, offer_id=OfferId("٣"))},
        {"offer": offer(1, offer_id=OfferId(""))},
        {"offer": offer(1, disk_gb=Decimal("7.9"))},
        {"label": ""},
        {"label": "x" * 257},
        {"image": "pytorch/pytorch"},
        {"ssh_public_key": ""},
        {"ssh_public_key": KEY + "\n"},
        {"ssh_public_key": f"{KEY}' ; curl evil '"},
        {"ssh_public_key": f"{KEY}\nssh-rsa AAAA"},
        {"ssh_public_key": 'command="id" ' + KEY},
        {"ssh_public_key": "ssh-rsa $(id)"},
        {"ssh_public_key": "ssh-rsa " + "A" * 3000},
    ],
)
def test_what_could_be_misunderstood_is_not_sent(changes: dict[str, Any]) -> None:
    """Each is refused with a sentence, before anybody is asked."""
    with pytest.raises(ours.RequestRefused, match=r"^vastai: .*\.$"):
        renting.document(request(**changes))


def test_the_longest_key_leaves_room() -> None:
    """Vast.ai takes 4,048 characters; an RSA key of 8,192 bits is far below."""
    longest = renting.document(request(ssh_public_key="ssh-rsa " + "A" * 1992))
    assert len(longest["onstart"]) < 3000


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell")
def test_the_key_arrives_and_once(tmp_path: Path) -> None:
    """The start script makes a key file that SSH accepts, keeps what is there, adds no double."""
    onstart = renting.document(request())["onstart"].replace("/root", str(tmp_path))
    keys = tmp_path / ".ssh" / "authorized_keys"
    for before in (None, "ssh-rsa BBBB account"):
        if before is not None:
            keys.write_text(before)  # without a newline
        for _ in range(2):
            subprocess.run(["sh", "-ec", onstart], check=True)
        lines = [line for line in keys.read_text().splitlines() if line]
        assert lines == ([] if before is None else [before]) + [KEY]
        assert keys.stat().st_mode & 0o777 == 0o600
        assert keys.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["at"])
def test_what_a_create_came_to(case: dict[str, Any]) -> None:
    """An id, a proof that nothing was made, or the word that nobody knows, with the id if told."""
    if case["expected"] == "made":
        assert renting.made(case["status"], body(case), has_key=True) == case["instance_id"]
        return
    with pytest.raises(ours.ProviderError) as raised:
        renting.made(case["status"], body(case), has_key=True)
    assert type(raised.value) is getattr(ours, case["expected"])
    if isinstance(raised.value, ours.OutcomeUnknown):
        assert raised.value.instance_id == case.get("instance_id")


@given(status=st.integers(200, 599), said=st.binary(max_size=100))
def test_nonsense_is_never_a_machine(status: int, said: bytes) -> None:
    """Whatever comes, it is one of our errors, and a 2xx or 5xx proves nothing."""
    with pytest.raises(ours.ProviderError) as raised:
        renting.made(status, said, has_key=True)
    if not 400 <= status < 500:
        assert type(raised.value) is ours.OutcomeUnknown


@pytest.mark.parametrize(
    "image",
    [
        *(image.name for image in renting.IMAGES),
        "ubuntu:24.04",
        "ghcr.io/owner/name:v1.2_x-y",
        "registry.example:5000/a/b-c/d__e:latest",
        "vastai/pytorch@sha256:" + "0a" * 32,
        "a:b@sha256:" + "0a" * 32,
    ],
)
def test_images_that_can_be_rented(image: str) -> None:
    """A Docker reference that names what it means."""
    assert renting.image_problem(image) is None


@pytest.mark.parametrize(
    "image",
    [
        "",
        "ubuntu",
        "ghcr.io/owner/name",
        "registry.example:5000/a",
        "Ubuntu:24.04",
        "ubuntu:24.04 --privileged",
        "ubuntu:24.04\n",
        "ubuntu:",
        "ubuntu:-x",
        "a//b:1",
        "https://example.com/a:1",
        "ubuntu@sha256:abc",
        "a" * 1023 + ":1",
        "ubuntu:24.04;id",
    ],
)
def test_images_that_cannot(image: str) -> None:
    """Anything else has a sentence that shows how it is written."""
    problem = renting.image_problem(image)
    assert problem is not None
    assert f"Write it like {IMAGE}." in problem
