"""What people do about watches."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.flows.watch_control import NO_SUCH
from bot.rules.answers import Told
from bot.rules.places import Asker, Place
from bot.rules.policy import Policy
from bot.rules.watch_answers import Snooze, WatchesPage, WatchPage, WatchScope
from bot.rules.watches import Memory, Rule, Trigger, Watch, WatchId
from providers.models import OfferQuery
from tests.watching.stage import A_4090, ADA, ADMIN, BOB, UNDER_HALF, Stage

GUEST = Asker("U7", Place("T1", "C1"), team_id="T7")
ELSEWHERE = Asker("U1", Place("T2", "C1"))
LOW = Rule(Trigger.UNDER, usd_per_hour=Decimal("0.30"))


def page(stage: Stage, watch: Watch, done: str, *, may_act: bool = True) -> WatchPage:
    return WatchPage(watch, done, may_act, 63, stage.clock.now())


async def test_a_watch_is_set_and_looked_at_at_once(stage: Stage) -> None:
    """It gets the next number, and the job is woken."""
    watch = await stage.set()
    assert (watch.number, watch.owner, watch.text, stage.wakes) == (1, ADA, "4090 under 0.50", 1)
    assert await stage.bot.control.shown(watch.id, BOB) == page(stage, watch, "", may_act=False)
    assert (await stage.look()).watches == 1


async def test_the_same_watch_is_set_once(stage: Stage) -> None:
    """Typed twice; another person, channel or rule makes another one."""
    watch = await stage.set()
    again = await stage.bot.control.set(ADA, A_4090, UNDER_HALF, "4090 under .5")
    assert again == page(stage, watch, "You watch that here already.")
    assert (await stage.set(asker=BOB)).number == 2
    assert (await stage.set(LOW)).number == 3
    there = replace(ADA, place=Place("T1", "C2"))
    assert (await stage.set(asker=there)).number == 4


async def test_the_same_watch_set_otherwise_is_changed(stage: Stage) -> None:
    """How often it speaks follows the newer words; what it remembers and its number stay."""
    await stage.set()
    stage.prices("0.60")
    await stage.look()
    watch = (await stage.bot.watches.of_team("T1"))[0]
    text = "4090 under 0.50 cap 3"
    often: dict[str, Any] = {"daily_cap": 3, "cool_down": timedelta(hours=2)}
    again = await stage.bot.control.set(ADA, A_4090, UNDER_HALF, text, **often)
    changed = replace(watch, text=text, version=watch.version + 1, **often)
    assert again == page(stage, changed, "Changed.")
    assert await stage.bot.watches.of_team("T1") == (changed,)
    same = await stage.bot.control.set(ADA, A_4090, UNDER_HALF, text, **often)
    assert same == page(stage, changed, "You watch that here already.")


@pytest.mark.parametrize(
    ("policy", "asker", "word"),
    [
        (Policy(), GUEST, "workspace"),
        (Policy(), replace(ADA, place=Place("T1", "")), "in a channel"),
        (Policy(watches_each=0), ADA, "no watches"),
    ],
)
async def test_who_may_not_watch_is_told_why(
    stage: Stage, policy: Policy, asker: Asker, word: str
) -> None:
    stage.policies.policy = policy
    answer = await stage.bot.control.set(asker, A_4090, UNDER_HALF, "4090 under 0.50")
    assert isinstance(answer, Told)
    assert word in answer.sentence
    assert await stage.bot.watches.of_team("T1") == ()


async def test_a_team_of_the_policy_may_watch(stage: Stage) -> None:
    stage.policies.policy = Policy(teams=("T7",))
    assert (await stage.set(asker=GUEST)).owner == GUEST


async def test_limits_are_kept_and_told(stage: Stage) -> None:
    """Of a person, and of a channel."""
    stage.policies.policy = Policy(watches_each=1, watches_in_channel=2)
    await stage.set()
    mine = await stage.bot.control.set(ADA, A_4090, LOW, "4090 under 0.30")
    assert isinstance(mine, Told)
    assert "1 watch" in mine.sentence
    await stage.set(asker=BOB)
    full = await stage.bot.control.set(ADMIN_HERE, A_4090, LOW, "4090 under 0.30")
    assert isinstance(full, Told)
    assert "This channel" in full.sentence


ADMIN_HERE = replace(ADMIN, place=ADA.place)


async def test_lists_say_what_may_be_touched(stage: Stage) -> None:
    """Here, of all, of me; the owner's own and everything of an admin."""
    mine, his = await stage.set(), await stage.set(asker=BOB)
    away = await stage.set(asker=replace(BOB, place=Place("T1", "C2")))
    control, now = stage.bot.control, stage.clock.now()
    listed = await control.listed(ADA, WatchScope.HERE)
    assert listed == WatchesPage((mine, his), WatchScope.HERE, frozenset({mine.id}), 63, now)
    assert (await control.listed(ADA, WatchScope.ALL)).watches == (mine, his, away)
    assert (await control.listed(BOB, WatchScope.MINE)).watches == (his, away)
    everything = frozenset({mine.id, his.id, away.id})
    assert (await control.listed(ADMIN, WatchScope.ALL)).may_act == everything
    assert (await control.listed(ELSEWHERE, WatchScope.ALL)).watches == ()


