"""Everything that is said without being asked, one renderer for each kind."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.render import (
    kit,
    notices_admin,
    notices_end,
    notices_run,
    notices_settled,
    notices_start,
    session_cards,
)
from bot.render.foreign import escaped
from bot.render.message import Layouts
from bot.render.news import News, NothingKnown
from bot.rules.notices import Notice, NoticeKind
from bot.rules.orphans import Orphan
from bot.rules.sessions import Session


def notice(
    notice: Notice,
    subject: Session | Orphan | None,
    now: datetime,
    console_url: str,
    title: str,
) -> Layouts:
    """`title` is the marketplace's name for people, `console_url` its page of machines."""
    news = News(notice, subject, now, console_url, title)
    try:
        return RENDERERS[notice.kind](news)
    except NothingKnown:
        return _without_record(news)


def _card(news: News) -> Layouts:
    return session_cards.card(news.session, news.now)


def _without_record(news: News) -> Layouts:
    about = escaped(news.notice.about or "a machine", 60)
    said = f"News of {about}, whose record is gone: {news.notice.kind}."
    return kit.told("news", [said])


RENDERERS: Mapping[NoticeKind, Callable[[News], Layouts]] = {
    NoticeKind.CARD: _card,
    NoticeKind.READY: notices_start.ready,
    NoticeKind.NOT_READY: notices_settled.unless_settled(notices_start.not_ready),
    NoticeKind.NOT_AS_AGREED: notices_settled.unless_settled(notices_start.not_as_agreed),
    NoticeKind.START_FAILED: notices_start.start_failed,
    NoticeKind.NOTHING_MADE: notices_start.nothing_made,
    NoticeKind.WARNING: notices_run.warning,
    NoticeKind.EXTENDED: notices_run.extended,
    NoticeKind.OFFLINE: notices_settled.unless_settled(notices_run.offline),
    NoticeKind.BACK: notices_settled.unless_settled(notices_run.back),
    NoticeKind.OUTBID: notices_settled.unless_settled(notices_run.outbid),
    NoticeKind.HOST_ENDS: notices_settled.unless_settled(notices_run.host_ends),
    NoticeKind.PRICE_CHANGED: notices_run.price_changed,
    NoticeKind.LOST: notices_run.lost,
    NoticeKind.WILL_NOT_DIE: notices_end.will_not_die,
    NoticeKind.CAME_BACK: notices_end.came_back,
    NoticeKind.RECEIPT: notices_end.receipt,
    NoticeKind.CREDIT_LOW: notices_admin.credit_low,
    NoticeKind.ORPHAN: notices_admin.orphan,
    NoticeKind.ORPHAN_ENDED: notices_admin.orphan_ended,
    NoticeKind.RESCUED: notices_settled.unless_settled(notices_admin.rescued),
    NoticeKind.OTHER_ACCOUNT: notices_admin.other_account,
    NoticeKind.KEY_TROUBLE: notices_admin.key_trouble,
}
