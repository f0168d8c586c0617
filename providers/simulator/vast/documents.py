"""An instance as Vast.ai prints it, and the v1 list over such rows."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from providers.simulator.faults import FaultKind
from providers.simulator.vast.grammar import BadQuery, compile_filter, sort_key
from providers.simulator.vast.rental import Rental

PAGE = 25
_LEAST_PAGE = 5
"""What a limit of zero or less gives."""

STORED = frozenset(
    {
        "actual_status",
        "country_code",
        "cur_state",
        "end_date",
        "geolocation",
        "gpu_name",
        "host_id",
        "id",
        "image_uuid",
        "intended_status",
        "is_bid",
        "label",
        "machine_id",
        "next_state",
        "public_ipaddr",
        "start_date",
        "template_id",
        "verification",
    }
)
"""Columns that can be filtered and ordered by; the others are computed, and refused."""

_FROM_OFFER = (
    "bw_nvlink",
    "compute_cap",
    "cpu_arch",
    "cpu_cores",
    "cpu_cores_effective",
    "cpu_name",
    "cpu_ram",
    "credit_discount_max",
    "cuda_max_good",
    "direct_port_count",
    "disk_bw",
    "disk_name",
    "dlperf",
    "driver_version",
    "end_date",
    "geolocation",
    "gpu_arch",
    "gpu_frac",
    "gpu_lanes",
    "gpu_mem_bw",
    "gpu_name",
    "gpu_ram",
    "host_id",
    "hosting_type",
    "inet_down",
    "inet_down_cost",
    "inet_up",
    "inet_up_cost",
    "logo",
    "machine_id",
    "min_bid",
    "mobo_name",
    "num_gpus",
    "os_version",
    "pci_gen",
    "pcie_bw",
    "reliability2",
    "score",
    "static_ip",
    "storage_cost",
    "storage_total_cost",
    "time_remaining",
    "time_remaining_isbid",
    "total_flops",
    "verification",
    "vram_costperhour",
    "webpage",
)


@dataclass(frozen=True, slots=True)
class Ways:
    """How one gets into simulated machines."""

    host: str
    port: int
    """Of a listener that greets like an SSH server, whatever machine is meant."""


def instance_row(rental: Rental, now: float, ways: Ways) -> dict[str, Any]:
    offer = rental.offer
    status = rental.status(now)
    gpu = rental.usd_per_hour - rental.disk_usd_per_hour
    row = {name: offer[name] for name in _FROM_OFFER}
    row |= {
        "id": rental.instance_id,
        "label": rental.label,
        "actual_status": status.actual,
        "intended_status": status.intended,
        "cur_state": status.current,
        "next_state": status.current,
        "status_msg": status.message,
        "is_bid": rental.is_bid,
        "min_bid": rental.machine.min_bid(rental.gpus),
        "dph_base": gpu,
        "dph_total": rental.usd_per_hour,
        "search": _split(gpu, rental.disk_usd_per_hour),
        "instance": _split(0, rental.disk_usd_per_hour),
        "disk_space": rental.disk_gb,
        "gpu_totalram": offer["gpu_total_ram"],
        "start_date": rental.created_at,
        "duration": offer["end_date"] - now,
        "country_code": (offer["geolocation"] or "")[-2:] or None,
        "rentable": True,
        "external": False,
        "volume_info": [],
    }
    return row | _container(rental) | _way_in(rental, status.actual, ways) | _readings(rental, now)


def _container(rental: Rental) -> dict[str, Any]:
    request = rental.request
    environment = request.get("env")
    return {
        "image_uuid": rental.image,
        "image_args": request.get("args") or [],
        "image_runtype": request.get("runtype") or "ssh",
        "extra_env": [list(pair) for pair in environment.items()]
        if isinstance(environment, dict)
        else [],
        "onstart": request.get("onstart"),
        "template_id": None,
        "template_hash_id": request.get("template_hash_id"),
        "template_name": None,
        "jupyter_token": f"{rental.instance_id:064x}",
    }


def _way_in(rental: Rental, actual: str | None, ways: Ways) -> dict[str, Any]:
    running = actual in ("running", "rebooting")
    lost = rental.fate is not None and rental.fate.kind is FaultKind.NO_ADDRESS
    reachable = running and not lost
    direct = [{"HostIp": "0.0.0.0", "HostPort": str(ways.port)}]  # noqa: S104  as it is printed
    return {
        "ssh_host": None if lost else ways.host,
        "ssh_idx": str(rental.instance_id % 9 + 1),
        "ssh_port": None if lost else ways.port,
        "machine_dir_ssh_port": 1 + rental.instance_id % 60_000,
        "public_ipaddr": f"{ways.host}\n" if reachable else None,
        "local_ipaddrs": "10.0.0.5 172.17.0.2 \n",
        "ports": {"22/tcp": direct} if reachable and rental.offer["direct_port_count"] else {},
        "direct_port_start": -1,
        "direct_port_end": -1,
    }


def _readings(rental: Rental, now: float) -> dict[str, Any]:
    running = rental.status(now).actual == "running"
    return {
        "uptime_mins": (now - rental.running_since()) / 60 if running else None,
        "gpu_util": 0.0 if running else None,
        "gpu_temp": 39.0 if running else None,
        "cpu_util": 0.0 if running else None,
        "mem_limit": None,
        "mem_usage": None,
        "vmem_usage": None,
        "disk_util": -1,
        "disk_usage": -1,
        "credit_balance": None,
        "credit_discount": None,
        "client_run_time": 1.1,
        "host_run_time": 2_592_000.0,
        "dlperf_per_dphtotal": None,
        "flops_per_dphtotal": None,
    }


def _split(gpu: float, disk: float) -> dict[str, float]:
    return {
        "gpuCostPerHour": gpu,
        "diskHour": disk,
        "totalHour": gpu + disk,
        "discountTotalHour": 0,
        "discountedTotalPerHour": gpu + disk,
    }


class BadToken(Exception):
    """`after_token` was not made here."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    filters: dict[str, Any]
    order: Sequence[dict[str, Any]]
    columns: Sequence[str]
    limit: int
    offset: int


