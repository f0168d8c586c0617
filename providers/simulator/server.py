"""Opens both marketplaces on loopback, with an admin server and a greeter for SSH beside them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from providers.simulator.admin import admin_application
from providers.simulator.clock import SimulatedClock
from providers.simulator.faults import TENSORDOCK, VAST, FaultBook
from providers.simulator.journal import Journal
from providers.simulator.simulator import Options, Simulator
from providers.simulator.tensordock.app import TensorDockServer
from providers.simulator.tensordock.documents import TensorDockSwitches
from providers.simulator.tensordock.routes import tensordock_application
from providers.simulator.vast.app import VastServer, VastSwitches
from providers.simulator.vast.documents import Ways
from providers.simulator.vast.routes import vast_application

LOOPBACK = "127.0.0.1"
_LATENCY: Mapping[str, Any] = {
    "page_latency_s": 4.5,
    "create_s": (9.0, 25.0),
    "delete_s": (5.0, 8.0),
}
"""Market seconds that TensorDock takes in life."""


@asynccontextmanager
async def open_simulator(**options: Any) -> AsyncIterator[Simulator]:
    """Serves until the block ends; the arguments are the fields of `Options`."""
    chosen = Options(**options)
    greeter = await asyncio.start_server(_greet, LOOPBACK, 0)
    runners: list[web.AppRunner] = []
    try:
        simulator = _build(chosen, Ways(LOOPBACK, greeter.sockets[0].getsockname()[1]))
        vast, tensordock = (
            vast_application(simulator.vast),
            tensordock_application(simulator.tensordock),
        )
        for name, app in ((VAST, vast), (TENSORDOCK, tensordock)):
            app.middlewares.insert(0, simulator.journal.middleware(name))
        simulator.vast_url = await _serve(vast, chosen.port_vast, runners)
        simulator.tensordock_url = await _serve(tensordock, chosen.port_tensordock, runners)
        admin = await _serve(admin_application(simulator), chosen.port_admin, runners)
        simulator.admin_url = f"{admin}/_admin/{simulator.admin_token}"
        yield simulator
    finally:
        for runner in reversed(runners):
            await runner.cleanup()
        greeter.close()
        await greeter.wait_closed()


def _build(options: Options, ways: Ways) -> Simulator:
    clock = SimulatedClock(speed=options.speed, start=options.start, clock=options.clock)
    faults = FaultBook()
    vast = VastServer.open(
        clock,
        faults,
        VastSwitches(key=options.vast_key, page_cap=options.page_cap),
        ways,
        seed=options.seed,
        machines=options.vast_machines,
        evolving=options.evolving,
        stale_share=options.stale_share,
        credit=options.credit,
        mishaps=options.mishaps,
    )
    vast.limiter.enabled = options.rate_limits
    latency = dict(_LATENCY) if options.latency else {}
    tensordock = TensorDockServer.open(
        clock,
        faults,
        TensorDockSwitches(
            token=options.tensordock_token,
            ssh_port=ways.port if options.ssh_answers else 0,
            **latency,
        ),
        seed=options.seed,
        evolving=options.evolving,
        stale_share=options.stale_share,
        balance=options.credit,
        host=ways.host,
        mishaps=options.mishaps,
    )
    return Simulator(clock, faults, vast, tensordock, Journal(clock), "", "")


async def _serve(app: web.Application, port: int, runners: list[web.AppRunner]) -> str:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    runners.append(runner)
    site = web.TCPSite(runner, LOOPBACK, port)
    await site.start()
    return f"http://{LOOPBACK}:{runner.addresses[0][1]}"


async def _greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What a probe of an SSH port wants to see; no session can be had."""
    writer.write(b"SSH-2.0-Simulated\r\n")
    try:
        await writer.drain()
    finally:
        writer.close()
