"""Reads an answer's body with a limit on what it becomes, not on what it was packed into."""

import zlib
from typing import Final

import httpx

_PLAIN: Final = frozenset({"", "identity"})
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


class TooLong(Exception):
    """More than the limit; what came after was not read."""


class Undecodable(Exception):
    """Packed in a way that was not offered, or broken."""


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """httpx's own decoder unpacks a whole chunk before anybody can look: 64 kB become 64 MB.

    Here no more than the rest of the limit is ever unpacked.
    """
    if _announced(response) > limit:
        raise TooLong
    encoding = response.headers.get("content-encoding", "").strip().lower()
    unpack = _unpacker(encoding)
    parts: list[bytes] = []
    size = 0
    async for raw in response.aiter_raw():
        part = raw if unpack is None else _unpacked(unpack, raw, limit - size + 1)
        size += len(part)
        if size > limit:
            raise TooLong
        parts.append(part)
    if unpack is not None and size and not unpack.eof:
        raise Undecodable("the packed body ends too early")
    return b"".join(parts)


def _announced(response: httpx.Response) -> int:
    try:
        return int(response.headers.get("content-length", "0"))
    except ValueError:
        return 0


def _unpacker(encoding: str) -> "zlib._Decompress | None":
    if encoding in _PLAIN:
        return None
    if encoding in _GZIP:
        return zlib.decompressobj(_GZIP_WINDOW)
    raise Undecodable("an encoding that was not offered")


def _unpacked(unpack: "zlib._Decompress", raw: bytes, room: int) -> bytes:
    try:
        return unpack.decompress(raw, room)
    except zlib.error as error:
        raise Undecodable("a broken gzip stream") from error
