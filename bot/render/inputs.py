"""Fields of a window, each in a block of its own, so that an error can stand at it."""

from collections.abc import Sequence

from slackblocks import (
    CheckboxGroup,
    DispatchActionConfiguration,
    InputBlock,
    NumberInput,
    Option,
    PlainText,
    PlainTextInput,
    RadioButtonGroup,
    StaticSelectMenu,
)

from bot.render.foreign import bare, clean

OPTION_TEXT_LIMIT = 75
OPTION_VALUE_LIMIT = 150
NUMBER_LIMIT = 20

Choice = tuple[str, str]
"""What people read, and what comes back."""


def choice(
    block_id: str, label: str, options: Sequence[Choice], initial: str, *, hint: str | None = None
) -> InputBlock:
    """A menu. Whoever made the window is told at once what was chosen. The placeholder says what
    is chosen already: Slack shows the choice itself, stand-ins show the placeholder."""
    made = _options(options)
    chosen = _chosen(made, initial)
    element = StaticSelectMenu(
        action_id=block_id,
        options=made,
        initial_option=chosen,
        placeholder=None if chosen is None else chosen.text.text,
    )
    return InputBlock(label, element, dispatch_action=True, block_id=block_id, hint=hint)


def radio(
    block_id: str, label: str, options: Sequence[Choice], initial: str, *, tells: bool = True
) -> InputBlock:
    """`tells` as in `choice`, of which it is the open form."""
    made = _options(options)
    element = RadioButtonGroup(block_id, made, initial_option=_chosen(made, initial))
    return InputBlock(label, element, dispatch_action=tells, block_id=block_id)


def yes(block_id: str, label: str, text: str) -> InputBlock:
    """One box that has to be ticked before the window can be sent."""
    return InputBlock(label, CheckboxGroup(block_id, _options([(text, "yes")])), block_id=block_id)


def box(block_id: str, label: str, text: str, *, ticked: bool) -> InputBlock:
    """One box that may be ticked."""
    made = _options([(text, "yes")])
    element = CheckboxGroup(block_id, made, initial_options=made if ticked else None)
    return InputBlock(label, element, block_id=block_id, optional=True)


def number(
    block_id: str,
    label: str,
    initial: str | None,
    *,
    least: str,
    most: str | None = None,
    decimals: bool = False,
    tells: bool = False,
    hint: str | None = None,
    rich: bool = True,
) -> InputBlock:
    """`tells`: whoever made the window is told while it is typed, so that what it says about
    money is not that of an older number. Not `rich`: a field of text, in which nobody but we
    looks for a number within the limits."""
    telling = DispatchActionConfiguration(["on_character_entered"]) if tells else None
    if rich:
        element = NumberInput(decimals, block_id, initial, least, most, telling)
        return InputBlock(label, element, dispatch_action=tells, block_id=block_id, hint=hint)
    plain = PlainTextInput(
        block_id, initial, max_length=NUMBER_LIMIT, dispatch_action_config=telling
    )
    hint = hint or ("A number, such as 1.5." if decimals else "A whole number.")
    return InputBlock(label, plain, dispatch_action=tells, block_id=block_id, hint=hint)


def text(
    block_id: str,
    label: str,
    initial: str = "",
    *,
    most: int,
    multiline: bool = False,
    optional: bool = False,
    placeholder: str | None = None,
    hint: str | None = None,
) -> InputBlock:
    element = PlainTextInput(
        block_id,
        clean(initial, most) or None,
        multiline=multiline,
        max_length=most,
        placeholder=placeholder,
    )
    return InputBlock(label, element, block_id=block_id, optional=optional, hint=hint)


def _options(options: Sequence[Choice]) -> list[Option]:
    return [
        Option(PlainText(bare(text, OPTION_TEXT_LIMIT) or value), value) for text, value in options
    ]


def _chosen(options: list[Option], value: str) -> Option | None:
    return next((option for option in options if option.value == value), None)
