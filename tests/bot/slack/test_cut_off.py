"""Who is cut off in the middle hears what may have become of it."""

import asyncio

import pytest

from bot import grammar
from bot.flows.ports import StoreDown
from bot.render import notes
from bot.render.message import Layouts, Message
from bot.rules.places import Asker, Place
from bot.slack.conversation import Conversation
from bot.slack.handlers import Desk
from bot.slack.payloads import ACTION, COMMAND, SUBMISSION, Request

ADA = Asker("U0ADA00001", Place("T0PLAYGRND", "C0GENERAL1"))


class Heard:
    """The replies, as far as they are asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def say(self, _request: Request, content: Layouts | Message, outcome: str) -> str:
        self.texts.append(content.text if isinstance(content, Message) else content.rich.text)
        return outcome


class Trouble:
    """A desk that meets it whatever is asked."""

    def __init__(self, met: BaseException) -> None:
        self._met = met
        self.desk = Desk(
            actions={"gpu:end": self._meet},
            forms={"gpu:rent": (self._judge, self._meet)},
            commands={grammar.Sessions: self._meet_command},
        )

    async def _judge(self, _request: Request) -> None:
        """The form is taken."""

    async def _meet(self, _request: Request) -> str:
        raise self._met

    async def _meet_command(self, request: Request, _command: object) -> str:
        return await self._meet(request)


class Unobserved:
    def answered(self, kind: str, outcome: str, seconds: float) -> None: ...


@pytest.mark.parametrize(
    ("kind", "what", "restarting", "down"),
    [
        (SUBMISSION, "gpu:rent", notes.PERHAPS, notes.PERHAPS),
        (ACTION, "gpu:end", notes.RESTARTING, notes.RECORDS_DOWN),
        (COMMAND, "sessions", notes.RESTARTING, notes.RECORDS_DOWN),
    ],
)
async def test_only_a_form_may_have_rented(
    kind: str, what: str, restarting: str, down: str
) -> None:
    """By the end of the process, or by a database that is gone."""
    request = Request(kind, what, ADA, "", "")
    for met, said in ((asyncio.CancelledError(), restarting), (StoreDown("gone"), down)):
        heard = Heard()
        answering = Conversation(
            Trouble(met),  # type: ignore[arg-type]  # as far as it is asked
            [],
            heard,  # type: ignore[arg-type]  # the same
            Unobserved(),
        ).answer(request)
        if isinstance(met, asyncio.CancelledError):
            with pytest.raises(asyncio.CancelledError):
                await answering
        else:
            await answering
        assert heard.texts == [said]
