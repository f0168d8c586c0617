"""Pages of offers: cards in a carousel, or sections where Slack does not know cards yet."""

from slackblocks.blocks import Block as KitBlock
from slackblocks.elements import Element

from bot.render import asked, cards, facts, ids, kit, sources
from bot.render.foreign import escaped, person, told
from bot.render.message import Layouts, Message
from bot.rules.searches import PAGE_SIZE, ResultsPage
from providers.models import Sort

SORTS = {
    Sort.PRICE: "Cheapest first",
    Sort.VALUE: "Most TFLOPS per dollar first",
    Sort.RELIABILITY: "Most reliable first",
    Sort.VRAM: "Most VRAM first",
}


def results(page: ResultsPage) -> Layouts:
    """The private answer: it can be turned, sorted, refreshed and shared."""
    head = _head(page, intro=None)
    buttons = kit.actions(_navigation_id(page), _navigation(page))
    return _layouts(page, head, [*_foot(page), buttons], intro=None)


def shared(page: ResultsPage) -> Layouts:
    """The same page for a channel. Pressing `Search this yourself` answers privately."""
    intro = f"{person(page.search.asker.user_id)} shared this search."
    run = kit.button("Search this yourself", ids.RUN, ids.value(page.search.id))
    buttons = kit.actions("gpu:shared", [run])
    return _layouts(page, _head(page, intro), [*_foot(page), buttons], intro)


def _layouts(
    page: ResultsPage, head: list[KitBlock], foot: list[KitBlock], intro: str | None
) -> Layouts:
    text = _text(page, intro)
    numbers = range(len(page.sessions))
    carousel = kit.carousel("gpu:cards", [cards.card(cards.of_page(page, n), n) for n in numbers])

    def classic() -> Message:
        rows = [block for n in numbers for block in cards.section(cards.of_page(page, n), n)]
        return kit.message(text, [*head, *rows, *foot])

    return Layouts(kit.message(text, [*head, carousel, *foot]), classic)


def _head(page: ResultsPage, intro: str | None) -> list[KitBlock]:
    found, ages = sources.summary(page.listing, page.search.matched, page.now)
    summary = kit.joined([intro, f"*{escaped(found)}*; {escaped(ages)}"])
    blocks: list[KitBlock] = [
        kit.section("gpu:summary", summary),
        kit.context("gpu:asked", escaped(asked.line(page.search.query), kit.SECTION_LIMIT)),
    ]
    if failed := _missing(page):
        blocks.append(kit.section("gpu:failed", "\n".join(told(line) for line in failed)))
    return blocks


def _missing(page: ResultsPage) -> list[str]:
    return [f"⚠️ {line} Its offers are missing." for line in sources.failures(page.listing)]


def _foot(page: ResultsPage) -> list[KitBlock]:
    lines = [position(page), _sizes(page), sources.left_out(page.listing)]
    return [kit.context("gpu:position", kit.joined([escaped(line) for line in lines if line]))]


def _sizes(page: ResultsPage) -> str | None:
    return facts.default_sizes([session.offer for session in page.sessions])


def position(page: ResultsPage) -> str:
    """`1–10 of 23, cheapest first`."""
    first = page.search.page * PAGE_SIZE + 1
    last = first + len(page.sessions) - 1
    kept = len(page.listing.offers)
    shown = f"{first:,} of {kept:,}" if first == last else f"{first:,}–{last:,} of {kept:,}"
    if page.search.matched > kept:
        shown = f"{shown} shown, {page.search.matched:,} found"
    order = SORTS[page.search.query.sort]
    return f"{shown}, {order[0].lower()}{order[1:]}"


def _text(page: ResultsPage, intro: str | None) -> str:
    found, ages = sources.summary(page.listing, page.search.matched, page.now)
    first = page.search.page * PAGE_SIZE + 1
    offers = [
        f"{first + n}. {facts.sentence(session.offer, page.search.query, page.now, host, place)}"
        for n, session in enumerate(page.sessions)
        for host, place in ((page.host(session.offer), page.standings.get(session.id)),)
    ]
    lines = [
        f"{found}; {ages}",
        asked.line(page.search.query),
        *_missing(page),
        sources.left_out(page.listing),
        *offers,
        position(page),
        _sizes(page),
    ]
    return kit.joined([intro, *(told(line) for line in lines if line)])


def _navigation(page: ResultsPage) -> list[Element]:
    """Only what works: no Previous on the first page, no Next on the last."""
    value = ids.value(page.search.id)
    elements: list[Element] = []
    if page.search.page > 0:
        elements.append(kit.button("Previous", ids.PREVIOUS, value, "Previous page of offers"))
    if page.search.page + 1 < page.pages:
        elements.append(kit.button("Next", ids.NEXT, value, "Next page of offers"))
    options = [(text, ids.sort_value(page.search.id, sort)) for sort, text in SORTS.items()]
    initial = list(SORTS).index(page.search.query.sort)
    elements.append(kit.menu(ids.SORT, "Order", options, initial))
    elements.append(
        kit.button("Refresh", ids.REFRESH, value, "Refresh: ask the marketplaces again")
    )
    elements.append(kit.button("Share", ids.SHARE, value, "Share these offers in this channel"))
    return elements


def _navigation_id(page: ResultsPage) -> str:
    """New with each answer: a client keeps a menu's choice by its block."""
    return f"gpu:navigation:{int(page.now.timestamp() * 1000)}"
