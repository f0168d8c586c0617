"""Public keys that people have published at GitHub."""

import asyncio
import re

import aiohttp

from bot.rules import keys

ORIGIN = "https://github.com"
LIMIT_S = 5.0
LARGEST_BYTES = 64_000
_USER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,37}[A-Za-z0-9_])?")
_PASTE = "paste your public key instead."


class KeyServer:
    """`flows.ports.KeyServer`."""

    def __init__(
        self, http: aiohttp.ClientSession, *, origin: str = ORIGIN, limit_s: float = LIMIT_S
    ) -> None:
        self._http = http
        self._origin = origin
        self._limit_s = limit_s

    async def keys_of(self, github_user: str) -> tuple[str, ...]:
        """Those that `rules.keys` takes. Raises `LookupError` with a sentence."""
        if not _USER.fullmatch(github_user):
            raise LookupError(f"That is no user name at GitHub: {_PASTE}")
        try:
            async with asyncio.timeout(self._limit_s):
                text = await self._fetched(github_user)
        except (aiohttp.ClientError, OSError, ValueError):
            raise LookupError(f"GitHub could not be asked for the keys: {_PASTE}") from None
        lines = [line for line in text.splitlines() if line.strip()]
        found = tuple(dict.fromkeys(key for line in lines if (key := _taken(line))))
        if not lines:
            raise LookupError(f"{github_user} has no public key at GitHub: {_PASTE}")
        if not found:
            raise LookupError(f"No key of {github_user} at GitHub can be used: {_PASTE}")
        return found

    async def _fetched(self, github_user: str) -> str:
        # A name that was given away leads elsewhere: whose keys those are nobody can say.
        url = f"{self._origin}/{github_user}.keys"
        async with self._http.get(url, allow_redirects=False) as response:
            if response.status in {301, 302, 404}:
                raise LookupError(f"GitHub knows no user {github_user}: {_PASTE}")
            if response.status != 200:
                raise LookupError(f"GitHub answered {response.status}, not with keys: {_PASTE}")
            content = bytearray()
            async for piece in response.content.iter_any():
                content += piece
                if len(content) > LARGEST_BYTES:
                    raise LookupError(f"GitHub answered with far more than keys: {_PASTE}")
        return content.decode("ascii")


def _taken(line: str) -> str | None:
    try:
        return keys.public_key(line)
    except keys.KeyRefused:
        return None
