"""`python -m providers.simulator`: both marketplaces until interrupted."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from typing import Any

from providers.simulator.server import open_simulator
from providers.simulator.simulator import Simulator

_HELP = """
Vast.ai     {vast}
TensorDock  {tensordock}
Admin       {admin}

Any non-empty key is accepted{pinned}. To point the official client at it:

    VAST_URL={vast} VAST_API_KEY=any vastai search offers 'gpu_name=RTX_4090 num_gpus=1'

To make the next three searches fail:

    curl -d '{{"kind": "rate-limit", "marketplace": "vast", "endpoint": "search", "times": 3}}' \\
        {admin}/faults

All faults, switches and the clock are described in providers/simulator/README.md.
Ctrl-C ends it.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m providers.simulator", description=__doc__)
    number = {"type": int, "default": 0, "help": "0 takes any free port"}
    parser.add_argument("--port-vast", **number)  # type: ignore[arg-type]  # one dict, three options
    parser.add_argument("--port-tensordock", **number)  # type: ignore[arg-type]
    parser.add_argument("--port-admin", **number)  # type: ignore[arg-type]
    parser.add_argument("--seed", type=int, default=1, help="another market for each")
    parser.add_argument("--speed", type=float, default=1.0, help="60: an hour in a minute")
    parser.add_argument("--vast-machines", type=int, default=440)
    parser.add_argument("--page-cap", type=int, default=64, help="most offers in a Vast.ai answer")
    parser.add_argument("--vast-key", help="accept this key alone")
    parser.add_argument("--tensordock-token", help="accept this token alone")
    parser.add_argument("--credit", type=float, default=25.0, help="USD on either account")
    parser.add_argument("--mishaps", type=float, default=0.0, help="share of machines that fail")
    parser.add_argument("--stale-share", type=float, default=0.05, help="offers listed but gone")
    parser.add_argument("--no-rate-limits", action="store_true")
    parser.add_argument("--frozen", action="store_true", help="offers neither come nor go")
    parser.add_argument(
        "--ssh-answers", action="store_true", help="TensorDock's machines can be reached too"
    )
    parser.add_argument("--latency", action="store_true", help="TensorDock as slow as in life")
    parser.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    return parser


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    options = vars(arguments).copy()
    options.pop("json")
    options["rate_limits"] = not options.pop("no_rate_limits")
    options["evolving"] = not options.pop("frozen")
    return options


async def _run(arguments: argparse.Namespace) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with open_simulator(**_options(arguments)) as simulator:
        print(_ready(simulator, arguments), flush=True)
        await ended.wait()


def _ready(simulator: Simulator, arguments: argparse.Namespace) -> str:
    addresses = {
        "vast": simulator.vast_url,
        "tensordock": simulator.tensordock_url,
        "admin": simulator.admin_url,
    }
    if arguments.json:
        return json.dumps(addresses)
    pinned = arguments.vast_key or arguments.tensordock_token
    return _HELP.format(**addresses, pinned=", apart from the pinned ones" if pinned else "")


def main(arguments: Sequence[str] | None = None) -> int:
    asyncio.run(_run(_parser().parse_args(arguments)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
