"""`RentRequest` → what creates a machine at Vast.ai, and what its answer means.

https://docs.vast.ai/api-reference/instances/create-instance
"""

import re
from decimal import Decimal
from typing import Any

from providers.errors import (
    ChooseAnother,
    FixTheAccount,
    FixTheKey,
    InstanceGone,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
    RequestRefused,
    ServerTrouble,
)
from providers.instances import Image, InstanceId, RentRequest
from providers.models import PricingKind
from providers.vastai import wire
from providers.vastai.translate import errors
from providers.vastai.translate.offers import NAME

LEAST_DISK_GB = 8
IMAGES = (
    Image("pytorch/pytorch:2.7.1-cuda12.8-cudnn9-runtime", "PyTorch 2.7 with CUDA 12.8"),
    Image("nvidia/cuda:12.8.1-devel-ubuntu24.04", "CUDA 12.8 with its compiler, Ubuntu 24.04"),
    Image("ubuntu:24.04", "Ubuntu 24.04"),
)
_LEAST_BID, _MOST_BID = Decimal("0.001"), Decimal(128)
_LONGEST_IMAGE = 1024
_LONGEST_LABEL = 256
_LONGEST_KEY = 2000
_KEY = re.compile(r"[A-Za-z0-9+/=@. -]+")
_IMAGE = re.compile(
    r"(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?/)?"
    r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*"
    r"(?P<tag>:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?P<digest>@sha256:[a-f0-9]{64})?"
)
# Both ways in, as the official command line asks for them; the documented `ssh_direct` asks for
# one alone, and a proxy is what is left where a host's ports are closed.
_BOTH_WAYS = "ssh_direc ssh_proxy"
_PROXY_ALONE = "ssh_proxy"
_UNCLEAR = (
    "Vast.ai did not say clearly whether the machine was made. It is looked for by its name."
)
_SAID_IN_VAIN = {408, 499}
"""Somebody on the way lost patience: whether Vast.ai heard it is not known."""
_PLAIN_REFUSALS = {"invalid_args", "invalid_price", "invalid_request", "no_ssh_key_for_vm"}


def document(request: RentRequest) -> dict[str, Any]:
    """Raises `RequestRefused` for what Vast.ai would misunderstand; nothing was sent then."""
    offer = request.offer
    if not re.fullmatch(r"[0-9]{1,19}", offer.offer_id):
        raise _mistake("This is no offer of Vast.ai. Search again.")
    if offer.disk_gb < LEAST_DISK_GB:
        raise _mistake(f"Vast.ai rents at least {LEAST_DISK_GB} GB of disk. Ask for more.")
    if not 0 < len(request.label) <= _LONGEST_LABEL:
        raise _mistake("Vast.ai cannot take this label.")
    problem = image_problem(request.image)
    if problem is not None:
        raise _mistake(problem)
    asked: dict[str, Any] = {
        "client_id": "me",
        "image": request.image,
        "disk": _number(offer.disk_gb),
        "label": request.label,
        "runtype": _PROXY_ALONE if offer.open_ports == 0 else _BOTH_WAYS,
        "env": {},
        "onstart": _onstart(checked_key(request.ssh_public_key)),
        "target_state": "running",
        # Otherwise a stopped machine is made where the GPU is gone, and costs its disk.
        "cancel_unavail": True,
    }
    bid = _bid(request)
    return asked if bid is None else {**asked, "price": bid}


def checked_key(ssh_public_key: str) -> str:
    """The key passes through a shell, so that nothing but a key may be in it."""
    if len(ssh_public_key) > _LONGEST_KEY or not _KEY.fullmatch(ssh_public_key):
        raise _mistake("Vast.ai was not asked: this SSH key holds characters that no key has.")
    return ssh_public_key


def bid_price(usd_per_hour: Decimal) -> float:
    if not usd_per_hour.is_finite() or not _LEAST_BID <= usd_per_hour <= _MOST_BID:
        raise _mistake("Vast.ai takes bids from $0.001 to $128 an hour.")
    return float(usd_per_hour)


def image_problem(image: str) -> str | None:
    found = _IMAGE.fullmatch(image) if len(image) <= _LONGEST_IMAGE else None
    example = IMAGES[0].name
    if found is None:
        return f"Vast.ai takes Docker images alone. Write it like {example}."
    if found["tag"] is None and found["digest"] is None:
        return f"Vast.ai wants a Docker image with its tag. Write it like {example}."
    return None


def made(status: int, body: bytes, *, has_key: bool) -> InstanceId:
    """What a create came to.

    Raises `OutcomeUnknown` unless the answer shows plainly that nothing was made.
    """
    try:
        answer = wire.read(wire.Created, body)
    except wire.NotAnAnswer:
        answer = wire.Created()
    if answer.new_contract:
        machine = InstanceId(str(answer.new_contract))
        if 200 <= status < 300 and answer.success is not False and not answer.error:
            return machine
        raise unclear(f"HTTP {status}: {_words(answer)}", machine)
    refused = errors.refusal(status, body, has_key=has_key)
    if _is_proof(status, answer, refused):
        if isinstance(refused, InstanceGone):  # said of the offer
            raise ChooseAnother(NAME, errors.OFFER_GONE, detail=refused.detail)
        raise refused
    raise unclear(f"HTTP {status}: {_words(answer)}")


def unclear(detail: str, machine: InstanceId | None = None) -> OutcomeUnknown:
    unknown = OutcomeUnknown(NAME, _UNCLEAR, detail=detail)
    unknown.instance_id = machine
    return unknown


def _is_proof(status: int, answer: wire.Created, refused: ProviderError) -> bool:
    """Whether nothing was made. A 200 that carries an error is believed in known words alone."""
    if isinstance(refused, ServerTrouble) or status in _SAID_IN_VAIN:
        return False
    if 400 <= status < 500:
        return answer.success is not True
    if answer.success is not False:
        return False
    known = isinstance(refused, ChooseAnother | FixTheKey | FixTheAccount | RateLimited)
    return known or answer.error in _PLAIN_REFUSALS


def _words(answer: wire.Created) -> str:
    said = " ".join(part for part in (answer.error, answer.msg) if part)
    return errors.scrubbed(said) or "no machine named"


def _bid(request: RentRequest) -> float | None:
    """Vast.ai tells the kinds apart by this number alone: without it, it rents on demand."""
    bid = request.bid_usd_per_hour
    if request.offer.pricing is PricingKind.INTERRUPTIBLE:
        if bid is None:
            raise _mistake("Vast.ai wants a bid for an interruptible machine. Name one.")
        return bid_price(bid)
    if bid is not None:
        raise _mistake("Vast.ai takes bids for interruptible machines alone.")
    return None


def _onstart(key: str) -> str:
    """Runs at every start as root. A key file may end without a newline."""
    keys = "/root/.ssh/authorized_keys"
    return "\n".join(
        (
            "mkdir -p /root/.ssh && chmod 700 /root/.ssh",
            f"key='{key}'",
            f'grep -qxF -- "$key" {keys} 2>/dev/null || printf \'\\n%s\\n\' "$key" >> {keys}',
            f"chmod 600 {keys}",
        )
    )


def _number(gigabytes: Decimal) -> int | float:
    return int(gigabytes) if gigabytes == int(gigabytes) else float(gigabytes)


def _mistake(sentence: str) -> RequestRefused:
    return RequestRefused(NAME, sentence)
