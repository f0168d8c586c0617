"""The window in which a watch is set up or changed by filling in instead of typing.

Fields for numbers are all that is newer in it. Which value stands under the trigger follows
what is chosen there.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from slackblocks.blocks import Block as KitBlock

from bot import grammar
from bot.grammar import WatchField
from bot.render import ids, inputs, kit, watch_words
from bot.render.foreign import bare, escaped, mentioning
from bot.render.message import Modal
from bot.rules.places import Place
from bot.rules.watch_answers import WatchPage
from bot.rules.watches import Trigger, Watch

TITLE = "Watch prices"
QUERY_LIMIT = 900
MISTAKE_LIMIT = 300
BLOCKS: Mapping[WatchField, str] = {
    WatchField.QUERY: ids.WATCH_QUERY,
    WatchField.TRIGGER: ids.WATCH_TRIGGER,
    WatchField.USD: ids.WATCH_USD,
    WatchField.PER_GPU: ids.WATCH_PER_GPU,
    WatchField.PERCENT: ids.WATCH_PERCENT,
    WatchField.DAYS: ids.WATCH_DAYS,
    WatchField.FAST: ids.WATCH_FAST,
    WatchField.COOL_DOWN: ids.WATCH_COOL_DOWN,
    WatchField.CAP: ids.WATCH_CAP,
}
"""A block's id is the id of the action in it."""
_TRIGGERS = {
    Trigger.UNDER: "It costs no more than a limit",
    Trigger.DROP: "It falls below the lowest of 24 h",
    Trigger.LOWEST: "It is the lowest in days",
    Trigger.AVAILABLE: "Nothing matched before, something does",
    Trigger.ANY: "Any machine is new or gets cheaper",
}
_DAYS = [("7 days", "7"), ("30 days", "30")]


def skeleton() -> Modal:
    return _sentence("Reading the watch …")


def new(place: Place, values: grammar.RawWatch = grammar.BLANK) -> Modal:
    return _form(values, ids.form_in(place), "Watch")


def edit(watch: Watch) -> Modal:
    values = grammar.fields_of(watch.query, watch.rule, watch.cool_down, watch.daily_cap)
    return _form(values, ids.form_of(watch.id), "Save")


def rewritten(values: grammar.RawWatch, metadata: str) -> Modal:
    """With the fields of another trigger; what was typed stays."""
    target = ids.form_target(metadata)
    is_new = target is None or target.watch_id is None
    return _form({**grammar.BLANK, **values}, metadata, "Watch" if is_new else "Save")


def errors(mistakes: grammar.WatchMistakes) -> dict[str, str]:
    """For Slack, by the blocks of the fields."""
    return {BLOCKS[field]: bare(each, MISTAKE_LIMIT) for field, each in mistakes.items()}


def working() -> Modal:
    return _sentence("Setting the watch …")


def saved(page: WatchPage) -> Modal:
    watch = page.watch
    return _sentence(
        kit.joined(
            [
                f"*{escaped(page.done, 300)}*" if page.done else None,
                f"*{watch_words.name(watch)}:* {escaped(watch_words.typed(watch), 300)}",
                f"Told {escaped(watch_words.when(watch), 200)}; {watch_words.often(watch)}.",
                f"Looks every {page.interval_s:,} s. You can close this window.",
                f"{kit.WARNING} {mentioning(watch_words.ABSENT)}" if page.is_absent else None,
            ]
        )
    )


def sentence(text: str) -> Modal:
    """One sentence of ours, in which a person may be mentioned."""
    return _sentence(mentioning(text, 2_000))


def _sentence(text: str) -> Modal:
    return kit.modal(TITLE, ids.WATCH_VIEW, [kit.section("gpu:sentence", text)])


def _form(values: grammar.RawWatch, metadata: str, submit: str) -> Modal:
    payload = _filled(values, metadata, submit, rich=True).payload
    return Modal(payload, lambda: _filled(values, metadata, submit, rich=False))


def _filled(values: grammar.RawWatch, metadata: str, submit: str, *, rich: bool) -> Modal:
    chosen = values.get(WatchField.TRIGGER, "")
    trigger = Trigger(chosen) if chosen in set(Trigger) else Trigger.DROP
    blocks: list[KitBlock] = [
        inputs.text(
            ids.WATCH_QUERY,
            "What to watch",
            values.get(WatchField.QUERY, ""),
            most=QUERY_LIMIT,
            placeholder="2x 4090 in eu",
            hint="Words of a search, as after /gpu find.",
        ),
        inputs.choice(
            ids.WATCH_TRIGGER,
            "Tell the channel when",
            [(words, each.value) for each, words in _TRIGGERS.items()],
            trigger,
        ),
        *_value(trigger, values, rich=rich),
        inputs.text(
            ids.WATCH_COOL_DOWN,
            "Cool-down",
            values.get(WatchField.COOL_DOWN, ""),
            most=20,
            hint="For so long the last message is edited and no new one posted: 30m, 2h, 1d.",
        ),
        inputs.number(
            ids.WATCH_CAP,
            "Messages a day, at most",
            _within(values.get(WatchField.CAP, ""), 1, grammar.MOST_A_DAY),
            least="1",
            most=str(grammar.MOST_A_DAY),
            rich=rich,
        ),
    ]
    return kit.modal(
        TITLE, ids.WATCH_VIEW, blocks, submit=submit, close="Cancel", metadata=metadata
    )


def _value(trigger: Trigger, values: grammar.RawWatch, *, rich: bool) -> list[KitBlock]:
    match trigger:
        case Trigger.UNDER:
            return _limit(values, rich=rich)
        case Trigger.DROP:
            least, most = grammar.LEAST_PERCENT, grammar.MOST_PERCENT
            shown = _within(values.get(WatchField.PERCENT, ""), least, most)
            return [
                inputs.number(
                    ids.WATCH_PERCENT,
                    "By how many percent",
                    shown,
                    least=str(least),
                    most=str(most),
                    decimals=True,
                    rich=rich,
                )
            ]
        case Trigger.LOWEST:
            days = values.get(WatchField.DAYS, "") or _DAYS[0][1]
            return [inputs.radio(ids.WATCH_DAYS, "Lowest in", _DAYS, days, tells=False)]
        case Trigger.AVAILABLE:
            ticked = values.get(WatchField.FAST) == grammar.YES
            text = "Tell after one look, without a second one that shows it too"
            return [inputs.box(ids.WATCH_FAST, "Fast", text, ticked=ticked)]
        case Trigger.ANY:
            return []


def _limit(values: grammar.RawWatch, *, rich: bool) -> list[KitBlock]:
    ticked = values.get(WatchField.PER_GPU) == grammar.YES
    shown = _within(values.get(WatchField.USD, ""), Decimal("0.000001"), grammar.MAX_USD)
    return [
        inputs.number(
            ids.WATCH_USD,
            "Limit in USD per hour, all-in",
            shown,
            least="0.000001",
            most=str(grammar.MAX_USD),
            decimals=True,
            rich=rich,
        ),
        inputs.box(
            ids.WATCH_PER_GPU, "Of each GPU", "The limit is that of one GPU", ticked=ticked
        ),
    ]


def _within(text: str, least: Decimal | int, most: Decimal | int) -> str | None:
    """A number that the field may begin with: Slack refuses a window with another one."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return f"{number:f}" if number.is_finite() and least <= number <= most else None
