"""What Slack refuses, loses or delays: said later, or once at most."""

from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import ClientSession

from bot.playground.faults import Faults
from bot.rules.notices import Audience, NoticeKind, PendingNotice
from bot.slack.errors import CAUSES, Cause
from bot.slack.notify import MOST_REFUSALS, Notifier
from tests.bot.slack.newsroom import Newsroom, open_newsroom

Stage = tuple[Newsroom, Notifier]
POST = "chat.postMessage"


def words(cause: Cause) -> list[str]:
    return sorted(word for word, meant in CAUSES.items() if meant is cause)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_newsroom() as opened:
        yield opened


@pytest.mark.parametrize("word", words(Cause.LATER))
async def test_passing_trouble_is_waited_for(stage: Stage, word: str) -> None:
    """Slack's own trouble: the same again, after a wait."""
    room, notifier = stage
    await room.card(room.rent())
    room.slack.faults.error(POST, word)
    assert [await notifier.tick(), await notifier.tick()] == [0, 0]
    room.clock.advance(301)
    assert await notifier.tick() == 1
    assert len(room.said("general")) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        lambda faults: faults.status(POST, 500),
        lambda faults: faults.status(POST, 503),
        lambda faults: faults.cut(POST),
        lambda faults: faults.lose_answer(POST),
    ],
    ids=["500", "503", "cut", "lost answer"],
)
async def test_a_broken_answer_is_asked_again(
    stage: Stage, trouble: Callable[[Faults], None]
) -> None:
    """What matters is said again when nobody knows whether it was said."""
    room, notifier = stage
    session = room.rent()
    await room.tell(NoticeKind.WILL_NOT_DIE, Audience.RENTER, session.id)
    trouble(room.slack.faults)
    assert await notifier.tick() == 0
    room.clock.advance(2)
    assert await notifier.tick() == 1


@pytest.mark.parametrize(
    ("trouble", "times"),
    [
        (lambda faults: faults.lose_answer(POST), 1),
        (lambda faults: faults.cut(POST), 0),
    ],
    ids=["lost answer", "cut"],
)
async def test_what_may_be_said_once_is_not_repeated_in_doubt(
    stage: Stage, trouble: Callable[[Faults], None], times: int
) -> None:
    """Better lost than said twice: it may stand there already."""
    room, notifier = stage
    session = room.rent()
    key = await room.tell(NoticeKind.WARNING, Audience.RENTER, session.id, once=True)
    trouble(room.slack.faults)
    await notifier.tick()
    assert (room.outbox.rows[key].fate, len(room.texts("@ada"))) == ("dropped", times)


async def test_no_answer_in_time_is_doubt() -> None:
    """What may be said once is not said again after it."""
    async with open_newsroom(timeout_s=0.3) as (room, notifier):
        session = room.rent()
        key = await room.tell(NoticeKind.WARNING, Audience.RENTER, session.id, once=True)
        room.slack.faults.slow(POST, 3600.0)
        await notifier.tick()
        assert (room.outbox.rows[key].fate, room.texts("@ada")) == ("dropped", [])


async def test_what_may_be_said_once_is_repeated_when_it_was_refused(stage: Stage) -> None:
    """A refusal is no doubt."""
    room, notifier = stage
    session = room.rent()
    await room.tell(NoticeKind.WARNING, Audience.RENTER, session.id, once=True)
    room.slack.faults.error(POST, "ratelimited")
    await notifier.tick()
    room.clock.advance(2)
    assert await notifier.tick() == 1


@pytest.mark.parametrize(("once", "times"), [(True, 1), (False, 2)])
async def test_a_crash_between_said_and_noted(stage: Stage, once: bool, times: int) -> None:
    """The process dies after Slack took it: only what may be said twice is said twice."""
    room, notifier = stage
    session = room.rent()
    key = await room.tell(NoticeKind.WARNING, Audience.RENTER, session.id, once=once)
    noted = room.outbox.sent

    async def die(_pending: PendingNotice) -> None:
        raise SystemError("killed")

    async def silent(*_: object) -> None:
        """Nothing is written by the dead."""

    room.outbox.sent = die  # type: ignore[method-assign, assignment]
    later, room.outbox.later = room.outbox.later, silent  # type: ignore[method-assign, assignment]
    await notifier.tick()
    room.outbox.sent, room.outbox.later = noted, later  # type: ignore[method-assign]
    assert await notifier.tick() == 0  # it is claimed still
    room.clock.advance(121)
    await notifier.tick()
    assert len(room.texts("@ada")) == times
    assert room.outbox.rows[key].fate == ("dropped" if once else "sent")


