"""Block Kit's composition objects: https://docs.slack.dev/reference/block-kit/composition-objects"""

from bot.playground.limits.rules import (
    At,
    Rule,
    Shape,
    array,
    boolean,
    check_length,
    exactly_one,
    one_of,
    string,
    url,
)

_TEXT = Shape(
    {
        "type": one_of("plain_text", "mrkdwn"),
        "text": string(),
        "emoji": boolean,
        "verbatim": boolean,
    },
    required=("type", "text"),
)

# The only names that a card's `slack_icon` may carry.
SLACK_ICONS = (
    "archive",
    "book",
    "bookmark",
    "bot",
    "bug",
    "calendar",
    "call",
    "caret-left",
    "caret-right",
    "check",
    "clipboard",
    "code",
    "comment",
    "compass",
    "copy",
    "cube",
    "download",
    "edit",
    "email",
    "eye-closed",
    "eye-open",
    "file",
    "flag",
    "folder",
    "gear",
    "globe",
    "heart",
    "help",
    "image",
    "info",
    "key",
    "lightbulb",
    "link",
    "map",
    "mobile",
    "new-window",
    "pin",
    "plus",
    "refine",
    "refresh",
    "rocket",
    "save",
    "screen",
    "share",
    "sparkle",
    "star",
    "star-filled",
    "tag",
    "thumbs-down",
    "thumbs-up",
    "trash",
    "upload",
    "user",
    "warning",
)


def text(maximum: int, *, plain: bool = False) -> Rule:
    """A text object of 1 to `maximum` characters, counted as Unicode code points."""

    def check(at: At) -> None:
        _TEXT(at)
        if plain and at.get("type") == "mrkdwn":
            at.child("type").fail("must be one of: plain_text")
        if isinstance(at.get("text"), str):
            check_length(at.child("text"), at.value["text"], 1, maximum)

    return check


SLACK_FILE = Shape({"id": string(1), "url": url()}, also=(exactly_one("id", "url"),))

_IMAGE_FIELDS: dict[str, Rule] = {
    "type": one_of("image"),
    "image_url": url(),
    "slack_file": SLACK_FILE,
    "alt_text": string(0, 2000),
}
IMAGE = Shape(
    _IMAGE_FIELDS, required=("alt_text",), also=(exactly_one("image_url", "slack_file"),)
)

SLACK_ICON = Shape(
    {"type": one_of("icon"), "name": one_of(*SLACK_ICONS)}, required=("type", "name")
)

CONFIRM = Shape(
    {
        "title": text(100, plain=True),
        "text": text(300),
        "confirm": text(30, plain=True),
        "deny": text(30, plain=True),
        "style": one_of("primary", "danger"),
    },
    required=("title", "text", "confirm", "deny"),
)


def option(*, with_url: bool = False, plain: bool = True) -> Rule:
    fields: dict[str, Rule] = {
        "text": text(75, plain=plain),
        "value": string(1, 150),
        "description": text(75, plain=plain),
    }
    if with_url:
        fields["url"] = url()
    return Shape(fields, required=("text", "value"))


OPTION_GROUP = Shape(
    {"label": text(75, plain=True), "options": array(option(), 1, 100)},
    required=("label", "options"),
)

CONVERSATION_FILTER = Shape(
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)

DISPATCH = Shape(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2)}
)
