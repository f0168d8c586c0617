"""One offer as the marketplace prints it: about 85 fields, priced for the disk that was asked."""

from typing import Any

from providers.simulator.vast.machines import Machine

DEFAULT_STORAGE_GB = 8.0
"""What the price contains when the query names no disk; measured on 27,804 recorded rows."""
STORAGE_HOURS = 720.0
"""Hours of the month that storage is priced by."""

_HIDDEN = ("tflops_per_gpu", "dlperf_per_gpu", "machine_cores", "machine_disk_gb")


def fixed_fields(machine: Machine, offer_id: int, gpus: int, listed_at: float) -> dict[str, Any]:
    """What does not depend on the question: worked out once for each offer."""
    facts = machine.facts
    share = gpus / machine.gpus
    fixed = {name: value for name, value in facts.items() if name not in _HIDDEN}
    fixed |= {
        "id": offer_id,
        "ask_contract_id": offer_id,
        "bundle_id": (machine.machine_id * 9973 + gpus * 131 + facts["gpu_ram"]) % 2_000_000_000,
        "machine_id": machine.machine_id,
        "host_id": machine.host_id,
        "num_gpus": gpus,
        "gpu_total_ram": facts["gpu_ram"] * gpus,
        "gpu_frac": share,
        "gpu_ids": machine.gpu_ids[:gpus],
        "cpu_cores_effective": facts["machine_cores"] * share,
        "disk_space": round(facts["machine_disk_gb"] * share, 4),
        "total_flops": facts["tflops_per_gpu"] * gpus,
        "dlperf": facts["dlperf_per_gpu"] * gpus,
        "start_date": listed_at,
    }
    return fixed | _EMPTY


_EMPTY: dict[str, Any] = {
    "bundled_results": None,
    "cluster_id": None,
    "external": None,
    "hostname": None,
    "webpage": None,
    "logo": "/static/logos/vastai_small2.png",
    "nw_disk_min_bw": None,
    "nw_disk_max_bw": None,
    "nw_disk_avg_bw": None,
    "avail_vol_ask_id": None,
    "avail_vol_dph": None,
    "avail_vol_size": None,
    "resource_type": "gpu",
    "rn": 1,
    "time_remaining": "",
    "time_remaining_isbid": "",
    "credit_discount_max": 0.4,
}


def priced_fields(
    fixed: dict[str, Any],
    *,
    base: float,
    min_bid: float,
    is_bid: bool,
    discount: float,
    storage_gb: float,
    ends_at: float,
    now: float,
) -> dict[str, Any]:
    """What the question and the moment decide, as far as it can be searched for.

    `base` is the price before disk: the host's on demand, the minimum bid in the bid list.
    """
    disk = fixed["storage_cost"] * storage_gb / STORAGE_HOURS
    total = base + disk
    return {
        "is_bid": is_bid,
        "dph_base": base,
        "dph_total": total,
        "dph_total_adj": total,
        "min_bid": min_bid,
        "storage_total_cost": disk,
        "discount_rate": discount,
        "discounted_hourly": base * discount,
        "discounted_dph_total": base * (1 - discount) + disk,
        "vram_costperhour": total / fixed["gpu_total_ram"],
        "dlperf_per_dphtotal": fixed["dlperf"] / total if total else None,
        "flops_per_dphtotal": fixed["total_flops"] / total if total else None,
        "score": fixed["dlperf"] * fixed["reliability_mult"] / (total + 0.05),
        "end_date": ends_at,
        "duration": ends_at - now,
    }


def price_splits(priced: dict[str, Any]) -> dict[str, Any]:
    """The price in parts: while it runs, and while it is stopped."""
    disk = priced["storage_total_cost"]
    return {
        "search": _split(priced["dph_base"], disk, priced["discounted_dph_total"]),
        "instance": _split(0, disk, disk),
    }


def _split(gpu: float, disk: float, discounted: float) -> dict[str, float]:
    return {
        "gpuCostPerHour": gpu,
        "diskHour": disk,
        "totalHour": gpu + disk,
        "discountTotalHour": 0,
        "discountedTotalPerHour": discounted,
    }
