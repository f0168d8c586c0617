"""Facts of a GPU model that no listing figure holds, by family."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Silicon:
    compute_cap: int
    """CUDA capability × 100."""
    memory_gb_s: float
    max_power_w: int
    nvlink_gb_s: float = 0.0
    arm: bool = False


_FAMILIES: Sequence[tuple[str, Silicon]] = (
    (r"B300", Silicon(1030, 8000.0, 1400, 900.0)),
    (r"B200", Silicon(1000, 8000.0, 1000, 900.0)),
    (r"GB10", Silicon(1210, 273.0, 140, arm=True)),
    (r"GH200", Silicon(900, 4000.0, 700, 450.0, arm=True)),
    (r"H200", Silicon(900, 4800.0, 700, 450.0)),
    (r"H100 SXM", Silicon(900, 3350.0, 700, 450.0)),
    (r"H100", Silicon(900, 2000.0, 350)),
    (r"A100 SXM", Silicon(800, 2039.0, 400, 300.0)),
    (r"A100|A800|A30|CMP 170HX", Silicon(800, 1555.0, 300)),
    (r"L40|L4|.*Ada", Silicon(890, 864.0, 300)),
    (r"RTX PRO", Silicon(1200, 1344.0, 600)),
    (r"RTX 50[89]0", Silicon(1200, 1790.0, 575)),
    (r"RTX 50", Silicon(1200, 672.0, 250)),
    (r"RTX 40[89]0", Silicon(890, 1008.0, 450)),
    (r"RTX 40", Silicon(890, 504.0, 220)),
    (r"RTX 30[89]0", Silicon(860, 936.0, 350)),
    (r"RTX 30|RTX A|A40|A16|A10", Silicon(860, 448.0, 230)),
    (r"RTX 20|Titan RTX|Q RTX|GTX 16|Tesla T4", Silicon(750, 448.0, 215)),
    (r"Tesla V100|Titan V|Quadro GV", Silicon(700, 900.0, 250)),
    (r"Tesla P100", Silicon(600, 732.0, 250)),
    (r"GTX TITAN X|Tesla M", Silicon(520, 336.0, 250)),
)
_PASCAL = Silicon(610, 320.0, 180)


def silicon_of(gpu_name: str) -> Silicon:
    return next((facts for pattern, facts in _FAMILIES if re.match(pattern, gpu_name)), _PASCAL)
