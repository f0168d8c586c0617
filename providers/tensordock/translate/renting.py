"""`RentRequest` → what creates a machine at TensorDock, and what its answer means.

https://dashboard.tensordock.com/api/docs/instance-creation
"""

import re
from typing import Any

from providers.errors import (
    ChooseAnother,
    FixTheAccount,
    OutcomeUnknown,
    ProviderError,
    RequestRefused,
    ServerTrouble,
)
from providers.instances import Image, InstanceId, RentRequest
from providers.models import Offer, PricingKind
from providers.tensordock import wire
from providers.tensordock.translate import errors, offers
from providers.tensordock.translate.errors import About
from providers.tensordock.translate.offers import LEAST_DISK_GB, NAME

__all__ = ["LEAST_DISK_GB"]

NO_INTERRUPTIBLE = "TensorDock has no interruptible machines, only on-demand ones."
ID = r"[A-Za-z0-9_-]{1,100}"
IMAGES = (
    Image("ubuntu2404_ml_pytorch", "Ubuntu 24.04 with PyTorch"),
    Image("ubuntu2404_ml_everything", "Ubuntu 24.04 with everything for machine learning"),
    Image("ubuntu2404", "Ubuntu 24.04"),
    Image("ubuntu2204", "Ubuntu 22.04"),
)
_USER_HOME = "/home/user"
_LONGEST_KEY = 2000
_KEY = re.compile(r"[A-Za-z0-9+/=@. -]+")
_IMAGE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_LABEL = re.compile(r"[A-Za-z0-9-]{1,60}")
_OWN_FAULT = re.compile(r"server|internal|unexpected|time", re.IGNORECASE)
"""Words with which a 4xx would blame TensorDock itself, so that it proves nothing."""
_SAID_IN_VAIN = {408, 499}
"""Somebody on the way lost patience: whether TensorDock heard it is not known."""


def wants_dedicated_ip(offer: Offer) -> bool:
    """At some places forwards are asked for in vain; an address of its own always works."""
    return offer.dedicated_ip is True or offer.port_forwarding is False


def document(request: RentRequest, *, dedicated_ip: bool) -> dict[str, Any]:
    """Raises `RequestRefused` for what TensorDock would misunderstand; nothing was sent then."""
    location_id, v0_name, count = _parts(request.offer)
    problem = _problem(request)
    if problem is not None:
        raise RequestRefused(NAME, problem)
    machine = offers.wish_for(request.offer)
    # 0 lets TensorDock choose the outer port; another wish is not always heeded.
    way_in: dict[str, Any] = {"port_forwards": [{"internal_port": 22, "external_port": 0}]}
    attributes = {
        "name": request.label,
        "type": "virtualmachine",
        "image": request.image,
        "resources": {
            "vcpu_count": machine.vcpus,
            "ram_gb": machine.ram_gb,
            "storage_gb": machine.disk_gb,
            "gpus": {v0_name: {"count": count}},
        },
        "location_id": location_id,
        **({"useDedicatedIp": True} if dedicated_ip else way_in),
        "ssh_key": request.ssh_public_key,
        "cloud_init": {"package_update": False, "runcmd": _commands(request.ssh_public_key)},
    }
    return {"data": {"type": "virtualmachine", "attributes": attributes}}


def image_problem(image: str) -> str | None:
    if not _IMAGE.fullmatch(image):
        return f"TensorDock names its images like {IMAGES[0].name}. Write it so."
    if image.startswith("windows"):
        return f"TensorDock's Windows has no SSH. Take an image such as {IMAGES[0].name}."
    return None


def made(status: int, body: bytes, label: str, *, has_key: bool) -> InstanceId:
    """What a create came to; a good answer repeats the label.

    Raises `OutcomeUnknown` unless the answer shows plainly that nothing was made.
    """
    machine = _machine(body, label)
    inner, text = errors.said(body)
    if machine is not None:
        if 200 <= status < 300 and inner is None and not text:
            return machine
        raise unclear(f"HTTP {status}: a machine and an error", machine)
    refused = errors.refusal(status, body, About.CREATE, has_key=has_key)
    if _is_proof(status, inner, body, refused):
        raise refused
    raise unclear(refused.detail)


def unclear(detail: str, machine: InstanceId | None = None) -> OutcomeUnknown:
    unknown = OutcomeUnknown(NAME, errors.UNCLEAR, detail=detail)
    unknown.instance_id = machine
    return unknown


def _machine(body: bytes, label: str) -> InstanceId | None:
    try:
        data = wire.read(wire.Created, body).data
    except wire.NotAnAnswer:
        return None
    if data is None or data.id is None or data.name not in (None, label):
        return None
    return InstanceId(data.id) if re.fullmatch(ID, data.id) else None


def _is_proof(status: int, inner: int | None, body: bytes, refused: ProviderError) -> bool:
    """Whether nothing was made. Only words that are known, or a status that blames us, say so."""
    if status >= 500 or status in _SAID_IN_VAIN or isinstance(refused, OutcomeUnknown):
        return False
    if isinstance(refused, ChooseAnother | FixTheAccount):
        return True
    if isinstance(refused, ServerTrouble):
        return False
    if _OWN_FAULT.search(errors.said(body)[1]):
        return False
    blamed = status if status >= 400 else inner
    if blamed is not None:
        return 400 <= blamed < 500
    return errors.is_validation(body)


def _parts(offer: Offer) -> tuple[str, str, int]:
    """A place, a model and a number of GPUs are what an offer's id is made of."""
    parts = offer.offer_id.rsplit(":", 2)
    if len(parts) != 3 or not all(parts) or parts[2] != str(offer.gpu.count):
        raise RequestRefused(NAME, "This is no offer of TensorDock. Search again.")
    return parts[0], parts[1], offer.gpu.count


def _problem(request: RentRequest) -> str | None:
    if request.offer.pricing is not PricingKind.ON_DEMAND or request.bid_usd_per_hour is not None:
        return NO_INTERRUPTIBLE
    if request.offer.disk_gb < LEAST_DISK_GB:
        return f"TensorDock rents at least {LEAST_DISK_GB} GB of disk. Ask for more."
    if not _LABEL.fullmatch(request.label):
        return "TensorDock cannot take this label."
    key = request.ssh_public_key
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        return "TensorDock was not asked: this SSH key holds characters that no key has."
    return image_problem(request.image)


def _commands(key: str) -> list[str]:
    """Run as root at the first boot. One client found the key of `ssh_key` not installed."""
    home, keys = f"{_USER_HOME}/.ssh", f"{_USER_HOME}/.ssh/authorized_keys"
    return [
        f"mkdir -p {home}",
        f"grep -qxF -- '{key}' {keys} 2>/dev/null || printf '\\n%s\\n' '{key}' >> {keys}",
        f"chown -R user:user {home}",
        f"chmod 700 {home}",
        f"chmod 600 {keys}",
    ]
