"""Weeks of the simulated market through the real decision, and the rules restated beside it."""

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.rules.alerts import AlertSettings
from bot.rules.quiet import QuietHours
from bot.rules.watches import Trigger
from tests.watching.replay import name_of, replay
from tests.watching.restated import broken_promises, untold

NIGHT = QuietHours(time(22), time(7))
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def day():
    return replay(4, timedelta(days=2), timedelta(seconds=120))


def test_in_a_week_every_message_was_allowed_and_nothing_that_lasted_was_kept_back():
    """With outages, restarts, jokes, quiet hours and the night in which summer time ends."""
    week = replay(
        1, timedelta(days=7), timedelta(seconds=240), AlertSettings(quiet=NIGHT, zone=BERLIN)
    )
    assert [*broken_promises(week), *untold(week)] == []
    told = {name_of(each.watch.rule) for each in week.watches if each.alerts}
    assert told == {"under", "drop 10%", "lowest in 7d", "lowest in 30d", "available", "any"}


def test_by_day_and_night_too(day):
    """Without quiet hours, and looked at twice as often."""
    assert [*broken_promises(day), *untold(day)] == []


def test_a_message_that_its_rule_does_not_allow_is_found(day):
    """The restatement can say no: a message is said again ten looks later."""
    wrong = replace(day, watches=[])
    for each in day.watches:
        if each.watch.rule.trigger is not Trigger.ANY and each.alerts:
            number, alert = next(iter(each.alerts.items()))
            wrong.watches.append(replace(each, alerts={number: alert, number + 10: alert}))
    assert wrong.watches
    assert len({why.split(":")[0] for why in broken_promises(wrong)}) == len(
        {(each.question, name_of(each.watch.rule)) for each in wrong.watches}
    )


def test_a_message_that_is_missing_is_found(day):
    """The restatement says which: without any, all that lasted is untold."""
    silent = replace(day, watches=[replace(each, alerts={}) for each in day.watches])
    rules = {name_of(each.watch.rule) for each in day.watches if each.alerts}
    assert {why.split(" of ")[0] for why in untold(silent)} == rules
