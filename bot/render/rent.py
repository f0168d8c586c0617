"""The Rent window: what would be rented, what it costs, what was chosen; and what came of it.

Fields are made in `rent_fields`.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from slackblocks import AlertLevel
from slackblocks.blocks import Block as KitBlock

from bot.render import facts, ids, kit, parts, presses, rent_fields, risks
from bot.render.foreign import bare, escaped, mentioning
from bot.render.message import Modal
from bot.rules.quotes import Quote, Refusal, RefusalKind
from bot.rules.rentals import most
from bot.rules.sessions import Session
from providers.models import PricingKind

TITLE = "Rent a machine"
_PRICE = re.compile(r"\$([0-9,]*\.?[0-9]+)/h")
SUBMIT_LIMIT = 24
ALERT_LIMIT = 200
RISKS_SHOWN = 4
ALTERNATIVES_SHOWN = 10

_HEADS = {
    RefusalKind.NOT_ALLOWED: "You may not rent this",
    RefusalKind.LIMIT: "A limit is reached",
    RefusalKind.CEILING: "The policy does not allow it",
    RefusalKind.TAKEN: "Already rented",
    RefusalKind.EXPIRED: "This card is too old",
    RefusalKind.GONE: "This offer is gone",
    RefusalKind.NO_KEY: "No key for this marketplace",
    RefusalKind.WRONG_KEY: "The marketplace refuses our key",
    RefusalKind.NO_CREDIT: "No credit at the marketplace",
    RefusalKind.POLICY_WRONG: "The rules for renting cannot be read",
    RefusalKind.TROUBLE: "The marketplace did not answer",
    RefusalKind.UNSUPPORTED: "This cannot be rented",
}


_FOLLOW = (
    "Follow it in the channel, or in a direct message where I am not in the channel. The way in "
    "comes to you alone, as a direct message. You can close this window."
)


def skeleton() -> Modal:
    return _sentence("Reading the offer again …")


def quote(
    quote: Quote,
    now: datetime,
    *,
    own_hours: bool = False,
    own_image: bool = False,
    other_key: bool = False,
    trouble: str = "",
    typed_key: str = "",
) -> Modal:
    """The three flags open a field for an own value, which is open anyway where one is needed.

    `trouble` is a sentence about what was sent and could not be used, `typed_key` what it was.
    """

    def made(*, rich: bool) -> Modal:
        fields = rent_fields.Fields(quote, own_hours, own_image, other_key, typed_key, rich)
        blocks = [
            *_trouble(trouble),
            *_offer(quote, rich=rich),
            *_cost(quote, fields),
            *_facts(quote, now),
            *fields.last(),
        ]
        return kit.modal(
            TITLE,
            ids.RENT_VIEW,
            blocks,
            submit=submit(quote.offer.price.usd_per_hour),
            close="Cancel",
            metadata=str(quote.id),
        )

    return Modal(made(rich=True).payload, lambda: made(rich=False))


def sentence(text: str) -> Modal:
    """One sentence of ours, in which a person may be mentioned."""
    return _sentence(mentioning(text, 2_000))


def submit(usd_per_hour: Decimal) -> str:
    """Names the price, in as many words as fit the button."""
    price = parts.usd_per_hour(usd_per_hour)
    forms = (f"Rent for {price}", f"Rent {price}", "Rent")
    return next(form for form in forms if len(form) <= SUBMIT_LIMIT)


def is_dearer(quote: Quote, pressed: str) -> bool:
    """Than the button that was pressed said: it follows what is typed a moment later."""
    now, then = (
        _PRICE.search(words) for words in (submit(quote.offer.price.usd_per_hour), pressed)
    )
    return bool(now and then and _amount(now) > _amount(then))


def _amount(price: re.Match[str]) -> Decimal:
    return Decimal(price[1].replace(",", ""))


def asks_again(quote: Quote) -> str:
    """What the window says when the press comes before the price."""
    price = parts.usd_per_hour(quote.offer.price.usd_per_hour)
    return (
        f"With {parts.number(quote.offer.disk_gb, 'GB')} of disk it costs {price}. Nothing is"
        " rented yet: press again if that is right."
    )


def working(quote: Quote) -> Modal:
    what = escaped(facts.title(quote.offer), 150)
    price = parts.usd_per_hour(quote.offer.price.usd_per_hour)
    return _sentence(f"*Renting {what} for {price} …*\n{_FOLLOW}")


def rented(session: Session) -> Modal:
    what = escaped(facts.title(session.offer), 150)
    price = parts.usd_per_hour(session.rented.usd_per_hour)
    return _sentence(
        f"*{what} is being made for you at {price}.*\n"
        f"It is ended {parts.moment(session.rented.ends_at)} unless you extend it. {_FOLLOW}"
    )


def refused(refusal: Refusal) -> Modal:
    head, sentence = _HEADS[refusal.kind], mentioning(refusal.sentence, 2_000)
    if sentence.startswith(f"{head}: "):
        rest = sentence.removeprefix(f"{head}: ")
        sentence = rest[:1].upper() + rest[1:]
    blocks: list[KitBlock] = [
        kit.section("gpu:refused", f"*{head}*\n{sentence}"),
        *_alternatives(refusal.alternatives[:ALTERNATIVES_SHOWN]),
        kit.context("gpu:refused:end", "This press rented nothing."),
    ]
    return kit.modal(TITLE, ids.RENT_VIEW, blocks)


def instead(alternatives: Sequence[Session], known: str = "") -> Modal:
    """What could be rented in place of a machine that is over, or is being ended now; `known` says
    so of one that was over before."""
    first = [kit.section("gpu:over", mentioning(known, 2_000))] if known else []
    shown = _alternatives(alternatives[:ALTERNATIVES_SHOWN])
    return kit.modal(TITLE, ids.RENT_VIEW, [*first, *shown])


def _trouble(text: str) -> list[KitBlock]:
    if not text:
        return []
    return [kit.section("gpu:trouble", f"{kit.WARNING} *{escaped(text, 500)}*")]


def _alternatives(sessions: Sequence[Session]) -> list[KitBlock]:
    if not sessions:
        return []
    rows = [
        kit.section(f"gpu:instead:{n}", _alternative(session), presses.rent(session))
        for n, session in enumerate(sessions)
    ]
    return [kit.section("gpu:instead", "*The nearest that can be rented now*"), *rows]


def _alternative(session: Session) -> str:
    offer = session.offer
    where = facts.SEPARATOR.join(facts.host(offer))
    return f"*{escaped(facts.title(offer))}*: {escaped(facts.price(offer))}\n{escaped(where)}"


def _offer(quote: Quote, *, rich: bool) -> list[KitBlock]:
    offer = quote.offer
    kind = [] if offer.pricing is PricingKind.INTERRUPTIBLE else ["on-demand"]
    where = facts.SEPARATOR.join([*facts.host(offer), *kind])
    return [
        kit.header("gpu:what", bare(facts.title(offer), 150)),
        kit.section("gpu:where", f"*{escaped(facts.price(offer))}*\n{escaped(where)}"),
        *(
            _alert(f"gpu:change:{n}", text, level, rich=rich)
            for n, (text, level) in enumerate(_changes(quote))
        ),
    ]


def _changes(quote: Quote) -> list[tuple[str, AlertLevel]]:
    """What is not as it was on the card, the price first. A rise is told however small, since it
    asks for a second yes; a fall below a hundredth of a cent is none."""
    then, change = quote.card_usd_per_hour, quote.change
    by = f"{parts.usd_per_hour(abs(change))} since the card: it said {parts.usd_per_hour(then)}."
    found: list[tuple[str, AlertLevel]] = []
    if quote.is_dearer:
        found.append((f"Price up {by}", "warning"))
    elif change <= -_NOTABLE:
        found.append((f"Price down {by}", "success"))
    if quote.asks_again:
        found.append(
            ("The price changed again while you were deciding. Look at it once more.", "warning")
        )
    return found


_NOTABLE = Decimal("0.0001")
_LEVEL_ICONS: dict[AlertLevel, str] = {"warning": kit.WARNING, "success": kit.GOOD}


def _alert(block_id: str, text: str, level: AlertLevel, *, rich: bool) -> KitBlock:
    if rich:
        return kit.alert(block_id, text[:ALERT_LIMIT], level)
    return kit.section(block_id, f"{_LEVEL_ICONS[level]} *{text}*")


def _cost(quote: Quote, fields: rent_fields.Fields) -> list[KitBlock]:
    total = parts.usd(most(quote.offer.price.usd_per_hour, quote.hours))
    return [
        *fields.hours(),
        kit.section(
            "gpu:most",
            f"*The most it can cost: {total} for {parts.hours(quote.hours)}*, traffic not "
            "included.\nTime counts from now, loading included.",
        ),
        *fields.yes(),
    ]


def _facts(quote: Quote, now: datetime) -> list[KitBlock]:
    return [
        kit.section("gpu:risks", _risks(quote, now)),
        kit.fields("gpu:price", "What the hour costs, and what comes on top", _price(quote, now)),
    ]


def _risks(quote: Quote, now: datetime) -> str:
    found = risks.risks(quote.offer, now)
    unfit = risks.unfit_image(quote.offer, quote.image)
    sentences = [*_record(quote), *([unfit] if unfit else []), *found[:RISKS_SHOWN]]
    if len(found) > RISKS_SHOWN:
        sentences.append(f"{len(found) - RISKS_SHOWN} more under Details.")
    if not sentences:
        return "*Known risks*\nNone that the marketplace's facts show."
    lines = "\n".join(f"• {escaped(each)}" for each in sentences)
    return f"{kit.WARNING} *Known risks*\n{lines}"


def _record(quote: Quote) -> list[str]:
    record = quote.host
    if record is None or record.started >= record.tries:
        return []
    return [f"This host: machines {facts.tried(record)} times."]


def _price(quote: Quote, now: datetime) -> list[tuple[str, str]]:
    offer, price = quote.offer, quote.offer.price
    until = offer.available_until
    promised = parts.NOT_STATED
    if until is not None:
        promised = f"{parts.moment(until)}, {parts.length(until - now)}"
    rows = [
        ("GPU" if price.cpu_ram else "GPU, vCPU and RAM", parts.part_per_hour(price.gpu)),
        (facts.cpu_ram(offer), parts.part_per_hour(price.cpu_ram) if price.cpu_ram else ""),
        (f"Disk, {parts.number(offer.disk_gb, 'GB')}", parts.part_per_hour(price.disk)),
        ("Traffic down", parts.usd_per_gb(price.download_usd_per_gb)),
        ("Traffic up", parts.usd_per_gb(price.upload_usd_per_gb)),
        ("The host promises it until", promised),
    ]
    return [(name, text) for name, text in rows if text]


def _sentence(text: str) -> Modal:
    return kit.modal(TITLE, ids.RENT_VIEW, [kit.section("gpu:sentence", text)])
