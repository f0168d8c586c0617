"""What an answer says about the marketplaces behind it. Raw text, escaped by whoever shows it."""

from collections.abc import Sequence
from datetime import datetime

from bot.render import parts
from providers.listings import CacheUse, Failure, Listing, Source


def summary(listing: Listing, matched: int, now: datetime) -> tuple[str, str]:
    """`12 offers of 31, from $0.31/h` and `Vast.ai 14 s old, TensorDock 40 s old`.

    `of 64+` where a marketplace has more that is too dear.
    """
    more = "+" if _too_dear(listing) else ""
    found = f"{parts.counted(matched, 'offer')} of {listing.considered:,}{more}"
    if listing.offers:
        lowest = min(offer.price.usd_per_hour for offer in listing.offers)
        found = f"{found}, from {parts.usd_per_hour(lowest)}"
    return found, ages(listing.sources, now)


def ages(sources: Sequence[Source], now: datetime) -> str:
    return ", ".join(_age(source, now) for source in sources)


def failures(listing: Listing) -> list[str]:
    """One line for each marketplace that is missing: which and why."""
    return [failure(failed) for failed in listing.failures]


def failure(failed: Failure) -> str:
    """The sentence names its marketplace as a rule."""
    title = parts.marketplace(failed.provider)
    return failed.sentence if title in failed.sentence else f"{title}: {failed.sentence}"


def left_out(listing: Listing) -> str | None:
    """What the answer does not contain although the marketplace has it."""
    pieces = [_unread(source) for source in listing.sources if source.left_out]
    dear = _too_dear(listing)
    if dear:
        pieces.append(
            f"dearer offers of {parts.listed([parts.marketplace(s.provider) for s in dear])}"
        )
    cut = [s for s in listing.sources if not s.complete and s not in dear]
    if cut:
        names = [parts.marketplace(source.provider) for source in cut]
        pieces.append(f"what {parts.listed(names)} lists beyond the pages that were read")
    return f"Left out: {'; '.join(pieces)}." if pieces else None


def _too_dear(listing: Listing) -> list[Source]:
    """Of these only what costs more than the query allows was left unread."""
    return [source for source in listing.sources if source.read_to_usd is not None]


def _age(source: Source, now: datetime) -> str:
    said = f"{parts.marketplace(source.provider)} {parts.age(source.as_of, now)}"
    return f"{said} (being refreshed)" if source.cache is CacheUse.STALE else said


def _unread(source: Source) -> str:
    rows = f"{parts.counted(source.left_out, 'row')} of {parts.marketplace(source.provider)}"
    return f"{rows} unreadable or without a full price"
