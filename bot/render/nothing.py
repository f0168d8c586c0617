"""No offers: which condition removed them, what comes nearest, and buttons that ask for less."""

from slackblocks import Button

from bot.render import asked, ids, kit, parts, sources, why
from bot.render.foreign import escaped, told
from bot.render.message import Layouts, Message
from bot.rules.searches import Loosening, NobodyAnswered, NothingFound


def nothing_found(answer: NothingFound) -> Layouts:
    lines = _lines(answer)
    presses = [_loosen(answer, way, n) for n, way in enumerate(answer.loosenings)]
    presses.append(_again(ids.value(answer.search.id)))
    head, *rest = (told(line) for line in lines)
    message = kit.message(
        "\n".join([head, *rest]),
        [
            kit.section("gpu:nothing", f"*{head}*"),
            kit.section("gpu:why", "\n".join(rest)),
            kit.actions("gpu:loosen", presses),
        ],
    )
    return _both(message)


def nobody_answered(answer: NobodyAnswered) -> Layouts:
    head = "No marketplace gave an answer, so it is not known what there is."
    failed = [told(line) for line in sources.failures(answer.listing)]
    query = escaped(asked.line(answer.search.query), kit.SECTION_LIMIT)
    message = kit.message(
        "\n".join([head, *failed, query]),
        [
            kit.section("gpu:nobody", "\n".join([f"*{head}*", *failed])),
            kit.context("gpu:asked", query),
            kit.actions("gpu:again", [_again(ids.value(answer.search.id))]),
        ],
    )
    return _both(message)


def _lines(answer: NothingFound) -> list[str]:
    listing, query = answer.listing, answer.search.query
    ages = sources.ages(listing.sources, answer.now)
    left_out = sources.left_out(listing)
    return [
        f"None of {parts.counted(listing.considered, 'offer')} matches."
        if listing.considered
        else "The marketplaces list nothing that could be compared with this.",
        asked.line(query),
        *sources.failures(listing),
        *why.reasons(query, listing),
        *why.nearest(query, listing),
        *why.advice(query, listing),
        *([left_out] if left_out else []),
        *([f"Seen: {ages}"] if ages else []),
    ]


def _loosen(answer: NothingFound, way: Loosening, number: int) -> Button:
    """Says what the press will change: the condition drops out, or becomes another."""
    old = why.condition(way.condition, answer.search.query)
    new = why.condition(way.condition, way.query)
    text = f"Try “{new}”" if new and new != old else f"Drop “{old}”"
    label = f"Search again: {text[0].lower()}{text[1:]}"
    return kit.button(text, ids.numbered(ids.RUN, number), ids.value(way.search_id), label)


def _again(value: str) -> Button:
    return kit.button("Refresh", ids.REFRESH, value, "Refresh: ask the marketplaces again")


def _both(message: Message) -> Layouts:
    """Nothing newer than a section in it, so there is one layout."""
    return Layouts(message)
