"""The end of a machine: that it will not die, that it came back, and the receipt."""

from slackblocks.elements import Element

from bot.render import kit, notices_admin, parts, presses, receipts, rentals
from bot.render.foreign import code
from bot.render.message import Layouts
from bot.render.news import News
from bot.rules.notices import Audience
from bot.rules.orphans import Orphan
from bot.rules.sessions import Session, SessionState


def will_not_die(news: News) -> Layouts:
    if isinstance(news.subject, Orphan):
        return notices_admin.orphan_will_not_die(news)
    session = news.session
    rental = session.rented
    if session.state is SessionState.ENDED:
        return _gone(session, "willnotdie", "It would not die at first.")
    ending = rental.ending
    tries = 0 if ending is None else ending.tries
    last = None if ending is None else rentals.trouble(ending.trouble)
    lost = parts.usd(rentals.lost_so_far(session, news.now))
    return kit.told(
        "willnotdie",
        [
            f"{kit.BAD} *{rentals.being_lost(session)}: it will not die.*",
            f"{rentals.what(session)}, rented by {rentals.renter(session)}.",
            (
                f"Asked to end {news.count('minutes')} min ago, {rentals.tries(tries)}, "
                f"about *{lost}* since. It is tried again without end."
            ),
            f"Last trouble: {last}" if last else None,
            f"In {news.marketplace}'s console it is called {code(rental.label, 80)}.",
        ],
        [*presses.console(news.title, news.console_url), *_by_hand(news, session)],
    )


def _gone(session: Session, name: str, before: str) -> Layouts:
    by_hand = session.rented.closed_by_hand is not None
    head = f"{kit.WARNING} *The record is closed" if by_hand else f"{kit.GOOD} *It is gone"
    return kit.told(
        name,
        [
            f"{head}: {rentals.what(session)}*",
            f"{before} {rentals.proof(session)}, {_how_long(session)}.",
        ],
    )


def _how_long(session: Session) -> str:
    ending, gone_at = session.rented.ending, session.rented.gone_at
    tries = rentals.tries(0 if ending is None else ending.tries)
    if ending is None or gone_at is None:
        return f"after {tries}"
    return f"{parts.length(gone_at - ending.since)} after it was asked to end, with {tries}"


def came_back(news: News) -> Layouts:
    session = news.session
    if session.state is SessionState.ENDED:
        return _gone(session, "cameback", "It came back after it was gone.")
    return kit.told(
        "cameback",
        [
            f"{kit.BAD} *It came back: {rentals.what(session)}*",
            (
                f"It was recorded as ended, and {news.marketplace} shows it again, for "
                f"{rentals.price(session)}. It is destroyed once more until it stays gone."
            ),
        ],
        [*presses.console(news.title, news.console_url), *_by_hand(news, session)],
    )


def receipt(news: News) -> Layouts:
    session = news.session
    if news.fact("settled"):
        withdrawn = f"*Receipt withdrawn: {rentals.what(session)}*"
        why = "The machine came back after it was gone. The next receipt counts all of its time."
        return kit.told("receipt", [withdrawn, why])
    rows = receipt_rows(session)
    by_hand = session.rented.closed_by_hand is not None
    rental = session.rented
    until = rental.gone_at or rental.ends_at
    cost = parts.usd(rental.cost_until(until))
    time = "" if rental.made_at is None else f" for {parts.length(until - rental.made_at)}"
    head = f"*Receipt: {cost}{time}*, traffic not included"
    what = f"{rentals.what(session)}, rented by {rentals.renter(session)}"
    warned = None
    if by_hand:
        warned = (
            f"{kit.WARNING} {rentals.proof(session)}: a machine that is alive goes on costing "
            f"{rentals.price(session)}."
        )
    return kit.told(
        "receipt",
        [head, what, receipts.late(rental), receipts.dearer(rental), warned],
        more=[kit.fields("gpu:receipt:rows", "", rows)],
        also="\n".join(f"{name}: {text}" for name, text in rows),
    )


def receipt_rows(session: Session) -> list[tuple[str, str]]:
    """At most ten. A cost is what was counted; the marketplace's bill has the traffic too."""
    rental = session.rented
    made, gone = rental.made_at, rental.gone_at
    until = gone or rental.ends_at
    agreed, cost = parts.usd(rental.agreed_forecast), parts.usd(rental.cost_until(until))
    tries = 0 if rental.ending is None else rental.ending.tries
    return [
        ("Cost", f"{cost} at {_prices(session)}"),
        ("Forecast", f"{agreed} at {parts.usd_per_hour(rental.usd_per_hour)}"),
        ("From", parts.NOT_STATED if made is None else parts.moment(made)),
        ("To", parts.NOT_STATED if gone is None else parts.moment(gone)),
        ("Time", parts.length(until - made) if made is not None else "never made"),
        ("Ended because", rentals.ended_because(rental)),
        ("Last seen alive", "never" if rental.seen_at is None else parts.moment(rental.seen_at)),
        ("The end", rentals.proof(session)),
        ("Tries to end it", f"{tries:,}"),
    ]


def _prices(session: Session) -> str:
    last = parts.usd_per_hour(session.rented.usd_per_hour_now)
    return last if session.rented.metered_to is None else f"prices that changed, lastly {last}"


def _by_hand(news: News, session: Session) -> list[Element]:
    return [presses.close(session)] if news.notice.audience is Audience.ADMINS else []
