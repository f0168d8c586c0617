"""The Rent window: what would be rented, what it costs at the most, and what has to be filled in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from slackblocks import AlertBlock, CheckboxGroup, NumberInput, Option, PlainText, PlainTextInput
from slackblocks.blocks import Block as KitBlock

from bot.render import facts, ids, kit, parts, risks
from bot.render.foreign import bare, clean, escaped, told
from bot.render.message import Modal
from bot.rules import forms, rentals
from bot.rules.answers import Told
from bot.rules.forms import Field
from bot.rules.quotes import Quote, Refusal
from bot.rules.sessions import Session
from providers.models import PricingKind

TITLE = "Rent this machine"
BLOCKS: Mapping[Field, str] = {field: f"gpu:field:{field}" for field in Field}
"""The input block of each field: errors are shown there."""
_TIME = "Time counts from the press, loading included; then the machine is ended by itself."
_Texts = Sequence[str]


def skeleton() -> Modal:
    """Opened at once: the right to open a window lasts three seconds."""
    return _plain("Reading the offer again …\nThis takes a few seconds.")


def sentence(said: str | Told) -> Modal:
    return _plain(said if isinstance(said, str) else said.sentence)


def quote(
    quoted: Quote,
    now: datetime,
    chosen: Mapping[Field, str] | None = None,
    trouble: str = "",
) -> Modal:
    """`chosen` is what stands in the menus; `trouble` what was wrong with what was sent."""
    chosen = chosen or {}
    head = [kit.section("gpu:trouble", f"*{escaped(trouble)}*")] if trouble else []
    head += [
        kit.section("gpu:head", _head(quoted)),
        kit.section("gpu:price", "\n".join(map(escaped, _price(quoted)))),
        kit.context("gpu:facts", "\n".join(_facts(quoted, now))),
    ]
    changed = _changed(quoted)
    most = _most(quoted)
    classic: list[KitBlock] = [
        *head,
        *([kit.section("gpu:changed", f"*{escaped(changed)}*")] if changed else []),
        kit.section("gpu:most", f"*{escaped(most)}*"),
        *_fields(quoted, chosen),
    ]
    newest: list[KitBlock] = [
        *head,
        *([_alert("gpu:changed", changed, rose=quoted.change > 0)] if changed else []),
        _alert("gpu:most", most, rose=False),
        *_fields(quoted, chosen),
    ]
    return kit.modal(
        TITLE,
        ids.RENT_VIEW,
        newest,
        submit=_submit(quoted.offer.price.usd_per_hour),
        metadata=quoted.id,
        classic=classic,
    )


def working(quoted: Quote) -> Modal:
    what = facts.title(quoted.offer)
    return _plain(f"Renting {what} …\nYou can close this: the channel shows how it goes.")


def rented(session: Session) -> Modal:
    what, hourly = facts.title(session.offer), facts.hourly(session.offer)
    return _plain(
        f"{what} is being made for {hourly}.\n"
        f"Its message shows how far it is, and the way in comes to you alone, as a direct"
        f" message. Session {session.id}."
    )


def refused(refusal: Refusal) -> Modal:
    """Why not, and the nearest that could be rented instead."""
    blocks: list[KitBlock] = [kit.section("gpu:why", _person(refusal.sentence))]
    for number, session in enumerate(refusal.alternatives):
        blocks += _alternative(session, number)
    return kit.modal(TITLE, ids.DETAILS_VIEW, blocks)


def _alternative(session: Session, number: int) -> list[KitBlock]:
    offer = session.offer
    lines = [
        f"*{escaped(facts.title(offer))}*: {escaped(facts.price(offer))}",
        escaped(facts.SEPARATOR.join(facts.host(offer))),
    ]
    label = f"Rent {facts.title(offer)} for {facts.hourly(offer)}"
    press = kit.button(
        f"Rent for {facts.hourly(offer)}", ids.RENT, ids.value(session.id), label, style="primary"
    )
    return [
        kit.section(f"gpu:other:{number}", "\n".join(lines)),
        kit.actions(f"gpu:take:{number}", [press]),
    ]


def _head(quoted: Quote) -> str:
    offer = quoted.offer
    spot = " · spot" if offer.pricing is PricingKind.INTERRUPTIBLE else ""
    where = facts.SEPARATOR.join(facts.host(offer))
    return (
        f"*{escaped(facts.title(offer))}* for *{escaped(facts.hourly(offer))}* all-in{spot}\n"
        f"{escaped(where)}"
    )


def _price(quoted: Quote) -> _Texts:
    price, offer = quoted.offer.price, quoted.offer
    pieces = [f"GPU {parts.usd_per_hour(price.gpu)}"]
    if price.cpu_ram:
        pieces.append(f"vCPU and RAM {parts.usd_per_hour(price.cpu_ram)}")
    pieces.append(f"{parts.number(offer.disk_gb, 'GB')} disk {parts.usd_per_hour(price.disk)}")
    down, up = price.download_usd_per_gb, price.upload_usd_per_gb
    traffic = f"Traffic on top: {parts.usd_per_gb(down)} down, {parts.usd_per_gb(up)} up"
    return [f"Parts: {', '.join(pieces)}", traffic]


def _facts(quoted: Quote, now: datetime) -> _Texts:
    """Already mrkdwn: a date is written for each reader's own time zone."""
    offer = quoted.offer
    lines = []
    specs = facts.SEPARATOR.join(facts.machine(offer))
    if specs:
        lines.append(escaped(specs))
    until = offer.available_until
    if until is None:
        lines.append("How long the host promises the machine is not stated.")
    else:
        left = parts.span(until - now)
        lines.append(f"The host promises it until {parts.moment(until)}, {left} from now.")
    if quoted.host is not None:
        lines.append(f"This host started for us {quoted.host.started} of {quoted.host.tries}.")
    lines += [escaped(risk, 300) for risk in risks.risks(offer, now)[:2]]
    return lines


