"""`/gpu` and `/gpu help`: learning by examples, from the table that the parser reads."""

from slackblocks.blocks import Block as KitBlock

from bot import grammar
from bot.grammar import Parameter
from bot.render import ids, kit, usage
from bot.render.foreign import escaped
from bot.render.message import Layouts
from bot.rules.searches import Suggestion

INTRO = (
    "I find GPUs to rent on Vast.ai and TensorDock. Prices are all-in: GPU, vCPU, RAM and disk. "
    "Only you see the answer until you share it."
)


def help_message(topic: str | None = None, suggestions: tuple[Suggestion, ...] = ()) -> Layouts:
    """All of it, or one row of the table. `suggestions` are examples that wait for a press."""
    for parameter in grammar.parameters():
        if topic is not None and parameter.topic == topic:
            return _topic(parameter)
    examples = "\n".join(
        f"• /gpu {escaped(f'{e.text}: {e.does}')}" for e in grammar.help_examples()
    )
    words = "\n".join(f"• {_row(parameter)}" for parameter in grammar.parameters())
    blocks: list[KitBlock] = [
        kit.section("gpu:intro", INTRO),
        kit.section("gpu:examples", f"*Try*\n{examples}"),
        kit.section("gpu:words", f"*Words that I understand, in any order*\n{words}"),
    ]
    presses = usage.presses(suggestions)
    if presses:
        blocks.append(kit.actions("gpu:try", presses))
    message = kit.message(f"{INTRO}\nTry:\n{examples}\nWords, in any order:\n{words}", blocks)
    return Layouts(rich=message, classic=message)


def _topic(parameter: Parameter) -> Layouts:
    text = _row(parameter)
    button = kit.button("All help", ids.HELP, None, "Show all help of /gpu")
    blocks = [kit.section("gpu:words", text), kit.actions("gpu:more", [button])]
    message = kit.message(text, blocks)
    return Layouts(rich=message, classic=message)


def _row(parameter: Parameter) -> str:
    return escaped(f"{parameter.meaning}: {', '.join(parameter.forms)}")
