"""`python -m bot.playground`"""

import asyncio
import json
import signal
import sys

import aiohttp


async def test_prints_addresses_and_ends_on_sigterm():
    """One line of JSON says it is ready; SIGTERM ends it cleanly."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.playground", "--port", "0", "--json", "--scope", "chat:write"),
        *("--command", "/gpu|Find GPUs|find 4090"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        assert set(ready) == {
            "page_url",
            "api_url",
            "bot_token",
            "app_token",
            "signing_secret",
            "team_id",
            "bot_user_id",
            "people",
        }
        async with aiohttp.ClientSession() as session:
            headers = {"Authorization": f"Bearer {ready['bot_token']}"}
            async with session.post(f"{ready['api_url']}auth.test", headers=headers) as answer:
                assert (await answer.json())["user_id"] == ready["bot_user_id"]
                assert answer.headers["x-oauth-scopes"] == "chat:write"
            async with session.get(ready["page_url"]) as answer:
                assert answer.status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), 20)
    assert code == 0
