import asyncio
import json
import signal
import sys

import aiohttp


async def test_it_runs_alone_and_ends_on_a_signal():
    """One line of JSON when ready, answers, and a quiet end on SIGTERM."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "providers.simulator", "--json", "--vast-machines", "60"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    addresses = json.loads(await asyncio.wait_for(process.stdout.readline(), timeout=30))
    assert addresses.keys() == {"vast", "tensordock", "admin"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(addresses["tensordock"] + "/api/v2/locations") as answer,
    ):
        assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    _, err = await asyncio.wait_for(process.communicate(), timeout=30)
    assert (process.returncode, err) == (0, b"")


async def test_it_tells_a_person_where_to_go():
    """Addresses, and a command line that can be copied."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "providers.simulator", "--vast-machines", "60"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    text = (await asyncio.wait_for(process.stdout.readuntil(b"ends it."), timeout=30)).decode()
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.wait(), timeout=30)
    assert "VAST_URL=http://127.0.0.1:" in text
    assert "vastai search offers" in text
    assert process.returncode == 0
