"""For those who answer for the account: machines that nobody knows, credit, and keys."""

from slackblocks.elements import Element

from bot.render import facts, kit, parts, presses, rentals
from bot.render.foreign import code, escaped, told
from bot.render.message import Layouts
from bot.render.news import News
from bot.rules.orphans import Orphan, OrphanState
from bot.rules.rentals import NEW_DATABASE
from bot.rules.sessions import Session, SessionId

_ALL_ELSE = (
    "The database is new: no watch, order, saved SSH key, receipt or price history from before is "
    "in it. Whoever needs a watch or an order sets it again with `/gpu watch \u2026` or "
    "`/gpu order \u2026`."
)


def all_else(session: Session) -> list[str]:
    return [_ALL_ELSE] if NEW_DATABASE in session.rented.told else []


def credit_low(news: News) -> Layouts:
    credit, needed = parts.usd(news.money("credit")), parts.usd(news.money("needed"))
    return kit.told(
        "creditlow",
        [
            f"{kit.WARNING} *Credit is low at {news.marketplace}: {credit} left*",
            (
                f"The machines that run need {needed} to their planned ends. When the credit is "
                "used up, the marketplace stops them. Add credit, or end a machine."
            ),
        ],
        [presses.sessions(), *presses.console(news.title, news.console_url)],
    )


def orphan(news: News) -> Layouts:
    """It asks until somebody, or its time, has decided; kept, it is told of as a session."""
    if isinstance(news.subject, Session):
        kept = news.session
        label = code(kept.rented.label, 80)
        return _decided(f"{rentals.what(kept)}, label {label}", _kept_as(kept.id))
    found = news.orphan
    match found.state:
        case OrphanState.KEPT:
            return _decided(_described(news, found), _kept_as(found.id))
        case OrphanState.GONE:
            return _decided(_described(news, found), _gone(news))
    lines = [
        (
            f"{kit.WARNING} *A machine that nobody here knows costs "
            f"{parts.usd_per_hour(found.usd_per_hour)}*"
        ),
        _described(news, found),
    ]
    known = "It bears our label and has no session."
    if found.state is OrphanState.ENDING:
        return kit.told("orphan", [*lines, f"{known} It is being ended."])
    left = parts.length(found.end_at - news.now)
    end = f"It is ended {parts.moment(found.end_at)}, in {left}, unless somebody keeps it."
    buttons = [presses.keep_orphan(found), presses.end_orphan(found)]
    return kit.told("orphan", [*lines, f"{known} {end}"], buttons)


def _gone(news: News) -> str:
    return f"It is gone: {news.marketplace} no longer shows it."


def _decided(what: str, outcome: str) -> Layouts:
    return kit.told("orphan", [f"*A machine that nobody here knew*: {what}", outcome])


def _kept_as(session_id: SessionId) -> str:
    return f"It was kept, as session {code(session_id, 80)}."


def orphan_ended(news: News) -> Layouts:
    found = news.orphan
    return kit.told(
        "orphanended",
        [
            f"*The machine that nobody knew is gone*: {_described(news, found)}",
            (
                f"{news.marketplace} no longer shows it. It was found "
                f"{parts.moment(found.found_at)} and cost "
                f"{parts.usd_per_hour(found.usd_per_hour)}. It took "
                f"{rentals.tries(found.tries)} to end it."
            ),
        ],
    )


def orphan_will_not_die(news: News) -> Layouts:
    found = news.orphan
    if found.state is OrphanState.GONE:
        return _decided(_described(news, found), f"It would not die at first. {_gone(news)}")
    lost = parts.usd(found.lost_so_far(news.now))
    last = rentals.trouble(found.trouble)
    return kit.told(
        "orphanwillnotdie",
        [
            (
                f"{kit.BAD} *{parts.usd_per_hour(found.instance.usd_per_hour_now)} are being "
                "lost: a machine that nobody here knows will not die.*"
            ),
            f"{_described(news, found)}, found {parts.moment(found.found_at)}.",
            (
                f"It was to end {news.count('minutes')} min ago, {rentals.tries(found.tries)}, "
                f"about *{lost}* since. It is tried again without end."
            ),
            f"Last trouble: {last}" if last else None,
        ],
        _console(news),
    )


def rescued(news: News) -> Layouts:
    session = news.session
    return kit.told(
        "rescued",
        [
            (
                f"{kit.WARNING} *Found running without a record: {rentals.what(session)}*, "
                f"{rentals.price(session)}"
            ),
            (
                f"It bears our label {code(session.rented.label, 80)}, and the database knew "
                "nothing of it. The admins own it now. Older messages about it are out of date: "
                "they no longer change, and their buttons act on this machine."
            ),
            *all_else(session),
            f"*{rentals.ends(session, news.now)}* Extend it if somebody works on it.",
        ],
        [*presses.extensions(session), presses.end(session)],
    )


def other_account(news: News) -> Layouts:
    return kit.told(
        "otheraccount",
        [
            f"{kit.BAD} *The key for {news.marketplace} belongs to another account*",
            (
                "Machines that run were rented with another key and cannot be seen or ended with "
                "this one. Nothing is concluded about them, and they go on costing. Put the old "
                "key back, or end them in the console."
            ),
        ],
        [presses.sessions(), *presses.console(news.title, news.console_url)],
    )


def key_trouble(news: News) -> Layouts:
    sentence = told(news.fact("sentence"), 600)
    return kit.told(
        "keytrouble",
        [
            f"{kit.BAD} *The machines at {news.marketplace} cannot be watched*",
            sentence,
            (
                "They go on running and costing until the key works again. It is tried again "
                "without end."
            ),
        ],
        [presses.sessions(), *_console(news)],
    )


def _console(news: News) -> list[Element]:
    return presses.console(news.title, news.console_url)


def _described(news: News, found: Orphan) -> str:
    gpu = found.instance.gpu
    what = "machine" if gpu is None else escaped(facts.gpu(gpu), 100)
    return f"{what} at {news.marketplace}, label {code(found.label, 80)}"
