"""The Web API: arguments in every form, tokens, scopes, errors, faults, rates."""

import json

import aiohttp
import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Slack, open_playground
from tests.fakes.clock import FakeClock

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
BLOCKS = [{"type": "divider", "block_id": "a"}]
EVERY_SCOPE = (
    *("commands", "chat:write", "files:write", "files:read", "users:read", "channels:read"),
    *("channels:join", "im:write", "team:read", "reactions:write", "im:read"),
)


@pytest.fixture
async def slack():
    async with open_playground(clock=FakeClock(), scopes=EVERY_SCOPE) as opened:
        yield opened


@pytest.fixture
def client(slack: Slack, session: ClientSession) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)


def _json(arguments, token):
    headers = {"Authorization": f"Bearer {token}"}
    return {"json": arguments, "headers": headers}


def _form(arguments, token):
    return {"data": {**_flat(arguments), "token": token}}


def _query(arguments, token):
    return {"params": _flat(arguments), "headers": {"Authorization": f"Bearer {token}"}}


def _multipart(arguments, token):
    writer = aiohttp.FormData(default_to_multipart=True)
    for name, value in {**_flat(arguments), "token": token}.items():
        writer.add_field(name, value)
    return {"data": writer}


def _flat(arguments):
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in arguments.items()}


@pytest.mark.parametrize("shape", [_json, _form, _query, _multipart])
async def test_arguments_in_every_form(slack, session, shape):
    """JSON, form, query and multipart mean the same, nested values as JSON strings included."""
    arguments = {"channel": "general", "text": "hi", "blocks": BLOCKS}
    url = f"{slack.api_url}chat.postMessage"
    async with session.post(url, **shape(arguments, slack.bot_token)) as answer:
        said = await answer.json()
    (message,) = slack.messages("general")
    assert said["ok"], said
    assert (message.text, message.blocks) == ("hi", BLOCKS)
    assert "token" not in slack.calls[0].args


async def test_get_with_query(slack, session):
    """The SDK asks some methods with GET."""
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    url = f"{slack.api_url}users.info"
    user = slack.user("grace")
    async with session.get(url, params={"user": user.id}, headers=headers) as answer:
        assert (await answer.json())["user"]["real_name"] == "Grace Hopper"


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", "", "not_authed"),
        ("auth.test", "xoxb-wrong", "invalid_auth"),
        ("chat.postMessage", "app", "not_allowed_token_type"),
        ("apps.connections.open", "bot", "not_allowed_token_type"),
        ("chat.fly", "bot", "unknown_method"),
        ("chat.postMessage", "bot", "channel_not_found"),
        ("auth.test", "app", None),
        ("apps.connections.open", "app", None),
        ("api.test", "", None),
    ],
)
async def test_tokens(slack, session, method, token, error):
    """Each method takes its kind of token and names what is wrong with another."""
    token = {"bot": slack.bot_token, "app": slack.app_token}.get(token, token)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with session.post(f"{slack.api_url}{method}", headers=headers) as answer:
        assert (await answer.json()).get("error") == error
    assert slack.calls[-1].error == error


async def test_scopes(session):
    """A missing scope is named, and the response header lists what there is."""
    async with open_playground(scopes=["chat:write"]) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)
        answer = await client.auth_test()
        assert answer.headers["x-oauth-scopes"] == "chat:write"
        with pytest.raises(SlackApiError) as refused:
            await client.users_list()
        assert refused.value.response.data == {
            "ok": False,
            "error": "missing_scope",
            "needed": "users:read",
            "provided": "chat:write",
        }


async def test_malformed_bodies(slack, session):
    """A body that is not JSON, not an object, or holds blocks that are not, is refused by name."""
    url = f"{slack.api_url}chat.postMessage"
    headers = {
        "Authorization": f"Bearer {slack.bot_token}",
        "Content-Type": "application/json",
    }
    errors = []
    for body in ("{", "[]", '{"channel": "general", "blocks": "["}'):
        async with session.post(url, data=body, headers=headers) as answer:
            errors.append((await answer.json())["error"])
    assert errors == ["invalid_json", "json_not_object", "invalid_blocks_format"]


