"""Two hundred random lives of the bot; `make soak` runs ten thousand."""

import secrets
import subprocess
import sys
from pathlib import Path

import pytest

SCHEDULES = 200
ROOT = Path(__file__).parents[2]


def test_the_promises_hold_on_random_schedules(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is pressed, repeated, lost or killed: no machine alive and unknown, none rented
    twice, no session lost, no warning doubled, nothing called over without proof."""
    seed = secrets.randbelow(1_000_000_000)
    with capsys.disabled():
        sys.stdout.write(f"\nrandom schedules from seed {seed}\n")
    words = [sys.executable, "-W", "ignore", "-m", "tests.rentals.soak"]
    done = subprocess.run(
        [*words, str(SCHEDULES), str(seed)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f'"schedules": {SCHEDULES}' in done.stdout
