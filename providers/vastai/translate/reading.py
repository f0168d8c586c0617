"""A long answer is read in pieces."""

import re
from collections.abc import Iterator

_PIECE_BYTES = 2 * 1024 * 1024
_HEAD = re.compile(rb'\s*\{\s*"offers"\s*:\s*\[')
_BETWEEN_ROWS = re.compile(rb"\}(\s*,\s*)\{")


def pieces(body: bytes) -> Iterator[bytes]:
    """A long answer as several short ones, so that reading it never holds up the others for long.

    It is cut where one object ends and the next begins. A cut inside a text or inside a row
    leaves pieces that are not JSON: when each can be read, each was cut between two offers.
    """
    head = _HEAD.match(body) if len(body) > _PIECE_BYTES else None
    if head is None:
        yield body
        return
    start, whole = head.end(), memoryview(body)
    while cut := _BETWEEN_ROWS.search(body, start + _PIECE_BYTES):
        yield b"".join((head.group(), whole[start : cut.start(1)], b"]}"))
        start = cut.end(1)
    yield b"".join((head.group(), whole[start:]))
