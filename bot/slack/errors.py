"""What Slack's words mean for whoever sends a message: one table.

https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
"""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

from aiohttp import ClientConnectorError, ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.layouts import REFUSED


class Cause(StrEnum):
    """Named after what the sender does next."""

    LATER = "later"
    """The same again after a wait."""
    ELSEWHERE = "elsewhere"
    """The bot cannot write there: to the person instead."""
    ANEW = "anew"
    """It cannot be edited any more: say it in a new message."""
    UNTHREADED = "unthreaded"
    """The thread is gone: beside it."""
    NOBODY = "nobody"
    """This person cannot be reached."""
    LAYOUT = "layout"
    """With simpler blocks."""
    DEAD = "dead"
    """The installation does not work: nothing can be said to anybody."""
    REFUSED = "refused"
    """Nobody knows why, and it will hardly change."""


NEXT_LOOK_S = 300.0
"""After an answer that will not change soon."""
_WORDS: Mapping[Cause, tuple[str, ...]] = {
    Cause.LATER: (
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "external_channel_migrating",
        "message_limit_exceeded",
    ),
    Cause.ELSEWHERE: (
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "is_inactive",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "messages_tab_disabled",
        "no_permission",
    ),
    Cause.ANEW: (
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "block_mismatch",
    ),
    Cause.UNTHREADED: ("thread_not_found", "invalid_thread_ts", "cannot_reply_to_message"),
    Cause.NOBODY: ("user_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot"),
    Cause.LAYOUT: REFUSED,
    Cause.DEAD: (
        "account_inactive",
        "token_revoked",
        "token_expired",
        "invalid_auth",
        "not_authed",
        "not_allowed_token_type",
        "app_uninstalled",
        "missing_scope",
        "org_login_required",
        "team_access_not_granted",
    ),
}
CAUSES: Mapping[str, Cause] = {word: cause for cause, words in _WORDS.items() for word in words}
_AFTER_S: Mapping[str, float] = {"message_limit_exceeded": NEXT_LOOK_S}


_PERHAPS_SAID = frozenset({"internal_error", "fatal_error", "request_timeout"})
"""Slack: some of it may have happened before the error."""


class SlackTrouble(Exception):
    """A message that was not taken, or nobody knows whether it was."""

    def __init__(
        self,
        cause: Cause,
        word: str,
        *,
        after_s: float | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(word)
        self.cause = cause
        self.word = word
        self.after_s = after_s
        """How long Slack asked to wait."""
        self.outcome_unknown = outcome_unknown
        """It may have been said."""


def trouble_of(error: SlackApiError | ClientError | TimeoutError | OSError) -> SlackTrouble:
    if isinstance(error, SlackApiError):
        if isinstance(error.response, AsyncSlackResponse):
            return _answered(error.response)
        return SlackTrouble(Cause.LATER, "an unreadable answer", outcome_unknown=True)
    never_left = isinstance(error, ClientConnectorError)
    return SlackTrouble(Cause.LATER, type(error).__name__, outcome_unknown=not never_left)


def _answered(response: AsyncSlackResponse) -> SlackTrouble:
    body = response.data if isinstance(response.data, dict) else {}
    word = str(body.get("error") or "")
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        after_s = _seconds(response.headers.get("Retry-After"))
        return SlackTrouble(Cause.LATER, word or "ratelimited", after_s=after_s)
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or word in _PERHAPS_SAID:
        word = word or f"status {response.status_code}"
        return SlackTrouble(Cause.LATER, word, outcome_unknown=True)
    if not word:
        return SlackTrouble(Cause.LATER, "an unreadable answer", outcome_unknown=True)
    if word == "missing_scope":
        word = f"missing_scope: {body.get('needed')} is needed, {body.get('provided')} is granted"
        return SlackTrouble(Cause.DEAD, word)
    return SlackTrouble(CAUSES.get(word, Cause.REFUSED), word, after_s=_AFTER_S.get(word))


def _seconds(header: str | None) -> float:
    return float(header) if header is not None and header.isdigit() else 1.0
