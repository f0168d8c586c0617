"""Every id that Slack sends back, and the one form of a button's value: a version and an id.

Listeners match an action by its start: where several of one kind share a block, `:<n>` follows.
"""

from bot.rules.searches import SearchId
from bot.rules.sessions import SessionId
from providers.models import Sort

VERSION = "v1"

DETAILS = "gpu:details"
NEXT = "gpu:next"
PREVIOUS = "gpu:previous"
SORT = "gpu:sort"
REFRESH = "gpu:refresh"
SHARE = "gpu:share"
RUN = "gpu:run"
HELP = "gpu:help"

DETAILS_VIEW = "gpu:details"
"""Callback id of the modal."""


def value(an_id: SessionId | SearchId) -> str:
    return f"{VERSION}:{an_id}"


def sort_value(search_id: SearchId, sort: Sort) -> str:
    """An option of a menu says two things: which search, and how."""
    return f"{VERSION}:{search_id}:{sort}"


def numbered(action_id: str, number: int) -> str:
    return f"{action_id}:{number}"


def base(action_id: str) -> str:
    """`gpu:run:2` → `gpu:run`."""
    return ":".join(action_id.split(":")[:2])
