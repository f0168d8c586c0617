"""How a call and its answer travel inside httpx's requests and responses."""

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


def response_for(answer: Answer, found: Found | None = None) -> httpx.Response:
    extensions: dict[str, object] = {"answer": answer}
    if found is not None:
        extensions["found"] = found
    # The body is passed on as it is: httpx neither copies nor decodes it once more.
    return httpx.Response(answer.status, content=answer.body, extensions=extensions)
