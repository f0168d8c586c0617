"""A text as Slack or a terminal delivers it → plain characters, the same for the same wish.

Slack sends `<` as `&lt;`, phones write curly quotes and long dashes, web pages paste odd spaces.
"""

import re
import unicodedata

MAX_TEXT = 1_000
"""Characters of a command; a search of all words in the table stays far below."""
MAX_SHOWN = 60
"""Characters of foreign text in a `UsageError`."""

_SAME = {
    **dict.fromkeys("‐‑‒–—―−﹣", "-"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛`´′", "'"),
    **dict.fromkeys("×✕✖⨯⨉", "x"),
    **dict.fromkeys("≤⩽", "<="),
    **dict.fromkeys("≥⩾", ">="),
    **dict.fromkeys("¦∣", "|"),
    "\u200b": " ",  # the zero-width space is meant as a boundary
}
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))
# Slack turns `vast.ai` into `<http://vast.ai|vast.ai>`; such a link is what the person typed.
_OWN_LINK = re.compile(r'<(?i:https?)://([^\s|<>"]+)\|\1>')


def clean(text: str) -> str:
    """Case and meaning stay; what only looks different becomes the same."""
    plain = "".join(map(_plain, text))
    decoded = _ENTITY.sub(lambda found: _ENTITIES[found[0]], plain)
    return " ".join(_OWN_LINK.sub(r"\1", decoded).split())


def settled(text: str) -> str:
    """Cleaned until nothing changes, so that what is written back is read as the same again."""
    while (cleaner := clean(text)) != text:
        text = cleaner
    return text


def shown(text: str) -> str:
    """Foreign text for a sentence: on one line, without controls, cut."""
    line = " ".join("".join(map(_plain, text[: 4 * MAX_SHOWN])).split())
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1].rstrip() + "…"


def _plain(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    if char.isascii():
        return char if char.isprintable() else " "
    category = unicodedata.category(char)
    if category in {"Zs", "Zl", "Zp", "Cc"}:
        return " "
    if category == "Cf":
        return ""
    if category in {"Cs", "Co", "Cn"}:
        return "\ufffd"
    if unicodedata.east_asian_width(char) in "FH":
        return unicodedata.normalize("NFKC", char)
    return char
