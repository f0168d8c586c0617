"""Draws the machines of the Vast.ai market: what a machine is, apart from what it lists."""

import zlib
from dataclasses import dataclass, field
from random import Random
from typing import Any

from providers.simulator.figures import VastFigures, VastModel, weighted
from providers.simulator.vast.silicon import silicon_of

_CPUS = (
    ("AMD EPYC 7642 48-Core Processor", 96, 2.3),
    ("AMD EPYC 9654 96-Core Processor", 192, 2.4),
    ("AMD EPYC 7K62 48-Core Processor", 96, 2.6),
    ("AMD Ryzen 9 7950X 16-Core Processor", 32, 4.5),
    ("AMD Ryzen 7 7700 8-Core Processor", 16, 3.8),
    ("Core™ i9-14900K", 32, 5.7),
    ("Core™ i5-6500", 4, 3.2),
    ("Xeon® Gold 6330 ", 112, 2.0),
    ("Xeon® W-3225 ", 16, 3.7),
)
_BOARDS = ("H12SSL", "ROME2D32GM-2T", "Z790 Gaming", "X570 Taichi", "S7109GM2NR", "Pro WS C621")
_DISKS = ("INTEL SSDPE2KX080T8", "Samsung SSD 990 PRO", "WDC WDS200T1X0E", "SanDisk", "nvme")


@dataclass(slots=True)
class Machine:
    machine_id: int
    host_id: int
    model: str
    gpus: int
    """In the whole machine."""
    facts: dict[str, Any]
    """What is the same in every offer of the machine, in the marketplace's words."""
    usd_per_gpu_hour: float
    bid_factor: float
    """`min_bid` ÷ `dph_base`."""
    ends_at: float
    """Epoch seconds; the host takes the machine back then."""
    rng: Random
    sizes: tuple[int, ...]
    """GPUs of the chunks that stand in the on-demand list."""
    listed: bool = False
    pinned: bool = False
    """Never leaves the list: it is there to be stumbled over."""
    taken_gpus: int = 0
    gpu_ids: list[int] = field(default_factory=list)

    def base_price(self, gpus: int) -> float:
        return self.usd_per_gpu_hour * gpus

    def min_bid(self, gpus: int) -> float:
        return self.usd_per_gpu_hour * self.bid_factor * gpus


def draw_machine(figures: VastFigures, model: VastModel, rng: Random, now: float) -> Machine:
    verification = weighted(rng, model.verification)
    offered = int(weighted(rng, model.num_gpus))
    gpus = offered if offered in (5, 7, 9, 11) or rng.random() < 0.65 else min(16, offered * 2)
    price = model.usd_per_gpu_hour(verification).draw(rng, 0.02, 0.97)
    duration = figures.duration_s.draw(rng, 0.01, 0.99)
    return Machine(
        machine_id=rng.randrange(838, 146_713),
        host_id=rng.randrange(18, 640_604),
        model=model.name,
        gpus=gpus,
        facts=_facts(figures, model, rng, verification, gpus),
        usd_per_gpu_hour=round(price, 6),
        bid_factor=_bid_factor(figures, rng),
        ends_at=round(now + duration),
        rng=rng,
        sizes=draw_sizes(rng, offered),
        gpu_ids=[rng.randrange(1, 400_000) for _ in range(gpus)],
    )


