"""The whole process: `python -m bot find` against `vastai search offers`, both from cold."""

import os
import statistics
import subprocess
import tempfile
import time

from bench.processes import ROOT

ROUNDS = 7


def ours(url: str) -> float:
    with tempfile.TemporaryDirectory() as home:
        words = [
            str(ROOT / ".venv-peers/shopper/bin/python"),
            "-m",
            "bot",
            "find",
            "2x 4090 on vast under 0.80",
        ]
        return _median(words, {"VASTAI_URL": url}, home)


def vastai(url: str) -> float:
    words = [str(ROOT / ".venv-peers/vastai/bin/vastai"), "search", "offers"]
    words += ["gpu_name=RTX_4090 num_gpus=2 dph<0.80", "--api-key", "bench"]
    with tempfile.TemporaryDirectory() as home:
        return _median(words, {"VAST_URL": url, "HOME": home}, home)


def _median(words: list[str], env: dict[str, str], home: str) -> float:
    taken = []
    for number in range(ROUNDS):
        own = {"SHOPPER_CACHE_DIR": f"{home}/cache{number}", **env}
        started = time.perf_counter()
        done = subprocess.run(
            words, cwd=ROOT, env={**os.environ, **own}, capture_output=True, text=True
        )
        taken.append(time.perf_counter() - started)
        if done.returncode not in (0, 1) or not done.stdout:
            raise RuntimeError(done.stdout + done.stderr)
    return statistics.median(taken[1:])
