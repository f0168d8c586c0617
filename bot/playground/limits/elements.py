"""Block Kit's elements: https://docs.slack.dev/reference/block-kit/block-elements"""

from collections.abc import Mapping

from bot.playground.limits.objects import (
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH,
    IMAGE,
    OPTION_GROUP,
    option,
    text,
)
from bot.playground.limits.rules import (
    At,
    Rule,
    Shape,
    anything,
    array,
    boolean,
    exactly_one,
    number,
    one_of,
    string,
    url,
)

_IDENTITY: dict[str, Rule] = {"type": string(), "action_id": string(1, 255)}
_FOCUS: dict[str, Rule] = {"focus_on_load": boolean}
_PLACEHOLDER: dict[str, Rule] = {"placeholder": text(150, plain=True)}
_CONFIRM: dict[str, Rule] = {"confirm": CONFIRM}
_LABEL: dict[str, Rule] = {"accessibility_label": string(1, 75)}


def _element(
    fields: Mapping[str, Rule],
    *parts: Mapping[str, Rule],
    required: tuple[str, ...] = (),
    also: tuple[Rule, ...] = (),
) -> Shape:
    merged: dict[str, Rule] = {**_IDENTITY, **fields}
    for part in parts:
        merged.update(part)
    return Shape(merged, required=required, also=also)


def _initial_is_offered(at: At) -> None:
    """Slack refuses a menu whose initial option is not among its options."""
    offered = [choice.value for choice in at.items("options")]
    for group in at.items("option_groups"):
        offered += [choice.value for choice in group.items("options")]
    wanted = [at.get("initial_option")] if at.get("initial_option") is not None else []
    several = at.get("initial_options")
    wanted += several if isinstance(several, list) else []
    if any(choice not in offered for choice in wanted):
        at.fail("initial option must be one of the options")


BUTTON = _element(
    {
        "text": text(75, plain=True),
        "value": string(0, 2000),
        "url": url(),
        "style": one_of("primary", "danger"),
        "visible_to_user_ids": array(string(1)),
        "agent_prompt": string(1, 4000),
    },
    _CONFIRM,
    _LABEL,
    required=("text",),
)
_FEEDBACK = Shape(
    {"text": text(75, plain=True), "value": string(0, 2000), **_LABEL}, required=("text", "value")
)

_OPTIONS: dict[str, Rule] = {
    "options": array(option(), 1, 100),
    "option_groups": array(OPTION_GROUP, 1, 100),
}
_ONE_LIST: tuple[Rule, ...] = (exactly_one("options", "option_groups"), _initial_is_offered)
_MENU: tuple[Mapping[str, Rule], ...] = (_PLACEHOLDER, _CONFIRM, _FOCUS)
_MANY: dict[str, Rule] = {"max_selected_items": number(1)}
_CONVERSATION: dict[str, Rule] = {
    "default_to_current_conversation": boolean,
    "filter": CONVERSATION_FILTER,
}
_URL_ENABLED: dict[str, Rule] = {"response_url_enabled": boolean}
_TYPED: tuple[Mapping[str, Rule], ...] = (
    _PLACEHOLDER,
    _FOCUS,
    {"dispatch_action_config": DISPATCH},
)
_CHOICES: dict[str, Rule] = {
    "options": array(option(plain=False), 1, 10),
    "initial_option": anything,
    "initial_options": array(anything, 1),
}

ELEMENTS: Mapping[str, Rule] = {
    "button": BUTTON,
    "workflow_button": _element(
        {"text": text(75, plain=True), "workflow": anything, "style": one_of("primary", "danger")},
        _LABEL,
        required=("text", "workflow"),
    ),
    "icon_button": _element(
        {
            "icon": one_of("trash"),
            "text": text(75, plain=True),
            "value": string(0, 2000),
            "visible_to_user_ids": array(string(1), 0, 10),
        },
        _CONFIRM,
        _LABEL,
        required=("icon", "text"),
    ),
    "feedback_buttons": _element(
        {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK},
        required=("positive_button", "negative_button"),
    ),
    "image": IMAGE,
    "overflow": _element(
        {"options": array(option(with_url=True), 1, 5)}, _CONFIRM, required=("options",)
    ),
    "static_select": _element({**_OPTIONS, "initial_option": anything}, *_MENU, also=_ONE_LIST),
    "multi_static_select": _element(
        {**_OPTIONS, "initial_options": array(anything, 1)}, *_MENU, _MANY, also=_ONE_LIST
    ),
    "external_select": _element(
        {"min_query_length": number(0), "initial_option": option()}, *_MENU
    ),
    "multi_external_select": _element(
        {"min_query_length": number(0), "initial_options": array(option())}, *_MENU, _MANY
    ),
    "users_select": _element({"initial_user": string(1)}, *_MENU),
    "multi_users_select": _element({"initial_users": array(string(1))}, *_MENU, _MANY),
    "conversations_select": _element(
        {"initial_conversation": string(1)}, *_MENU, _CONVERSATION, _URL_ENABLED
    ),
    "multi_conversations_select": _element(
        {"initial_conversations": array(string(1))}, *_MENU, _MANY, _CONVERSATION
    ),
    "channels_select": _element({"initial_channel": string(1)}, *_MENU, _URL_ENABLED),
    "multi_channels_select": _element({"initial_channels": array(string(1))}, *_MENU, _MANY),
    "checkboxes": _element(
        _CHOICES, _CONFIRM, _FOCUS, required=("options",), also=(_initial_is_offered,)
    ),
    "radio_buttons": _element(
        _CHOICES, _CONFIRM, _FOCUS, required=("options",), also=(_initial_is_offered,)
    ),
    "datepicker": _element({"initial_date": string(10, 10)}, *_MENU),
    "timepicker": _element({"initial_time": string(5, 5), "timezone": string(1)}, *_MENU),
    "datetimepicker": _element(
        {"initial_date_time": number(1_000_000_000, 9_999_999_999)}, *_MENU
    ),
    "plain_text_input": _element(
        {
            "initial_value": string(0, 3000),
            "multiline": boolean,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
        },
        *_TYPED,
    ),
    "number_input": _element(
        {
            "is_decimal_allowed": boolean,
            "initial_value": string(1),
            "min_value": string(1),
            "max_value": string(1),
        },
        *_TYPED,
        required=("is_decimal_allowed",),
    ),
    "email_text_input": _element({"initial_value": string()}, *_TYPED),
    "url_text_input": _element({"initial_value": string()}, *_TYPED),
    "rich_text_input": _element(
        {"initial_value": anything, "min_lines": number(1, 100), "max_lines": number(1, 100)},
        *_TYPED,
    ),
    "file_input": _element(
        {"filetypes": array(string(1), 1), "max_files": number(1, 10)},
    ),
}

_PICKERS = frozenset(name for name in ELEMENTS if name.endswith(("select", "picker")))
_CHOOSERS = _PICKERS | {"checkboxes", "radio_buttons"}
IN_SECTION = _CHOOSERS | {"button", "workflow_button", "image", "overflow"}
IN_ACTIONS = _CHOOSERS | {"button", "workflow_button", "overflow", "rich_text_input"}
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
IN_INPUT = _CHOOSERS | {name for name in ELEMENTS if name.endswith("input")}
