"""What models cost over time: from the first look to a chart, a picture, and words on a card."""

import asyncio
import re
import sqlite3
from contextlib import closing
from typing import Any

from bot.playground.values import Message
from tests.journeys.conftest import Opener
from tests.journeys.world import World

HOUR_S = 3_600.0


async def test_from_the_first_look_to_a_chart(both: World) -> None:
    """Without history it says so, with what is known; some hours later Slack draws the lowest and
    the median, and the words say what the chart shows."""
    first = await both.ask("/gpu prices 4090")
    assert "There is no history yet, this is the first look." in first.text
    assert "Usually it costs about $0.40/h before disk." in first.text
    assert re.search(
        r"now from \$0\.\d\d/h per GPU, the median of \d+ offers is \$0\.\d\d/h", first.text
    )
    assert charts(first) == []
    await hours_pass(both, 7)
    answer = await both.ask("/gpu prices 4090")
    (chart,) = charts(answer)
    assert chart["title"] == "RTX 4090, last 24 hours, UTC"
    assert chart["chart"]["axis_config"]["categories"] == ["12:00", "14:00", "16:00", "18:00"]
    assert [series["name"] for series in chart["chart"]["series"]] == ["Lowest", "Median"]
    assert "The chart shows USD per GPU hour over 8 h. RTX 4090: the lowest" in answer.text
    assert "TensorDock: now from $" in answer.text
    assert "Vast.ai: now from $" in answer.text


async def test_two_are_compared_and_searched_with_one_press(world: World) -> None:
    """Four lines for two sides, and a button for each that finds its offers."""
    await world.ask("/gpu prices h100 vs 3090 24h")
    await hours_pass(world, 6, "RTX 3090")
    answer = await world.ask("/gpu prices h100 vs 3090 24h")
    (chart,) = charts(answer)
    assert [series["name"] for series in chart["chart"]["series"]] == [
        "H100 lowest",
        "H100 median",
        "RTX 3090 lowest",
        "RTX 3090 median",
    ]
    handled = await world.slack.press(answer, "gpu:run:1")
    found = await world.slack.wait_for_message("Asked for: RTX 3090", since=handled.since)
    assert "3090" in found.everything


async def test_where_slack_draws_no_charts_it_is_a_picture(world: World) -> None:
    """The same figures, drawn by us and uploaded, with words for who does not see it; in the same
    workspace the next answer tries no chart."""
    world.slack.refuse_blocks = frozenset({"data_visualization"})
    await world.ask("/gpu prices 4090")
    await hours_pass(world, 6)
    for attempt in range(2):
        refused = len(world.slack.calls_of("response_url"))
        answer = await answered(world, "/gpu prices 4090")
        (image,) = [block for block in answer.blocks or [] if block["type"] == "image"]
        assert image["alt_text"].startswith("The chart shows USD per GPU hour over ")
        uploaded = world.slack._parts.api._at.files.get(image["slack_file"]["id"])
        assert (uploaded.mimetype, uploaded.complete) == ("image/png", True)
        assert uploaded.alt_text == image["alt_text"]
        calls = world.slack.calls_of("response_url")[refused:]
        assert [call.answer["ok"] for call in calls] == ([True] if attempt else [False, True])


async def test_where_only_the_classic_layout_is_wanted_no_picture_is_tried(
    opened: Opener,
) -> None:
    """A stand-in takes it and does not draw it: the figures come without, and at once."""
    async with opened(slack_layout="classic") as world:
        await world.ask("/gpu prices 4090")
        await hours_pass(world, 6)
        answer = await world.ask("/gpu prices 4090")
        assert world.slack.calls_of("files.getUploadURLExternal") == []
        assert {block["type"] for block in answer.blocks or []} <= {
            "header",
            "section",
            "context",
            "actions",
        }
        assert "now from $" in answer.text
        assert "!date" not in answer.everything


async def test_without_the_scope_for_pictures_words_are_left(world: World) -> None:
    """An installation from before there were pictures: the figures come all the same."""
    world.slack.refuse_blocks = frozenset({"data_visualization"})
    world.slack.faults.error("files.getUploadURLExternal", "missing_scope")
    await world.ask("/gpu prices 4090")
    await hours_pass(world, 6)
    answer = await answered(world, "/gpu prices 4090")
    assert {block["type"] for block in answer.blocks or []} <= {
        "header",
        "section",
        "context",
        "actions",
    }
    assert "The chart shows" in answer.text


async def test_a_card_says_its_place_in_history(world: World) -> None:
    """From the fourth day on; before that nothing is said."""
    answer = await world.ask("/gpu find 4090")
    assert placed(answer) == []
    for _ in range(4):
        await hours_pass(world, 19)
        answer = await world.ask("/gpu find 4090")  # who asks for a day is looked at no more
    assert placed(answer)


async def test_history_outlives_a_restart(world: World) -> None:
    """A fresh process knows what was seen, and looks on."""
    await world.ask("/gpu prices 4090")
    await hours_pass(world, 5)
    await world.restart_bot()
    await hours_pass(world, 2)
    (chart,) = charts(await world.ask("/gpu prices 4090"))
    assert len(chart["chart"]["axis_config"]["categories"]) == 4


def charts(answer: Message) -> list[dict[str, Any]]:
    return [block for block in answer.blocks or [] if block["type"] == "data_visualization"]


def placed(answer: Message) -> list[str]:
    return re.findall(
        r"cheaper than \d+% of the last 3 days|lowest since [^·]+|lowest in 3 days", answer.text
    )


async def answered(world: World, text: str) -> Message:
    """While a picture waits to be taken, time passes."""
    asking = asyncio.create_task(world.ask(text))
    while not asking.done():
        await world.pass_time(0.5)
    return await asking


async def hours_pass(world: World, count: int, model: str = "RTX 4090") -> None:
    """Each with a look at a model that somebody asked about."""
    for _ in range(count):
        enough = looks(world, model) + 1
        await world.pass_time(HOUR_S)
        # The job may have begun to wait when the hour was over: then it waits five minutes.
        await world.until(lambda: looks(world, model) >= enough, step_s=10)  # noqa: B023  awaited


def looks(world: World, model: str) -> int:
    """Points of it, as they were seen."""
    with closing(sqlite3.connect(world.home / "data" / "shopper.db")) as database:
        found = database.execute(
            "SELECT COUNT(*) FROM price_points JOIN price_series ON id = series_id"
            " WHERE grain = 0 AND name = ?",
            (model,),
        )
        return int(found.fetchone()[0])
