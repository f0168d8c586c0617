"""Where a redirect may lead, over the whole stack."""

from typing import Any

import httpx
import pytest
from aiohttp import web
from pydantic import SecretStr

from providers.errors import (
    BadAnswer,
)
from providers.fetch.client import Call
from providers.fetch.network import _target
from providers.models import ProviderName
from providers.settings import Pace
from tests.fakes.fetching import Desk, Handler, Marketplace, Search, failure_of

BOTH_WIRES = True


def redirecting(*locations: str) -> Handler:
    """The n-th request is sent on to the n-th place, the last one is answered."""
    left = list(locations)

    async def handle(_: web.Request) -> web.StreamResponse:
        if left:
            return web.Response(status=302, headers={"Location": left.pop(0)})
        return web.json_response({"arrived": True})

    return handle


async def test_redirects_at_home_are_followed(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """Twice on the same host, with the key and the secrets of the query."""
    marketplace.handler = redirecting("/b", f"{marketplace.origin}/c?x=1")
    client = await desk.client()
    call = search(
        headers={"Authorization": "Bearer key"}, secret_params={"api_key": SecretStr("hidden")}
    )
    assert (await client.send(call)).body == b'{"arrived": true}'
    assert [request.path_qs for request in marketplace.asked] == [
        "/api/search?q=1&api_key=hidden",
        "/b?api_key=hidden",
        "/c?x=1&api_key=hidden",
    ]
    keys = [request.headers["Authorization"] for request in marketplace.asked]
    assert keys == ["Bearer key"] * 3


@pytest.mark.parametrize(
    ("location", "changes"),
    [
        ("https://evil.example/steal", {}),
        ("http://127.0.0.1.evil.example/", {}),
        ("//evil.example/", {}),
        ("http://user:pass@127.0.0.1:{port}/", {}),
        ("http://127.0.0.1:1/", {}),
        ("https://127.0.0.1/", {}),
        ("file:///etc/passwd", {}),
        ("http://[", {}),
        ("/again", {"method": "PUT", "json_body": {}}),
        ("/again", {"safe": False}),
        ("/a", {"loop": True}),
        ("", {"missing": True}),
    ],
)
async def test_other_redirects_are_bad_answers(
    desk: Desk,
    marketplace: Marketplace,
    search: Search,
    location: str,
    changes: dict[str, Any],
) -> None:
    """To another host, port or scheme, of another method, without end or without a place."""
    changes = {**changes}
    if changes.pop("loop", False):
        marketplace.handler = redirecting(*["/a"] * 9)
        expected = 3
    else:
        marketplace.handler = redirecting(location.format(port=marketplace.port))
        expected = 1
    if changes.pop("missing", False):
        marketplace.handler = None
        marketplace.says(web.Response(status=301))
    client = await desk.client()
    error = await failure_of(client.send(search(**changes)))
    assert (type(error), error.sentence, error.detail) == (
        BadAnswer,
        "Vast.ai answered with a redirect that is not followed.",
        "",
    )
    assert len(marketplace.asked) == expected


def test_trusted_suffixes_are_whole_names() -> None:
    """`.vast.ai` trusts `cloud.vast.ai`, not `evilvast.ai`, and never a weaker scheme."""
    call = Call(
        ProviderName("vastai"),
        "Vast.ai",
        "search",
        "GET",
        "https://console.vast.ai/api/",
        Pace(0),
        trusted_suffixes=(".vast.ai",),
    )

    def target(location: str) -> str | None:
        response = httpx.Response(302, headers={"Location": location})
        try:
            return str(_target(response, httpx.URL(call.url), call))
        except BadAnswer:
            return None

    assert [
        target(location)
        for location in (
            "https://cloud.vast.ai/api/",
            "https://x.console.vast.ai/",
            "https://evilvast.ai/",
            "https://vast.ai.evil.example/",
            "http://cloud.vast.ai/",
        )
    ] == ["https://cloud.vast.ai/api/", "https://x.console.vast.ai/", None, None, None]
