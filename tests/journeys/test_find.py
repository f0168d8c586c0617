"""`/gpu find` from the typed command to the cards, and every button on them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.playground.values import Message
from tests.fakes.loopback import said, serving
from tests.journeys.world import World, open_world
from tests.log_capture import captured


def block_types(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks or []]


def cards(message: Message) -> list[dict[str, Any]]:
    return [
        card
        for block in message.blocks or []
        if block["type"] == "carousel"
        for card in block["elements"]
    ]


def titles(message: Message) -> list[str]:
    return [card["title"]["text"] for card in cards(message)]


def prices(message: Message) -> list[float]:
    return [float(price) for price in re.findall(r"\$(\d+\.\d+)/h all-in", message.text)]


def position(message: Message) -> str:
    found = re.search(r"\d+–\d+ of \d+", message.everything)
    return found[0] if found else ""


async def test_a_command_is_answered_with_cards(both: World) -> None:
    """The asker alone sees a page of cards of the wanted card, cheapest first, from both."""
    answer = await both.ask("/gpu find 4090 any host reliability 0")
    assert answer.only_for == both.slack.user("ada").id
    assert "carousel" in block_types(answer)
    assert len(cards(answer)) == 10
    assert all("RTX 4090" in title for title in titles(answer))
    assert "Vast.ai" in answer.everything
    assert "TensorDock" in answer.everything
    assert not answer.problems


async def test_the_acknowledgement_comes_before_the_answer(both: World) -> None:
    """Slack gets its empty acknowledgement although a marketplace is slow."""
    both.market.fault("vast", "slow", seconds=0.3)
    handled = await both.slack.command("/gpu find 3090 any host")
    assert (handled.ack.error, handled.errors) == (None, None)
    assert both.slack.notes() == []
    answer = await both.slack.wait_for_message("offers", since=handled.since)
    assert cards(answer)


async def test_pages_turn_without_repeating_a_card(both: World) -> None:
    """Next and Previous replace the message and walk through the same answer."""
    first = await both.ask("/gpu find 4090 any host reliability 0")
    pressed = await both.slack.press(first, "gpu:next")
    second = await both.slack.wait_for_message("11–20 of", since=pressed.since)
    assert second.ts == first.ts
    assert not set(map(str, cards(first))) & set(map(str, cards(second)))
    pressed = await both.slack.press(second, "gpu:previous")
    back = await both.slack.wait_for_message("1–10 of", since=pressed.since)
    assert titles(back) == titles(first)


async def test_the_order_can_be_changed(world: World) -> None:
    """The menu sorts all offers anew and starts at the first page."""
    first = await world.ask("/gpu find any host reliability 0 under 5")
    chosen = await world.slack.select(first, "gpu:sort", "Most VRAM first")
    sorted_ = await world.slack.wait_for_message("most VRAM first", since=chosen.since)
    assert position(sorted_).startswith("1–10 of")
    assert titles(sorted_) != titles(first)


async def test_details_open_in_a_window(both: World) -> None:
    """Details shows the parts of the price and what four hours would cost."""
    answer = await both.ask("/gpu find 4090")
    await both.slack.press(answer, "gpu:details")
    view = await both.slack.wait_for_modal("4 h")
    assert not view.problems
    assert "24 h" in view.everything


async def test_sharing_shows_the_cards_to_the_channel(world: World) -> None:
    """Share posts to the channel and says who shared; another person can search it privately."""
    answer = await world.ask("/gpu find 4090")
    pressed = await world.slack.press(answer, "gpu:share")
    shared = await world.slack.wait_for_message("shared this search", since=pressed.since)
    ada, grace = world.slack.user("ada").id, world.slack.user("grace").id
    assert shared.only_for is None
    assert f"<@{ada}>" in shared.everything
    assert titles(shared) == titles(answer)
    pressed = await world.slack.press(shared, "gpu:run", user="grace")
    own = await world.slack.wait_for_message(
        lambda message: message.only_for == grace, since=pressed.since
    )
    assert cards(own)


async def test_refresh_asks_the_marketplaces_again(world: World) -> None:
    """Refresh shows a new answer in the same place."""
    answer = await world.ask("/gpu find 4090")
    pressed = await world.slack.press(answer, "gpu:refresh")
    again = await world.slack.wait_for_message("offers", since=pressed.since)
    assert again.ts == answer.ts
    assert cards(again)


async def test_a_workspace_without_cards_gets_the_classic_layout(world: World) -> None:
    """`invalid_blocks` is answered with sections at once, and cards are not tried again."""
    world.slack.refuse_blocks = frozenset({"carousel", "card"})
    answer = await world.ask("/gpu find 4090")
    assert "carousel" not in block_types(answer)
    assert block_types(answer).count("section") >= 10
    posts = len(world.slack.calls_of("response_url"))
    await world.ask("/gpu find 3090 any host")
    assert len(world.slack.calls_of("response_url")) - posts == 1


async def test_nothing_found_explains_itself(world: World) -> None:
    """The answer names what removed the offers; its button loosens that and finds some."""
    answer = await world.ask("/gpu find 4090 under 0.02")
    assert not cards(answer)
    assert "under $0.02/h" in answer.everything
    pressed = await world.slack.press(answer, "gpu:run:0")
    found = await world.slack.wait_for_message(
        lambda message: bool(cards(message)), since=pressed.since
    )
    assert "RTX 4090" in titles(found)[0]


async def test_a_failed_marketplace_costs_its_own_offers_only(both: World) -> None:
    """One line says which marketplace is missing and why; the other's offers come."""
    both.market.fault("tensordock", "html")
    answer = await both.ask("/gpu find 4090 any host")
    assert cards(answer)
    assert "TensorDock" in answer.everything
    assert "Vast.ai" in answer.everything


