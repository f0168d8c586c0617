"""The checks of a create call, in the order and the words of the service."""

from dataclasses import dataclass
from typing import Any

from providers.simulator.figures import tensordock_figures
from providers.simulator.wire import object_of

_LEAST_STORAGE_GB = 100
_SSH_PORT = 22


class Invalid(Exception):
    """Fails the schema: 400 with a list of `{code, message, path}`."""

    def __init__(self, message: str, *path: str, code: str = "custom") -> None:
        super().__init__(message)
        self.body = [{"code": code, "message": message, "path": ["data", *path]}]


class Refused(Exception):
    """Capacity, addresses, balance: an error body, by default under status 200."""


@dataclass(frozen=True, slots=True)
class CreateRequest:
    name: str
    location_id: str | None
    hostnode_id: str | None
    v0_name: str
    gpus: int
    vcpus: int
    ram_gb: int
    storage_gb: int
    dedicated_ip: bool
    ports: tuple[int, ...]


def parse_create(document: Any) -> CreateRequest:
    """Raises `Invalid`."""
    data = object_of(object_of(document).get("data"))
    attributes = object_of(data.get("attributes"))
    if data.get("type") != "virtualmachine" or attributes.get("type") != "virtualmachine":
        raise Invalid("type is virtualmachine", "type", code="invalid_literal")
    name = attributes.get("name")
    if not isinstance(name, str) or not name:
        raise Invalid("Required", "attributes", "name", code="invalid_type")
    location_id, hostnode_id = attributes.get("location_id"), attributes.get("hostnode_id")
    if (location_id is None) == (hostnode_id is None):
        raise Invalid("Exactly one of location_id and hostnode_id", "attributes", "location_id")
    _check_image(attributes)
    resources = object_of(attributes.get("resources"))
    v0_name, gpus = _gpus(resources)
    dedicated = attributes.get("useDedicatedIp") is True
    ports = _ports(attributes)
    if not dedicated and _SSH_PORT not in ports and not _is_windows(attributes):
        message = "SSH port (22) must be forwarded for Ubuntu VMs"
        raise Invalid(message, "attributes", "port_forwards")
    return CreateRequest(
        name=name,
        location_id=location_id,
        hostnode_id=hostnode_id,
        v0_name=v0_name,
        gpus=gpus,
        vcpus=_whole(resources, "vcpu_count", least=2, step=2),
        ram_gb=_whole(resources, "ram_gb", least=1),
        storage_gb=_whole(resources, "storage_gb", least=_LEAST_STORAGE_GB),
        dedicated_ip=dedicated,
        ports=ports,
    )


def _is_windows(attributes: dict[str, Any]) -> bool:
    return str(attributes.get("image")).startswith("windows")


def _check_image(attributes: dict[str, Any]) -> None:
    if attributes.get("image") not in tensordock_figures().images:
        raise Invalid("Invalid enum value", "attributes", "image", code="invalid_enum_value")
    ways_in = ("password",) if _is_windows(attributes) else ("ssh_key", "ssh_key_id")
    if not any(attributes.get(way) for way in ways_in):
        raise Invalid("Required", "attributes", ways_in[0], code="invalid_type")


def _gpus(resources: dict[str, Any]) -> tuple[str, int]:
    gpus = resources.get("gpus")
    if not isinstance(gpus, dict) or len(gpus) != 1:
        raise Invalid("One GPU model, keyed by v0Name", "attributes", "resources", "gpus")
    (v0_name, entry), *_ = gpus.items()
    return v0_name, _whole(object_of(entry), "count", least=1)


def _whole(fields: dict[str, Any], name: str, *, least: int, step: int = 1) -> int:
    value = fields.get(name)
    path = ("attributes", "resources", name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("Expected number", *path, code="invalid_type")
    if value < least:
        raise Invalid(f"Number must be at least {least}", *path, code="too_small")
    if value % step:
        raise Invalid(f"Number must be a multiple of {step}", *path, code="not_multiple_of")
    return value


def _ports(attributes: dict[str, Any]) -> tuple[int, ...]:
    forwards = attributes.get("port_forwards") or []
    if not isinstance(forwards, list):
        raise Invalid("Expected array", "attributes", "port_forwards", code="invalid_type")
    return tuple(
        port
        for forward in forwards
        if isinstance(port := object_of(forward).get("internal_port"), int)
    )
