"""What has to be said, as values that are stored with the change that they tell about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    CARD = "card"
    """The one message of a session, edited as it moves."""
    READY = "ready"
    """SSH, to the renter alone."""
    NOT_READY = "not ready"
    """Wait longer, try another, or end."""
    NOT_AS_AGREED = "not as agreed"
    """Keep or end."""
    START_FAILED = "start failed"
    NOTHING_MADE = "nothing made"
    WARNING = "warning"
    """Facts: `minutes`; once the end has moved, `ends`, the new one in ISO form, and `by`."""
    EXTENDED = "extended"
    """Facts: `hours`, `by`."""
    OFFLINE = "offline"
    BACK = "back"
    """It runs again after it was offline or outbid."""
    OUTBID = "outbid"
    """Facts: `least_bid`, where stated."""
    HOST_ENDS = "host ends"
    """The host takes it back before the end as planned. Facts: `at`, in ISO form."""
    PRICE_CHANGED = "price changed"
    """Facts: `before`, `now`."""
    CREDIT_LOW = "credit low"
    """Facts: `credit`, `needed`, `provider`. To admins and the renter."""
    LOST = "lost"
    WILL_NOT_DIE = "will not die"
    """Facts: `minutes`."""
    CAME_BACK = "came back"
    RECEIPT = "receipt"
    ORPHAN = "orphan"
    ORPHAN_ENDED = "orphan ended"
    RESCUED = "rescued"
    OTHER_ACCOUNT = "other account"
    """Facts: `provider`. The key is not the one of running machines."""
    KEY_TROUBLE = "key trouble"
    """Facts: `provider`, `sentence`: machines cannot be watched."""
    ALERT = "alert"
    """Of one or more watches of a channel, drawn from what each of them has `said`. Facts:
    `watches`, their ids with a space between; `edits`, where an earlier message is brought up to
    date: the key of the notice that posted it; `channel`, in which all is said in order."""
    ORDER = "order"
    """The one message of an order, edited as it moves."""
    ORDER_FIRED = "order fired"
    """Facts: `session`, its id."""
    ORDER_NEXT = "order next"
    """Facts: `tried`, how many machines did not start until then."""
    ORDER_OVER = "order over"
    """It lapsed or was cancelled."""


ORDERS = frozenset(
    {NoticeKind.ORDER, NoticeKind.ORDER_FIRED, NoticeKind.ORDER_NEXT, NoticeKind.ORDER_OVER}
)
"""Those about an order."""
LASTING = frozenset({NoticeKind.CARD, NoticeKind.ORDER})
"""Messages that are edited: put again they are due anew."""
STANDING = frozenset(
    {
        NoticeKind.READY,
        NoticeKind.WARNING,
        NoticeKind.WILL_NOT_DIE,
        NoticeKind.CAME_BACK,
        NoticeKind.NOT_READY,
        NoticeKind.NOT_AS_AGREED,
        NoticeKind.OFFLINE,
        NoticeKind.OUTBID,
        NoticeKind.BACK,
        NoticeKind.HOST_ENDS,
        NoticeKind.RECEIPT,
        NoticeKind.RESCUED,
        NoticeKind.ORPHAN,
        NoticeKind.ORDER_FIRED,
    }
)
"""Where each of these was said is remembered under its key: it is edited when it is no longer
true, by a notice with the fact `edits`, that key."""


class Settled(StrEnum):
    """The fact `settled`: why a message asks for nothing any more while its machine lives."""

    READY = "ready"
    WAITING = "waiting"
    """Fact: `until`, in ISO form."""
    KEPT = "kept"
    BACK = "back"
    """It was seen running."""
    AGAIN = "again"
    """It runs no more; of a receipt, that the machine came back."""
    NOT_BEFORE = "not before"
    """The host states an end that is not before the one as planned."""
    CHANGED = "changed"
    """How it is now stands elsewhere."""


class Audience(StrEnum):
    CARD = "card"
    THREAD = "thread"
    """Under the card."""
    RENTER = "renter"
    """A direct message."""
    ADMINS = "admins"
    """The ops channel; each admin where there is none."""
    CHANNEL = "channel"
    """Of a watch."""


@dataclass(frozen=True, slots=True)
class Notice:
    kind: NoticeKind
    audience: Audience
    key: str
    """What is said under one key is said once, whatever is restarted or repeated."""
    about: str | None = None
    """Id of the session, of the orphan, of the order or of the first watch."""
    facts: Mapping[str, str] = field(default_factory=dict)
    once: bool = False
    """Better lost than said twice: not repeated when nobody knows whether Slack took it."""
    expires_at: datetime | None = None
    """After that it is no news."""
    beside: tuple[Audience, ...] = ()
    """Who is told the same by a notice of its own. Where both would reach one person in direct
    messages, this one is left out."""


@dataclass(frozen=True, slots=True)
class PendingNotice:
    """A notice on its way; `attempt` counts from 1."""

    id: int
    notice: Notice
    attempt: int
    created_at: datetime
    in_doubt: bool = False
    """An earlier attempt left and nobody knows whether Slack took it."""
    generation: int = 0
    """Of a card: how often it was put again. The outbox's own business."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where something was said in Slack, so that it can be edited and answered in its thread."""

    channel: str
    ts: str
