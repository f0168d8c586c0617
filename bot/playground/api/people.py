"""Who and where: auth, users, conversations, the bot and the team, reactions."""

from bot.playground.api.methods import Context, Method, Methods
from bot.playground.changes import BotChanged
from bot.playground.errors import Refused
from bot.playground.values import Channel, Json, User

_CONVERSATIONS = ("channels:read", "groups:read", "im:read", "mpim:read")


def auth_test(at: Context, _: Json) -> Json:
    team = at.workspace.team
    return {
        "url": f"{at.origin()}/",
        "team": team.name,
        "user": at.workspace.bot.name,
        "team_id": team.id,
        "user_id": at.identity.bot_user_id,
        "bot_id": at.identity.bot_id,
        "is_enterprise_install": False,
    }


def auth_test_of_app(at: Context, _: Json) -> Json:
    return {"app_name": at.identity.name, "app_id": at.identity.id}


def auth_revoke(at: Context, _: Json) -> Json:
    at.identity.revoked = True
    at.workspace.changes.tell(BotChanged())
    return {"revoked": True}


def api_test(_: Context, arguments: Json) -> Json:
    if "error" in arguments:
        raise Refused(str(arguments["error"]), args=arguments)
    return {"args": arguments}


def open_connection(at: Context, _: Json) -> Json:
    return {"url": at.new_socket_url()}


def users_info(at: Context, arguments: Json) -> Json:
    return {"user": _user(at, at.user(arguments))}


def users_list(at: Context, _: Json) -> Json:
    members = [_user(at, user) for user in at.workspace.users.values()]
    return {"members": members, "response_metadata": {"next_cursor": ""}}


def users_conversations(at: Context, arguments: Json) -> Json:
    user = arguments.get("user") or at.identity.bot_user_id
    channels = [c for c in at.workspace.channels.values() if user in c.members]
    return _listed(at, channels, arguments)


def conversations_list(at: Context, arguments: Json) -> Json:
    return _listed(at, at.workspace.channels_of(at.identity.bot_user_id), arguments)


def conversations_info(at: Context, arguments: Json) -> Json:
    return {"channel": _channel(at, at.channel(arguments))}


def conversations_members(at: Context, arguments: Json) -> Json:
    members = sorted(at.channel(arguments).members)
    return {"members": members, "response_metadata": {"next_cursor": ""}}


def conversations_open(at: Context, arguments: Json) -> Json:
    if arguments.get("channel"):
        return {"channel": {"id": at.channel(arguments).id}}
    user = at.workspace.users.get(str(arguments.get("users")))
    if user is None:
        raise Refused("user_not_found")
    if user.is_bot:
        raise Refused("cannot_dm_bot")
    room = at.channel({"channel": user.id})
    return {"no_op": True, "already_open": True, "channel": {"id": room.id}}


def conversations_join(at: Context, arguments: Json) -> Json:
    channel = at.channel(arguments)
    if channel.kind == "dm":
        raise Refused("method_not_supported_for_channel_type")
    return {"channel": _channel(at, at.workspace.join(channel.id, at.identity.bot_user_id))}


def bots_info(at: Context, arguments: Json) -> Json:
    if arguments.get("bot") not in (None, at.identity.bot_id):
        raise Refused("bot_not_found")
    identity = at.identity
    bot = {"id": identity.bot_id, "app_id": identity.id, "user_id": identity.bot_user_id}
    return {"bot": {**bot, "name": identity.name, "deleted": False, "icons": {}}}


def team_info(at: Context, _: Json) -> Json:
    team = at.workspace.team
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain}}


def reactions_add(at: Context, arguments: Json) -> Json:
    channel = at.channel(arguments)
    if at.workspace.message(channel.id, str(arguments.get("timestamp"))) is None:
        raise Refused("message_not_found")
    if not arguments.get("name"):
        raise Refused("invalid_name")
    return {}


def _user(at: Context, user: User) -> Json:
    profile = {"real_name": user.real_name, "display_name": user.name}
    return {
        "id": user.id,
        "team_id": user.team_id or at.workspace.team.id,
        "is_stranger": bool(user.team_id),
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "is_bot": user.is_bot,
        "color": user.color.removeprefix("#"),
        "tz": "Europe/London",
        "profile": profile,
    }


def _channel(at: Context, channel: Channel) -> Json:
    direct = channel.kind == "dm"
    shown: Json = {
        "id": channel.id,
        "is_channel": not direct,
        "is_im": direct,
        "is_private": direct or channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": at.identity.bot_user_id in channel.members,
        "num_members": len(channel.members),
        "context_team_id": at.workspace.team.id,
    }
    if direct:
        other = next(iter(channel.members - {at.identity.bot_user_id}))
        return {**shown, "user": other}
    return {**shown, "name": channel.name, "topic": {"value": channel.topic}}


def _listed(at: Context, channels: list[Channel], arguments: Json) -> Json:
    kinds = str(arguments.get("types") or "public_channel").split(",")
    shown = [_channel(at, channel) for channel in channels if _kind(channel) in kinds]
    return {"channels": shown, "response_metadata": {"next_cursor": ""}}


def _kind(channel: Channel) -> str:
    if channel.kind == "dm":
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


METHODS: Methods = {
    "auth.test": Method(auth_test, 600, run_with_app_token=auth_test_of_app),
    "auth.revoke": Method(auth_revoke, 50),
    "api.test": Method(api_test, 100, token="none"),  # noqa: S106  a kind of token
    "apps.connections.open": Method(open_connection, 50, token="app"),  # noqa: S106  a kind of token
    "users.info": Method(users_info, 100, ("users:read",)),
    "users.list": Method(users_list, 20, ("users:read",)),
    "users.conversations": Method(users_conversations, 50, _CONVERSATIONS),
    "conversations.list": Method(conversations_list, 20, _CONVERSATIONS),
    "conversations.info": Method(conversations_info, 50, _CONVERSATIONS),
    "conversations.members": Method(conversations_members, 100, _CONVERSATIONS),
    "conversations.open": Method(conversations_open, 50, ("im:write", "mpim:write")),
    "conversations.join": Method(conversations_join, 50, ("channels:join",)),
    "bots.info": Method(bots_info, 50, ("users:read",)),
    "team.info": Method(team_info, 50, ("team:read",)),
    "reactions.add": Method(reactions_add, 50, ("reactions:write",)),
}