async def test_the_owner_and_admins_stop_a_watch(stage: Stage) -> None:
    """Others get a sentence; what is gone is gone; another team sees none of it."""
    control = stage.bot.control
    one, two = await stage.set(), await stage.set(LOW)
    refused = Told(
        "Only <@U1> and the admins can change watch 1."
        " You can set one of your own: `/gpu watch …`."
    )
    assert await control.stop(one.id, BOB) == refused
    assert await control.stop_numbered(1, BOB) == refused
    assert await control.stop(one.id, ELSEWHERE) == Told(NO_SUCH)
    assert await control.stop(one.id, ADA) == Told("Watch 1 is stopped.")
    assert await control.stop(one.id, ADA) == Told(NO_SUCH)
    assert await control.stop_numbered(2, ADMIN) == Told("Watch 2 is stopped.")
    gone = Told("There is no watch 2. `/gpu watches all` lists them.")
    assert await control.stop_numbered(2, ADMIN) == gone
    assert await control.shown(two.id, ADA) == Told(NO_SUCH)
    assert await control.snooze(WatchId("test-unknown"), ADA, Snooze.HOUR.length) == Told(NO_SUCH)


@pytest.mark.parametrize(
    ("snooze", "hours"), [(Snooze.HOUR, 1), (Snooze.EIGHT_HOURS, 8), (Snooze.WEEK, 168)]
)
async def test_a_snooze_lasts(stage: Stage, snooze: Snooze, hours: int) -> None:
    watch = await stage.set()
    until = stage.clock.now() + timedelta(hours=hours)
    snoozed = replace(watch, snoozed_until=until, version=1)
    answer = await stage.bot.control.snooze(watch.id, ADA, snooze.length)
    assert answer == page(stage, snoozed, "Snoozed.")
    woken = replace(watch, version=2)
    answer = await stage.bot.control.resume(watch.id, ADA)
    assert answer == page(stage, woken, "It speaks again.")


async def test_a_paused_watch_looks_at_nothing(stage: Stage) -> None:
    """And begins anew afterwards: what happened meanwhile is no news."""
    control = stage.bot.control
    watch = await stage.set()
    stage.prices("0.60")
    await stage.look(2)
    now = stage.clock.now()
    paused = await control.pause(watch.id, ADA)
    assert isinstance(paused, WatchPage)
    assert (paused.watch.paused_at, paused.done) == (now, "Paused.")
    again = await control.pause(watch.id, ADMIN)
    assert again == page(stage, paused.watch, "It is paused already.")
    assert (await stage.look()).watches == 0
    stage.prices("0.40")
    resumed = await control.resume(watch.id, ADA)
    assert isinstance(resumed, WatchPage)
    assert resumed.watch == replace(paused.watch, paused_at=None, memory=Memory(), version=2)
    assert (await stage.look(4)).watches == 1
    assert await stage.said() == []


async def test_another_question_has_another_memory(stage: Stage) -> None:
    """Today's messages still count; the same question keeps what it knows."""
    control = stage.bot.control
    watch = await stage.set()
    stage.prices("0.60")
    await stage.look(2)
    stage.prices("0.40")
    await stage.look(2)
    told = await stage.newest(watch)
    same = await control.edit(watch.id, ADA, A_4090, UNDER_HALF, "4090 under $0.5")
    assert isinstance(same, WatchPage)
    assert same.watch == replace(told, text="4090 under $0.5", version=told.version + 1)
    query = OfferQuery(gpus=("L40S",))
    edited = await control.edit(watch.id, ADA, query, LOW, "l40s under 0.30")
    assert isinstance(edited, WatchPage)
    assert (edited.watch.query, edited.watch.rule, edited.done) == (query, LOW, "Changed.")
    assert edited.watch.memory == Memory(day="2026-11-23", said_today=1)
    assert isinstance(await control.edit(watch.id, BOB, query, LOW, "x"), Told)


async def test_two_people_at_once_lose_nothing(stage: Stage) -> None:
    """The later of two changes is made to what the earlier one left."""
    watch = await stage.set()
    control = stage.bot.control
    get = stage.bot.watches.get
    calls: list[WatchId] = []

    async def overtaken(watch_id):
        found = await get(watch_id)
        if not calls:
            calls.append(watch_id)
            await control.pause(watch_id, ADMIN)
        return found

    stage.bot.watches.get = overtaken  # type: ignore[method-assign]
    await control.snooze(watch.id, ADA, Snooze.HOUR.length)
    newest = await stage.newest(watch)
    assert (newest.paused_at, newest.snoozed_until) != (None, None)
    assert newest.version == 2


async def test_the_interval_is_what_the_looking_process_found(stage: Stage) -> None:
    """It knows how many pages there are; until it has looked, the plan is told."""
    stage.one.search_interval_s = 90.0
    watch = await stage.set()
    planned = await stage.bot.control.shown(watch.id, ADA)
    assert isinstance(planned, WatchPage)
    assert planned.interval_s == 135
    stage.one.search_interval_s = 9.0
    await stage.look()
    other = await stage.start()
    stage.one.search_interval_s = 90.0
    found = await other.control.shown(watch.id, ADA)
    assert isinstance(found, WatchPage)
    assert found.interval_s == 63
