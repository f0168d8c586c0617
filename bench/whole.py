"""The whole process: `python -m bot find` against `vastai search offers`."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator

from bench.processes import ROOT

ROUNDS = 9


def ours(url: str) -> float:
    """Another disk each time: another question for the marketplace, in a cache that is there."""
    program = str(ROOT / ".venv-peers/shopper/bin/python")
    with tempfile.TemporaryDirectory() as home:
        questions = (
            [program, "-m", "bot", "find", f"2x 4090 on vast under 0.80 disk {50 + number}gb"]
            for number in range(ROUNDS)
        )
        return _median(
            questions,
            {"VASTAI_URL": url, "VASTAI_SEARCH_INTERVAL_S": "0.05", "SHOPPER_CACHE_DIR": home},
        )


def vastai(url: str) -> float:
    words = [str(ROOT / ".venv-peers/vastai/bin/vastai"), "search", "offers"]
    words += ["gpu_name=RTX_4090 num_gpus=2 dph<0.80", "--api-key", "bench"]
    with tempfile.TemporaryDirectory() as home:
        return _median(iter([words] * ROUNDS), {"VAST_URL": url, "HOME": home})


def _median(questions: Iterator[list[str]], env: dict[str, str]) -> float:
    """Without the first, which fills what is kept on the disk."""
    taken = []
    for words in questions:
        started = time.perf_counter()
        done = subprocess.run(words, cwd=ROOT, env=_usual() | env, capture_output=True, text=True)
        taken.append(time.perf_counter() - started)
        if done.returncode != 0 or not done.stdout:
            raise RuntimeError(done.stdout + done.stderr)
    return statistics.median(taken[1:])


def _usual() -> dict[str, str]:
    """Without the word that keeps Python from writing down what it has compiled."""
    return {name: word for name, word in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
