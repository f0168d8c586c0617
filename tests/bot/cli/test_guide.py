"""The first minute: each step is done by its own deed, in order, and can be begun again."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.bot.cli.stage import Stage, open_stage

CARD, ALERT_CARD, ALERT = "k3f9-abcdefgh23", "k3f9-alertcard2", "alert:w1:now"


class Bot:
    """Writes what the bot would have written, a second after another."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.numbers = count(1)

    def now(self) -> str:
        moment = datetime.fromtimestamp(self.stage.market.clock.now(), UTC)
        return moment.replace(tzinfo=None).isoformat(" ", "microseconds")

    def event(self, old: str | None, new: str, why: str, session_id: str = CARD) -> None:
        row = (next(self.numbers), self.now(), session_id, old, new, why)
        self.stage.write("INSERT INTO session_events VALUES (?, ?, ?, ?, ?, ?)", row)
        self.stage.market.step(1)

    def says(self, kind: str, about: str = CARD, key: str = "", **facts: str) -> None:
        notice = json.dumps({"kind": kind, "facts": facts})
        number = next(self.numbers)
        row = (number, key or f"{about}:{kind}:{number}", about, notice, self.now())
        self.stage.write("INSERT INTO outbox VALUES (?, ?, ?, ?, ?)", row)
        self.stage.market.step(1)

    def rents(self, session_id: str = CARD) -> None:
        self.event("offered", "renting", "pressed Rent for 4 h", session_id)

    def record(self, ends_at: float) -> None:
        ends = datetime.fromtimestamp(ends_at, UTC).isoformat()
        row = (CARD, "running", "vastai", "{}", json.dumps({"ends_at": ends}))
        self.stage.write("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", row)

    def watches(self, watch_id: str = "w1") -> None:
        watch, memory = {"query": {"gpus": ["RTX 4090"]}}, {"looked_at": None}
        row = (watch_id, next(self.numbers), json.dumps(watch), json.dumps(memory), None)
        self.stage.write("INSERT INTO watches VALUES (?, ?, ?, ?, ?)", row)
        self.stage.market.step(1)

    def looks(self) -> None:
        memory = json.dumps({"looked_at": "2026-11-26T11:00:00Z"})
        self.stage.write("UPDATE watches SET memory = ?", (memory,))

    def alerts(self, key: str = ALERT) -> None:
        said = json.dumps({"session_id": ALERT_CARD})
        self.stage.write("UPDATE watches SET said = ?", (said,))
        self.event(None, "offered", "shown on a card", ALERT_CARD)
        self.says("alert", "w1", key, watches="w1")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path) as opened:
        yield opened


@pytest.fixture
def bot(stage: Stage) -> Bot:
    return Bot(stage)


async def done(stage: Stage) -> list[str]:
    return [step["key"] for step in (await stage.shown())["guide"] if step["done"]]


async def step_of(stage: Stage, key: str) -> dict[str, Any]:
    return next(step for step in (await stage.shown())["guide"] if step["key"] == key)


async def skip_to(stage: Stage, key: str) -> None:
    for step in (await stage.shown())["guide"]:
        if step["key"] == key:
            return
        await stage.pull("guide", do="skip", step=step["key"])


async def until_passed(stage: Stage, key: str) -> None:
    for _ in range(200):
        if key in await done(stage) and stage.market.clock.speed == 1:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(await step_of(stage, key))


async def test_each_step_has_its_own_deed(stage: Stage, bot: Bot) -> None:
    """After each of them all earlier steps are done and no later one."""
    deeds = {
        "find": lambda: bot.event(None, "offered", "shown on a card"),
        "rent": bot.rents,
        "run": lambda: bot.event("starting", "running", "SSH answers"),
        "ssh": lambda: bot.says("ready"),
        "jump": lambda: bot.says("warning"),
        "extend": lambda: bot.event("running", "running", "extended by 1 h"),
        "end": lambda: bot.event("running", "ending", "asked: pressed End"),
        "receipt": lambda: bot.says("receipt"),
        "watch": bot.watches,
        "fall": bot.alerts,
        "alert": lambda: bot.rents(ALERT_CARD),
    }
    assert [step["key"] for step in (await stage.shown())["guide"]] == list(deeds)
    for number, (key, does) in enumerate(deeds.items()):
        does()
        if key == "ssh":
            assert key not in await done(stage)
            await stage.pull("guide", do="read", step=key)
        assert await done(stage) == list(deeds)[: number + 1]


