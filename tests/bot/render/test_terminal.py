"""The same answer in a terminal."""

import json
import subprocess
import sys
from dataclasses import replace

from bot.render import asked, terminal
from providers.models import Gpu, Location
from tests.bot.render import samples
from tests.fakes.offers import offer

MIXED = samples.listing(
    (offer(1), samples.SPOT, samples.tensordock(2), samples.UNKNOWN_GPU),
    failures=(samples.GARBLED,),
    matched=9,
)


TABLE = """\
9 offers of 31, from $0.0099/h; Vast.ai 14 s old, TensorDock 40 s old
{asked}
{failed}

   all-in    per GPU  GPU                     marketplace  place                reliability
  $0.31/h    $0.31/h  1 × RTX 4090 24 GB      Vast.ai      Washington, US             99.3%
$0.0099/h  $0.0099/h  1 × RTX 4090 24 GB      Vast.ai      Washington, US             91.2%
  $0.44/h    $0.44/h  1 × RTX 4090 24 GB      TensorDock   Chubbuck, Idaho, US            ?
  $0.31/h  $0.0776/h  4 × Warp 9000 XT 31 GB  Vast.ai      Washington, US             99.3%

… and 5 more: “top 9” shows them all
? not stated by the marketplace"""


def test_table() -> None:
    """Summary, wishes, failures, a row for each offer, how many are missing, what `?` means."""
    shown = terminal.table(MIXED, 95, samples.NOW)
    assert shown == TABLE.format(asked=asked.line(samples.QUERY), failed=samples.GARBLED.sentence)


def test_narrow_terminal_loses_the_last_columns() -> None:
    """No line of the table is wider than the terminal while two columns fit."""
    for width in (20, 40, 60, 80, 120, 200):
        text = terminal.table(MIXED, width, samples.NOW)
        rows = text.split("\n\n")[1].splitlines()
        assert max(map(len, rows)) <= width
        assert len(rows) == 5


def test_wide_letters_keep_the_columns_straight() -> None:
    """East Asian letters take two columns of the screen."""
    here = offer(1, location=Location("JP", "東京, JP"))
    rows = terminal.table(samples.listing((here, offer(2))), 200).split("\n\n")[1].splitlines()
    assert rows[1].index("99.3") + 2 == rows[2].index("99.3")


def test_limit_of_the_query_counts() -> None:
    """`top 2` shows two rows; without it twenty, and the rest is counted."""
    many = samples.listing(samples.market(25))
    top = replace(many, query=many.query.with_changes(limit=2))
    assert "… and 5 more: “top 25” shows them all" in terminal.table(many, 100)
    assert "… and 23 more: “top 25” shows them all" in terminal.table(top, 100)


def test_moment_instead_of_ages() -> None:
    """Without a now the moment of the answer stands there."""
    first = terminal.table(MIXED, 100).splitlines()[0]
    assert first == "9 offers of 31, from $0.0099/h; as of 2026-11-23 11:59 UTC"


def test_nobody_answered() -> None:
    """When every marketplace failed the table says so and why."""
    silent = samples.listing((), sources=(), failures=(samples.GARBLED,), considered=0)
    lines = terminal.table(silent, 100).splitlines()
    assert lines[0] == "No marketplace gave an answer."
    assert lines[2] == samples.GARBLED.sentence


def test_json() -> None:
    """Money is text, times are ISO, what is not stated is null, foreign text stays as it is."""
    odd = offer(3, gpu=Gpu(samples.NASTY, 2, float("nan"), known=False), reliability=None)
    answer = json.loads(terminal.as_json(samples.listing((odd,))))
    assert list(answer) == [
        "version",
        "as_of",
        "query",
        "considered",
        "matched",
        "offers",
        "sources",
        "failures",
        "removed",
        "near_misses",
    ]
    first = answer["offers"][0]
    assert (answer["version"], answer["as_of"]) == (1, "2026-11-23T11:59:20+00:00")
    assert answer["query"]["max_usd_per_hour"] == "0.80"
    assert first["usd_per_hour"] == "0.3104166667"
    assert first["usd_per_gpu_hour"] == "0.15520833335"
    assert first["gpu"] == {"name": samples.NASTY, "count": 2, "vram_gib": None, "known": False}
    assert first["reliability"] is None
    assert first["price"]["disk"] == "0.0104166667"
    assert answer["sources"][0]["cache"] == "hit"


def test_a_failure_names_its_marketplace_once() -> None:
    """A sentence without the marketplace's name gets it in front."""
    foreign = replace(samples.GARBLED, sentence="There is no such marketplace here.")
    failures = (foreign, samples.SLOW_DOWN)
    silent = samples.listing((), sources=(), failures=failures, considered=0)
    assert terminal.table(silent, 100).splitlines()[2:] == [
        "Vast.ai: There is no such marketplace here.",
        "TensorDock was asked too often. It is asked again after a pause.",
    ]


def test_the_command_line_does_not_load_blocks() -> None:
    """The table is made without slackblocks, which a terminal would wait for in vain."""
    program = "import bot.render.terminal, sys; sys.exit('slackblocks' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
