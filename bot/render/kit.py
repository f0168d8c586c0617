"""Blocks by slackblocks, with ids of ours: left alone, it draws random ones.

Text that comes in here is already escaped (`foreign.escaped`) or bare (`foreign.bare`).
"""

from collections.abc import Sequence
from typing import Literal

from slackblocks import (
    ActionsBlock,
    AlertBlock,
    AlertLevel,
    AxisConfig,
    Button,
    CardBlock,
    CarouselBlock,
    ConfirmationDialogue,
    ContextBlock,
    DataPoint,
    DataSeries,
    DataVisualizationBlock,
    DividerBlock,
    HeaderBlock,
    HomeTabView,
    ImageBlock,
    LineChart,
    Markdown,
    ModalView,
    Option,
    PlainText,
    SectionBlock,
    SlackFile,
    StaticSelectMenu,
    WebhookMessage,
)
from slackblocks.blocks import Block as KitBlock
from slackblocks.elements import Element

from bot.render.foreign import bare, unmarked
from bot.render.message import Chart, Home, Layouts, Message, Modal

TEXT_LIMIT = 4_000
"""`chat.update` refuses more."""
SECTION_LIMIT = 3_000
CARD_LINE_LIMIT = 150
CARD_BODY_LIMIT = 200
BUTTON_LIMIT = 75

GOOD, WAITING, TO_COME = ":white_check_mark:", ":hourglass_flowing_sand:", ":white_circle:"
WARNING, BAD = ":warning:", ":red_circle:"
ICONS = (GOOD, WAITING, TO_COME, WARNING, BAD)
"""Never alone: the words beside them say the same."""


def mrkdwn(text: str) -> Markdown:
    """Verbatim, so that nothing in it turns into a link or a mention by itself."""
    return Markdown(text, verbatim=True)


def section(block_id: str, text: str, press: Button | None = None) -> SectionBlock:
    return SectionBlock(
        mrkdwn(whole_lines(text, SECTION_LIMIT)), block_id=block_id, accessory=press
    )


def sections(block_id: str, entries: Sequence[str]) -> list[SectionBlock]:
    """As few sections as hold all entries, an empty line between two."""
    texts = [""]
    for entry in entries:
        longer = f"{texts[-1]}\n\n{entry}" if texts[-1] else entry
        if len(longer) <= SECTION_LIMIT:
            texts[-1] = longer
        else:
            texts.append(entry)
    return [section(f"{block_id}:{n}", text) for n, text in enumerate(texts)]


def fields(block_id: str, title: str, rows: Sequence[tuple[str, str]]) -> SectionBlock:
    """At most ten rows of name and value, two columns; under no title where it is empty."""
    return SectionBlock(
        mrkdwn(f"*{title}*") if title else None,
        block_id=block_id,
        fields=[mrkdwn(f"*{name}*\n{text}") for name, text in rows],
    )


def context(block_id: str, text: str) -> ContextBlock:
    return ContextBlock([mrkdwn(whole_lines(text, SECTION_LIMIT))], block_id=block_id)


def header(block_id: str, text: str) -> HeaderBlock:
    return HeaderBlock(PlainText(text), block_id=block_id)


def actions(block_id: str, elements: Sequence[Element]) -> ActionsBlock:
    return ActionsBlock(list(elements), block_id=block_id)


def button(
    text: str,
    action_id: str,
    value: str | None = None,
    label: str | None = None,
    *,
    style: Literal["primary", "danger"] | None = None,
    confirm: ConfirmationDialogue | None = None,
    url: str | None = None,
) -> Button:
    """`label` is what a screen reader says instead, where the text alone repeats."""
    return Button(
        text=bare(text, BUTTON_LIMIT),
        action_id=action_id,
        value=value,
        accessibility_label=None if label is None else bare(label, BUTTON_LIMIT),
        style=style,
        confirm=confirm,
        url=url,
    )


def confirm(title: str, text: str, yes: str, no: str) -> ConfirmationDialogue:
    """Asked before something is lost."""
    return ConfirmationDialogue(
        title=PlainText(bare(title, 100)),
        text=mrkdwn(whole_lines(text, 300)),
        confirm=PlainText(yes),
        deny=PlainText(no),
        style="danger",
    )


def alert(block_id: str, text: str, level: AlertLevel) -> AlertBlock:
    """In modals only, at most 200 characters, and new: its modal needs a classic twin."""
    return AlertBlock(mrkdwn(text), level, block_id=block_id)