async def test_other_deeds_do_nothing(stage: Stage, bot: Bot) -> None:
    """An alert's card is no answer; a time that is up is no warning, no press of End; what
    another machine was told is not told of this one; a renting from an answer is none from the
    alert."""
    bot.watches()
    bot.alerts()
    assert await done(stage) == []
    await skip_to(stage, "run")
    bot.event("starting", "failed", "nobody answered")
    await stage.pull("guide", do="read", step="run")
    assert (await done(stage))[-1] == "rent"
    await skip_to(stage, "jump")
    bot.rents()
    bot.says("warning", "k3f9-another234")
    bot.event("running", "ending", "time is up: the time is up")
    bot.event("ending", "ended", "proved")
    assert (await done(stage))[-1] == "ssh"
    assert "gone already" in (await step_of(stage, "jump"))["trouble"]
    await skip_to(stage, "end")
    bot.says("receipt")
    assert (await done(stage))[-1] == "extend"
    await skip_to(stage, "fall")
    bot.says("alert", "w1", watches="w1", edits=ALERT)
    assert (await done(stage))[-1] == "watch"
    bot.alerts("alert:w1:later")
    bot.rents()
    assert (await done(stage))[-1] == "fall"


async def test_deeds_before_a_step_do_not_count(stage: Stage, bot: Bot) -> None:
    """All in one look, in the order of time."""
    bot.rents()
    bot.event("starting", "running", "SSH answers")
    bot.event(None, "offered", "shown on a card", "k3f9-another234")
    assert await done(stage) == ["find"]


async def test_starting_over_forgets(stage: Stage, bot: Bot) -> None:
    """Only what happens from then on counts; the next watch is another one."""
    bot.event(None, "offered", "shown on a card")
    bot.rents()
    bot.watches()
    assert await done(stage) == ["find", "rent"]
    bot.event("starting", "running", "SSH answers")
    assert "begins again" in await stage.pull("guide", do="restart", step="")
    assert await done(stage) == []
    assert (await step_of(stage, "watch"))["type"] == "/gpu watch 4090 under 0.29"
    bot.event(None, "offered", "shown on a card", "k3f9-another234")
    assert await done(stage) == ["find"]


async def test_a_skip_is_of_one_step(stage: Stage) -> None:
    """However often it is pressed."""
    await stage.shown()
    for _ in range(2):
        await stage.pull("guide", do="skip", step="find")
    assert await done(stage) == ["find"]


async def test_what_was_done_stays_done_without_the_disk(stage: Stage, bot: Bot) -> None:
    """And the new disk is read from its beginning."""
    bot.event(None, "offered", "shown on a card")
    bot.rents()
    assert await done(stage) == ["find", "rent"]
    stage.database.unlink()
    await stage.pull("lose-disk")
    bot.numbers = count(1)
    bot.event("starting", "running", "SSH answers")
    assert await done(stage) == ["find", "rent", "run"]


async def test_time_runs_until_the_machine_does(stage: Stage, bot: Bot) -> None:
    """Sixty times as fast, and as usual again; twice pressed is once."""
    await skip_to(stage, "rent")
    bot.rents()
    said = await stage.pull("guide", do="it", step="run")
    assert await stage.pull("guide", do="it", step="run") == said
    assert stage.market.clock.speed == 60
    assert (await step_of(stage, "run"))["doing"] == said
    bot.event("starting", "running", "SSH answers")
    await until_passed(stage, "run")
    assert await stage.pull("guide", do="it", step="run") == "That step is done."


