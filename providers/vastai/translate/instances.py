"""Vast.ai's rented machines → `Instance`.

https://docs.vast.ai/api-reference/instances/show-instance
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from providers import gpus, places
from providers.errors import BadAnswer, InstanceGone
from providers.instances import Instance, InstanceId, InstanceState, SshEndpoint, StartPhase
from providers.models import Gpu, PricingKind
from providers.vastai import wire
from providers.vastai.translate import errors
from providers.vastai.translate.numbers import MOST_GPUS, hourly, moment, positive
from providers.vastai.translate.offers import NAME

_USER = "root"
_SSH = "22/tcp"
_LONGEST_LABEL = 1024
_MOST_PAGES = 400
"""Ten thousand machines."""
_HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)(?=.*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)
_PHASES = {
    "scheduling": StartPhase.MADE,
    "created": StartPhase.LOADING,
    "loading": StartPhase.LOADING,
    "rebooting": StartPhase.BOOTING,
}
_OFF = {"stopped", "frozen"}
_STILL = {"stopped", "exited"}
_WILL_NOT_RUN = {"exited", "unknown"}
_FATAL = ("oci runtime create failed", "error response from daemon", "no space left")
"""`curl: (6) Could not resolve host` is not among them: it heals sometimes."""


def instance(machine: wire.Machine) -> Instance:
    state, phase = _state(machine)
    ssh = tuple(dict.fromkeys(_ways_in(machine))) if state is InstanceState.RUNNING else ()
    if state is InstanceState.RUNNING and not ssh:
        phase = StartPhase.BOOTING
    return Instance(
        provider=NAME,
        instance_id=InstanceId(str(machine.id)),
        label=None if machine.label is None else machine.label[:_LONGEST_LABEL],
        state=state,
        phase=phase,
        usd_per_hour=hourly(machine.dph_total),
        stopped_usd_per_hour=_while_stopped(machine),
        gpu=_gpu(machine),
        location=None if machine.geolocation is None else places.locate(machine.geolocation),
        machine_id=None if machine.machine_id is None else str(machine.machine_id),
        pricing=_pricing(machine),
        least_bid_usd_per_hour=hourly(machine.min_bid) if machine.is_bid else None,
        ssh=ssh,
        message=errors.scrubbed((machine.status_msg or "").strip()) or None,
        ends_at=moment(machine.end_date),
    )


def one(body: bytes, instance_id: InstanceId) -> Instance:
    """Of a 200. Raises `InstanceGone` for the one form that says so, `BadAnswer` for others."""
    try:
        answer = wire.read(wire.OneMachine, body)
    except wire.NotAnAnswer as reason:
        raise errors.nonsense(f"the machine: {reason}") from None
    words = (answer.error, answer.msg, answer.message, answer.detail)
    if answer.success is False or any(words):
        raise errors.nonsense("the machine: an answer with an error in it")
    if answer.instances is None:
        raise InstanceGone(NAME, errors.GONE, detail="instances is null")
    if str(answer.instances.id) != instance_id:
        raise errors.nonsense("the machine: another one came")
    return instance(answer.instances)


@dataclass(slots=True)
class Pages:
    """The list as its pages come. It is whole or it is an error: what is missing from it counts
    as gone."""

    _found: dict[InstanceId, Instance] = field(default_factory=dict)
    _tokens: set[str] = field(default_factory=set)
    _rows: int = 0
    _totals: set[int | None] = field(default_factory=set)

    def add(self, body: bytes) -> str | None:
        """Returns the token of the next page, `None` after the last."""
        try:
            page = wire.read(wire.MachinePage, body)
        except wire.NotAnAnswer as reason:
            raise _incomplete(str(reason)) from None
        if page.success is False or page.error:
            raise _incomplete("an answer with an error in it")
        rows = page.instances or []
        if not rows and 0 not in (page.total_instances, page.instances_found):
            raise _incomplete("nothing is listed and nothing says that there is nothing")
        if page.instances_found not in (None, len(rows)):
            raise _incomplete(f"{len(rows)} rows and {page.instances_found} announced")
        self._take(rows)
        self._totals.add(page.total_instances)
        return self._turned(page.next_token)

    def whole(self) -> tuple[Instance, ...]:
        """After the last page."""
        if len(self._found) != self._rows:
            raise _incomplete("one machine stands there twice")
        if not self._totals <= {None, self._rows}:
            raise _incomplete(f"{self._rows} rows, another total")
        return tuple(self._found.values())

    def _take(self, rows: Sequence[wire.Machine | None]) -> None:
        for row in rows:
            if row is None:
                raise _incomplete("a row without an id")
            made = instance(row)
            self._found[made.instance_id] = made
        self._rows += len(rows)

    def _turned(self, token: str | None) -> str | None:
        if not token:
            return None
        if token == wire.ODD or token in self._tokens or len(self._tokens) >= _MOST_PAGES:
            raise _incomplete("a token that leads nowhere")
        self._tokens.add(token)
        return token


def _incomplete(detail: str) -> BadAnswer:
    return errors.nonsense(f"the list of machines: {detail}")


def _state(machine: wire.Machine) -> tuple[InstanceState, StartPhase | None]:
    intended = _word(machine.intended_status)
    actual = None if machine.actual_status is None else _word(machine.actual_status)
    if actual == "offline":
        return InstanceState.OFFLINE, None
    if intended in _OFF or actual in _OFF:
        return InstanceState.STOPPED, None
    if actual == "running":
        return InstanceState.RUNNING, None
    if _is_broken(machine, actual, intended):
        return InstanceState.BROKEN, None
    phase = StartPhase.MADE if actual is None else _PHASES.get(actual)
    return (InstanceState.UNKNOWN if phase is None else InstanceState.STARTING), phase


def _is_broken(machine: wire.Machine, actual: str | None, intended: str) -> bool:
    message = _word(machine.status_msg)
    failed = any(words in message for words in _FATAL)
    return failed or (actual in _WILL_NOT_RUN and intended == "running")


def _while_stopped(machine: wire.Machine) -> Decimal | None:
    """Of one that really stands still: a frozen one goes on costing its GPU, and so does one that
    is only meant to stop."""
    if machine.instance is None or _word(machine.actual_status) not in _STILL:
        return None
    return hourly(machine.instance.total) or None


def _word(text: str | None) -> str:
    return (text or "").strip().casefold()


def _ways_in(machine: wire.Machine) -> Iterator[SshEndpoint]:
    """The direct one first. `machine_dir_ssh_port` is the host's own door, never the renter's."""
    bound = (machine.ports or {}).get(_SSH) or [None]
    direct = (machine.public_ipaddr, bound[0].HostPort if bound[0] else None)
    for host, port in (direct, (machine.ssh_host, machine.ssh_port)):
        endpoint = _endpoint(host, port)
        if endpoint is not None:
            yield endpoint


def _endpoint(host: str | None, port: int | None) -> SshEndpoint | None:
    """Both are foreign, and people paste them into a shell."""
    name = _word(host)
    if port is None or not 1 <= port <= 65_535:
        return None
    return SshEndpoint(name, port, _USER) if _is_host(name) else None


def _is_host(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return _HOST_NAME.fullmatch(name) is not None
    return "%" not in name  # a zone may hold any character


def _pricing(machine: wire.Machine) -> PricingKind | None:
    if machine.is_bid is None:
        return None
    return PricingKind.INTERRUPTIBLE if machine.is_bid else PricingKind.ON_DEMAND


def _gpu(machine: wire.Machine) -> Gpu | None:
    name, count = (machine.gpu_name or "").strip()[:100], machine.num_gpus
    if not name or count is None or not 0 < count <= MOST_GPUS:
        return None
    canonical, known = gpus.canonical(name, NAME)
    megabytes = positive(machine.gpu_ram)
    return Gpu(canonical, count, None if megabytes is None else megabytes / 1024, known=known)