def divider(block_id: str) -> DividerBlock:
    return DividerBlock(block_id=block_id)


def menu(
    action_id: str,
    placeholder: str,
    options: Sequence[tuple[str, str]],
    initial: int | None = None,
) -> StaticSelectMenu:
    """Without `initial` it shows the placeholder, as a menu of things to do."""
    made = [Option(PlainText(text), value) for text, value in options]
    return StaticSelectMenu(
        action_id=action_id,
        options=made,
        initial_option=None if initial is None else made[initial],
        placeholder=placeholder,
    )


def card(
    block_id: str, title: str, subtitle: str, body: str, presses: Sequence[Button]
) -> CardBlock:
    """Texts are mrkdwn: Slack's own types allow a card nothing else."""
    return CardBlock(
        block_id=block_id,
        title=mrkdwn(title),
        subtitle=mrkdwn(subtitle),
        body=mrkdwn(body),
        actions=list(presses),
    )


def carousel(block_id: str, cards: Sequence[CardBlock]) -> CarouselBlock:
    return CarouselBlock(list(cards), block_id=block_id)


def line_chart(block_id: str, chart: Chart) -> DataVisualizationBlock:
    """New: its message needs a classic twin. Slack takes 20 categories and 6 series."""
    series = [
        DataSeries(
            name,
            [
                DataPoint(label, float(value))
                for label, value in zip(chart.categories, values, strict=True)
            ],
        )
        for name, values in chart.series
    ]
    axes = AxisConfig(list(chart.categories), y_label=chart.unit)
    return DataVisualizationBlock(chart.title, LineChart(series, axes), block_id=block_id)


def picture(block_id: str, file_id: str, alt_text: str) -> ImageBlock:
    """Of a file that was uploaded to Slack."""
    return ImageBlock(
        slack_file=SlackFile(url=None, id=file_id),
        alt_text=bare(alt_text, 2_000),
        block_id=block_id,
    )


def message(text: str, blocks: Sequence[KitBlock] = ()) -> Message:
    """Raises slackblocks' `InvalidUsageError` when a limit is broken: a defect of ours."""
    text = whole_lines(text, TEXT_LIMIT)
    if not blocks:
        return Message(text)
    payload = WebhookMessage(text=text, blocks=list(blocks)).to_dict()
    return Message(text, tuple(payload["blocks"]))


def told(
    name: str,
    lines: Sequence[str | None],
    presses: Sequence[Element] = (),
    more: Sequence[KitBlock] = (),
    also: str | None = None,
    fine: str | None = None,
) -> Layouts:
    """Lines of mrkdwn and the buttons under them, in blocks that every client knows.

    `more` are blocks between the two; `also` says in the text what they hold. `fine` is small.
    """
    said = joined(lines)
    blocks: list[KitBlock] = [section(f"gpu:{name}", said), *more]
    if fine:
        blocks.append(context(f"gpu:{name}:fine", fine))
    if presses:
        blocks.append(actions(f"gpu:{name}:press", presses))
    return Layouts(message(spoken(joined([said, also, fine])), blocks))


def modal(
    title: str,
    callback_id: str,
    blocks: Sequence[KitBlock],
    *,
    submit: str | None = None,
    close: str = "Close",
    metadata: str | None = None,
) -> Modal:
    view = ModalView(
        title=title,
        blocks=list(blocks),
        close=close,
        submit=submit,
        callback_id=callback_id,
        private_metadata=metadata,
    )
    return Modal(view.to_dict())


def home(blocks: Sequence[KitBlock]) -> Home:
    return Home(HomeTabView(blocks=list(blocks)).to_dict())


def spoken(text: str) -> str:
    """Our own mrkdwn as plain text: words without stars, code marks and the icons beside them.

    Nobody else's are in it: `escaped` has replaced them.
    """
    for icon in ICONS:
        text = text.replace(f"{icon} ", "")
    lines = unmarked(text).split("\n")
    return "\n".join(line for line in lines if line.strip())


def whole_lines(text: str, limit: int) -> str:
    """Cut between lines, saying how many are missing."""
    if len(text) <= limit:
        return text
    lines = text.split("\n")
    note = "… {} more lines do not fit here"
    room = limit - len(note) - len(str(len(lines)))
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, note.format(len(lines) - len(kept))])


def joined(lines: Sequence[str | None]) -> str:
    """Lines that have something to say."""
    return "\n".join(line for line in lines if line)