async def test_a_marketplace_s_own_words_are_in_the_log(tmp_path: Path) -> None:
    """The answer says that they are, and they come with the request that met them."""

    async def refuse(_request: web.Request) -> web.Response:
        return said(400, {"success": False, "error": "odd", "msg": "no such field"})

    async with serving(refuse) as origin, open_world(tmp_path, vastai_url=origin) as world:
        with captured() as log:
            answer = await world.ask("/gpu find 4090")
    told = [json.loads(line) for line in log.getvalue().splitlines()]
    failed = next(line for line in told if line["event"] == "marketplace failed")
    assert "The log has its words." in answer.text
    assert (failed["provider"], failed["kind"]) == ("vastai", "refused")
    assert failed["said"] == "HTTP 400: odd no such field"
    assert failed["request"]


async def test_when_all_fail_the_answer_says_why(world: World) -> None:
    """No cards, a line for each marketplace, and a button that tries again."""
    world.market.fault("tensordock", "html")
    world.market.fault("vast", "html")
    answer = await world.ask("/gpu find 4090")
    assert not cards(answer)
    assert "Vast.ai" in answer.text
    assert "TensorDock" in answer.text


async def test_a_typing_mistake_is_one_press_from_right(both: World) -> None:
    """What is not understood is named, and the nearest command is a button that runs it."""
    answer = await both.ask("/gpu find 4090 udner 0.60")
    assert "udner" in answer.everything
    pressed = await both.slack.press(answer, "gpu:run:0")
    found = await both.slack.wait_for_message("offers", since=pressed.since)
    assert "under $0.60/h" in found.everything


async def test_help_teaches_by_examples(both: World) -> None:
    """`/gpu` alone shows examples, and one of them runs at a press."""
    answer = await both.ask("/gpu")
    assert "2x 4090 under 0.80" in answer.text
    pressed = await both.slack.press(answer, "gpu:run:0")
    found = await both.slack.wait_for_message(
        lambda message: message.ts != answer.ts, since=pressed.since
    )
    assert "Asked for:" in found.everything


async def test_slacks_entities_are_understood(both: World) -> None:
    """Slack sends `<` as `&lt;`."""
    answer = await both.ask("/gpu find 4090 <0.6")
    assert "under $0.60/h" in answer.everything
    assert all(price <= 0.6 for price in prices(answer))