async def test_slack_says_how_long_to_wait(stage: Stage) -> None:
    """Not a second sooner, and nothing else is sent there meanwhile."""
    room, notifier = stage
    for name in ("k3f9-abcdefgh23", "k3f9-abcdefgh24"):
        await room.card(room.rent(name))
    room.slack.faults.rate_limit(POST, retry_after_s=30)
    await notifier.tick()
    before = len(room.slack.calls_of(POST))
    room.clock.advance(25)
    await notifier.tick()
    assert len(room.slack.calls_of(POST)) == before
    room.clock.advance(10)
    await notifier.tick()
    assert len(room.said("general")) == 2


async def test_who_comes_later_waits_as_long(stage: Stage) -> None:
    """Slack named the channel's time, not the message's."""
    room, notifier = stage
    await room.card(room.rent())
    room.slack.faults.rate_limit(POST, retry_after_s=30)
    await notifier.tick()
    room.clock.advance(5)
    await room.card(room.rent("k3f9-abcdefgh24"))
    await notifier.tick()
    assert len(room.slack.calls_of(POST)) == 1
    room.clock.advance(30)
    await notifier.tick()
    assert len(room.said("general")) == 2


async def test_what_never_left_is_no_doubt(stage: Stage) -> None:
    """No connection, no message: what may be said once is said later."""
    room, notifier = stage
    key = await room.tell(NoticeKind.WARNING, Audience.RENTER, room.rent().id, once=True)
    async with ClientSession() as http:
        await room.notifier(http, "http://127.0.0.1:9/api/").tick()
    assert room.outbox.rows[key].fate == "waiting"
    room.clock.advance(2)
    assert await notifier.tick() == 1


async def test_waits_grow_to_five_minutes_and_nothing_is_lost(stage: Stage) -> None:
    """An outage of hours: about a try in five minutes, then it is said."""
    room, notifier = stage
    await room.card(room.rent())
    room.slack.faults.status(POST, 500, times=1000)
    for _ in range(6 * 3600):
        room.clock.advance(1)
        if any(row.due_at <= room.clock.now() for row in room.outbox.rows.values()):
            await notifier.tick()
    tries = len(room.slack.calls_of(POST))
    assert 72 <= tries <= 90
    room.slack.faults.clear()
    room.clock.advance(301)
    assert await notifier.tick() == 1


@pytest.mark.parametrize("word", words(Cause.DEAD))
async def test_a_dead_installation_is_asked_each_five_minutes(stage: Stage, word: str) -> None:
    """Nothing is lost, nothing is tried in between, and then one message is the probe."""
    room, notifier = stage
    for name in ("k3f9-abcdefgh23", "k3f9-abcdefgh24", "k3f9-abcdefgh25"):
        await room.card(room.rent(name))
    room.slack.faults.error(POST, word, times=4)
    await notifier.tick()
    await room.card(room.rent("k3f9-abcdefgh26"))
    for _ in range(4):
        room.clock.advance(60)
        await notifier.tick()
    assert len(room.slack.calls_of(POST)) == 3
    room.clock.advance(100)
    await notifier.tick()
    assert len(room.slack.calls_of(POST)) == 4
    for _ in range(8):
        room.clock.advance(301)
        await notifier.tick()
    assert len(room.said("general")) == 4


async def test_the_end_of_the_installation_is_told_by_an_event(stage: Stage) -> None:
    """`app_uninstalled` and `tokens_revoked`: not a call is made."""
    room, notifier = stage
    await room.card(room.rent())
    notifier.installation_lost("app_uninstalled")
    await notifier.tick()
    assert room.slack.calls_of(POST) == []


async def test_what_is_always_refused_is_given_up(stage: Stage) -> None:
    """After half an hour, so that what its session has to say next is said."""
    room, notifier = stage
    session = room.rent()
    key = await room.tell(NoticeKind.READY, Audience.RENTER, session.id)
    await room.tell(NoticeKind.RECEIPT, Audience.RENTER, session.id)
    room.slack.faults.error(POST, "as_yet_unknown", times=MOST_REFUSALS)
    for _ in range(MOST_REFUSALS + 1):
        await notifier.tick()
        room.clock.advance(301)
    assert room.outbox.rows[key].fate == "dropped"
    assert room.texts("@ada") == ["receipt of k3f9-abcdefgh23"]
