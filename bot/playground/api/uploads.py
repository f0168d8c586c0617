"""files.*"""

from bot.playground.api.methods import Context, Method, Methods
from bot.playground.errors import Refused
from bot.playground.files import File
from bot.playground.limits import Findings
from bot.playground.values import Json


def get_upload_url(at: Context, arguments: Json) -> Json:
    name, length = str(arguments.get("filename") or ""), str(arguments.get("length") or "")
    if not name:
        raise Refused("invalid_arguments")
    if not length.isdigit() or int(length) == 0:
        raise Refused("invalid_arguments")
    alt_text = str(arguments.get("alt_txt") or "")
    if len(alt_text) > 1000:
        raise Refused("alt_txt_too_large")
    file = at.files.announce(name, int(length), alt_text)
    return {"upload_url": f"{at.origin()}/upload/v1/{file.key}", "file_id": file.id}


def complete_upload(at: Context, arguments: Json) -> Json:
    wanted = arguments.get("files")
    if not isinstance(wanted, list) or not wanted:
        raise Refused("invalid_arguments")
    named = str(arguments.get("channels") or arguments.get("channel_id") or "")
    channels = [at.writable({"channel": name}) for name in named.split(",") if name]
    given = [entry for entry in wanted if isinstance(entry, dict)]
    files = [at.files.complete(entry.get("id"), entry.get("title")) for entry in given]
    for channel in channels:
        comment = str(arguments.get("initial_comment") or "")
        payload: Json = {"text": comment, "blocks": [_picture(file) for file in files]}
        payload["thread_ts"] = arguments.get("thread_ts")
        at.workspace.said_by_bot(channel.id, payload, Findings())
    return {"files": [file.shown(at.origin()) for file in files]}


def info(at: Context, arguments: Json) -> Json:
    file = at.files.get(arguments.get("file"))
    return {"file": file.shown(at.origin())}


def _picture(file: File) -> Json:
    title = {"type": "plain_text", "text": file.title or file.name}
    if not file.is_image:
        return {"type": "section", "text": title}
    alt_text = file.alt_text or file.name
    return {"type": "image", "slack_file": {"id": file.id}, "alt_text": alt_text, "title": title}


METHODS: Methods = {
    "files.getUploadURLExternal": Method(get_upload_url, 100, ("files:write",)),
    "files.completeUploadExternal": Method(complete_upload, 100, ("files:write",)),
    "files.info": Method(info, 100, ("files:read",)),
}