def _changed(quoted: Quote) -> str:
    was = parts.usd_per_hour(quoted.card_usd_per_hour)
    by = parts.usd_per_hour(abs(quoted.change))
    if quoted.change > 0:
        return f"Price up by {by} since the card, which said {was}."
    if quoted.change < 0:
        return f"Price down by {by} since the card, which said {was}."
    return ""


def _most(quoted: Quote) -> str:
    total = parts.usd(rentals.most(quoted.offer.price.usd_per_hour, quoted.hours))
    hours = f"{quoted.hours.normalize():f}"
    return f"The most it can cost: {total} for {hours} h, traffic not included. {_TIME}"


def _alert(block_id: str, text: str, *, rose: bool) -> AlertBlock:
    level = "warning" if rose else "info"
    return AlertBlock(kit.mrkdwn(escaped(text, 200)), level=level, block_id=block_id)


def _fields(quoted: Quote, chosen: Mapping[Field, str]) -> list[KitBlock]:
    made: list[KitBlock] = []
    if quoted.needs_second_yes:
        made.append(_yes(quoted))
    made += _hours(quoted, chosen)
    made.append(_disk(quoted))
    made += _image(quoted, chosen)
    made.append(_key(quoted))
    note = PlainTextInput(action_id=ids.NOTE, max_length=forms.LONGEST_NOTE)
    hint = "For you and your team; it is shown in the channel."
    made.append(kit.entry(BLOCKS[Field.NOTE], "Note", note, hint=hint, optional=True))
    return made


def _yes(quoted: Quote) -> KitBlock:
    now, was = facts.hourly(quoted.offer), parts.usd_per_hour(quoted.card_usd_per_hour)
    option = Option(PlainText(f"Yes, for {now} instead of {was}"), forms.YES)
    box = CheckboxGroup(action_id=ids.YES, options=[option])
    return kit.entry(BLOCKS[Field.YES], "The price rose", box)


