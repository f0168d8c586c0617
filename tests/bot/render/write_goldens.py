"""`python -m tests.bot.render.write_goldens`: writes every golden anew; read the diff after it."""

from tests.bot.render import catalogue, goldens


def main() -> None:
    cards = catalogue.cards()
    goldens.FOLDER.mkdir(exist_ok=True)
    for left_over in goldens.FOLDER.glob("*.json"):
        if left_over.stem not in cards:
            left_over.unlink()
    for name, card in cards.items():
        goldens.write(name, card)


if __name__ == "__main__":
    main()
