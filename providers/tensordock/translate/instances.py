"""TensorDock's machines → `Instance`. Lists and single machines come in three shapes each.

https://dashboard.tensordock.com/api/docs/instance-management
"""

import contextlib
import ipaddress
import re
from decimal import Decimal
from typing import Any

from providers import gpus
from providers.errors import BadAnswer
from providers.instances import Instance, InstanceId, InstanceState, SshEndpoint, StartPhase
from providers.models import Gpu, PricingKind
from providers.tensordock import wire
from providers.tensordock.translate import errors
from providers.tensordock.translate.offers import MOST_GPUS, NAME, money

_USER = "user"
_SSH_PORT = 22
_LONGEST_LABEL = 1024
_SEPARATORS = re.compile(r"[\s_-]+")
_STATES = {
    "running": InstanceState.RUNNING,
    "stopped": InstanceState.STOPPED,
    "stoppeddisassociated": InstanceState.STOPPED,
    "stopping": InstanceState.STOPPED,
    "starting": InstanceState.STARTING,
    "creating": InstanceState.STARTING,
    "queued": InstanceState.STARTING,
    "pending": InstanceState.STARTING,
    "provisioning": InstanceState.STARTING,
    "error": InstanceState.BROKEN,
    "deleting": InstanceState.BROKEN,
    "deleted": InstanceState.BROKEN,
    "terminated": InstanceState.BROKEN,
}
"""The first four were seen or documented, the others only feared by clients."""


def listed(body: bytes) -> tuple[Instance, ...]:
    """Whole or an error: what is missing from a list counts as gone.

    Only id, name and status are told here; what else a row may hold is left to the single read.
    """
    found: dict[InstanceId, Instance] = {}
    for row in _rows(body):
        machine = _machine(row)
        made = Instance(
            provider=NAME,
            instance_id=InstanceId(machine.id),
            label=_label(machine),
            state=_state(machine),
        )
        found.setdefault(made.instance_id, made)
    return tuple(found.values())


def one(body: bytes, instance_id: InstanceId) -> Instance:
    """Of a 200 without an error in it."""
    answer = _loaded(body)
    inner = answer.get("data", answer)
    machine = _machine(inner)
    if machine.id != instance_id:
        raise _odd("another machine came")
    state = _state(machine)
    ssh = _ways_in(machine) if state is InstanceState.RUNNING else ()
    return Instance(
        provider=NAME,
        instance_id=instance_id,
        label=_label(machine),
        state=state,
        phase=_phase(state, ssh),
        usd_per_hour=_hourly(machine),
        gpu=_gpu(machine),
        pricing=PricingKind.ON_DEMAND,
        ssh=ssh,
    )


def _rows(body: bytes) -> list[Any]:
    data = _loaded(body).get("data")
    if isinstance(data, dict):
        attributes = data.get("attributes")
        holder = data if "instances" in data else attributes
        data = holder.get("instances") if isinstance(holder, dict) else None
    if not isinstance(data, list):
        raise _odd("no list of machines")
    return data


def _loaded(body: bytes) -> dict[str, Any]:
    try:
        answer = wire.loads(body)
    except wire.NotAnAnswer:
        raise _odd("not JSON") from None
    if not isinstance(answer, dict) or answer.get("success") is False:
        raise _odd("not an answer")
    return answer


def _machine(row: Any) -> wire.Machine:
    """`attributes`, where there are some, belong to the row."""
    if not isinstance(row, dict):
        raise _odd("a machine that is no object")
    attributes = row.get("attributes")
    flat = {**attributes, **row} if isinstance(attributes, dict) else row
    with contextlib.suppress(ValueError):  # it holds the row, and would hang on ours as context
        return wire.Machine.model_validate(flat)
    raise _odd("a machine without an id")


def _odd(detail: str) -> BadAnswer:
    return errors.nonsense(f"machines: {detail}")


def _label(machine: wire.Machine) -> str | None:
    return None if machine.name is None else machine.name[:_LONGEST_LABEL]


def _state(machine: wire.Machine) -> InstanceState:
    """The words come in several spellings: `StoppedDisassociated`."""
    word = _SEPARATORS.sub("", (machine.status or "").casefold())
    return _STATES.get(word, InstanceState.UNKNOWN)


def _phase(state: InstanceState, ssh: tuple[SshEndpoint, ...]) -> StartPhase | None:
    """`running` comes back at once, half a minute before the address."""
    if state is InstanceState.STARTING:
        return StartPhase.MADE
    return StartPhase.BOOTING if state is InstanceState.RUNNING and not ssh else None


def _ways_in(machine: wire.Machine) -> tuple[SshEndpoint, ...]:
    """Address and port are foreign, and people paste them into a shell."""
    port = _ssh_port(machine)
    host = (machine.ipAddress or "").strip()
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        return ()
    if port is None or not 1 <= port <= 65_535 or "%" in address:
        return ()
    return (SshEndpoint(address, port, _USER),)


def _ssh_port(machine: wire.Machine) -> int | None:
    """Without any forward the address is the machine's own, unless the forward was forgotten:
    then nobody answers there."""
    forwards = machine.portForwards
    if not forwards:
        return _SSH_PORT
    for forward in forwards:
        if forward is not None and forward.internal_port == _SSH_PORT:
            outer = forward.external_port
            return None if outer is None or outer != int(outer) else int(outer)
    return None


def _hourly(machine: wire.Machine) -> Decimal | None:
    return None if machine.rateHourly is None else money(machine.rateHourly)


def _gpu(machine: wire.Machine) -> Gpu | None:
    """Of the one model that a machine has."""
    models = (machine.resources or wire.Built()).gpus or {}
    if len(models) != 1:
        return None
    ((key, entry),) = models.items()
    name = ((None if entry is None else entry.v0Name) or key).strip()[:100]
    count = None if entry is None else entry.count
    if not name or count is None or not 1 <= count <= MOST_GPUS or count != int(count):
        return None
    canonical, known = gpus.canonical(name, NAME)
    stated = gpus.vram_in_name(name)
    return Gpu(canonical, int(count), float(stated) if stated else None, known=known)
