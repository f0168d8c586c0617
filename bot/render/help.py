"""`/gpu` and `/gpu help`: learning by examples, from the table that the parser reads."""

from collections.abc import Iterable, Iterator

from slackblocks.blocks import Block as KitBlock

from bot import grammar
from bot.grammar import Parameter
from bot.render import ids, kit, usage
from bot.render.foreign import entities, escaped
from bot.render.message import Layouts
from bot.rules.searches import Suggestion

INTRO = (
    "I find GPUs to rent on Vast.ai and TensorDock. Prices are all-in: GPU, vCPU, RAM and disk. "
    "Only you see the answer until you share it."
)
ORDER = "Words that I understand, in any order"
MACHINES = "Your machines"
PRICES = "Prices over time"
WATCHES = "Watches and orders"
_WITH_WORDS = {"watch": grammar.watch_parameters()[:-1], "order": grammar.watch_parameters()[-1:]}
"""What is explained with a command, since it is of use there alone."""


def help_message(suggestions: tuple[Suggestion, ...] = (), topic: str | None = None) -> Layouts:
    """All of it, or the one row of the tables that `topic` names.

    `suggestions` are examples that wait for a press.
    """
    for parameter in _everything():
        if parameter.topic == topic:
            return _one(parameter)
    examples = [(example.text, example.does) for example in grammar.help_examples()]
    blocks: list[KitBlock] = [
        kit.section("gpu:intro", INTRO),
        kit.section("gpu:examples", "\n".join(["*Try*", *(_shown(*each) for each in examples)])),
        kit.section("gpu:order", f"*{ORDER}*"),
        *kit.sections("gpu:words", [_row(parameter) for parameter in grammar.parameters()]),
        kit.section("gpu:history", f"*{PRICES}*"),
        *kit.sections("gpu:prices", [_row(each) for each in grammar.price_commands()]),
        kit.section("gpu:verbs", f"*{MACHINES}*"),
        *kit.sections("gpu:commands", [_row(each) for each in grammar.commands()]),
        kit.section("gpu:watching", f"*{WATCHES}*"),
        *kit.sections("gpu:watches", [_row(each) for each in grammar.watch_commands()]),
    ]
    presses = usage.presses(suggestions)
    if presses:
        blocks.insert(2, kit.actions("gpu:try", presses))
    lines = [
        INTRO,
        *(escaped(f"/gpu {text} – {does}") for text, does in examples),
        f"{ORDER}:",
        *_lines(grammar.parameters()),
        f"{PRICES}:",
        *_lines(grammar.price_commands()),
        f"{MACHINES}:",
        *_lines(grammar.commands()),
        f"{WATCHES}:",
        *_lines(grammar.watch_commands()),
    ]
    message = kit.message("\n".join(lines), blocks)
    return Layouts(message)


def _everything() -> Iterator[Parameter]:
    yield from (*grammar.parameters(), *grammar.price_commands(), *grammar.commands())
    yield from (*grammar.watch_commands(), *grammar.watch_parameters())


def _one(parameter: Parameter) -> Layouts:
    row = "\n".join(map(_row, (parameter, *_WITH_WORDS.get(parameter.topic, ()))))
    everything = kit.button("All help", ids.HELP, None, "Show all help of /gpu")
    blocks = [kit.section("gpu:word", row), kit.actions("gpu:more", [everything])]
    message = kit.message(row, blocks)
    return Layouts(message)


def _lines(parameters: Iterable[Parameter]) -> Iterator[str]:
    return (escaped(f"{each.topic}: {', '.join(each.forms)}") for each in parameters)


def _shown(text: str, does: str) -> str:
    return f"• `/gpu {entities(text)}` – {entities(does)}"


def _row(parameter: Parameter) -> str:
    forms = ", ".join(f"`{entities(form)}`" for form in parameter.forms)
    return f"*{entities(parameter.topic)}* {forms}\n{entities(parameter.meaning)}"
