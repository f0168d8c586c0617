"""Text that strangers wrote, made harmless: hosts, marketplaces, and people in a shared channel.

`clean` is for terminals and JSON-free places, `escaped` for Slack's mrkdwn, `bare` for its plain
text. Lengths count code points, as Slack does, and the result never exceeds the limit.
"""

import re
import unicodedata

LOOKED_AT = 2_000
"""Characters of a foreign text that are read at all; no field shows as many."""
MARKS_IN_A_ROW = 2
"""Stacked combining marks grow over the neighbouring lines."""

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, bidi and zero-width, halves of surrogate pairs, private use, unassigned."""
_BLANK = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Letters that look like nothing."""
_ORDINARY = re.compile("[ -~·×–…≥“”]*")
"""Nearly every line; looking each character up takes longer than the rest of a page."""
_LOOKALIKE = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "@": "＠"}
"""What would format or mention. A stand-in is certain; a zero-width neighbour is not."""
_NAME_JOINT = re.compile("(?<=[A-Z])ˍ(?=[A-Z])")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{1,31}")
_USER_ID = re.compile(r"[UW][A-Z0-9]{5,31}")
_DIRECT_ID = re.compile(r"D[A-Z0-9]{1,31}")
_MENTION = re.compile(r"&lt;＠([UW][A-Z0-9]{5,31})&gt;")
"""As `escaped` leaves one."""
_CODE = re.compile("ˋ([^ˋ]{1,100})ˋ")
_SPAN = re.compile("(?<!`)`([^`\n]+)`(?!`)")
_ACTS = re.compile("://|:[^ :]+:")
"""A link or an emoji, outside of code."""
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MRKDWN = {**_ENTITIES, **_LOOKALIKE}
_VERBATIM = {**_ENTITIES, "`": _LOOKALIKE["`"]}
_IN_CODE = str.maketrans({stand_in: char for char, stand_in in _LOOKALIKE.items() if char != "@"})
"""Slack formats nothing inside code, and what stands there is copied."""
_PLAIN = {"<": "‹", ">": "›", "@": "＠"}
"""Some clients decode entities in plain text and some do not, so brackets become others."""


def clean(text: str, limit: int) -> str:
    """On one line, without anything invisible."""
    return _joined([char for char in _visible(text) if char], limit)


def escaped(text: str, limit: int = 3_000) -> str:
    """For mrkdwn. Cut after escaping, never inside an entity."""
    return _joined(_mapped(_visible(text), _MRKDWN), limit)


def told(text: str, limit: int = 3_000) -> str:
    """As `escaped`, with names of settings whole, to be copied. Slack formats no such underscore:
    there are capitals on both sides."""
    return _NAME_JOINT.sub("_", escaped(text, limit))


def mentioning(text: str, limit: int = 3_000) -> str:
    """As `told`, and `<@U…>` of Slack users stays, and `code`: for sentences that our own rules
    made."""
    return _CODE.sub(_code, _MENTION.sub(r"<@\1>", told(text, limit)))


def _code(found: re.Match[str]) -> str:
    return f"`{found[1].replace('∶', ':').translate(_IN_CODE)}`"


def person(who: str) -> str:
    """A Slack user as a mention; a job's name, or what is none, as text."""
    return f"<@{who}>" if _USER_ID.fullmatch(who) else escaped(who, 60)


def channel(channel_id: str) -> str:
    """As a link to it; what is no channel of Slack's, as text."""
    if _CHANNEL_ID.fullmatch(channel_id):
        return f"<#{channel_id}>"
    is_direct = _DIRECT_ID.fullmatch(channel_id)
    return "a direct message" if is_direct else escaped(channel_id, 60) or "nowhere"


def code(text: str, limit: int = 200) -> str:
    """What is to be copied, such as an image's name: Slack reads nothing in code but `<…>`, so all
    else stays as it is; a tick would end the code."""
    shown = _joined([_VERBATIM.get(char, char) for char in _visible(text)], limit - 2)
    return f"`{shown}`" if shown.strip() else ""


def unmarked(text: str) -> str:
    """Our own mrkdwn without stars and ticks; what stood in code stays, where it cannot act."""
    pieces = _SPAN.split(text)
    for n, piece in enumerate(pieces):
        in_code = n % 2 == 1
        pieces[n] = _inert(piece) if in_code else piece.replace("*", "").replace("`", "")
    return "".join(pieces)


def _inert(text: str) -> str:
    return "".join(_mapped(list(text), _LOOKALIKE)) if _ACTS.search(text) else text


def bare(text: str, limit: int) -> str:
    """For plain text objects: buttons, headers, accessibility labels."""
    return _joined(_mapped(_visible(text), _PLAIN), limit)


def entities(text: str) -> str:
    """For words of our own that want their markup, as in the help; never for foreign text."""
    return "".join(_ENTITIES.get(char, char) for char in text)


def _visible(text: str) -> list[str]:
    line = " ".join(text[:LOOKED_AT].split())
    if _ORDINARY.fullmatch(line):
        return list(line)
    shown: list[str] = []
    marks = 0
    for char in line:
        category = unicodedata.category(char)
        if category in _DROPPED or char in _BLANK:
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= MARKS_IN_A_ROW:
            shown.append(char)
    return shown


def _mapped(chars: list[str], table: dict[str, str]) -> list[str]:
    """A colon before a letter makes links and emoji, so it becomes the ratio sign."""
    following = [*chars, " "][1:]
    return [
        "∶" if char == ":" and after != " " else table.get(char, char)
        for char, after in zip(chars, following, strict=True)
    ]


def _joined(pieces: list[str], limit: int) -> str:
    whole = "".join(pieces)
    if len(whole) <= limit:
        return whole
    kept: list[str] = []
    room = limit - 1
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + "…"