async def _error(call) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def test_chat_life_of_a_message(slack, client):
    """A message is posted, changed and deleted; blocks that are not sent again are kept."""
    posted = await client.chat_postMessage(channel="general", text="one", blocks=BLOCKS)
    ts, channel = posted["ts"], posted["channel"]
    await client.chat_update(channel=channel, ts=ts, text="two")
    (message,) = slack.messages("general")
    assert (message.text, message.blocks, message.edited) == ("two", BLOCKS, True)
    link = await client.chat_getPermalink(channel=channel, message_ts=ts)
    assert link["permalink"].endswith(f"/archives/{channel}/p{ts.replace('.', '')}")
    await client.chat_delete(channel=channel, ts=ts)
    assert slack.messages("general") == []
    assert await _error(client.chat_delete(channel=channel, ts=ts)) == "message_not_found"


async def test_chat_refusals(slack, client):
    """Each way in which Slack refuses a message has its name."""
    grace = slack.user("grace").id
    await slack.say("mine", channel="general")
    (mine,) = slack.messages("general")
    post, update = client.chat_postMessage, client.chat_update
    assert await _error(post(channel="random", text="x")) == "not_in_channel"
    assert await _error(post(channel="C404", text="x")) == "channel_not_found"
    nothing = client.api_call("chat.postMessage", json={"channel": "general", "text": ""})
    assert await _error(nothing) == "no_text"
    assert await _error(post(channel="general", text="x", thread_ts="1")) == "invalid_thread_ts"
    conflict = post(channel="general", text="x", markdown_text="y")
    assert await _error(conflict) == "markdown_text_conflict"
    assert await _error(update(channel=mine.channel, ts=mine.ts, text="x")) == (
        "cant_update_message"
    )
    long = update(channel=mine.channel, ts=mine.ts, text="x" * 4001)
    assert await _error(long) == "cant_update_message"
    private = client.chat_postEphemeral(channel="general", user="U404", text="x")
    assert await _error(private) == "user_not_in_channel"
    kept = await client.chat_postEphemeral(channel="general", user=grace, text="psst")
    assert [m.text for m in slack.messages("general", "grace")] == ["mine", "psst"]
    assert [m.text for m in slack.messages("general", "ada")] == ["mine"]
    gone = update(channel=mine.channel, ts=kept["message_ts"], text="x")
    assert await _error(gone) == "message_not_found"


async def test_update_text_limit(client):
    """chat.update takes 4,000 characters where chat.postMessage takes ten times that."""
    posted = await client.chat_postMessage(channel="general", text="x" * 5000)
    update = client.chat_update(channel=posted["channel"], ts=posted["ts"], text="x" * 4001)
    assert await _error(update) == "msg_too_long"


async def test_people_and_places(slack, client):
    """Users, conversations, the bot and the team are there to be asked about."""
    ada = slack.user("ada").id
    room = await client.conversations_open(users=[ada])
    assert room["channel"]["id"] == slack.channel("@ada").id
    await client.chat_postMessage(channel=ada, text="hello")
    assert [m.text for m in slack.messages("@ada")] == ["hello"]
    listed = await client.conversations_list(types="public_channel")
    assert [c["name"] for c in listed["channels"]] == [
        "gpu",
        "ml",
        "general",
        "random",
        "old-gpus",
    ]
    info = await client.conversations_info(channel=slack.channel("random").id)
    assert info["channel"]["is_member"] is False
    await client.conversations_join(channel=slack.channel("random").id)
    members = await client.conversations_members(channel=slack.channel("random").id)
    assert slack.bot_user_id in members["members"]
    mine = await client.users_conversations()
    assert [c["name"] for c in mine["channels"]] == [
        "gpu",
        "ml",
        "general",
        "random",
        "old-gpus",
    ]
    assert [u["name"] for u in (await client.users_list())["members"]] == [
        "ada",
        "grace",
        "linus",
        "sam",
        "gpu-shopper",
    ]
    assert (await client.bots_info())["bot"]["user_id"] == slack.bot_user_id
    assert (await client.team_info())["team"]["name"] == "Playground"


