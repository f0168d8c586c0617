"""Answers of one line."""

from collections.abc import Sequence

from bot.render import ids, kit, parts
from bot.render.foreign import escaped, mentioning
from bot.render.message import Message, Modal

ANSWER_TOO_OLD = (
    "That answer is too old: its record has been cleared away. Search again with /gpu find."
)
FOREIGN_BUTTON = (
    "This button is from another version of the bot. Search again with /gpu find and use the new "
    "answer."
)
RECORDS_DOWN = (
    "The bot cannot reach its database just now, so it cannot show an answer whose buttons work. "
    "Try again in a minute; if it stays, tell whoever runs this bot. What you rent stands in "
    "/gpu sessions."
)
RESTARTING = "The bot is restarting and could not finish this. Ask again in a minute."
PERHAPS = (
    "The bot was interrupted, so it cannot say what became of this. If a machine was asked for, "
    "it is being looked for: see `/gpu sessions` before you press again."
)
SLACK_REFUSES = (
    "Slack no longer takes this bot's token, so it can open no window and post nothing. An admin "
    "of the workspace has to install the app again. Machines are still ended on time; "
    "`/gpu sessions` lists yours."
)
SLACK_BUSY = "Slack did not take the answer just now. Try again in a minute."
TOO_LATE = "That took too long for Slack to open the window. Press again."


def sentence(text: str) -> Message:
    """One of ours: what stands in it as code stays that."""
    return _note(mentioning(text))


def unexpected(reference: str, *, perhaps: bool = False) -> Message:
    """For what nobody foresaw; the same reference stands in the log.

    `perhaps`: it may have rented a machine before.
    """
    named = f"tell whoever runs this bot the reference {escaped(reference, 80)}."
    if perhaps:
        return _note(
            "Something went wrong on our side. See `/gpu sessions` before you press again: a "
            f"machine may have been made. If it stays, {named}"
        )
    return _note(
        f"Something went wrong on our side. Try again; if it stays, {named} "
        "What you rent stands in `/gpu sessions`."
    )


def asking(titles: Sequence[str]) -> Message:
    """Said while a search takes longer than a moment."""
    return _note(f"Asking {escaped(parts.listed(list(titles)), 300)} …\nThe answer comes below.")


def one_moment() -> Modal:
    """A window until what it is to show is known."""
    return kit.modal("One moment", ids.MOMENT_VIEW, [kit.section("gpu:note", "One moment …")])


def _note(text: str) -> Message:
    return kit.message(text, [kit.section("gpu:note", text)])
