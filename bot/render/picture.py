"""A chart as a PNG, for workspaces that take no chart blocks.

Takes some tens of milliseconds: draw it in a thread. Pillow draws lines without smoothing, so
everything is drawn at twice its size and made smaller.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from bot.render.message import Chart

if TYPE_CHECKING:  # 30 ms and 7 MiB that only a refused chart needs
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

WIDTH, HEIGHT = 1000, 560
_SCALE = 2
_LEFT, _RIGHT, _TOP, _BOTTOM = 116, 44, 150, 70
_PAPER, _INK, _PALE, _GRID = "#ffffff", "#1d1c1d", "#616061", "#e6e6e6"
_TONES = ("#1264a3", "#d9730d", "#2b8a57", "#b3304f", "#7a4fbf", "#5b6b7b")
_EDGE = 32
_LARGE, _SMALL, _TINY = 30, 24, 20
_IN_A_ROW = 3
_MOST_TICKS = 6
_LABEL_ROOM = 130
"""Pixels for a word under the axis."""


def png(chart: Chart) -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), _PAPER)
    _Drawing(ImageDraw.Draw(image), _Frame.of(chart), chart).draw()
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    file = BytesIO()
    # Lines and words have few colours, and a file of a quarter of the size.
    small.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values and categories lie, in pixels of the finished picture."""

    low: float
    high: float
    step: float
    count: int

    @classmethod
    def of(cls, chart: Chart) -> "_Frame":
        values = [float(value) for _, row in chart.series for value in row]
        least, most = min(values), max(values)
        step = _round_step((most - least) or max(abs(most), 0.01) / 4)
        low, high = math.floor(least / step) * step, math.ceil(most / step) * step
        low, high = (low - step, high + step) if low == high else (low, high)
        return cls(max(low, 0.0) if least >= 0 else low, high, step, len(chart.categories))

    def x(self, place: int) -> float:
        room = WIDTH - _LEFT - _RIGHT
        return _LEFT + (room / 2 if self.count == 1 else room * place / (self.count - 1))

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)

    def ticks(self) -> Iterator[float]:
        for number in range(round((self.high - self.low) / self.step) + 1):
            yield self.low + number * self.step


@dataclass(frozen=True, slots=True)
class _Drawing:
    to: "ImageDraw"
    frame: _Frame
    chart: Chart

    def draw(self) -> None:
        self._text(_EDGE, 24, self.chart.title, _LARGE, _INK)
        self._grid()
        self._categories()
        self._legend()
        for number, (_, values) in enumerate(self.chart.series):
            self._line([float(value) for value in values], number)

    def _grid(self) -> None:
        decimals = max(2, -math.floor(math.log10(self.frame.step)))
        for value in self.frame.ticks():
            y = self.frame.y(value)
            self._stroke([(_LEFT, y), (WIDTH - _RIGHT, y)], _GRID, 1)
            self._text(_LEFT - 16, y, f"${value:,.{decimals}f}", _SMALL, _PALE, "rm")
        self._text(WIDTH - _RIGHT, 42, self.chart.unit, _SMALL, _PALE, "rm")

    def _categories(self) -> None:
        every = max(1, math.ceil(self.frame.count * _LABEL_ROOM / (WIDTH - _LEFT - _RIGHT)))
        every += every % 2 if every > 1 else 0  # noon has the longer word
        for place, word in enumerate(self.chart.categories):
            if place % every == 0:
                self._text(self.frame.x(place), HEIGHT - _BOTTOM + 32, word, _SMALL, _PALE, "mm")

    def _legend(self) -> None:
        """In one row, or in two of three."""
        large = len(self.chart.series) < _IN_A_ROW
        size, rows = (_SMALL, (92,)) if large else (_TINY, (82, 110))
        for number, (name, _) in enumerate(self.chart.series):
            row, column = divmod(number, _IN_A_ROW)
            x, y = _EDGE + column * (WIDTH - _EDGE) / _IN_A_ROW, rows[row % len(rows)]
            self._stroke([(x, y), (x + 28, y)], _tone(number), _thick(number))
            self._mark(x + 14, y, number)
            self._text(x + 38, y, name, size, _INK, "lm")

    def _line(self, values: Sequence[float], number: int) -> None:
        points = [(self.frame.x(place), self.frame.y(value)) for place, value in enumerate(values)]
        self._stroke(points, _tone(number), _thick(number))
        for x, y in points:
            self._mark(x, y, number)

    def _mark(self, x: float, y: float, number: int) -> None:
        """Round or square, so that colour is not all that tells two lines apart."""
        r = 5
        box = [(x - r) * _SCALE, (y - r) * _SCALE, (x + r) * _SCALE, (y + r) * _SCALE]
        draw = self.to.rectangle if number % 2 else self.to.ellipse
        draw(box, fill=_PAPER if number % 2 else _tone(number), outline=_tone(number), width=4)

    def _stroke(self, points: Sequence[tuple[float, float]], tone: str, width: int) -> None:
        scaled = [(x * _SCALE, y * _SCALE) for x, y in points]
        self.to.line(scaled, fill=tone, width=width * _SCALE, joint="curve")

    def _text(
        self, x: float, y: float, text: str, size: int, tone: str, anchor: str = "la"
    ) -> None:
        self.to.text(
            (x * _SCALE, y * _SCALE), text, fill=tone, font=self._font(size), anchor=anchor
        )

    def _font(self, size: int) -> "ImageFont | FreeTypeFont":
        """Comes with Pillow: whatever the host has, a picture looks the same."""
        from PIL import ImageFont

        return ImageFont.load_default(size * _SCALE)


def _round_step(span: float) -> float:
    """1, 2 or 5 of some power of ten, for at most so many lines."""
    rough = span / (_MOST_TICKS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= rough * 0.999)


def _tone(number: int) -> str:
    return _TONES[number % len(_TONES)]


def _thick(number: int) -> int:
    return 2 if number % 2 else 3