@pytest.mark.parametrize("hours", [1, 24])
async def test_the_jump_is_to_the_warning(stage: Stage, bot: Bot, hours: int) -> None:
    """However long the rental: sixteen minutes before its end."""
    await skip_to(stage, "rent")
    bot.rents()
    ends_at = stage.market.clock.now() + hours * 3600
    bot.record(ends_at)
    await skip_to(stage, "jump")
    await stage.pull("guide", do="it", step="jump")
    assert stage.market.clock.now() == pytest.approx(ends_at - 16 * 60, abs=30)
    bot.says("warning")
    await until_passed(stage, "jump")


async def test_the_jump_never_reaches_the_end(stage: Stage, bot: Bot) -> None:
    """Without a warning the clock runs as usual from a minute before it on."""
    await skip_to(stage, "jump")
    assert "no machine" in await stage.pull("guide", do="it", step="jump")
    bot.rents()
    ends_at = stage.market.clock.now() + 3600
    bot.record(ends_at)
    await stage.pull("guide", do="it", step="jump")
    await asyncio.sleep(0.3)
    stage.market.step(ends_at - 90 - stage.market.clock.now())
    await asyncio.sleep(1)
    assert (stage.market.clock.speed, ends_at > stage.market.clock.now()) == (1, True)
    assert "No warning came" in (await step_of(stage, "jump"))["trouble"]
    assert "said already" in await stage.pull("guide", do="it", step="jump")


async def test_the_price_falls_when_the_watch_has_looked(stage: Stage, bot: Bot) -> None:
    """Not before, or there would be nothing new to tell; who starts over finds it as it was."""
    before = (await stage.shown())["fields"][0]["options"][0]["label"]
    await skip_to(stage, "fall")
    assert "set up a watch" in await stage.pull("guide", do="it", step="fall")
    bot.watches()
    await stage.pull("guide", do="it", step="fall")
    await asyncio.sleep(0.6)
    assert (await stage.shown())["fields"][0]["options"][0]["label"] == before
    bot.looks()
    await asyncio.sleep(0.6)
    assert (await stage.shown())["fields"][0]["options"][0]["label"] != before
    assert (await step_of(stage, "fall"))["doing"].startswith("Every RTX 4090 costs 30 % less")
    bot.alerts()
    await until_passed(stage, "fall")
    await stage.pull("guide", do="restart", step="")
    assert (await stage.shown())["fields"][0]["options"][0]["label"] == before


async def test_who_moves_the_clock_keeps_it(stage: Stage, bot: Bot) -> None:
    """The guide lets go of it then; a skip gives it back as usual."""
    await skip_to(stage, "run")
    bot.rents()
    await stage.pull("guide", do="it", step="run")
    await stage.pull("speed-3600")
    assert (await step_of(stage, "run"))["doing"] == ""
    bot.event("starting", "running", "SSH answers")
    assert "run" in await done(stage)
    assert stage.market.clock.speed == 3600
    bot.record(stage.market.clock.now() + 86400)
    await skip_to(stage, "jump")
    await stage.pull("guide", do="it", step="jump")
    await stage.pull("guide", do="skip", step="jump")
    assert stage.market.clock.speed == 1


async def test_a_step_knows_its_message(stage: Stage, bot: Bot) -> None:
    """The machine's or the alert's, for the page to open."""
    await skip_to(stage, "rent")
    bot.rents()
    bot.watches()
    bot.alerts()
    stage.write("INSERT INTO posts VALUES (?, ?, ?)", (CARD, "C1", "1.000001"))
    stage.write("INSERT INTO posts VALUES (?, ?, ?)", (ALERT, "C2", "2.000002"))
    shown = {step["key"]: step["at"] for step in (await stage.shown())["guide"] if step["at"]}
    machine = {"channel": "C1", "ts": "1.000001"}
    assert shown == {
        "extend": machine,
        "end": machine,
        "receipt": machine,
        "alert": {"channel": "C2", "ts": "2.000002"},
    }
