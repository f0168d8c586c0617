"""Sends signed slash commands over plain sockets: the client must cost less than the servers."""

import asyncio
import hashlib
import hmac
import itertools
import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

SECRET = "bench-signing-secret"
_numbers = itertools.count()


def signed_command(port: int, text: str, team_id: str, response_url: str) -> bytes:
    number = next(_numbers)
    body = urlencode(
        {
            "token": "x",
            "team_id": team_id,
            "team_domain": "bench",
            "channel_id": "C1",
            "channel_name": "general",
            "user_id": "U1",
            "user_name": "ada",
            "command": "/gpu",
            "text": text,
            "api_app_id": "A1",
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": f"{number}.{time.time_ns()}.bench",
        }
    ).encode()
    stamp = str(int(time.time()))
    basis = b"v0:" + stamp.encode() + b":" + body
    signature = "v0=" + hmac.new(SECRET.encode(), basis, hashlib.sha256).hexdigest()
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: {signature}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    team_id: str
    response_url: str
    pid: int
    answers: bool = False
    """Says more than that it has heard."""


class Connection:
    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def send(self, request: bytes) -> float:
        """Seconds until the whole acknowledgement is here."""
        started = time.perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if length:
            await self._reader.readexactly(length)
        return time.perf_counter() - started
