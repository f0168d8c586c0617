"""Messages that answer an interaction: the body of an ack, or a post to a `response_url`.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from bot.playground.errors import Refused, refuse_if_wrong
from bot.playground.limits import Findings, check_message
from bot.playground.tickets import ResponseUrl
from bot.playground.values import Json, Message
from bot.playground.workspace import Workspace

_SAYS_SOMETHING = ("text", "blocks", "attachments")


def answer(
    workspace: Workspace, ticket: ResponseUrl, body: Json, refused_types: frozenset[str]
) -> Message | None:
    """None when there was nothing to say, or something to delete. Refused as Slack refuses."""
    original = _original(workspace, ticket)
    if body.get("delete_original"):
        if original is not None:
            workspace.remove(original)
        return None
    if not any(body.get(name) for name in _SAYS_SOMETHING):
        return None
    findings = checked(body, refused_types)
    if body.get("replace_original") and original is not None:
        # Unlike chat.update this replaces all of it: a message of text alone loses its blocks.
        whole = {**body, "text": body.get("text") or "", "blocks": body.get("blocks") or []}
        return workspace.rewrite(original, whole, findings)
    in_channel = body.get("response_type") == "in_channel"
    return workspace.said_by_bot(
        ticket.channel, body, findings, only_for=None if in_channel else ticket.user
    )


def checked(body: Json, refused_types: frozenset[str]) -> Findings:
    blocks = body.get("blocks")
    if blocks is not None and not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    text = body.get("text")
    findings = check_message(blocks, text if isinstance(text, str) else "", refused_types)
    refuse_if_wrong("invalid_blocks", findings)
    return findings


def _original(workspace: Workspace, ticket: ResponseUrl) -> Message | None:
    """A command has none: its `replace_original` posts a new message, whatever was posted before.
    https://github.com/slackapi/bolt-python/issues/1268
    """
    return workspace.message(ticket.channel, ticket.message_ts) if ticket.message_ts else None
