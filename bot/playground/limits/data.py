"""Tables and charts.

See table-block, data-table-block and data-visualization-block under
https://docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Mapping
from typing import Any

from bot.playground.limits.rich_text import RICH_TEXT
from bot.playground.limits.rules import (
    At,
    Rule,
    Shape,
    array,
    boolean,
    by_type,
    number,
    one_of,
    string,
)

DATA_TABLE_CHARACTERS = 20_000
CHARTS_PER_MESSAGE = 2

_RAW_TEXT = Shape({"type": string(), "text": string(1)}, required=("text",))
_RAW_NUMBER = Shape(
    {"type": string(), "value": number(whole=False), "text": string(1)}, required=("value",)
)
_CELLS: Mapping[str, Rule] = {
    "raw_text": _RAW_TEXT,
    "raw_number": _RAW_NUMBER,
    "rich_text": RICH_TEXT,
}
_CELL = by_type(lambda: _CELLS)


def characters(value: Any) -> int:
    """How many characters of text a table's cells hold."""
    if isinstance(value, dict):
        return sum(
            len(inner) if key == "text" and isinstance(inner, str) else characters(inner)
            for key, inner in value.items()
        )
    if isinstance(value, list):
        return sum(characters(inner) for inner in value)
    return 0


def _rows(at: At) -> list[list[Any]]:
    rows = at.get("rows")
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _long_table(at: At) -> None:
    if characters(at.get("rows")) > 10_000:
        at.warn("a table over 10,000 characters may be refused")


TABLE = Shape(
    {
        "type": string(),
        "block_id": string(1, 255),
        "rows": array(array(_CELL, 1, 20), 1, 100),
        "column_settings": array(
            Shape({"align": one_of("left", "center", "right"), "is_wrapped": boolean}), 0, 20
        ),
    },
    required=("rows",),
    also=(_long_table,),
)


def _even_rows(at: At) -> None:
    if len({len(row) for row in _rows(at)}) > 1:
        at.child("rows").fail("all rows must have the same number of cells")


def _plain_header(at: At) -> None:
    rows = _rows(at)
    for index, cell in enumerate(rows[0] if rows else []):
        if isinstance(cell, dict) and cell.get("type") == "rich_text":
            at.child("rows").child(0).child(index).fail("header cells must not be rich_text")


def _row_header_exists(at: At) -> None:
    index, rows = at.get("row_header_column_index"), _rows(at)
    if isinstance(index, int) and rows and index >= len(rows[0]):
        at.child("row_header_column_index").fail(
            f"must be less than or equal to {len(rows[0]) - 1}"
        )


def _small_enough(at: At) -> None:
    if characters(at.get("rows")) > DATA_TABLE_CHARACTERS:
        at.fail(f"must be less than {DATA_TABLE_CHARACTERS + 1} characters across all cells")
    if len(_rows(at)) > 101:
        at.warn("more than 100 data rows: Slack's first documents allowed 100")


DATA_TABLE = Shape(
    {
        "type": string(),
        "block_id": string(1, 255),
        "caption": string(1),
        "rows": array(array(_CELL, 1, 20), 2, 201),
        "page_size": number(1, 100),
        "row_header_column_index": number(0),
    },
    required=("caption", "rows"),
    also=(_even_rows, _plain_header, _row_header_exists, _small_enough),
)


def _positive(at: At) -> None:
    value = at.get("value")
    if isinstance(value, int | float) and value <= 0:
        at.child("value").fail("must be greater than 0")


_SEGMENT = Shape(
    {"label": string(1, 20), "value": number(whole=False)},
    required=("label", "value"),
    also=(_positive,),
)
_POINT = Shape({"label": string(1, 20), "value": number(whole=False)}, required=("label", "value"))
_SERIES = Shape({"name": string(1, 20), "data": array(_POINT, 1, 20)}, required=("name", "data"))
_AXIS = Shape(
    {
        "categories": array(string(1, 20), 1, 20),
        "x_label": string(0, 50),
        "y_label": string(0, 50),
    },
    required=("categories",),
)


def _a_point_per_category(at: At) -> None:
    axis = at.get("axis_config")
    categories = axis.get("categories") if isinstance(axis, dict) else None
    if not isinstance(categories, list):
        return
    if len({str(name) for name in categories}) != len(categories):
        at.child("axis_config").child("categories").fail("must contain unique labels")
    for series in at.items("series"):
        labels = [point.get("label") for point in series.items("data")]
        if sorted(map(str, labels)) != sorted(map(str, categories)):
            series.child("data").fail("must contain exactly one entry per category")


def _unique_series(at: At) -> None:
    names = [str(series.get("name")) for series in at.items("series")]
    if len(set(names)) != len(names):
        at.child("series").fail("series names must be unique")


def _few_enough(at: At) -> None:
    if max(len(at.items("series")), len(at.items("segments"))) > 6:
        at.warn("more than 6 series or segments: Slack's first documents allowed 6")


def _axis_chart() -> Shape:
    return Shape(
        {"type": string(), "series": array(_SERIES, 1, 12), "axis_config": _AXIS},
        required=("series", "axis_config"),
        also=(_a_point_per_category, _unique_series, _few_enough),
    )


_CHARTS: Mapping[str, Rule] = {
    "pie": Shape(
        {"type": string(), "segments": array(_SEGMENT, 1, 12)},
        required=("segments",),
        also=(_few_enough,),
    ),
    "bar": _axis_chart(),
    "area": _axis_chart(),
    "line": _axis_chart(),
}

DATA_VISUALIZATION = Shape(
    {
        "type": string(),
        "block_id": string(1, 255),
        "title": string(1, 50),
        "chart": by_type(lambda: _CHARTS),
    },
    required=("title", "chart"),
)
