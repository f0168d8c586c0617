"""What can be pressed in a message."""

from typing import Any

from bot.render.message import Message


def elements(message: Message) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for block in message.blocks:
        cards = block["elements"] if block["type"] == "carousel" else []
        in_actions = block["elements"] if block["type"] == "actions" else []
        in_cards = [each for card in cards for each in card["actions"]]
        found += [*in_actions, *in_cards, *filter(None, [block.get("accessory")])]
    return found


def pressed(message: Message) -> dict[str, str]:
    """Words of each button → its action."""
    return {
        (each.get("text") or each["placeholder"])["text"]: each["action_id"]
        for each in elements(message)
    }
