"""`make bench`: prints one table. Every figure is a ratio, except where a limit is absolute.

`python -m bench finds whole` runs these groups alone.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench import acks, browser, finds, history, memory, news, ticks, whole

PAGE = 63
"""One page: with 64 offers Vast.ai has, or may have, a second one."""


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    measured: str
    ratio: float
    at_most: float | None = None
    at_least: float | None = None
    unit: str = "×"

    @property
    def holds(self) -> bool:
        return (self.at_most is None or self.ratio <= self.at_most) and (
            self.at_least is None or self.ratio >= self.at_least
        )

    def __str__(self) -> str:
        sign, bound = ("≤", self.at_most) if self.at_most is not None else ("≥", self.at_least)
        verdict = "yes" if self.holds else "**no**"
        target = f"{sign} {bound:g} {self.unit}"
        figure = f"{self.ratio:.2f} {self.unit}"
        return f"| {self.what} | {self.measured} | {figure} | {target} | {verdict} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Compares and prints.")
    parser.add_argument(
        "group", nargs="*", help=f"what to run, of {', '.join(_GROUPS)}; everything without"
    )
    asked: list[str] = parser.parse_args().group
    if unknown := set(asked) - set(_GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    print("| what | measured | figure | wanted | holds |\n| --- | --- | --- | --- | --- |")
    for group in asked or _GROUPS:
        for row in _GROUPS[group]():
            print(row, flush=True)


def _acks() -> Iterator[Row]:
    with acks.sink() as sink:
        with acks.bare("before", sink) as before, acks.ours(sink) as bot:
            bare, own = acks.compared(before, bot)
            bare_per_second, own_per_second = acks.per_second(before), acks.per_second(bot)
        with acks.bare("default", sink) as server:
            (default,) = acks.compared(server)
    with acks.sink() as sink, acks.ours(sink) as server:
        early, late = memory.measure(server, sink)
    name = "acknowledgement of a signed command"
    yield Row(f"{name}, p50, to a bare Bolt app", _ms(own.p50, bare.p50), own.p50 / bare.p50, 2)
    yield Row(f"{name}, p99, to a bare Bolt app", _ms(own.p99, bare.p99), own.p99 / bare.p99, 2)
    yield Row(
        f"{name}, Bolt's default to ours",
        _ms(default.p50, own.p50),
        default.p50 / own.p50,
        at_least=10,
    )
    yield Row(
        f"acknowledgements per second, {acks.LOAD_CONNECTIONS} connections, to a bare Bolt app",
        f"{own_per_second:.0f} / {bare_per_second:.0f}",
        own_per_second / bare_per_second,
        at_least=0.6,
    )
    yield Row(
        "resident memory after 10,000 commands to after 1,000",
        f"{late:.0f} / {early:.0f} MiB",
        late / early,
        1.1,
    )


def _finds() -> Iterator[Row]:
    with finds.canned(5000) as url:
        own, (sdk, hunt) = finds.compared(url, "vastai", "gpuhunt")
    yield Row(
        "find, 5,000 offers, cold, to the vastai SDK", _ms(own.cold_s, sdk), own.cold_s / sdk, 0.6
    )
    yield Row(
        "find, 5,000 offers, cold, to gpuhunt", _ms(own.cold_s, hunt), own.cold_s / hunt, 0.4
    )
    yield Row("longest hold of the event loop by it", "", own.held_s * 1000, 80, unit="ms")
    yield Row("find from the warm index of 5,000", "", own.warm_s * 1000, 2, unit="ms")
    yield Row("the index query alone", "", own.query_s * 1e6, 20, unit="µs")
    with finds.canned(PAGE) as url:
        own, (sdk,) = finds.compared(url, "vastai")
    yield Row(
        "find, one page, cold, to the vastai SDK",
        _ms(own.cold_s, sdk),
        own.cold_s / sdk,
        0.9,
    )


def _ticks() -> Iterator[Row]:
    for watches, most_ms in ((1_000, 50), (10_000, 500)):
        tick = ticks.measure(watches)
        what = f"a tick of {watches:,} watches over {ticks.OFFERS:,} offers"
        yield Row(what, "", tick.seconds * 1000, most_ms, unit="ms")
        yield Row("longest hold of the event loop by it", "", tick.held_s * 1000, 50, unit="ms")


def _news() -> Iterator[Row]:
    found = news.measure()
    most = f"an interval of {found.interval_s:.0f} s + confirmation + {news.HAND_OVER_S:.0f} s"
    name = f"a marketplace's change to its message, slowest of {news.CHANGES}, to {most}"
    measured = f"p50 {found.p50_s:.0f} s, simulated"
    yield Row(name, measured, found.slowest_s, found.most_s, unit="s")


def _whole() -> Iterator[Row]:
    with finds.canned(PAGE) as url:
        own, cli = whole.ours(url), whole.vastai(url)
    yield Row(
        "`python -m bot find` to `vastai search offers`, whole process",
        _ms(own, cli),
        own / cli,
        0.7,
    )


def _history() -> Iterator[Row]:
    found = history.measure()
    name = "price history, a year of 10,000 points a day"
    yield Row(name, f"{found.points:,} rows", found.mb, 1_000, unit="MB")
    yield Row(f"{name}, the slowest question", found.slowest, found.slowest_ms, 20, unit="ms")
    asked = f"{history.QUESTIONS:,} questions"
    yield Row(f"{name}, the past of all watches", asked, found.pasts_ms, 500, unit="ms")


def _browser() -> Iterator[Row | str]:
    if why := browser.missing():
        yield f"| the playground's page | {why} | | | not measured |"
        return
    page = browser.measure()
    yield Row("the page's first paint, nothing cached", "", page.painted_ms, 300, unit="ms")
    name = "a message, from being posted to its place in the page"
    yield Row(name, "slowest of 20", page.appeared_ms, 50, unit="ms")
    below = f"slowest of 20, below {browser.MESSAGES:,}"
    yield Row(name, below, page.appeared_late_ms, 50, unit="ms")
    scrolled = f"scrolling {browser.MESSAGES:,} messages"
    many = f"{page.long_frames} of {page.frames} frames"
    longer = f"{scrolled}, frames longer than {browser.LONG_FRAME_MS} ms"
    yield Row(longer, many, page.long_frames / page.frames * 100, 1, unit="%")
    yield Row(f"{scrolled}, the longest frame", "", page.longest_ms, 100, unit="ms")
    yield Row("`make demo` to a page that answers", "", page.started_s, 5, unit="s")


_GROUPS: dict[str, Callable[[], Iterator[Row | str]]] = {
    "acks": _acks,
    "finds": _finds,
    "ticks": _ticks,
    "news": _news,
    "history": _history,
    "whole": _whole,
    "browser": _browser,
}


def _ms(one: float, other: float) -> str:
    return f"{one * 1000:.2f} / {other * 1000:.2f} ms"


if __name__ == "__main__":
    main()
