"""Charts as pictures."""

import asyncio
import time
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.render import picture
from bot.render.message import Chart


def chart(*series: list[Decimal]) -> Chart:
    return Chart(
        "RTX 4090, last 7 days, UTC",
        "USD per GPU hour",
        tuple(f"{n} Nov" for n in range(len(series[0]))),
        tuple((f"line {n}", tuple(values)) for n, values in enumerate(series)),
        "words",
    )


def drawn(one: Chart) -> Image.Image:
    found = Image.open(BytesIO(picture.png(one)))
    assert found.format == "PNG"
    return found.convert("RGB")


def near(image: Image.Image, tone: tuple[int, int, int]) -> list[tuple[int, int]]:
    """Where a colour is, below the legend."""
    pixels = image.load()
    assert pixels is not None
    return [
        (x, y)
        for y in range(135, picture.HEIGHT)
        for x in range(picture.WIDTH)
        if sum(abs(a - b) for a, b in zip(pixels[x, y], tone, strict=True)) < 40  # type: ignore[arg-type, misc]
    ]


def test_a_line_goes_where_its_values_go() -> None:
    """From the lower left to the upper right, and another one level above it."""
    up = [Decimal(n) / 10 for n in range(1, 11)]
    image = drawn(chart(up, [Decimal("0.9")] * 10))
    assert image.size == (picture.WIDTH, picture.HEIGHT)
    rising = near(image, (0x12, 0x64, 0xA3))
    left, right = min(rising), max(rising)
    assert left[0] < 130
    assert right[0] > picture.WIDTH - 60
    assert left[1] - right[1] > 250
    level = [y for _, y in near(image, (0xD9, 0x73, 0x0D))]
    assert max(level) - min(level) < 20


@pytest.mark.parametrize(
    "values", [["0.3"], ["0.3", "0.3"], ["0", "0"], ["0.00001", "9999999"], ["1E-8", "2E-8"]]
)
def test_any_values_make_a_picture(values: list[str]) -> None:
    """One point, a level line, nothing at all, and prices that nobody means."""
    assert drawn(chart([Decimal(value) for value in values])).size[0] == picture.WIDTH


@given(
    st.lists(
        st.lists(st.decimals(0, 10**7, places=4), min_size=20, max_size=20),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=8, deadline=None)
def test_six_lines_of_twenty_points(series: list[list[Decimal]]) -> None:
    """As much as a chart of Slack's holds."""
    assert len(picture.png(chart(*series))) < 200_000


async def test_others_go_on_while_it_is_drawn() -> None:
    """In its thread it does not hold the event loop for long at a time."""
    one = chart([Decimal(n) / 10 for n in range(20)])
    picture.png(one)  # the import and the font are read once
    longest, last = 0.0, time.perf_counter()
    task = asyncio.create_task(asyncio.to_thread(picture.png, one))
    while not task.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    assert longest < 1.0  # it is 20 ms on a quiet machine; a bench tells more
