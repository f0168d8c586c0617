"""Each card as a whole, against its file and against Slack's limits."""

import pytest

from bot.playground.limits import Problem, check_message, check_view
from bot.render.message import Home, Layouts, Message, Modal
from tests import slack_limits
from tests.bot.render import catalogue, goldens
from tests.bot.render.samples import Card

CARDS = catalogue.cards()


@pytest.mark.parametrize("name", CARDS)
def test_card_is_its_golden(name: str) -> None:
    """A card is exactly what its golden says; a wanted change is written by `write_goldens`."""
    assert goldens.as_golden(CARDS[name]) == goldens.read(name)


def test_no_golden_without_card() -> None:
    """Every golden belongs to a card."""
    assert {path.stem for path in goldens.FOLDER.glob("*.json")} == set(CARDS)


@pytest.mark.parametrize("name", CARDS)
def test_card_is_within_limits(name: str) -> None:
    """Slack would take each card as it is, in every layout."""
    assert broken(CARDS[name]) == []


@pytest.mark.parametrize("name", CARDS)
def test_the_playground_takes_each_card(name: str) -> None:
    """Its own checks, which tell in Slack's words what it would refuse, find nothing."""
    assert [problem.text for problem in refused(CARDS[name])] == []


def test_classic_layout_holds_no_new_blocks() -> None:
    """What is sent after `invalid_blocks` is made of blocks that every client knows."""
    old = {"section", "context", "actions", "header", "divider"}
    used = {
        block["type"]
        for card in CARDS.values()
        if isinstance(card, Layouts)
        for block in card.classic.blocks
    }
    assert used <= old


def test_a_window_of_new_blocks_has_an_older_twin() -> None:
    """What is opened after `invalid_blocks` holds no alert and no field for numbers."""
    windows = [card for card in CARDS.values() if isinstance(card, Modal)]
    newer = {"alert", "number_input"}
    assert {kind for card in windows for kind in kinds(card)} >= newer
    assert not {kind for card in windows for kind in kinds(card.classic)} & newer


def test_both_twins_of_a_window_have_the_same_fields() -> None:
    """Their labels, and what they begin with."""
    windows = [card for card in CARDS.values() if isinstance(card, Modal)]
    assert [fields(card.classic) for card in windows] == [fields(card) for card in windows]


def kinds(card: Modal) -> set[str]:
    blocks = card.payload["blocks"]
    return {each["type"] for block in blocks for each in (block, block.get("element", block))}


def fields(card: Modal) -> list[tuple[str, str, str | None]]:
    return [
        (block["block_id"], block["label"]["text"], block["element"].get("initial_value"))
        for block in card.payload["blocks"]
        if block["type"] == "input"
    ]


def broken(card: Card) -> list[str]:
    match card:
        case Layouts():
            pictured = card.pictured
            drawn = [] if pictured is None else broken(pictured.make(goldens.PICTURE))
            return [*broken(card.rich), *drawn, *broken(card.classic)]
        case Message():
            return slack_limits.of_message(card.text, list(card.blocks))
        case Modal():
            found = slack_limits.of_view(card.payload)
            return found if card.make_classic is None else [*found, *broken(card.classic)]
        case Home():
            return slack_limits.of_home(card.payload)


def refused(card: Card) -> list[Problem]:
    match card:
        case Layouts():
            return [*refused(card.rich), *refused(card.classic)]
        case Message():
            return check_message(list(card.blocks) or None, card.text).errors
        case Modal():
            views = {id(each): each for each in (card, card.classic)}.values()
            return [problem for view in views for problem in check_view(view.payload).errors]
        case Home():
            return check_view(card.payload).errors
