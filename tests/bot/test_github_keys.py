"""Public keys of GitHub users, from a stand-in on loopback."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from bot.github_keys import KeyServer
from tests.bot.rules.public_keys import ED25519, RSA_1024, RSA_3072
from tests.fakes.loopback import said, serving

PASTE = "paste your public key instead."


async def keys_of(handler, user="octocat", limit_s=5.0):
    async with serving(handler) as origin, aiohttp.ClientSession() as http:
        return await KeyServer(http, origin=origin, limit_s=limit_s).keys_of(user)


async def test_the_keys_of_a_user_come_without_comments():
    """Those that are strong enough, each once, asked for by name."""
    asked = []

    async def answer(request):
        asked.append(request.path)
        lines = [f"{ED25519} anna", RSA_1024, "", f"{RSA_3072}\r", ED25519, "ssh-dss AAAA"]
        return said(text="\n".join(lines))

    assert await keys_of(answer) == (ED25519, RSA_3072)
    assert asked == ["/octocat.keys"]


@pytest.mark.parametrize(
    ("response", "sentence"),
    [
        (lambda: said(404, text="Not Found"), f"GitHub knows no user octocat: {PASTE}"),
        (lambda: said(text=" \n"), f"octocat has no public key at GitHub: {PASTE}"),
        (lambda: said(text=RSA_1024), f"No key of octocat at GitHub can be used: {PASTE}"),
        (
            lambda: said(text="<html>"),
            f"No key of octocat at GitHub can be used: {PASTE}",
        ),
        (lambda: said(503, text=""), f"GitHub answered 503, not with keys: {PASTE}"),
        (
            lambda: said(text=f"{ED25519}\n" * 1_000),
            f"GitHub answered with far more than keys: {PASTE}",
        ),
        (
            lambda: web.Response(body=b"\xff\xfe"),
            f"GitHub could not be asked for the keys: {PASTE}",
        ),
    ],
)
async def test_what_is_no_list_of_keys_is_a_sentence(response, sentence):
    """Each says what to do instead."""

    async def answer(_):
        return response()

    with pytest.raises(LookupError) as caught:
        await keys_of(answer)
    assert str(caught.value) == sentence


async def test_a_redirect_is_not_followed():
    """A name that was given away belongs to somebody else now."""
    asked = []

    async def answer(request):
        asked.append(request.path)
        raise web.HTTPFound("/other.keys")

    with pytest.raises(LookupError, match="GitHub knows no user octocat"):
        await keys_of(answer)
    assert asked == ["/octocat.keys"]


async def test_a_silent_or_absent_github_is_a_sentence():
    """Within the limit, and without another exception."""

    async def silent(_):
        await asyncio.sleep(0.3)

    with pytest.raises(LookupError, match="GitHub could not be asked"):
        await keys_of(silent, limit_s=0.1)
    async with aiohttp.ClientSession() as http:
        with pytest.raises(LookupError, match="GitHub could not be asked"):
            await KeyServer(http, origin="http://127.0.0.1:1").keys_of("octocat")


@pytest.mark.parametrize(
    "user", ["", "a/b", "../x", "a b", "a?x", "-a", "a" * 40, "a\n", "ä", "a.b", "a%2fb"]
)
async def test_a_name_that_nobody_can_have_is_never_asked_for(user):
    """It would become another address."""

    async def never(_):
        raise AssertionError

    with pytest.raises(LookupError) as caught:
        await keys_of(never, user)
    assert str(caught.value) == f"That is no user name at GitHub: {PASTE}"
