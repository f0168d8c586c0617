"""Foreign clients in environments of their own, run against the simulator on a stepped clock."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from providers.simulator import Simulator, open_simulator
from tests.requirements import skip_or_fail

_PEERS = Path(__file__).parents[2] / ".venv-peers"


@dataclass(frozen=True)
class Printed:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        assert self.code == 0, self
        return json.loads(self.out)


Run = Callable[..., Awaitable[Printed]]


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with open_simulator(seed=3, speed=0, stale_share=0.0) as opened:
        yield opened


def _program(request: pytest.FixtureRequest, peer: str, name: str) -> Path:
    program = _PEERS / peer / "bin" / name
    if not program.exists():
        skip_or_fail(request.config, "peer", f"{peer} is not installed: run tests/peers/install")
    return program


async def _run(*command: str | Path, env: dict[str, str]) -> Printed:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "400", "PYTHONIOENCODING": "utf-8"} | env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), timeout=60)
    return Printed(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def vastai(request: pytest.FixtureRequest, simulator: Simulator, tmp_path: Path) -> Run:
    """Runs the official command line; the clock is stepped first, past any rate limit."""
    program = _program(request, "vastai", "vastai")

    async def run(*arguments: object, key: str = "a-key") -> Printed:
        simulator.step(10)
        env = {"VAST_URL": simulator.vast_url, "HOME": str(tmp_path), "VAST_API_KEY": key}
        return await _run(program, *map(str, arguments), env=env | {"VASTAI_NO_UPDATE_CHECK": "1"})

    return run


@pytest.fixture
def gpuhunt(request: pytest.FixtureRequest, simulator: Simulator, tmp_path: Path) -> Run:
    """Runs a script in gpuhunt's environment, its Vast.ai address being the simulator's."""
    python = _program(request, "gpuhunt", "python")
    preamble = (
        "import json\n"
        "from gpuhunt.providers import vastai\n"
        f"vastai.bundles_url = {simulator.vast_url + '/api/v0/bundles/'!r}\n"
    )

    async def run(script: str) -> Printed:
        return await _run(python, "-c", preamble + script, env={"HOME": str(tmp_path)})

    return run
