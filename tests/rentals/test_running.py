"""While a machine runs: warnings, extending, the end on time, and what it costs."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.rules.notices import Notice, NoticeKind
from bot.rules.sessions import Session, SessionState
from providers.models import ProviderName
from tests.rentals.stage import ADA, VAST, Stage

HOUR = timedelta(hours=1)


async def test_it_is_warned_15_and_5_minutes_before_the_end_once_each(
    stage: Stage, provider: ProviderName
) -> None:
    """Across restarts, and by two processes."""
    session = await running(stage, provider, hours=1)
    assert await warned(stage, session, until_left=16) == []
    assert await warned(stage, session, until_left=14) == ["15"]
    await stage.restart()
    await stage.second()
    assert await warned(stage, session, until_left=6) == []
    assert await warned(stage, session, until_left=4) == ["5"]
    await stage.restart()
    assert await warned(stage, session, until_left=1) == []
    await stage.until(session, SessionState.ENDED, 300)
    assert await stage.heard() == [("receipt", "thread")]


@pytest.mark.parametrize(("away_until_left", "said"), [(10, ["15"]), (4, ["5"]), (0, [])])
async def test_a_warning_whose_time_has_passed_is_not_said(
    stage: Stage, away_until_left: int, said: list[str]
) -> None:
    """After a long absence of the bot only the newest, and none after the end."""
    session = await running(stage, VAST, hours=1)
    await stage.stop_bot()
    end = session.rented.ends_at - timedelta(minutes=away_until_left)
    stage.clock.advance((end - stage.clock.now()).total_seconds() + 1)
    await stage.start_bot()
    await stage.tick()
    await stage.tick()
    assert [each.facts["minutes"] for each in await warnings(stage)] == said


async def test_a_warning_that_nobody_could_send_expires_at_the_end(stage: Stage) -> None:
    """It is better lost than said after the end, or twice."""
    session = await running(stage, VAST, hours=1)
    stage.clock.advance(50 * 60)
    await stage.tick()
    (warning,) = await warnings(stage)
    assert (warning.once, warning.expires_at) == (True, session.rented.ends_at)


async def test_an_extension_arms_the_warnings_again(stage: Stage, provider: ProviderName) -> None:
    """Both are said once more before the new end."""
    session = await running(stage, provider, hours=1)
    assert await warned(stage, session, until_left=4) == ["15", "5"]
    told = await stage.bot.control.extend(session.id, ADA, Decimal(1), "x1")
    assert told.sentence == "Extended by 1 h."
    longer = await stage.session(session.id)
    assert longer.rented.ends_at == session.rented.ends_at + HOUR
    assert [each.kind for each in await stage.notices()] == [NoticeKind.EXTENDED]
    assert await warned(stage, longer, until_left=16) == []
    assert await warned(stage, longer, until_left=4) == ["15", "5"]
    await stage.until(session, SessionState.ENDED, 400)
    assert stage.alive() == []


async def test_the_same_press_extends_once(stage: Stage) -> None:
    """A delivery that comes again is answered, and adds nothing."""
    session = await running(stage, VAST)
    await stage.bot.control.extend(session.id, ADA, Decimal(1), "same")
    told = await stage.bot.control.extend(session.id, ADA, Decimal(1), "same")
    assert told.sentence == "That was done already."
    longer = await stage.session(session.id)
    assert longer.rented.ends_at == session.rented.ends_at + HOUR


async def test_an_extension_beyond_the_policys_hours_says_what_is_possible(
    stage: Stage, provider: ProviderName
) -> None:
    """24 h in all, extensions included."""
    session = await running(stage, provider, hours=4)
    told = await stage.bot.control.extend(session.id, ADA, Decimal(21), "x")
    sentence = "The policy allows 24 h in all: at most 20 h more can be added."
    assert told.sentence == sentence
    assert (await stage.session(session.id)).rented.ends_at == session.rented.ends_at
    assert (await stage.bot.control.extend(session.id, ADA, Decimal(20), "y")).sentence == (
        "Extended by 20 h."
    )
    told = await stage.bot.control.extend(session.id, ADA, Decimal(1), "z")
    assert told.sentence == (
        "The policy allows 24 h in all: no more can be added. Rent another machine."
    )


async def test_an_extension_beyond_the_hosts_end_says_what_is_possible(stage: Stage) -> None:
    """Vast.ai states it for each machine."""
    session = await running(stage, VAST, hours=1)
    machine = stage.market.vast.rentals.ever_made()[-1]
    machine.offer["end_date"] = (session.rented.ends_at + HOUR * 2.6).timestamp()
    await stage.pass_time(60)
    told = await stage.bot.control.extend(session.id, ADA, Decimal(4), "x")
    assert told.sentence == (
        "The host takes the machine back then: at most 2.5 h more can be added."
    )


async def test_what_is_being_ended_cannot_be_extended(
    stage: Stage, provider: ProviderName
) -> None:
    """Nor what is gone."""
    session = await running(stage, provider)
    await stage.bot.control.end(session.id, ADA, "e")
    told = await stage.bot.control.extend(session.id, ADA, Decimal(1), "x")
    assert told.sentence == "It is being ended already."
    await stage.until(session, SessionState.ENDED)
    told = await stage.bot.control.extend(session.id, ADA, Decimal(1), "y")
    assert told.sentence == "Its machine is gone already."


async def test_it_is_ended_on_time(stage: Stage, provider: ProviderName) -> None:
    """Within a look of it, without asking; and the marketplace itself shows that it is gone."""
    session = await running(stage, provider, hours=1)
    ended = await stage.until(session, SessionState.ENDED, 4000)
    ending = ended.rented.ending
    assert ending is not None
    assert timedelta(0) <= ending.since - session.rented.ends_at <= timedelta(seconds=10)
    assert ended.rented.gone_at is not None
    assert ended.rented.gone_at - ending.since < timedelta(minutes=2)
    path = ["offered", "renting", "starting", "running", "ending", "ended"]
    assert await stage.path(session) == path


async def test_it_is_ended_on_time_by_a_bot_that_was_away(
    stage: Stage, provider: ProviderName
) -> None:
    """At the first look after its start."""
    session = await running(stage, provider, hours=1)
    await stage.stop_bot()
    stage.clock.advance(3 * 3600)
    await stage.start_bot()
    await stage.tick()
    assert (await stage.session(session.id)).state is SessionState.ENDING
    await stage.until(session, SessionState.ENDED)


async def test_the_cost_is_the_machines_own_price_by_the_second(
    stage: Stage, provider: ProviderName
) -> None:
    """From when it was made to when it was gone; the forecast goes to the end as planned."""
    session = await running(stage, provider, hours=2)
    rental = session.rented
    assert rental.instance is not None
    assert rental.made_at is not None
    assert rental.instance.usd_per_hour is not None
    assert rental.cost_until(rental.made_at + HOUR) == rental.instance.usd_per_hour
    assert abs(rental.forecast(rental.made_at) - 2 * rental.instance.usd_per_hour) < Decimal(
        "0.01"
    )
    await stage.pass_time(1800, step=30)
    await stage.bot.control.end(session.id, ADA, "e")
    ended = (await stage.until(session, SessionState.ENDED)).rented
    assert ended.gone_at is not None
    seconds = int((ended.gone_at - rental.made_at).total_seconds())
    at_end = ended.cost_until(stage.clock.now() + HOUR)
    assert at_end == rental.instance.usd_per_hour * seconds / 3600
    if provider == VAST:
        spent = Decimal(25) - Decimal(stage.market.vast.account.credit)
        assert abs(spent - at_end) < Decimal("0.05")


async def running(stage: Stage, provider: ProviderName, hours: int = 4) -> Session:
    session = await stage.until(await stage.rent(provider, hours=hours), SessionState.RUNNING)
    await stage.notices()
    return session


async def warned(stage: Stage, session: Session, *, until_left: float) -> list[str]:
    """Minutes of the warnings that are said until so many minutes are left."""
    ends_at = (await stage.session(session.id)).rented.ends_at
    left = ends_at - timedelta(minutes=until_left) - stage.clock.now()
    await stage.pass_time(left.total_seconds(), step=30)
    return [each.facts["minutes"] for each in await warnings(stage)]


async def warnings(stage: Stage) -> list[Notice]:
    return [each for each in await stage.notices() if each.kind is NoticeKind.WARNING]
