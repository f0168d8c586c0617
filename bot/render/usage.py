"""A command that was not understood: what exactly, and what would be, one press away."""

from slackblocks.elements import Element

from bot.grammar import UsageError
from bot.render import ids, kit
from bot.render.foreign import clean, escaped
from bot.render.message import Layouts
from bot.rules.searches import Suggestion

SUGGESTIONS_SHOWN = 5


def not_understood(error: UsageError, suggestions: tuple[Suggestion, ...]) -> Layouts:
    shown = suggestions[:SUGGESTIONS_SHOWN]
    problem = escaped(error.problem, 600)
    offered = [f"/gpu {escaped(each.text, 200)}" for each in shown]
    hint = f"Did you mean: {'; '.join(offered)}?" if offered else "/gpu help shows examples."
    message = kit.message(
        f"{problem}\n{hint}",
        [
            kit.section("gpu:problem", f"*{problem}*"),
            kit.section("gpu:meant", hint),
            kit.actions("gpu:suggestions", _presses(shown)),
        ],
    )
    return Layouts(message)


def presses(suggestions: tuple[Suggestion, ...]) -> list[Element]:
    """One button for each that is a search."""
    return [
        kit.button(
            f"/gpu {clean(each.text, 60)}",
            ids.numbered(ids.RUN, number),
            ids.value(each.search_id),
            f"Run /gpu {clean(each.text, 60)}",
        )
        for number, each in enumerate(suggestions)
        if each.search_id is not None
    ]


def _presses(suggestions: tuple[Suggestion, ...]) -> list[Element]:
    return [*presses(suggestions), kit.button("Help", ids.HELP, None, "Show examples of /gpu")]