async def test_upload(slack, client, session):
    """A picture is announced, uploaded and shown from here; other bytes are not shown."""
    sent = await client.files_upload_v2(
        filename="prices.png", content=PNG, title="Prices", channel=slack.channel("general").id
    )
    file_id = sent["files"][0]["id"]
    info = (await client.files_info(file=file_id))["file"]
    assert (info["mimetype"], info["size"]) == ("image/png", len(PNG))
    async with session.get(info["url_private"]) as shown:
        assert (shown.content_type, await shown.read()) == ("image/png", PNG)
    (message,) = slack.messages("general")
    assert message.blocks[0]["slack_file"] == {"id": file_id}
    page = await client.files_upload_v2(filename="x.html", content=b"<script>alert(1)</script>")
    url = (await client.files_info(file=page["files"][0]["id"]))["file"]["url_private"]
    async with session.get(url) as shown:
        assert shown.content_type == "application/octet-stream"
        assert shown.headers["Content-Disposition"] == "attachment"


async def test_an_upload_happens_once(slack, client, session):
    """Bytes of another length, and bytes after completion, are not taken."""
    announced = await client.files_getUploadURLExternal(filename="a.png", length=len(PNG))
    url = announced["upload_url"]
    statuses = []

    async def upload(content: bytes) -> None:
        async with session.post(url, data=content) as answer:
            statuses.append(answer.status)

    early = client.files_completeUploadExternal(files=[{"id": announced["file_id"]}])
    assert await _error(early) == "file_not_found"
    await upload(PNG[:-1])
    await upload(PNG)
    await client.files_completeUploadExternal(files=[{"id": announced["file_id"]}])
    await upload(PNG)
    assert statuses == [400, 200, 404]


async def test_rate_limit_fault_and_the_sdk(slack, client):
    """A planned 429 carries Retry-After, and the SDK's own handler gets through it."""
    slack.faults.rate_limit("chat.postMessage", retry_after_s=7)
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="general", text="x")
    response = refused.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (
        429,
        "ratelimited",
        "7",
    )
    slack.faults.rate_limit("chat.postMessage", retry_after_s=0)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    await client.chat_postMessage(channel="general", text="x")
    assert [call.status for call in slack.calls_of("chat.postMessage")] == [429, 429, 200]


async def test_other_faults(slack, session):
    """Errors, 500s, cut connections and lost answers happen as often as planned, then no more."""
    client = AsyncWebClient(
        token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
    )
    slack.faults.error("auth.test", "account_inactive")
    slack.faults.status("auth.test", 500)
    slack.faults.cut("auth.test")
    assert await _error(client.auth_test()) == "account_inactive"
    with pytest.raises(SlackApiError):
        await client.auth_test()
    with pytest.raises(aiohttp.ClientError):
        await client.auth_test()
    assert (await client.auth_test())["ok"]
    slack.faults.lose_answer("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="general", text="sent")
    assert [m.text for m in slack.messages("general")] == ["sent"]


async def test_revoked_token(slack, client):
    """After revocation every call with the bot token says so."""
    await slack.revoke_token()
    assert await _error(client.auth_test()) == "token_revoked"


async def test_rate_tiers(session):
    """Switched on, the tiers hold exactly and let go when their window has passed."""
    clock = FakeClock()
    async with open_playground(clock=clock, rate_limits=True) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)
        await client.chat_postMessage(channel="general", text="1")
        assert await _error(client.chat_postMessage(channel="general", text="2")) == "ratelimited"
        clock.advance(1.0)
        await client.chat_postMessage(channel="general", text="3")
        ts = slack.messages("general")[0].ts
        for _ in range(50):
            await client.chat_update(channel="general", ts=ts, text="u")
        with pytest.raises(SlackApiError) as refused:
            await client.chat_update(channel="general", ts="1", text="u")
        assert refused.value.response.headers["Retry-After"] == "60"
