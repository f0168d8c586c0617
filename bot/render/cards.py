"""One offer in a message: a card, or a section with its buttons where there are no cards."""

from collections.abc import Sequence
from datetime import datetime

from slackblocks import Button, CardBlock
from slackblocks.blocks import Block as KitBlock

from bot.render import facts, ids, kit, parts
from bot.render.foreign import escaped
from bot.rules.searches import ResultsPage
from bot.rules.sessions import Session
from providers.models import Offer, OfferQuery


def card(page: ResultsPage, number: int) -> CardBlock:
    session = page.sessions[number]
    offer = session.offer
    return kit.card(
        f"gpu:card:{number}",
        title=escaped(facts.title(offer), kit.CARD_LINE_LIMIT),
        subtitle=escaped(facts.price(offer), kit.CARD_LINE_LIMIT),
        body=_body(offer, page.search.query, page.now),
        press=_details(session),
    )


def section(page: ResultsPage, number: int) -> Sequence[KitBlock]:
    session = page.sessions[number]
    offer = session.offer
    lines = [
        f"*{escaped(facts.title(offer))}*: {escaped(facts.price(offer))}",
        *(escaped(line) for line in facts.lines(offer, page.search.query, page.now)),
    ]
    return (
        kit.section(f"gpu:offer:{number}", kit.joined(lines)),
        kit.actions(f"gpu:press:{number}", [_details(session)]),
    )


def _body(offer: Offer, query: OfferQuery, now: datetime) -> str:
    """What does not fit a card goes from the end of the machine's specs; Details has it."""
    specs = facts.machine(offer)
    for count in range(len(specs), -1, -1):
        lines = facts.lines(offer, query, now, specs[:count])
        shown = "\n".join(escaped(line) for line in lines)
        if len(shown) <= kit.CARD_BODY_LIMIT:
            return shown
    return escaped(facts.SEPARATOR.join(facts.host(offer)), kit.CARD_BODY_LIMIT)


def _details(session: Session) -> Button:
    offer = session.offer
    seller = parts.marketplace(offer.provider)
    label = f"Details of {facts.title(offer)} at {seller} for {facts.hourly(offer)}"
    return kit.button("Details", ids.DETAILS, ids.value(session.id), label)
