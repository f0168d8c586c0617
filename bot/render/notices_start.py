"""From the press to a machine that answers, or does not. `ready` alone holds an address."""

from slackblocks.blocks import Block as KitBlock

from bot.render import kit, parts, presses, rentals, ssh
from bot.render.foreign import escaped
from bot.render.message import Layouts
from bot.render.news import News
from bot.rules.rentals import WAIT_LONGER, EndReason
from bot.rules.sessions import Session, SessionState

WAIT_MINUTES = int(WAIT_LONGER.total_seconds() // 60)
DIFFERENCES_SHOWN = 8
NO_SAFE_ADDRESS = (
    "The marketplace states no address that can be written into a command. Look it up in its "
    "console."
)


def ready(news: News) -> Layouts:
    session = news.session
    if session.state is not SessionState.RUNNING:
        return _over(session)
    way = ssh.endpoint(session)
    return kit.told(
        "ready",
        [
            f"{kit.GOOD} *Ready: {rentals.what(session)}*, {rentals.price(session)}",
            _command(session),
            _opened(session),
            (
                f"*Ends {parts.moment(session.rented.ends_at)}.* Then it is destroyed with "
                "everything on it."
            ),
        ],
        [presses.try_key(session), presses.another(session), presses.end(session)],
        more=way_in(session),
        also=None if way is None else f"For ~/.ssh/config:\n{ssh.config(session, way)}",
    )


def _over(session: Session) -> Layouts:
    """No address: it is somebody else's soon."""
    rental = session.rented
    if session.state is not SessionState.ENDED or rental.gone_at is None:
        head = f"*Being ended: {rentals.what(session)}*"
        return kit.told("ready", [head, "Do not use its address any more."])
    return kit.told(
        "ready",
        [
            f"*Ended: {rentals.what(session)}*",
            f"Ended {parts.moment(rental.gone_at)}: this address is no longer yours.",
        ],
    )


def way_in(session: Session) -> list[KitBlock]:
    """What to put into `~/.ssh/config`; for the renter alone."""
    way = ssh.endpoint(session)
    if way is None:
        return []
    alias = ssh.alias(session)
    told = f"Or in `~/.ssh/config`, and then `ssh {alias}`:\n```{ssh.config(session, way)}```"
    return [kit.section("gpu:config", told)]


def _command(session: Session) -> str:
    way = ssh.endpoint(session)
    return NO_SAFE_ADDRESS if way is None else f"```{ssh.command(way)}```"


def _opened(session: Session) -> str:
    way = ssh.endpoint(session)
    key = ssh.key_name(session.rented.ssh_public_key)
    port = "" if way is None else f"SSH at port {way.port}, "
    return f"Opened: {port}for the key {escaped(key, 90)}. Refused? Press “Try my key again”."


def not_ready(news: News) -> Layouts:
    session = news.session
    rental = session.rented
    since = rental.made_at or rental.pressed_at
    deadline = rental.start_by
    silence = "Say nothing and it is ended."
    if deadline is not None and deadline > news.now:
        silence = f"Say nothing and it is ended {parts.moment(deadline)}."
    return kit.told(
        "notready",
        [
            (
                f"{kit.WARNING} *Not ready after {parts.length(news.now - since)}: "
                f"{rentals.what(session)}*"
            ),
            (
                f"It costs {rentals.price(session)} while it starts, "
                f"{parts.usd(rental.cost_until(news.now))} so far. {silence}"
            ),
            news.words,
        ],
        [
            presses.wait(session, WAIT_MINUTES),
            presses.another(session, "Try another"),
            presses.end(session),
        ],
    )


def not_as_agreed(news: News) -> Layouts:
    session = news.session
    mismatch = session.rented.mismatch
    found = () if mismatch is None else mismatch.differences[:DIFFERENCES_SHOWN]
    ends = ""
    if mismatch is not None:
        left = parts.length(mismatch.decide_by - news.now)
        ends = f" Unless you keep it, it is ended {parts.moment(mismatch.decide_by)}, in {left}."
    return kit.told(
        "mismatch",
        [
            f"{kit.WARNING} *The machine that came is not the one on the card*",
            f"The card said: {rentals.what(session)}.",
            *(f"• {escaped(each, 300)}" for each in found),
            f"It costs {rentals.price(session)} now.{ends}",
        ],
        [presses.keep(session), presses.end(session, "End now")],
    )


def start_failed(news: News) -> Layouts:
    session = news.session
    rental = session.rented
    ending = rental.ending
    reason = EndReason.START_FAILED if ending is None else ending.reason
    return kit.told(
        "startfailed",
        [
            f"{kit.WARNING} *It did not start: {rentals.what(session)}*",
            (
                f"Why: {rentals.REASONS[reason]}. It is being destroyed; "
                f"{parts.usd(rental.cost_until(news.now))} so far. "
                "Later cards of this host tell of it."
            ),
            news.words,
        ],
        [presses.another(session)],
    )


def nothing_made(news: News) -> Layouts:
    session = news.session
    why = rentals.trouble(session.rented.failure) or f"{news.marketplace} made no machine."
    return kit.told(
        "nothingmade",
        [
            f"*Nothing was rented: {rentals.what(session)}*",
            why,
            "There is no machine and it costs nothing.",
        ],
        [presses.another(session)],
    )
