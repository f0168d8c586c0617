"""What a receipt explains: an end that came late, and a cost above what was stated."""

from datetime import timedelta

from bot.render import parts, rentals
from bot.rules.rentals import Rental

LATE = timedelta(minutes=5)
"""A marketplace takes seconds, or two lists half a minute apart, to show that it is gone."""
_NOTABLE = timedelta(minutes=2)


def late(rental: Rental) -> str | None:
    """Where the end lies well behind the end as planned: by how much, and why."""
    if rental.gone_at is None or rental.gone_at - rental.ends_at < LATE:
        return None
    after = parts.length(rental.gone_at - rental.ends_at)
    return f"Ended {after} after its time: {', and '.join(_reasons(rental))}."


def dearer(rental: Rental) -> str | None:
    """Where it cost more than was stated before: why."""
    if rental.gone_at is None:
        return None
    cost, stated = rental.cost_until(rental.gone_at), rental.agreed_forecast
    if cost <= stated or parts.usd(cost) == parts.usd(stated):
        return None
    billed, agreed = rental.billed_usd_per_hour, rental.usd_per_hour
    whys = []
    if rental.metered_to is not None:
        whys.append("its price changed meanwhile")
    elif billed > agreed:
        prices = f"{parts.usd_per_hour(billed)} instead of {parts.usd_per_hour(agreed)}"
        whys.append(f"it was billed at {prices}")
    if rental.gone_at > rental.ends_at:
        took = parts.span(rental.gone_at - rental.ends_at)
        whys.append(f"it was gone {took} after its time")
    because = f": {' and '.join(whys)}" if whys else ""
    return f"More than the {parts.usd(stated)} that was stated{because}."


def _reasons(rental: Rental) -> list[str]:
    """Each part of the delay that is worth a word."""
    ending, gone_at = rental.ending, rental.gone_at
    if ending is None or gone_at is None:
        return ["nobody knows why"]
    found = []
    if ending.since - rental.ends_at >= _NOTABLE:
        behind = parts.length(ending.since - rental.ends_at)
        found.append(f"the bot came to it {behind} late (it was not running, or its clock jumped)")
    if gone_at - max(ending.since, rental.ends_at) >= _NOTABLE:
        took = parts.length(gone_at - ending.since)
        found.append(f"the marketplace took {took} to end it, with {rentals.tries(ending.tries)}")
    return found
