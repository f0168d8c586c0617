"""What models cost over time."""

import asyncio

from bot import grammar
from bot.flows.prices import PriceAnswers
from bot.render import notes, prices
from bot.slack.handlers import Desk
from bot.slack.payloads import Request
from bot.slack.replies import Replies, first_within
from bot.slack.search_desk import ASKING_AFTER_S, Failures


class PricesDesk:
    def __init__(
        self,
        answers: PriceAnswers,
        replies: Replies,
        titles: tuple[str, ...],
        failures: Failures,
    ) -> None:
        self._answers = answers
        self._replies = replies
        self._titles = titles
        self._failures = failures
        self.desk = Desk(commands={grammar.Prices: self._prices})

    async def _prices(self, request: Request, command: grammar.Prices) -> str:
        asked = self._answers.ask(request.asker, command.sides, command.days)
        work = asyncio.ensure_future(asked)
        try:
            if not await first_within(work, ASKING_AFTER_S):
                await self._replies.say(request, notes.asking(self._titles), "asking")
            page = await work
        finally:
            work.cancel()  # whoever stops waiting for it stops it
        for failure in page.failures:
            self._failures.failed(failure.provider, failure.reason.value)
        await self._replies.private(request, prices.prices(page))
        return "prices answered"