def draw_sizes(rng: Random, largest: int) -> tuple[int, ...]:
    """The chunk and halves of it. With the machines that have one GPU alone, one size stands on
    about three quarters of them, two on a sixth."""
    wanted = rng.choices((1, 2, 3), weights=(0.6, 0.25, 0.15))[0]
    sizes = [largest]
    while len(sizes) < wanted and sizes[-1] % 2 == 0:
        sizes.append(sizes[-1] // 2)
    return tuple(sizes)


def _bid_factor(figures: VastFigures, rng: Random) -> float:
    return round(figures.min_bid_over_dph_base.draw(rng, 0.05, 0.95), 4)


def _facts(
    figures: VastFigures, model: VastModel, rng: Random, verification: str, gpus: int
) -> dict[str, Any]:
    return {
        "gpu_name": model.name,
        "gpu_ram": int(weighted(rng, model.gpu_ram_mb)),
        **_standing(figures, rng, verification),
        **_graphics(figures, model, rng),
        **_computer(rng, gpus, model.name),
        **_network(figures, rng),
    }


def _standing(figures: VastFigures, rng: Random, verification: str) -> dict[str, Any]:
    place = weighted(rng, figures.geolocation)
    reliability = round(figures.reliability[verification].draw(rng), 7)
    return {
        "verification": verification,
        "vericode": 1 if verification == "verified" else 0,
        "reliability": reliability,
        "reliability2": reliability,
        "expected_reliability": round(reliability * rng.uniform(0.97, 1.0), 7),
        "reliability_mult": round(rng.uniform(0.5, 1.0), 7),
        "hosting_type": int(weighted(rng, figures.hosting_type[verification])),
        "geolocation": place,
        "geolocode": zlib.crc32(place.encode()) % 2**30,
        "is_vm_deverified": verification == "deverified",
        "rentable": True,
        "rented": False,
    }


def _graphics(figures: VastFigures, model: VastModel, rng: Random) -> dict[str, Any]:
    silicon = silicon_of(model.name)
    version, cuda, _ = rng.choices(figures.drivers, weights=[row[2] for row in figures.drivers])[0]
    lanes = rng.choices((16, 8, 4, 1), weights=(75, 15, 7, 3))[0]
    generation = rng.choices((3.0, 4.0, 5.0), weights=(30, 55, 15))[0]
    return {
        "gpu_arch": "nvidia",
        "gpu_lanes": lanes,
        "pci_gen": generation,
        "pcie_bw": round(lanes * 0.75 * 2 ** (generation - 3) * rng.uniform(0.8, 1.0), 1),
        "gpu_mem_bw": round(silicon.memory_gb_s * rng.uniform(0.85, 1.0), 1),
        "bw_nvlink": silicon.nvlink_gb_s,
        "gpu_max_power": float(silicon.max_power_w),
        "gpu_max_temp": rng.choice((83.0, 87.0, 90.0, None)),
        "gpu_display_active": rng.random() < 0.02,
        "compute_cap": silicon.compute_cap,
        "cuda_max_good": cuda,
        "driver_version": version,
        "driver_vers": packed_version(version),
        "cpu_arch": "arm64" if silicon.arm else "amd64",
        "tflops_per_gpu": model.tflops_per_gpu,
        "dlperf_per_gpu": round(model.tflops_per_gpu * rng.uniform(1.15, 1.3), 6),
    }


def packed_version(version: str) -> int:
    """`535.183.01` is 535183001, as the marketplace packs it."""
    major, minor, patch = (*(int(part) for part in version.split(".")), 0, 0)[:3]
    return major * 1_000_000 + minor * 1_000 + patch


def _computer(rng: Random, gpus: int, model: str) -> dict[str, Any]:
    name, cores, ghz = rng.choice(_CPUS)
    cores = max(cores, gpus * 4)
    ram_per_gpu = 96 if model.startswith(("H", "B", "A100")) else rng.choice((16, 32, 64))
    return {
        "cpu_name": name,
        "cpu_cores": None if rng.random() < 0.004 else cores,
        "machine_cores": cores,
        "cpu_ram": int(ram_per_gpu * gpus * 1000 * rng.uniform(0.98, 1.03)),
        "cpu_ghz": ghz,
        "has_avx": 1,
        "mobo_name": rng.choice(_BOARDS),
        "os_version": rng.choices(("20.04", "22.04", "24.04"), weights=(15, 60, 25))[0],
        "machine_disk_gb": round(rng.uniform(200, 1500) * gpus, 3),
        "disk_bw": round(rng.uniform(300, 12_000), 3),
        "disk_name": rng.choice(_DISKS),
        "vms_enabled": rng.random() < 0.08,
    }


def _network(figures: VastFigures, rng: Random) -> dict[str, Any]:
    static = weighted(rng, figures.static_ip) == "true"
    up_cost = round(figures.inet_up_cost.draw(rng), 8)
    down_cost = round(figures.inet_down_cost.draw(rng), 8)
    address = f"203.0.113.{rng.randrange(1, 255)}"
    return {
        "inet_up": round(figures.inet_up.draw(rng, 0.005, 0.995), 1),
        "inet_down": round(figures.inet_down.draw(rng, 0.005, 0.995), 1),
        "inet_up_cost": up_cost,
        "inet_down_cost": down_cost,
        "internet_up_cost_per_tb": up_cost * 1024,
        "internet_down_cost_per_tb": down_cost * 1024,
        "storage_cost": round(figures.storage_cost.draw(rng), 8),
        "static_ip": static,
        "public_ipaddr": address + ("\n" if rng.random() < 0.05 else ""),
        "direct_port_count": 0 if rng.random() < 0.03 else rng.randrange(2, 1000),
    }
