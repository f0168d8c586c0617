"""chat.*"""

from typing import Any

from bot.playground.answers import checked
from bot.playground.api.methods import Context, Method, Methods
from bot.playground.errors import Refused
from bot.playground.limits import Findings
from bot.playground.values import Json, Message

_UPDATE_TEXT_LIMIT = 4000
_WRITE = ("chat:write",)


def post_message(at: Context, arguments: Json) -> Json:
    channel = at.writable(arguments)
    _thread_exists(at, channel.id, arguments.get("thread_ts"))
    findings = _sayable(at, arguments)
    message = at.workspace.said_by_bot(channel.id, arguments, findings)
    return {"channel": channel.id, "ts": message.ts, "message": at.payloads.message(message)}


def post_ephemeral(at: Context, arguments: Json) -> Json:
    channel = at.writable(arguments)
    user = arguments.get("user")
    if user not in channel.members or user == at.identity.bot_user_id:
        raise Refused("user_not_in_channel")
    findings = _sayable(at, arguments)
    message = at.workspace.said_by_bot(channel.id, arguments, findings, only_for=user)
    return {"message_ts": message.ts}


def update(at: Context, arguments: Json) -> Json:
    message = _own(at, arguments, "cant_update_message")
    if len(str(arguments.get("text") or "")) > _UPDATE_TEXT_LIMIT:
        raise Refused("msg_too_long")
    if arguments.get("blocks") is None and arguments.get("text") is None:
        raise Refused("no_text")
    changed = at.workspace.rewrite(message, arguments, checked(arguments, at.modals.refused_types))
    return {
        "channel": changed.channel,
        "ts": changed.ts,
        "text": changed.text,
        "message": at.payloads.message(changed),
    }


def delete(at: Context, arguments: Json) -> Json:
    message = _own(at, arguments, "cant_delete_message")
    at.workspace.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(at: Context, arguments: Json) -> Json:
    channel = at.channel(arguments)
    ts = str(arguments.get("message_ts"))
    if at.workspace.message(channel.id, ts) is None:
        raise Refused("message_not_found")
    link = f"{at.origin()}/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def _sayable(at: Context, arguments: Json) -> Findings:
    markdown = arguments.get("markdown_text")
    if markdown is not None and (arguments.get("text") or arguments.get("blocks")):
        raise Refused("markdown_text_conflict")
    if isinstance(markdown, str) and len(markdown) > 12_000:
        raise Refused("msg_too_long")
    if not any(arguments.get(name) for name in ("text", "blocks", "attachments", "markdown_text")):
        raise Refused("no_text")
    attachments: Any = arguments.get("attachments")
    if isinstance(attachments, list) and len(attachments) > 100:
        raise Refused("too_many_attachments")
    return checked(arguments, at.modals.refused_types)


def _own(at: Context, arguments: Json, refusal: str) -> Message:
    channel = at.channel(arguments)
    message = at.workspace.message(channel.id, str(arguments.get("ts")))
    # An ephemeral message is in no channel's history: for chat.update it does not exist.
    if message is None or message.ephemeral:
        raise Refused("message_not_found")
    if channel.is_archived:
        raise Refused("is_inactive")
    if message.user != at.identity.bot_user_id:
        raise Refused(refusal)
    return message


def _thread_exists(at: Context, channel: str, thread_ts: object) -> None:
    if thread_ts is None:
        return
    parent = at.workspace.message(channel, str(thread_ts))
    if parent is None or parent.thread_ts is not None:
        raise Refused("invalid_thread_ts")


METHODS: Methods = {
    "chat.postMessage": Method(post_message, 60, _WRITE),
    "chat.postEphemeral": Method(post_ephemeral, 100, _WRITE),
    "chat.update": Method(update, 50, _WRITE),
    "chat.delete": Method(delete, 50, _WRITE),
    "chat.getPermalink": Method(get_permalink, 600),
}