async def test_a_repeated_delivery_is_answered_once(both: World) -> None:
    """The same command over both sockets, or the same signed request again, is one answer."""
    both.slack.faults.duplicate()
    await both.ask("/gpu find 4090")
    await both.ask("/gpu find 3090 any host")
    answers = [message.text.splitlines()[0] for message in both.slack.messages("general")]
    assert len(answers) == 2


async def test_a_used_up_url_is_answered_by_the_bot_itself(world: World) -> None:
    """When the `response_url` takes no more, the bot posts the answer itself, still privately."""
    world.slack.faults.error("response_url", "used_url", 1)
    answer = await world.ask("/gpu find 4090")
    assert answer.only_for == world.slack.user("ada").id
    assert cards(answer)
    assert len(world.slack.calls_of("chat.postEphemeral")) == 1


async def test_a_late_window_is_told(world: World) -> None:
    """When Slack says that the right to open a window has run out, the asker may press again."""
    answer = await world.ask("/gpu find 4090")
    world.slack.faults.error("views.open", "expired_trigger_id")
    pressed = await world.slack.press(answer, "gpu:details")
    told = await world.slack.wait_for_message("Press again", since=pressed.since)
    assert told.ephemeral


async def test_what_nobody_foresaw_gets_a_reference(world: World) -> None:
    """An unexpected error is answered with a reference, and the bot goes on."""
    answer = await world.ask("/gpu find 4090")
    world.slack.faults.error("views.open", "fatal_error", times=10)
    pressed = await world.slack.press(answer, "gpu:details")
    told = await world.slack.wait_for_message("reference", since=pressed.since)
    assert re.search(r"reference [0-9a-f]{8}", told.text)
    assert cards(await world.ask("/gpu find 3090 any host"))


@pytest.mark.parametrize(
    ("word", "sentence"),
    [("token_revoked", "install the app again"), ("ratelimited", "did not take the answer")],
)
async def test_a_refusal_of_slack_is_named(world: World, word: str, sentence: str) -> None:
    """Who presses while Slack refuses the bot hears which of the two is at fault."""
    answer = await world.ask("/gpu find 4090")
    world.slack.faults.error("views.open", word, times=10)
    pressed = await world.slack.press(answer, "gpu:details")
    assert (await world.slack.wait_for_message(sentence, since=pressed.since)).ephemeral


async def test_a_lost_record_is_told(world: World) -> None:
    """A button whose record was swept says so instead of doing nothing."""
    answer = await world.ask("/gpu find 4090")
    await world.stop_bot()
    (world.home / "data" / "shopper.db").unlink()
    await world.start_bot()
    pressed = await world.slack.press(answer, "gpu:refresh")
    assert "too old" in (await world.slack.wait_for_message("too old", since=pressed.since)).text
    await world.slack.press(answer, "gpu:details")
    assert "too old" in (await world.slack.wait_for_modal("too old")).everything


async def test_hostile_texts_harm_nobody(world: World) -> None:
    """Whatever a marketplace writes, Slack takes the answer and nobody is mentioned."""
    world.market.fault("vast", "hostile", times=None)
    for text in ("/gpu find any host reliability 0", "/gpu find 4090 any host"):
        answer = await world.ask(text)
        assert not answer.problems
        assert not re.search(r"<[!@#]|<http", answer.everything)


async def test_buttons_survive_a_restart(world: World) -> None:
    """A card from before a restart still opens and still turns its pages."""
    answer = await world.ask("/gpu find 4090 any host reliability 0")
    await world.stop_bot()
    await world.start_bot()
    pressed = await world.slack.press(answer, "gpu:next")
    await world.slack.wait_for_message("11–20 of", since=pressed.since)
    await world.slack.press(answer, "gpu:details")
    await world.slack.wait_for_modal("4 h")


async def test_a_stand_in_that_draws_no_cards(tmp_path: Path) -> None:
    """With `SLACK_LAYOUT=classic` it is sent none, though it would have taken them."""
    async with open_world(tmp_path, slack_layout="classic") as world:
        answer = await world.ask("/gpu find 4090")
        assert block_types(answer).count("section") >= 10
        assert not {"carousel", "card"} & set(block_types(answer))
        assert [call.error for call in world.slack.calls_of("response_url")] == [None]
