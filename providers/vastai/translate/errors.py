"""Vast.ai's error bodies → our errors: one table, read from the top, the first row that fits.

The status says little: a wrong key is a 401 or a 404, an offer that is gone a 400, 404 or 410,
and a refusal can come as a 200. What was documented or seen stands in the body's `error` and text.
https://docs.vast.ai/api-reference/rate-limits-and-errors
"""

import re
from dataclasses import dataclass

from providers.errors import (
    BadAnswer,
    ChooseAnother,
    FixTheAccount,
    InstanceGone,
    KeyMissing,
    KeyRejected,
    ProviderError,
    RateLimited,
    RequestRefused,
    ServerTrouble,
)
from providers.vastai import wire
from providers.vastai.translate.offers import NAME

KEY_MISSING = "Vast.ai wants a key for this, and there is none. Set VASTAI_API_KEY."
_LONGEST_DETAIL = 300
_SECRET = re.compile(r"[A-Za-z0-9_\-]{24,}")
"""Keys are 64 hexadecimal digits; nothing else in an error text is as long."""
_WAIT_S = re.compile(r"threshold=([0-9]{1,3}(?:\.[0-9]{1,3})?)")


@dataclass(frozen=True, slots=True)
class _Row:
    error: type[ProviderError]
    sentence: str
    statuses: range = range(200, 500)
    codes: frozenset[str] = frozenset()
    words: re.Pattern[str] | None = None

    def fits(self, status: int, code: str, text: str) -> bool:
        if status not in self.statuses:
            return False
        if not self.codes and self.words is None:
            return True
        return code in self.codes or bool(self.words and self.words.search(text))


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


OFFER_GONE = "Vast.ai says that this offer is gone. Search again and take another."
GONE = "Vast.ai says that there is no such machine."
_TOO_OFTEN = "Vast.ai was asked too often. It is asked again after a pause."
_WRONG_KEY = "Vast.ai does not accept the key. Check VASTAI_API_KEY."
_NO_CREDIT = (
    "Vast.ai refused for want of credit. Add credit or raise the account's spending limit."
)
_RETIRED = "Vast.ai has retired this request. GPU Shopper needs an update."
_TROUBLE = "Vast.ai has trouble of its own. It is asked again later."

_TABLE = (
    _Row(
        ChooseAnother,
        OFFER_GONE,
        codes=frozenset({"no_such_ask"}),
        words=_words("no_such_ask"),
    ),
    _Row(
        RateLimited,
        _TOO_OFTEN,
        codes=frozenset({"rate_limit_exceeded"}),
        words=_words("requests too frequent|too many requests"),
    ),
    _Row(RateLimited, _TOO_OFTEN, range(429, 430)),
    _Row(
        KeyRejected,
        _WRONG_KEY,
        codes=frozenset({"auth_error"}),
        words=_words("invalid user key|requires login|session expired"),
    ),
    _Row(
        InstanceGone,
        GONE,
        range(404, 405),
        codes=frozenset({"no_such_instance", "not_found"}),
    ),
    _Row(
        KeyRejected,
        _WRONG_KEY,
        range(401, 402),
    ),
    _Row(
        FixTheAccount,
        _NO_CREDIT,
        codes=frozenset({"missing_billing", "insufficient_balance", "spend_rate_limit"}),
        words=_words(r"\b(?:credits?|balance|billing|spend|spending)\b"),
    ),
    _Row(
        FixTheAccount,
        _NO_CREDIT,
        range(402, 403),
    ),
    _Row(
        RequestRefused,
        _RETIRED,
        codes=frozenset({"deprecated_endpoint"}),
    ),
    _Row(RequestRefused, _RETIRED, range(410, 411)),
    _Row(
        ServerTrouble,
        _TROUBLE,
        codes=frozenset({"server_error"}),
    ),
    _Row(ServerTrouble, _TROUBLE, range(500, 600)),
)
_OTHERWISE = _Row(RequestRefused, "Vast.ai refused the request. The log has its words.")


def refusal(status: int, body: bytes, *, has_key: bool) -> ProviderError:
    """The error for an answer that is not the one asked for, whatever it is.

    JSON without words of its own is not quoted: it may be an answer with keys in it.
    """
    said = _read(body)
    code = said.error or ""
    text = " ".join(part for part in (code, said.msg, said.message, said.detail) if part)
    raw = body[:2000].decode("utf-8", "replace").strip()
    quotable = "" if raw.startswith(("{", "[")) else raw
    detail = f"HTTP {status}: {scrubbed(text or quotable) or f'{len(body)} bytes'}"
    if status < 400 and said.success is not False and not code:
        return nonsense(detail)
    # A gateway's page may hold any word; only a plain line is one of Vast.ai's own texts.
    searched = text if text or raw.startswith("<") else raw
    row = next((row for row in _TABLE if row.fits(status, code, searched)), _OTHERWISE)
    if row.error is KeyRejected and not has_key:
        return KeyMissing(NAME, KEY_MISSING, detail=detail)
    wait_s = _wait_s(said, searched) if row.error is RateLimited else None
    return row.error(NAME, row.sentence, detail=detail, retry_after_s=wait_s)


def nonsense(detail: str) -> BadAnswer:
    return BadAnswer(
        NAME,
        "Vast.ai answered with something that cannot be read. It is asked again next time.",
        detail=detail,
    )


def _read(body: bytes) -> wire.Refusal:
    try:
        return wire.read(wire.Refusal, body)
    except wire.NotAnAnswer:
        return wire.Refusal()


def _wait_s(said: wire.Refusal, text: str) -> float | None:
    """`threshold` is seconds between two calls, not calls in a second."""
    stated = [said.retry_after or 0.0, *map(float, _WAIT_S.findall(text))]
    return max(stated) if max(stated) > 0 else None


def scrubbed(text: str) -> str:
    """Without anything that could be a key, and cut."""
    return _SECRET.sub("…", text)[:_LONGEST_DETAIL]
