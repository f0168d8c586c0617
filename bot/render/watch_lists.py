"""One watch and lists of them: what is told when, how it stands, and what can be done."""

from datetime import datetime, timedelta

from slackblocks import Button
from slackblocks.blocks import Block as KitBlock
from slackblocks.elements import Element

from bot.render import asked, kit, parts, watch_presses, watch_words
from bot.render.foreign import channel, escaped, mentioning, person
from bot.render.message import Layouts
from bot.rules.watch_answers import WatchesPage, WatchPage, WatchScope
from bot.rules.watches import Watch, WatchId

PAGE_SIZE = 20
"""Two blocks each, of the fifty that a message holds."""
ON_HOME = 10
SET_ONE = "Set one with `/gpu watch 2x 4090 under 0.70`, or `/gpu watch` alone to fill in a form."
_HEADS = {
    WatchScope.HERE: "Watches of this channel",
    WatchScope.ALL: "Watches of all channels",
    WatchScope.MINE: "Your watches",
}
_NONE = {
    WatchScope.HERE: "No watch speaks in this channel.",
    WatchScope.ALL: "Nobody has set a watch.",
    WatchScope.MINE: "You have set no watch.",
}


def watch(page: WatchPage) -> Layouts:
    """The confirmation of a new one, and the answer to what was done about one."""
    one = page.watch
    lines = [
        f"*{escaped(page.done, 300)}*" if page.done else None,
        f"*{watch_words.name(one)}:* {escaped(watch_words.typed(one), 300)}",
        _state(one, page.now),
        f"{_hears(one)} is told {escaped(watch_words.when(one), 200)}; {_often(one)}.",
        _silence(one),
        *_facts(one, page.now, page.interval_s),
        f"{kit.WARNING} {mentioning(watch_words.ABSENT)}" if page.is_absent else None,
    ]
    fine = kit.joined([escaped(asked.line(one.query)), _who(one)])
    presses = watch_presses.all_of(one, page.now) if page.may_act else []
    return kit.told("watch", lines, presses, fine=fine)


def watches(page: WatchesPage, first: WatchId | None = None) -> Layouts:
    """`first` is the watch that the page begins with."""
    if not page.watches:
        return kit.told("watches", [f"*{_NONE[page.scope]}*", SET_ONE])
    start = _start(page, first)
    shown = page.watches[start : start + PAGE_SIZE]
    head = f"*{_HEADS[page.scope]}: {len(page.watches):,}*"
    foot = _foot(page, start, len(shown))
    blocks: list[KitBlock] = [kit.section("gpu:watches", head)]
    for n, each in enumerate(shown):
        may_act = each.id in page.may_act
        blocks += entry(
            each, page.now, n, scope=page.scope, may_act=may_act, interval_s=page.interval_s
        )
    blocks.append(kit.context("gpu:watches:end", foot))
    if turns := _turns(page, start):
        blocks.append(kit.actions(f"gpu:watches:turn:{start}", turns))
    lines = [kit.joined(_spoken(each, page.now, page.scope, page.interval_s)) for each in shown]
    return Layouts(kit.message(kit.spoken("\n".join([head, *lines, foot])), blocks))


def entry(
    watch: Watch,
    now: datetime,
    number: int,
    *,
    scope: WatchScope,
    may_act: bool,
    interval_s: int | None = None,
) -> list[KitBlock]:
    """One watch of a list, with its buttons."""
    block_id = f"gpu:watching:{number}"
    said = kit.section(block_id, kit.joined(_lines(watch, now, scope, interval_s)))
    if not may_act:
        return [said]
    return [said, kit.actions(f"{block_id}:press", watch_presses.all_of(watch, now))]


def on_home(watches: tuple[Watch, ...], now: datetime) -> list[KitBlock]:
    """A person's own, as many as fit."""
    blocks: list[KitBlock] = [kit.header("gpu:home:watches", "Your watches")]
    if not watches:
        return [*blocks, kit.section("gpu:home:nowatch", f"{_NONE[WatchScope.MINE]} {SET_ONE}")]
    for number, each in enumerate(watches[:ON_HOME]):
        blocks += entry(each, now, number, scope=WatchScope.MINE, may_act=True)
    hidden = len(watches) - ON_HOME
    if hidden > 0:
        note = f"{hidden:,} more: `/gpu watches mine` lists them all."
        blocks.append(kit.context("gpu:home:morewatches", note))
    return blocks


def unheard(watch: Watch, why: str, _now: datetime) -> Layouts:
    """To its owner, once: the channel could not be told. `why` is a sentence of ours."""
    is_paused = watch.paused_at is not None
    state = "is paused" if is_paused else "is not heard"
    kept = "It is kept; Resume lets it look again." if is_paused else ""
    presses = [watch_presses.resume(watch) if is_paused else watch_presses.manage(watch)]
    rent = [] if watch.said is None else [watch_presses.rent(watch.said)]
    return kit.told(
        "unheard",
        [
            f"{kit.WARNING} *{watch_words.name(watch)} {state}:* {_typed(watch)}",
            f"It speaks in {_channel(watch)}. {mentioning(why, 600)} {kept}".rstrip(),
            *_news(watch),
        ],
        [*rent, *presses, watch_presses.edit(watch), watch_presses.stop(watch)],
    )


