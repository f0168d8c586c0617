"""The modal behind Details: every fact, the price in parts, what it adds up to, what may go wrong.

Classic blocks only: a modal has no second layout to fall back to.
"""

from datetime import datetime
from decimal import Decimal

from slackblocks.blocks import Block as KitBlock

from bot.render import facts, ids, kit, parts, presses, risks
from bot.render.foreign import bare, clean, escaped
from bot.render.message import Modal
from bot.rules.renters import HostRecord
from bot.rules.sessions import Session
from providers.models import Offer, PricingKind

TITLE = "Offer details"
TRAFFIC_GB = 10
"""A model of usual size, down once."""

Row = tuple[str, str]


def details(session: Session, now: datetime, host: HostRecord | None = None) -> Modal:
    offer = session.offer
    blocks: list[KitBlock] = [
        kit.header("gpu:title", bare(facts.title(offer), 150)),
        kit.section("gpu:head", _head(offer, host)),
        kit.actions("gpu:press", [presses.rent(session)]),
        kit.fields("gpu:price", "Price", _price(offer)),
        *_size(offer),
        kit.fields("gpu:totals", "What it would cost", _totals(offer)),
    ]
    machine = _stated(_machine(offer))
    if machine:
        blocks.append(kit.fields("gpu:machine", "Machine", machine))
    blocks += [
        kit.fields("gpu:host", "Host", [*_stated(_host(offer)), *_times(offer, now)]),
        kit.section("gpu:risks", _risks(offer, now)),
        kit.context("gpu:end", escaped("\n".join([*_unstated(offer), _numbers(session)]))),
    ]
    return kit.modal(TITLE, ids.DETAILS_VIEW, blocks)


def gone() -> Modal:
    return _one_sentence(
        "This offer is too old: its record has been cleared away. "
        "Search again to see what there is."
    )


def _one_sentence(sentence: str) -> Modal:
    return kit.modal(TITLE, ids.DETAILS_VIEW, [kit.section("gpu:sentence", sentence)])


def _head(offer: Offer, record: HostRecord | None) -> str:
    kind = "spot" if offer.pricing is PricingKind.INTERRUPTIBLE else "on-demand"
    known = facts.tried(record)
    where = facts.SEPARATOR.join([*facts.host(offer), kind, *([known] if known else [])])
    return f"*{escaped(facts.price(offer))}*\n{escaped(where)}"


def _price(offer: Offer) -> list[Row]:
    price = offer.price
    with_cpu = offer.provider == "vastai"
    return [
        ("GPU, vCPU and RAM" if with_cpu else "GPU", parts.part_per_hour(price.gpu)),
        *([] if with_cpu else [(facts.cpu_ram(offer), parts.part_per_hour(price.cpu_ram))]),
        (f"Disk, {parts.number(offer.disk_gb, 'GB')}", parts.part_per_hour(price.disk)),
        ("All-in", parts.part_per_hour(price.usd_per_hour)),
        ("Per GPU", parts.usd_per_hour(parts.per_gpu(price, offer.gpu.count))),
        ("Traffic down", parts.usd_per_gb(price.download_usd_per_gb)),
        ("Traffic up", parts.usd_per_gb(price.upload_usd_per_gb)),
    ]


def _size(offer: Offer) -> list[KitBlock]:
    words = facts.default_size(offer)
    return [] if words is None else [kit.context("gpu:size", escaped(words))]


def _totals(offer: Offer) -> list[Row]:
    hour = offer.price.usd_per_hour
    rows = [("4 hours", parts.usd(hour * 4)), ("24 hours", parts.usd(hour * 24))]
    traffic = offer.price.download_usd_per_gb
    total = None if traffic is None else hour * 24 + traffic * TRAFFIC_GB
    return [*rows, (f"24 hours and {TRAFFIC_GB} GB down", _or_traffic_unknown(total))]


def _or_traffic_unknown(total: Decimal | None) -> str:
    return "traffic price not stated" if total is None else parts.usd(total)


def _machine(offer: Offer) -> list[Row]:
    size = parts.vram(offer.gpu)
    each = size if offer.gpu.count == 1 else f"{size} each"
    return [
        ("VRAM", size if size == parts.NOT_STATED else each),
        ("vCPU", facts.or_default(offer, "vcpus", parts.number(offer.vcpus))),
        ("RAM", facts.or_default(offer, "ram_gb", parts.number(offer.ram_gb, "GB"))),
        ("CPU", _foreign(offer.cpu_name)),
        ("Largest disk", parts.number(offer.max_disk_gb, "GB")),
        ("CUDA up to", facts.cuda(offer).removeprefix("CUDA ")),
        ("Download speed", parts.number(offer.download_mbps, "Mbit/s")),
        ("Upload speed", parts.number(offer.upload_mbps, "Mbit/s")),
        ("Open ports", parts.number(offer.open_ports)),
        ("Computing speed", parts.number(offer.tflops, "TFLOPS")),
    ]


def _host(offer: Offer) -> list[Row]:
    verified = offer.verification
    datacenter = {True: "yes", False: "no", None: parts.NOT_STATED}[offer.datacenter]
    return [
        ("Marketplace", parts.marketplace(offer.provider)),
        ("Place", facts.place(offer)),
        ("Verification", facts.VERIFICATIONS[verified] if verified else parts.NOT_STATED),
        ("Reliability", parts.percent(offer.reliability)),
        ("Datacenter", datacenter),
        ("Machine id", _foreign(offer.machine_id)),
        ("Host id", _foreign(offer.host_id)),
    ]


def _times(offer: Offer, now: datetime) -> list[Row]:
    """Already mrkdwn: a date is written for each reader's own time zone."""
    rows = [("Seen", f"{parts.moment(offer.seen_at)}, {parts.age(offer.seen_at, now)}")]
    until = offer.available_until
    if until is not None:
        left = parts.span(until - now)
        spot = offer.pricing is PricingKind.INTERRUPTIBLE
        what = "Ends, if not taken before" if spot else "Promised until"
        rows.append((what, f"{parts.moment(until)}, {left} from now"))
    return rows


def _risks(offer: Offer, now: datetime) -> str:
    sentences = [*risks.risks(offer, now), *(clean(remark, 200) for remark in offer.remarks[:10])]
    if not sentences:
        return "*Known risks*\nNone that the marketplace's facts show."
    return "\n".join(["*Known risks*", *(f"• {escaped(each)}" for each in sentences)])


def _unstated(offer: Offer) -> list[str]:
    rows = [*_machine(offer), *_host(offer)]
    words = [name for name, text in rows if text == parts.NOT_STATED]
    if offer.available_until is None:
        words.append("Promised until")
    if not words:
        return []
    seller = parts.marketplace(offer.provider)
    return [f"{seller} does not state: {', '.join(words)}."]


def _numbers(session: Session) -> str:
    offer_id = clean(session.offer.offer_id, 60) or parts.NOT_STATED
    return f"Offer {offer_id} · card {session.id}"


def _foreign(text: str | None) -> str:
    return (clean(text, 60) if text else "") or parts.NOT_STATED


def _stated(rows: list[Row]) -> list[Row]:
    """Escaped. What is missing is told in one line at the end instead."""
    return [(name, escaped(text, 200)) for name, text in rows if text != parts.NOT_STATED]
