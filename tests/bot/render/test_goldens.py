"""Each card as a whole, against its file and against Slack's limits."""

import pytest

from bot.render.message import Layouts, Message, Modal
from tests import slack_limits
from tests.bot.render import goldens, samples

CARDS = samples.cards()


@pytest.mark.parametrize("name", CARDS)
def test_card_is_its_golden(name: str) -> None:
    """A card is exactly what its golden says; a wanted change is written by `write_goldens`."""
    assert goldens.as_golden(CARDS[name]) == goldens.read(name)


def test_no_golden_without_card() -> None:
    """Every golden belongs to a card."""
    assert {path.stem for path in goldens.FOLDER.glob("*.json")} == set(CARDS)


@pytest.mark.parametrize("name", CARDS)
def test_card_is_within_limits(name: str) -> None:
    """Slack would take each card as it is, in both layouts."""
    assert broken(CARDS[name]) == []


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


def broken(card: Layouts | Message | Modal) -> list[str]:
    match card:
        case Layouts():
            return [*broken(card.rich), *broken(card.classic)]
        case Message():
            return slack_limits.of_message(card.text, list(card.blocks))
        case Modal():
            return slack_limits.of_view(card.payload)
