"""One offer in a message: a card, or a section with its buttons where there are no cards."""

from collections.abc import Sequence

from slackblocks import CardBlock
from slackblocks.blocks import Block as KitBlock

from bot.render import facts, kit, presses
from bot.render.foreign import escaped
from bot.rules.searches import ResultsPage
from bot.rules.sessions import Session
from providers.models import Offer


def card(page: ResultsPage, number: int) -> CardBlock:
    session = page.sessions[number]
    offer = session.offer
    return kit.card(
        f"gpu:card:{number}",
        title=escaped(facts.title(offer), kit.CARD_LINE_LIMIT),
        subtitle=escaped(_price(page, session), kit.CARD_LINE_LIMIT),
        body=_body(page, offer),
        presses=[presses.rent(session), presses.details(session)],
    )


def section(page: ResultsPage, number: int) -> Sequence[KitBlock]:
    session = page.sessions[number]
    offer = session.offer
    lines = [
        f"*{escaped(facts.title(offer))}*: {escaped(_price(page, session))}",
        *(escaped(line) for line in _lines(page, offer)),
    ]
    return (
        kit.section(f"gpu:offer:{number}", kit.joined(lines)),
        kit.actions(f"gpu:press:{number}", [presses.rent(session), presses.details(session)]),
    )


def _price(page: ResultsPage, session: Session) -> str:
    return facts.priced(session.offer, page.standings.get(session.id), page.now)


def _body(page: ResultsPage, offer: Offer) -> str:
    """What does not fit a card goes from the end of the machine's specs; Details has it."""
    specs = facts.machine(offer)
    for count in range(len(specs), -1, -1):
        shown = "\n".join(escaped(line) for line in _lines(page, offer, specs[:count]))
        if len(shown) <= kit.CARD_BODY_LIMIT:
            return shown
    return escaped(facts.SEPARATOR.join(facts.host(offer)), kit.CARD_BODY_LIMIT)


def _lines(page: ResultsPage, offer: Offer, specs: Sequence[str] | None = None) -> list[str]:
    return facts.lines(offer, page.search.query, page.now, specs, page.host(offer))
