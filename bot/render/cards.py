"""One offer in a message: a card, or a section with its buttons where there are no cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slackblocks import Button, CardBlock
from slackblocks.blocks import Block as KitBlock

from bot.render import facts, kit, presses
from bot.render.foreign import escaped
from bot.rules.history import Standing
from bot.rules.renters import HostRecord
from bot.rules.searches import ResultsPage
from bot.rules.sessions import Session
from providers.models import Offer, OfferQuery


@dataclass(frozen=True, slots=True)
class Shown:
    """An offer with the session that its Rent button opens."""

    session: Session
    query: OfferQuery
    """What was asked for: it decides which missing facts are told."""
    now: datetime
    host: HostRecord | None = None
    standing: Standing | None = None
    """Its place in the history of prices, where enough of it is known."""

    @property
    def offer(self) -> Offer:
        return self.session.offer


def of_page(page: ResultsPage, number: int) -> Shown:
    session = page.sessions[number]
    return Shown(
        session,
        page.search.query,
        page.now,
        page.host(session.offer),
        page.standings.get(session.id),
    )


def card(shown: Shown, number: int) -> CardBlock:
    offer = shown.offer
    return kit.card(
        f"gpu:card:{number}",
        title=escaped(facts.title(offer), kit.CARD_LINE_LIMIT),
        subtitle=_subtitle(shown),
        body=_body(shown),
        presses=_presses(shown),
    )


def section(shown: Shown, number: int) -> Sequence[KitBlock]:
    offer = shown.offer
    lines = [
        f"*{escaped(facts.title(offer))}*: {escaped(_price(shown))}",
        *(escaped(line) for line in _lines(shown)),
    ]
    return (
        kit.section(f"gpu:offer:{number}", kit.joined(lines)),
        kit.actions(f"gpu:press:{number}", _presses(shown)),
    )


def _subtitle(shown: Shown) -> str:
    """The price of the hour stands out: it is what people look for first."""
    hourly, rest = facts.hourly(shown.offer), _price(shown)
    return f"*{hourly}* {escaped(rest.removeprefix(hourly), kit.CARD_LINE_LIMIT - 40)}"


def _price(shown: Shown) -> str:
    return facts.priced(shown.offer, shown.standing, shown.now)


def _presses(shown: Shown) -> list[Button]:
    return [presses.rent(shown.session), presses.details(shown.session)]


def _body(shown: Shown) -> str:
    """What does not fit a card goes from the end of the machine's specs; Details has it."""
    specs = facts.machine(shown.offer)
    for count in range(len(specs), -1, -1):
        text = "\n".join(escaped(line) for line in _lines(shown, specs[:count]))
        if len(text) <= kit.CARD_BODY_LIMIT:
            return text
    return escaped(facts.SEPARATOR.join(facts.host(shown.offer)), kit.CARD_BODY_LIMIT)


def _lines(shown: Shown, specs: Sequence[str] | None = None) -> list[str]:
    return facts.lines(shown.offer, shown.query, shown.now, specs, shown.host)