def parse_list(arguments: dict[str, str]) -> ListQuery:
    """Raises `BadQuery` or `BadToken`."""
    filters = _decoded(arguments, "select_filters", {})
    order = _decoded(arguments, "order_by", [{"col": "id", "dir": "asc"}])
    columns = _decoded(arguments, "select_cols", [])
    if (
        not isinstance(filters, dict)
        or not isinstance(order, list)
        or not isinstance(columns, list)
    ):
        raise BadQuery("arguments of the wrong kind")
    try:
        limit = int(arguments.get("limit", PAGE))
    except ValueError:
        raise BadQuery("limit is not a number") from None
    offset = _offset(arguments.get("after_token"))
    return ListQuery(
        filters, order, columns, _LEAST_PAGE if limit <= 0 else min(limit, PAGE), offset
    )


def list_page(rows: list[dict[str, Any]], query: ListQuery) -> dict[str, Any]:
    for name, condition in query.filters.items():
        test = compile_filter(name, condition, _stored_reader(name))
        rows = [row for row in rows if test is None or test(row)]
    for entry in reversed(query.order):
        reader = _stored_reader(str(entry.get("col")))
        descending = entry.get("dir") == "desc"
        rows = sorted(rows, key=lambda row: sort_key(reader(row)), reverse=descending)
    page = rows[query.offset : query.offset + query.limit]
    after = query.offset + len(page)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["label"] or ""] = counts.get(row["label"] or "", 0) + 1
    if query.columns and query.columns != ["*"]:
        page = [{name: row.get(name) for name in query.columns} for row in page]
    return {
        "success": True,
        "instances_found": len(page),
        "total_instances": len(rows),
        "label_counts": counts,
        "next_token": _token(after) if after < len(rows) else None,
        "instances": page,
    }


def _stored_reader(name: str) -> Any:
    if name not in STORED:
        raise BadQuery(f"{name} is not a valid search key")
    return lambda row: row[name]


def _decoded(arguments: dict[str, str], name: str, default: Any) -> Any:
    text = arguments.get(name)
    if not text:
        return default
    try:
        return json.loads(text)
    except ValueError:
        raise BadQuery(f"{name} is not JSON") from None


def _token(offset: int) -> str:
    return base64.b64encode(json.dumps({"values": {"offset": offset}}).encode()).decode()


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        offset = json.loads(base64.b64decode(token, validate=True))["values"]["offset"]
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise BadToken(token) from error
    if not isinstance(offset, int) or offset < 0:
        raise BadToken(token)
    return offset
