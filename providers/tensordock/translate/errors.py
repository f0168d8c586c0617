"""TensorDock's error bodies → our errors: one table, read from the top, the first row that fits.

A refusal can come as a 200 with an integer `status` (a machine's `status` is a word), as a list
of what a validation library found, or as plain text. A 404 is also what comes when the service
is down, so on its own it proves nothing about a machine.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from providers.errors import (
    BadAnswer,
    ChooseAnother,
    FixTheAccount,
    InstanceGone,
    KeyMissing,
    KeyRejected,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
    RequestRefused,
    ServerTrouble,
)
from providers.tensordock import wire
from providers.tensordock.translate.offers import NAME

KEY_MISSING = "TensorDock wants a key for this, and there is none. Set TENSORDOCK_API_TOKEN."
_LONGEST_DETAIL = 300
_SECRET = re.compile(r"[A-Za-z0-9_\-]{24,}")
_FAULT = range(400, 500)


class About(StrEnum):
    """What was asked for: a 404 means something else each time."""

    OFFERS = "offers"
    ACCOUNT = "account"
    CREATE = "create"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class _Row:
    error: type[ProviderError]
    sentence: str
    words: str = ""
    statuses: range = range(200, 600)
    about: About | None = None

    def fits(self, status: int, text: str, about: About) -> bool:
        right = status in self.statuses and self.about in {None, about}
        return right and self.words in text


_SOLD_OUT = (
    "TensorDock has no free machine of this kind at that place any more. Take another offer."
)
UNCLEAR = (
    "TensorDock did not say clearly whether the machine was made. It is looked for by its name."
)
_LACKS_ADDRESS = "no available public ips on hostnode"
_NO_ADDRESS = "TensorDock's host has no public address left. Take another offer."
_OUR_MISTAKE = "TensorDock refused the request. The log has its words."
_NO_SUCH_IMAGE = "TensorDock does not have this image. Choose another one."
_NO_CREDIT = "TensorDock refused for want of balance. Add credit to the account."
WRONG_KEY = (
    "TensorDock does not accept the key. TENSORDOCK_API_TOKEN must be the API token, "
    "not the authorization ID."
)
_TOO_OFTEN = "TensorDock was asked too often. It is asked again after a pause."
_TROUBLE = "TensorDock has trouble of its own. It is asked again later."
_GONE = "TensorDock says that there is no such machine."

_TABLE = (
    _Row(ChooseAnother, _SOLD_OUT, "no available nodes found"),
    _Row(ChooseAnother, _NO_ADDRESS, _LACKS_ADDRESS),
    _Row(ChooseAnother, _SOLD_OUT, "hostnode unavailable"),
    # It comes nine seconds after the request, when a host was already at work.
    _Row(OutcomeUnknown, UNCLEAR, "unexpected error during deployment", about=About.CREATE),
    _Row(FixTheAccount, _NO_CREDIT, "need at least"),
    _Row(FixTheAccount, _NO_CREDIT, "insufficient"),
    _Row(RequestRefused, _OUR_MISTAKE, "must be forwarded"),
    _Row(RequestRefused, _NO_SUCH_IMAGE, "invalid_enum_value"),
    _Row(InstanceGone, _GONE, "already terminated", about=About.MACHINE),
    _Row(RequestRefused, _OUR_MISTAKE, "therefore it cannot be"),
    _Row(KeyRejected, WRONG_KEY, statuses=range(401, 402)),
    _Row(FixTheAccount, _NO_CREDIT, statuses=range(402, 403)),
    _Row(KeyRejected, WRONG_KEY, statuses=range(403, 404)),
    _Row(InstanceGone, _GONE, statuses=range(404, 405), about=About.MACHINE),
    # The lists are always there: a 404 is an outage, seen live.
    _Row(ServerTrouble, _TROUBLE, statuses=range(404, 405)),
    _Row(RateLimited, _TOO_OFTEN, statuses=range(429, 430)),
    _Row(RequestRefused, _OUR_MISTAKE, statuses=_FAULT),
    _Row(ServerTrouble, _TROUBLE, statuses=range(500, 600)),
)
_OTHERWISE = _Row(RequestRefused, _OUR_MISTAKE)


def refusal(status: int, body: bytes, about: About, *, has_key: bool) -> ProviderError:
    """The error for an answer that is not the one asked for, whatever it is."""
    inner, text = said(body)
    raw = body[:2000].decode("utf-8", "replace").strip()
    # JSON without words of its own is not quoted: it may be an answer with secrets in it.
    quotable = text or ("" if raw.startswith(("{", "[")) else raw)
    quoted = _SECRET.sub("…", quotable)[:_LONGEST_DETAIL]
    detail = f"HTTP {status}: {quoted or f'{len(body)} bytes'}"
    if status < 400 and inner is None and not text:
        return nonsense(detail)
    # A gateway's page may hold any word; only a plain line is one of TensorDock's own texts.
    searched = text or ("" if raw.startswith("<") else raw)
    meant = inner if status < 400 and inner is not None else status
    row = _row(meant, searched.casefold(), about)
    if row.error is KeyRejected and not has_key:
        return KeyMissing(NAME, KEY_MISSING, detail=detail)
    return row.error(NAME, row.sentence, detail=detail)


def nonsense(detail: str) -> BadAnswer:
    return BadAnswer(
        NAME,
        "TensorDock answered with something that cannot be read. It is asked again next time.",
        detail=detail,
    )


def is_refusal(body: bytes) -> bool:
    """Whether a 200 carries an error."""
    inner, text = said(body)
    return inner is not None or bool(text)


def is_accepted(body: bytes) -> bool:
    """Whether a 2xx to a deletion is one: an object without an error."""
    try:
        loaded = wire.loads(body)
    except wire.NotAnAnswer:
        return False
    return isinstance(loaded, dict) and loaded.get("success") is not False and not is_refusal(body)


def is_validation(body: bytes) -> bool:
    """The list of what is wrong with a request, which was then never carried out."""
    return body.lstrip()[:1] == b"[" and bool(said(body)[1])


def lacks_address(body: bytes) -> bool:
    return _LACKS_ADDRESS in said(body)[1].casefold()


def _row(status: int, text: str, about: About) -> _Row:
    return next((row for row in _TABLE if row.fits(status, text, about)), _OTHERWISE)


def said(body: bytes) -> tuple[int | None, str]:
    """The status inside the body, if there is one that means an error, and the error's text."""
    try:
        loaded = wire.loads(body)
    except wire.NotAnAnswer:
        return None, ""
    if isinstance(loaded, list):
        items = [item for item in loaded[:20] if isinstance(item, dict)]
        return None, _joined(item.get(key) for item in items for key in ("message", "code"))
    return _said_by_object(loaded) if isinstance(loaded, dict) else (None, "")


def _said_by_object(answer: dict[str, Any]) -> tuple[int | None, str]:
    inner, status = answer.get("data"), answer.get("status")
    found = _joined([answer.get("error"), inner.get("error") if isinstance(inner, dict) else None])
    is_error = isinstance(status, int) and not isinstance(status, bool) and status >= 400
    if is_error or found:
        found = _joined([found, answer.get("message")])
    return (status if is_error else None), found


def _joined(said: Iterable[Any]) -> str:
    """`error` is a text, an object or a list."""
    texts = (part if isinstance(part, str) else json.dumps(part)[:2000] for part in said if part)
    return " ".join(texts)
