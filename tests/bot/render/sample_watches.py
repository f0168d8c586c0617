"""Cards of watches: alerts, one watch, lists, the window."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot import grammar
from bot.grammar import WatchCommand, WatchField
from bot.render import alerts, home, watch_forms, watch_lists
from bot.rules.answers import HomePage
from bot.rules.places import Asker, Place
from bot.rules.sessions import SessionId
from bot.rules.watch_answers import WatchesPage, WatchPage, WatchScope
from bot.rules.watches import (
    Alert,
    MachineKey,
    Memory,
    Said,
    Sighting,
    Trigger,
    Watch,
    WatchId,
)
from providers.models import Offer
from tests.bot.render import sample_rentals as rentals
from tests.bot.render import samples
from tests.bot.render.samples import ASKER, LONG, NASTY, NOW, Card
from tests.fakes.offers import offer

MONEY = Decimal
LOOKED = Memory(
    scene_set=True,
    looked_at=NOW - timedelta(seconds=20),
    matched=True,
    lowest=MONEY("0.62"),
    said_at=NOW - timedelta(minutes=20),
    said_usd=MONEY("0.66"),
)
NEWS = Alert(
    Trigger.UNDER,
    Sighting(MachineKey(samples.VAST, "1001", "RTX 4090", 2), MONEY("0.62"), NOW),
    MONEY("0.74"),
    lowest_since=NOW - timedelta(days=9, hours=3),
)
STRANGER = Asker(NASTY, Place("T01", NASTY))


def watch(text: str = "2x 4090 under 0.70", number: int = 3, **changes: object) -> Watch:
    """As it is when `/gpu watch <text>` was typed."""
    found = grammar.parse(f"watch {text}")
    assert isinstance(found, WatchCommand), found
    letters = "abcdefghijklmnopqrstuvwxyz"
    made = Watch(
        id=WatchId(f"k3f9-watch{letters[number // 26]}{letters[number % 26]}aaa"),
        number=number,
        owner=ASKER,
        query=found.query,
        rule=found.rule,
        text=found.text,
        created_at=NOW - timedelta(days=3),
        cool_down=found.cool_down,
        daily_cap=found.daily_cap,
        memory=LOOKED,
    )
    return made.with_changes(**changes)


def said(of: Offer | None = None, number: int = 0, **changes: object) -> Said:
    letters = "abcdefghij"
    return Said(
        replace(NEWS, **changes),  # type: ignore[arg-type]  # a test's shorthand
        of or rentals.two_gpus(),
        SessionId(f"k3f9-alert{letters[number]}aaaa"),
        NOW,
    )


def told(text: str = "2x 4090 under 0.70", number: int = 3, **changes: object) -> Watch:
    news = changes.pop("news", None) or said()
    return watch(text, number, said=news, **changes)


HOSTILE = told(news=said(samples.HOSTILE, others=7, last_today=True, edits=True)).with_changes(
    owner=STRANGER, text=NASTY + LONG, paused_why=LONG
)


def some(count: int) -> tuple[Watch, ...]:
    """Of all kinds."""
    kinds = (
        told(),
        watch("h100 in eu drop 10%", memory=Memory()),
        watch("a100 lowest in 30d", snoozed_until=NOW + timedelta(hours=8)),
        watch("b200 available fast", paused_at=NOW - timedelta(hours=1)),
        watch(
            "4090 any cool down 2h cap 3",
            paused_at=NOW - timedelta(hours=1),
            paused_why="The bot is not in the channel: invite it with /invite.",
            owner=Asker("U02ABCDEF", Place("T01", "C02")),
            memory=replace(LOOKED, matched=False, lowest=None),
        ),
    )
    return tuple(
        replace(
            kinds[n % len(kinds)],
            number=n + 1,
            id=WatchId(f"k3f9-many{'abcdefghijklmnopqrstuvwxyz234567'[n]}aaaaa"),
        )
        for n in range(count)
    )


def page(
    watches: tuple[Watch, ...], scope: WatchScope = WatchScope.HERE, *, mine: bool = True
) -> WatchesPage:
    may_act = frozenset(each.id for each in watches) if mine else frozenset()
    return WatchesPage(watches, scope, may_act, 60, NOW)


def one(watch: Watch, done: str = "", *, may_act: bool = True) -> WatchPage:
    return WatchPage(watch, done, may_act, 60, NOW)


def cards() -> dict[str, Card]:
    """By the name of their file."""
    return {**_alerts(), **_one_watch(), **_lists(), **_window(), **_home()}


def _alerts() -> dict[str, Card]:
    cheap = offer(3)
    available = said(cheap, trigger=Trigger.AVAILABLE, before=None, lowest_since=None)
    new = said(cheap, trigger=Trigger.ANY, before=None, others=2)
    several = [
        told("2x 4090 under 0.70", 3),
        told("4090 drop 10%", 4, news=said(cheap, 1, trigger=Trigger.DROP)),
        told("4090 any", 5, news=said(cheap, 2, trigger=Trigger.ANY, before=None, others=1)),
    ]
    many = [
        told("4090 drop 10%", 3 + n, news=said(offer(n), n % 10, trigger=Trigger.DROP))
        for n in range(9)
    ]
    made = {
        "under": [told()],
        "drop": [told("2x 4090 drop 10%", news=said(trigger=Trigger.DROP))],
        "lowest": [
            told("2x 4090 lowest in 7d", news=said(trigger=Trigger.LOWEST, lowest_since=None))
        ],
        "available": [told("4090 available", news=available)],
        "any_new": [told("4090 any", news=new)],
        "edited": [told(news=said(edits=True, others=1))],
        "last_today": [told("2x 4090 under 0.70 cap 3", news=said(last_today=True))],
        "tensordock": [told("4090 under 0.70", news=said(samples.tensordock()))],
        "merged": several,
        "merged_many": many,
        "hostile": [HOSTILE],
        "merged_hostile": [HOSTILE] * 7,
        "without_record": [watch()],
    }
    return {f"alert_{name}": alerts.alert(each, NOW) for name, each in made.items()}


def _one_watch() -> dict[str, Card]:
    new = watch(memory=Memory(), created_at=NOW)
    snoozed = watch(snoozed_until=NOW + timedelta(hours=8))
    paused = watch(paused_at=NOW)
    by_bot = watch(paused_at=NOW, paused_why="The channel is archived.")
    return {
        "watch_new": watch_lists.watch(one(new, "Watching.")),
        "watch_absent": watch_lists.watch(replace(one(new, "Watching."), is_absent=True)),
        "watch_saved_absent": watch_forms.saved(replace(one(new, "Watching."), is_absent=True)),
        "watch_new_drop": watch_lists.watch(
            one(watch("h100 in eu drop 15% cool down 90m cap 1"), "Watching.")
        ),
        "watch_snoozed": watch_lists.watch(one(snoozed, "Snoozed.")),
        "watch_cheap_already": watch_lists.watch(
            one(watch(memory=replace(LOOKED, armed=False)), "Watching.")
        ),
        "watch_snooze_over": watch_lists.watch(one(watch(snoozed_until=NOW), "")),
        "watch_paused": watch_lists.watch(one(paused, "Paused.")),
        "watch_not_mine": watch_lists.watch(one(told(), may_act=False)),
        "watch_hostile": watch_lists.watch(one(HOSTILE, "Changed.")),
        "watch_paused_by_bot": watch_lists.unheard(by_bot, by_bot.paused_why, NOW),
        "watch_unheard": watch_lists.unheard(told(), "I am not in the channel.", NOW),
        "watch_unheard_hostile": watch_lists.unheard(HOSTILE, "I am not in the channel.", NOW),
    }


def _lists() -> dict[str, Card]:
    many = some(27)
    return {
        "watches_none": watch_lists.watches(page(())),
        "watches_here": watch_lists.watches(page(some(5))),
        "watches_of_all": watch_lists.watches(page(some(3), WatchScope.ALL, mine=False)),
        "watches_first_page": watch_lists.watches(page(many, WatchScope.MINE)),
        "watches_last_page": watch_lists.watches(page(many, WatchScope.MINE), many[20].id),
        "watches_hostile": watch_lists.watches(page((HOSTILE,), WatchScope.ALL)),
    }


def _window() -> dict[str, Card]:
    half = {WatchField.TRIGGER: "under", WatchField.QUERY: NASTY, WatchField.USD: "nonsense"}
    return {
        "watch_window_reading": watch_forms.skeleton(),
        "watch_window_new": watch_forms.new(Place("T01", "C01")),
        "watch_window_edit": watch_forms.edit(watch("h100 under 2 per gpu cap 3")),
        "watch_window_lowest": watch_forms.edit(watch("a100 lowest in 30d cool down 2h")),
        "watch_window_available": watch_forms.edit(watch("b200 available fast")),
        "watch_window_any": watch_forms.edit(watch("4090 under 0.70 any")),
        "watch_window_rewritten": watch_forms.rewritten(half, "v1:new:C01"),
        "watch_window_working": watch_forms.working(),
        "watch_window_saved": watch_forms.saved(one(watch(), "Watching.")),
        "watch_window_sentence": watch_forms.sentence("Only <@U02ABCDEF> can change it."),
    }


def _home() -> dict[str, Card]:
    page = HomePage(rentals.renter(), (), None, NOW, watches=some(12))
    return {
        "home_watches": home.home(page),
        "home_watches_hostile": home.home(replace(page, watches=(HOSTILE,))),
    }
