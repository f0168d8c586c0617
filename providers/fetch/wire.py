"""How a call and its answer travel inside httpx's requests and responses."""

from collections.abc import AsyncIterator

import httpx

from providers.fetch.answers import Answer, Found
from providers.fetch.call import Trip


def trip_of(request: httpx.Request) -> Trip:
    trip: Trip = request.extensions["trip"]
    return trip


def answer_of(response: httpx.Response) -> Answer:
    answer: Answer = response.extensions["answer"]
    return answer


def found_of(response: httpx.Response) -> Found:
    found: Found = response.extensions["found"]
    return found


class _Elsewhere(httpx.AsyncByteStream):
    """The body is in the answer: handed to httpx, it would be read and wrapped at each layer."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b""


_ELSEWHERE = _Elsewhere()


def response_for(answer: Answer, found: Found | None = None) -> httpx.Response:
    extensions: dict[str, object] = {"answer": answer}
    if found is not None:
        extensions["found"] = found
    return httpx.Response(answer.status, stream=_ELSEWHERE, extensions=extensions)
