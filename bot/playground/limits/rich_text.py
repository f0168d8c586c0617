"""The rich_text block: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block"""

from collections.abc import Mapping

from bot.playground.limits.rules import (
    Rule,
    Shape,
    array,
    boolean,
    by_type,
    number,
    one_of,
    string,
    url,
)

_STYLE = Shape(
    dict.fromkeys(
        (
            "bold",
            "italic",
            "strike",
            "code",
            "underline",
            "highlight",
            "client_highlight",
            "unlink",
        ),
        boolean,
    )
)


def _leaf(required: tuple[str, ...], **fields: Rule) -> Shape:
    return Shape({"type": string(), "style": _STYLE, **fields}, required=required)


_LEAVES: Mapping[str, Rule] = {
    "text": _leaf(("text",), text=string(1)),
    "link": _leaf(("url",), url=url(), text=string(), unsafe=boolean),
    "emoji": _leaf(("name",), name=string(1), unicode=string(), url=string()),
    "user": _leaf(("user_id",), user_id=string(1)),
    "usergroup": _leaf(("usergroup_id",), usergroup_id=string(1)),
    "channel": _leaf(("channel_id",), channel_id=string(1)),
    "team": _leaf(("team_id",), team_id=string(1)),
    "broadcast": _leaf(("range",), range=one_of("here", "channel", "everyone")),
    "color": _leaf(("value",), value=string(1)),
    "date": _leaf(
        ("timestamp", "format"),
        timestamp=number(0),
        format=string(1),
        url=url(),
        fallback=string(),
    ),
}
_LEAF = by_type(lambda: _LEAVES)


def _part(elements: Rule, **fields: Rule) -> Shape:
    return Shape({"type": string(), "elements": elements, **fields}, required=("elements",))


_SECTION = _part(array(_LEAF))
_PARTS: Mapping[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": _part(array(_LEAF), border=number(0, 1)),
    "rich_text_preformatted": _part(array(_LEAF), border=number(0, 1), language=string(1)),
    "rich_text_list": Shape(
        {
            "type": string(),
            "style": one_of("bullet", "ordered"),
            "elements": array(by_type(lambda: {"rich_text_section": _SECTION})),
            "indent": number(0, 8),
            "offset": number(0),
            "border": number(0, 1),
        },
        required=("style", "elements"),
    ),
}

RICH_TEXT = Shape(
    {
        "type": one_of("rich_text"),
        "block_id": string(1, 255),
        "elements": array(by_type(lambda: _PARTS), 1),
    },
    required=("type", "elements"),
)