def _news(watch: Watch) -> list[str]:
    """What the channel would have heard."""
    if watch.said is None:
        return []
    return [f"News: {escaped(watch_words.news(watch, watch.said), 300)}."]


def _start(page: WatchesPage, first: WatchId | None) -> int:
    """A watch that is gone meanwhile begins no page: then it is the first one."""
    found = (n for n, each in enumerate(page.watches) if each.id == first)
    return next(found, 0)


def _turns(page: WatchesPage, start: int) -> list[Element]:
    """Only what works."""
    found: list[Button] = []
    if start > 0:
        before = page.watches[max(0, start - PAGE_SIZE)]
        found.append(watch_presses.turn("Previous", before.id, page.scope))
    if start + PAGE_SIZE < len(page.watches):
        after = page.watches[start + PAGE_SIZE]
        found.append(watch_presses.turn("Next", after.id, page.scope))
    return list(found)


def _foot(page: WatchesPage, start: int, count: int) -> str:
    total = len(page.watches)
    which = f"{start + 1:,}–{start + count:,} of {total:,}. " if count < total else ""
    hidden = f" {page.hidden:,} more of private channels." if page.hidden else ""
    return f"{which}{_looks(page.interval_s)} As of {parts.moment(page.now)}.{hidden}"


def _lines(
    watch: Watch, now: datetime, scope: WatchScope, interval_s: int | None
) -> list[str | None]:
    head, state, *facts = _spoken(watch, now, scope, interval_s)
    return [head, state, f"Told {escaped(watch_words.when(watch), 200)}", *facts]


def _spoken(
    watch: Watch, now: datetime, scope: WatchScope, interval_s: int | None
) -> list[str | None]:
    """Without the rule, which stands in what was typed: a page of them has one text's room."""
    where = [] if scope is WatchScope.HERE else [f"in {_channel(watch)}"]
    who = [] if scope is WatchScope.MINE else [f"set up by {person(watch.owner.user_id)}"]
    return [
        f"*{watch_words.name(watch)}: {_typed(watch)}*",
        _state(watch, now),
        _silence(watch),
        " · ".join([*_last(watch, now), *_next(watch, now, interval_s), *where, *who]),
    ]


def _state(watch: Watch, now: datetime) -> str | None:
    """Nothing for one that looks and speaks."""
    if watch.paused_at is not None:
        why = f": {mentioning(watch.paused_why, 300)}" if watch.paused_why else "."
        return f"{kit.WARNING} Paused since {parts.moment(watch.paused_at)}{why}"
    if watch.snoozed_until is not None and watch.snoozed_until > now:
        return f"{kit.WAITING} Snoozed until {parts.moment(watch.snoozed_until)}."
    return None


def _silence(watch: Watch) -> str | None:
    return None if watch.paused_at is not None else watch_words.silence(watch) or None


def _facts(watch: Watch, now: datetime, interval_s: int) -> list[str]:
    if watch.paused_at is not None:
        return []
    scene = watch.memory.scene_set
    first = "" if scene else " The first look sets the scene and tells nothing."
    return [f"{' · '.join(_last(watch, now))}. {_looks(interval_s)}{first}"]


def _last(watch: Watch, now: datetime) -> list[str]:
    """The last price, the last alert."""
    memory = watch.memory
    price = "Not looked yet"
    if memory.lowest is not None:
        each = " per GPU" if watch.rule.per_gpu else ""
        price = f"Lowest now {parts.usd_per_hour(memory.lowest)}{each}"
    elif memory.scene_set:
        price = "Nothing matches now"
    said = "no alert yet" if watch.said is None else f"last alert {_ago(now - watch.said.at)}"
    return [price, said]


def _next(watch: Watch, now: datetime, interval_s: int | None) -> list[str]:
    """As it was planned when the list was made."""
    looked_at = watch.memory.looked_at
    if interval_s is None or looked_at is None or watch.paused_at is not None:
        return []
    left = looked_at + timedelta(seconds=interval_s) - now
    return [f"next look in {parts.span(left)}" if left > timedelta(seconds=1) else "looking now"]


def _ago(passed: timedelta) -> str:
    if passed < timedelta(minutes=1):
        return "just now"
    return f"{parts.length(passed)} ago"


def _looks(interval_s: int) -> str:
    return f"Looks every {interval_s:,} s."


def _often(watch: Watch) -> str:
    return watch_words.often(watch)


def _hears(watch: Watch) -> str:
    place = watch.owner.place.channel_id
    return channel(place) if place else "You"


def _who(watch: Watch) -> str:
    set_up = f"Set up by {person(watch.owner.user_id)} {parts.moment(watch.created_at)}."
    return f"{set_up} Stop it with `/gpu unwatch {watch.number}`."


def _channel(watch: Watch) -> str:
    return channel(watch.owner.place.channel_id)


def _typed(watch: Watch) -> str:
    return escaped(watch_words.typed(watch), 300)
