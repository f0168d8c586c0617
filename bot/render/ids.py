"""Every id that Slack sends back, and the one form of a button's value: a version and an id.

Listeners match an action by its start: where several of one kind share a block, `:<n>` follows.
"""

import re
from dataclasses import dataclass

from bot.rules.orders import OrderId
from bot.rules.places import Place
from bot.rules.searches import SearchId
from bot.rules.sessions import SessionId
from bot.rules.watch_answers import Snooze, WatchScope
from bot.rules.watches import WatchId
from providers.models import Sort

VERSION = "v1"
FOLLOW_THE_END = frozenset({"gpu:session:press", "gpu:warning:press"})
"""Blocks of the buttons of those messages that are edited as soon as the end moves."""
_FORM = re.compile(
    r"v1:(?:(?P<new>new|newprivate):(?P<channel>[A-Z0-9]{0,32})|edit:(?P<watch>[a-z0-9]{4}-[a-z2-7]{10}))"
)

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

WATCH = "gpu:watch"
"""One watch whole, to whoever pressed."""
WATCH_STOP = "gpu:watchstop"
WATCH_PAUSE = "gpu:watchpause"
WATCH_RESUME = "gpu:watchresume"
WATCH_SNOOZE = "gpu:watchsnooze"
WATCH_EDIT = "gpu:watchedit"
WATCHES = "gpu:watches"
"""Those of the channel in which it is pressed."""
WATCHES_TURN = "gpu:watchesturn"
"""Its value names the watch that the page begins with, and whose they are."""
ORDER_CANCEL = "gpu:ordercancel"
ORDERS = "gpu:orders"

WATCH_QUERY = "gpu:watch-query"
WATCH_TRIGGER = "gpu:watch-trigger"
WATCH_USD = "gpu:watch-usd"
WATCH_PER_GPU = "gpu:watch-per-gpu"
WATCH_PERCENT = "gpu:watch-percent"
WATCH_DAYS = "gpu:watch-days"
WATCH_FAST = "gpu:watch-fast"
WATCH_COOL_DOWN = "gpu:watch-cool-down"
WATCH_CAP = "gpu:watch-cap"

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
WATCH_VIEW = "gpu:watch"
ORDER_VIEW = "gpu:order"
MOMENT_VIEW = "gpu:moment"

OWN = "own"
"""The option of a choice behind which an own value stands."""
SAVED = "saved"
EXTENSIONS = {"one": 1, "four": 4}
"""The word in an Extend button and its hours."""


SNOOZES = {"hour": Snooze.HOUR, "eight": Snooze.EIGHT_HOURS, "week": Snooze.WEEK}
"""The word in an option of a Snooze menu, and how long that is."""


def value(an_id: SessionId | SearchId | WatchId | OrderId) -> str:
    return f"{VERSION}:{an_id}"


def sort_value(search_id: SearchId, sort: Sort) -> str:
    """An option of a menu says two things: which search, and how."""
    return f"{VERSION}:{search_id}:{sort}"


def extend_value(session_id: SessionId, hours: int) -> str:
    word = {length: word for word, length in EXTENSIONS.items()}[hours]
    return f"{VERSION}:{session_id}:{word}"


def snooze_value(watch_id: WatchId, snooze: Snooze) -> str:
    word = {length: word for word, length in SNOOZES.items()}[snooze]
    return f"{VERSION}:{watch_id}:{word}"


def turn_value(first: WatchId, scope: WatchScope) -> str:
    return f"{VERSION}:{first}:{scope}"


def form_in(place: Place) -> str:
    """The window of a new watch, which that channel will hear."""
    return f"{VERSION}:{'newprivate' if place.is_private else 'new'}:{place.channel_id}"


def form_of(watch_id: WatchId) -> str:
    """The window that changes a watch."""
    return f"{VERSION}:edit:{watch_id}"


@dataclass(frozen=True, slots=True)
class FormTarget:
    channel_id: str
    """Of a new watch; empty where it is opened from no channel."""
    is_private: bool
    watch_id: WatchId | None
    """The one that is changed."""


def form_target(metadata: str) -> FormTarget | None:
    """None for what is not ours."""
    found = _FORM.fullmatch(metadata)
    if found is None:
        return None
    watch_id = WatchId(found["watch"]) if found["watch"] else None
    return FormTarget(found["channel"] or "", found["new"] == "newprivate", watch_id)


def numbered(action_id: str, number: int) -> str:
    return f"{action_id}:{number}"


def base(action_id: str) -> str:
    """`gpu:run:2` → `gpu:run`."""
    return ":".join(action_id.split(":")[:2])
