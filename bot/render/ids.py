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

RENT = "gpu:rent"
EXTEND = "gpu:extend"
END = "gpu:end"
KEEP = "gpu:keep"
"""A machine that is not the one on the card."""
WAIT = "gpu:wait"
ANOTHER = "gpu:another"
TRY_KEY = "gpu:trykey"
SSH = "gpu:ssh"
RAISE = "gpu:raise"
KEEP_ORPHAN = "gpu:keeporphan"
END_ORPHAN = "gpu:endorphan"
CLOSE = "gpu:close"
CONSOLE = "gpu:console"
"""A link: Slack tells of its press too, and only wants to hear that it was heard."""
SESSIONS = "gpu:sessions"
SESSION = "gpu:session"
KEY_WINDOW = "gpu:keywindow"
KEY_REMOVE = "gpu:keyremove"
TRY = "gpu:try"
"""Runs the example of the first steps."""

HOURS = "gpu:hours"
OWN_HOURS = "gpu:own-hours"
DISK = "gpu:disk"
IMAGE = "gpu:image"
OWN_IMAGE = "gpu:own-image"
KEY_CHOICE = "gpu:key-choice"
KEY = "gpu:key"
NOTE = "gpu:note"
YES = "gpu:yes"

DETAILS_VIEW = "gpu:details"
"""Callback ids of modals."""
RENT_VIEW = "gpu:rent"
KEY_VIEW = "gpu:key"

OWN = "own"
"""The option of a choice behind which an own value stands."""
SAVED = "saved"
EXTENSIONS = {"one": 1, "four": 4}
"""The word in an Extend button and its hours."""


def value(an_id: SessionId | SearchId) -> str:
    return f"{VERSION}:{an_id}"


def sort_value(search_id: SearchId, sort: Sort) -> str:
    """An option of a menu says two things: which search, and how."""
    return f"{VERSION}:{search_id}:{sort}"


def extend_value(session_id: SessionId, hours: int) -> str:
    word = {length: word for word, length in EXTENSIONS.items()}[hours]
    return f"{VERSION}:{session_id}:{word}"


def numbered(action_id: str, number: int) -> str:
    return f"{action_id}:{number}"


def base(action_id: str) -> str:
    """`gpu:run:2` → `gpu:run`."""
    return ":".join(action_id.split(":")[:2])
