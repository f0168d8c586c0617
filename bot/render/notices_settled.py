"""What is left of a message that asks for nothing any more: what it was, and what came of it."""

from collections.abc import Callable

from bot.render import kit, notices_admin, rentals
from bot.render.foreign import code
from bot.render.message import Layouts
from bot.render.news import News
from bot.rules.notices import NoticeKind, Settled
from bot.rules.sessions import SessionState

_WAS = {
    NoticeKind.NOT_READY: "Not ready at first",
    NoticeKind.NOT_AS_AGREED: "Not the machine on the card",
    NoticeKind.OFFLINE: "The host was offline",
    NoticeKind.OUTBID: "Outbid, and paused",
    NoticeKind.BACK: "It ran again",
    NoticeKind.HOST_ENDS: "The host was to take it back",
    NoticeKind.RESCUED: "Found running without a record",
}
_CAME_OF_IT: dict[str, Callable[[News], str]] = {
    Settled.READY: lambda _: "It is ready now.",
    Settled.WAITING: lambda news: f"Waited for until {news.moment('until')}.",
    Settled.KEPT: lambda _: "It was kept as it is.",
    Settled.BACK: lambda _: "It was seen running again.",
    Settled.AGAIN: lambda _: "That did not last.",
    Settled.NOT_BEFORE: lambda _: (
        "The host states a later end now, not before the one as planned."
    ),
    Settled.CHANGED: lambda news: f"How it is now: {_command(news)}.",
}


def unless_settled(draw: Callable[[News], Layouts]) -> Callable[[News], Layouts]:
    def drawn(news: News) -> Layouts:
        outcome = _outcome(news)
        return draw(news) if outcome is None else _left(news, outcome)

    return drawn


def _outcome(news: News) -> str | None:
    match news.session.state:
        case SessionState.ENDING:
            return "It is being ended."
        case SessionState.ENDED:
            return f"{rentals.proof(news.session)}."
    told = _CAME_OF_IT.get(news.fact("settled"))
    return None if told is None else told(news)


def _left(news: News, outcome: str) -> Layouts:
    session = news.session
    head = f"*{_WAS[news.notice.kind]}: {rentals.what(session)}*"
    return kit.told("settled", [head, *notices_admin.all_else(session), outcome])


def _command(news: News) -> str:
    return code(f"/gpu session {news.session.id}", 80)