def _hours(quoted: Quote, chosen: Mapping[Field, str]) -> list[KitBlock]:
    choices = [(f"{hours} h", str(hours)) for hours in rentals.HOURS_TO_CHOOSE]
    values = [*(value for _, value in choices), forms.OWN]
    now = chosen.get(Field.HOURS) or f"{quoted.hours.normalize():f}"
    initial = values.index(now) if now in values else len(values) - 1
    menu = kit.menu(ids.HOURS, "Hours", [*choices, ("Other …", forms.OWN)], initial)
    block_id = BLOCKS[Field.HOURS]
    made: list[KitBlock] = [kit.entry(block_id, "For how long", menu, at_once=True)]
    if values[initial] == forms.OWN:
        hours = NumberInput(
            is_decimal_allowed=True,
            action_id=ids.OWN_HOURS,
            min_value="0.25",
            initial_value=f"{quoted.hours.normalize():f}",
        )
        hint = "In quarters of an hour."
        made.append(kit.entry(BLOCKS[Field.OWN_HOURS], "Hours", hours, hint=hint, at_once=True))
    return made


def _disk(quoted: Quote) -> KitBlock:
    most = quoted.offer.max_disk_gb
    disk = NumberInput(
        is_decimal_allowed=False,
        action_id=ids.DISK,
        initial_value=str(int(quoted.offer.disk_gb)),
        min_value=str(quoted.min_disk_gb),
        max_value=None if most is None else str(int(most)),
    )
    hint = "Cannot be changed later, and costs as long as the machine is there."
    return kit.entry(BLOCKS[Field.DISK], "Disk, GB", disk, hint=hint, at_once=True)


def _image(quoted: Quote, chosen: Mapping[Field, str]) -> list[KitBlock]:
    choices = [(bare(image.title, 75), image.name) for image in quoted.images]
    values = [*(value for _, value in choices), forms.OWN]
    now = chosen.get(Field.IMAGE) or quoted.image
    initial = values.index(now) if now in values else len(values) - 1
    menu = kit.menu(ids.IMAGE, "Image", [*choices, ("Another …", forms.OWN)], initial)
    made: list[KitBlock] = [kit.entry(BLOCKS[Field.IMAGE], "Image", menu, at_once=True)]
    if values[initial] == forms.OWN:
        known = quoted.image if quoted.image not in values else None
        name = PlainTextInput(
            action_id=ids.OWN_IMAGE, initial_value=known, max_length=forms.LONGEST_IMAGE
        )
        hint = "With its tag, such as pytorch/pytorch:latest."
        made.append(kit.entry(BLOCKS[Field.OWN_IMAGE], "Name of the image", name, hint=hint))
    return made


def _key(quoted: Quote) -> KitBlock:
    saved = quoted.saved_key is not None
    text = PlainTextInput(
        action_id=ids.KEY,
        multiline=True,
        placeholder="ssh-ed25519 AAAA… or github.com/your-name",
    )
    hint = "The public one, never the private one."
    if saved:
        hint = f"Empty: your saved key, which ends in {clean(quoted.saved_key or '', 2000)[-8:]}."
    return kit.entry(BLOCKS[Field.KEY], "Public SSH key", text, hint=hint, optional=saved)


def _submit(usd_per_hour: Decimal) -> str:
    """At most 24 characters."""
    text = f"Rent for {parts.usd_per_hour(usd_per_hour)}"
    return text if len(text) <= 24 else "Rent"


def _plain(text: str) -> Modal:
    return kit.modal(TITLE, ids.DETAILS_VIEW, [kit.section("gpu:sentence", told(text))])


def _person(sentence: str) -> str:
    """Our own sentence, in which a person may be mentioned."""
    return kit.whole_lines(sentence, kit.SECTION_LIMIT)
