"""Goldens: what each card is made of, whole, as JSON. One file for each."""

import json
from pathlib import Path
from typing import Any

from bot.render.message import Home, Layouts, Message, Modal
from tests.bot.render.samples import Card

PICTURE = "F0PICTURE01"
FOLDER = Path(__file__).parents[2] / "goldens"


def as_golden(card: Card) -> dict[str, Any]:
    match card:
        case Layouts():
            golden: dict[str, Any] = {
                "text": card.rich.text.split("\n"),
                "rich": list(card.rich.blocks),
                "classic": "as rich" if card.classic == card.rich else list(card.classic.blocks),
            }
            if card.pictured is not None:
                golden["pictured"] = list(card.pictured.make(PICTURE).blocks)
            return golden
        case Message():
            return {"text": card.text.split("\n"), "blocks": list(card.blocks)}
        case Modal():
            classic = card.classic
            same = classic.payload == card.payload
            return {"view": card.payload} | ({} if same else {"classic": classic.payload})
        case Home():
            return {"home": card.payload}


def file_of(name: str) -> Path:
    return FOLDER / f"{name}.json"


def write(name: str, card: Card) -> None:
    text = json.dumps(as_golden(card), indent=2, ensure_ascii=False)
    file_of(name).write_text(f"{text}\n", encoding="utf-8")


def read(name: str) -> Any:
    return json.loads(file_of(name).read_text(encoding="utf-8"))
