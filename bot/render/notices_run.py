"""While a machine runs: what changed, what it means for money, and what can be done."""

from slackblocks.elements import Element

from bot.render import kit, parts, presses, rentals
from bot.render.foreign import person
from bot.render.message import Layouts
from bot.render.news import News
from bot.rules.sessions import Session


def warning(news: News) -> Layouts:
    session = news.session
    if news.fact("ends"):
        return _moved(news)
    return kit.told(
        "warning",
        [
            f"{kit.WARNING} *Ends in {news.count('minutes')} min: {rentals.what(session)}*",
            (
                f"{rentals.renter(session)}, it is destroyed "
                f"{parts.moment(session.rented.ends_at)} with everything on it."
            ),
            f"One hour more costs {parts.usd(session.rented.billed_usd_per_hour)}.",
        ],
        [*presses.extensions(session), presses.end(session, "End now")],
    )


def _moved(news: News) -> Layouts:
    by = person(news.fact("by")) or "somebody"
    head = f"*Extended to {news.moment('ends')} by {by}*"
    return kit.told("warning", [head, rentals.what(news.session)])


def extended(news: News) -> Layouts:
    session = news.session
    by = person(news.fact("by")) or "somebody"
    return kit.told(
        "extended",
        [
            f"*Extended by {news.count('hours')} h: {rentals.what(session)}*",
            (
                f"By {by}. {rentals.ends(session, news.now)} "
                f"{parts.usd(session.rented.forecast(news.now))} by then, traffic not included."
            ),
        ],
    )


def offline(news: News) -> Layouts:
    session = news.session
    return kit.told(
        "offline",
        [
            f"{kit.WARNING} *The host is offline: {rentals.what(session)}*",
            (
                f"{news.marketplace} keeps the machine for you, and it may go on costing up to "
                f"{rentals.price(session)}. You are told when it is back."
            ),
            news.words,
        ],
        [presses.another(session), presses.end(session)],
    )


def back(news: News) -> Layouts:
    session = news.session
    return kit.told(
        "back",
        [
            f"{kit.GOOD} *It runs again: {rentals.what(session)}*",
            f"{rentals.costs(session, news.now)} {rentals.ends(session, news.now)}",
        ],
        _usual(session),
    )


def outbid(news: News) -> Layouts:
    session = news.session
    least = news.money("least_bid")
    bid = session.rented.bid_usd_per_hour
    yours = "" if bid is None else f" Your bid is {parts.usd_per_hour(bid)}."
    why = "Somebody pays more for it."
    enough = f"{news.marketplace} does not state what would be enough."
    raises: list[Element] = []
    if least is not None and least > 0:
        enough = f"{parts.usd_per_hour(least)} would be enough, disk on top."
        if bid is not None and bid >= least:
            why = "It does not run again."
            enough = f"That should be enough; {news.marketplace} may not have it."
        raises = [presses.raise_bid(session, least)]
    return kit.told(
        "outbid",
        [
            f"{kit.WARNING} *Outbid: {rentals.what(session)} is paused*",
            f"{why}{yours} {enough}",
            (
                "While it is paused nothing runs on it; only its disk costs, "
                f"{rentals.disk_price(session)}."
            ),
        ],
        [*raises, presses.end(session)],
    )


def host_ends(news: News) -> Layouts:
    session = news.session
    instance = news.instance
    when = "before the end as planned"
    if instance is not None and instance.ends_at is not None:
        left = parts.length(instance.ends_at - news.now)
        when = f"{parts.moment(instance.ends_at)}, in {left}"
    return kit.told(
        "hostends",
        [
            f"{kit.WARNING} *The host takes it back: {rentals.what(session)}*",
            (
                f"It stops {when}, although it was rented until "
                f"{parts.moment(session.rented.ends_at)}. Save what you need."
            ),
        ],
        [presses.another(session), presses.end(session)],
    )


def price_changed(news: News) -> Layouts:
    session = news.session
    before, after = news.money("before"), news.money("now")
    word = "The price changed"
    if before is not None and after is not None and before != after:
        by = parts.usd_per_hour(abs(after - before))
        word = f"Price {'up' if after > before else 'down'} {by}"
    return kit.told(
        "pricechanged",
        [
            f"{kit.WARNING} *{word}: {rentals.what(session)}*",
            (
                f"It was {parts.usd_per_hour(before)} and is {parts.usd_per_hour(after)} now; "
                f"{parts.usd(session.rented.forecast(news.now))} by the end, traffic not included."
            ),
        ],
        [presses.end(session)],
    )


def lost(news: News) -> Layouts:
    """What the marketplace said of a machine that vanished was said before it did: no news."""
    session, seen = news.session, news.session.rented.seen_at
    last = "" if seen is None else f" It was last seen {parts.moment(seen)}."
    how = f"{news.marketplace} no longer shows it.{last}"
    stopped = bool(news.fact("stopped"))
    if stopped:
        how = "It stopped for good."
    return kit.told(
        "lost",
        [
            f"{kit.WARNING} *The machine is lost: {rentals.what(session)}*",
            f"{how} It is ended until it is proved gone, so that it costs nothing more.",
            news.words if stopped else None,
        ],
        [presses.another(session)],
    )


def _usual(session: Session) -> list[Element]:
    return [*presses.extensions(session), presses.ssh(session), presses.end(session)]
