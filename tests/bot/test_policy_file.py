"""The policy as it is written: every key, every mistake with its line, and a file that changes."""

import os
import re
import tomllib
from dataclasses import fields
from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy_file import PolicyFile, load
from bot.policy_file.values import READERS
from bot.rules.policy import Policy
from bot.rules.quiet import QuietHours
from providers import gpus, places
from tests.fakes.clock import FakeClock

RUNNING = Path(__file__).parents[2] / "docs" / "running.md"
SECTION = RUNNING.read_text("utf-8").split("## Who may rent")[1].split("\n## ")[0]
EXAMPLE = SECTION.split("```toml\n")[1].split("```")[0]


@pytest.fixture
def policy(tmp_path):
    def read(text):
        path = tmp_path / "policy.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(path)

    return read


def test_no_file_is_the_default():
    """Without the setting the defaults hold."""
    assert load(None) == Policy()


def test_every_key_has_a_reader():
    """The file can say everything that a policy holds, and nothing else."""
    assert set(READERS) == {field.name for field in fields(Policy)} - {"problems"}


def test_the_example_of_the_document_is_right_and_whole(policy):
    """docs/running.md shows each key, and it is read as it says."""
    assert set(tomllib.loads(EXAMPLE)) == set(READERS)
    assert policy(EXAMPLE) == Policy(
        admins=("U024BE7LH",),
        users=("U024BE7LH", "U024BE7LG"),
        channels=("C024BE7LR",),
        teams=("T024BE7LE",),
        max_usd_per_hour=Decimal("2.50"),
        max_hours=48,
        machines_each=2,
        machines_in_all=6,
        gpus=("RTX 4090", *gpus.find("h100"), "A100 SXM"),
        forbidden_gpus=gpus.find("b200"),
        countries=("US", *(code for code in places.country_codes("eu"))),
        forbidden_countries=("CN",),
        marketplaces=("vastai",),
        ops_channel="C024BE7LS",
        watches_each=5,
        watches_in_channel=12,
        quiet_hours=QuietHours(time(22), time(7)),
        timezone="Europe/Berlin",
    )


def test_the_document_states_the_defaults():
    """The numbers in the comments of the example are those of the code."""
    said = dict(re.findall(r"^(\w+) = .*# ([\w.]+)(?:;.*)?$", EXAMPLE, re.MULTILINE))
    keys = (
        "max_usd_per_hour",
        "max_hours",
        "machines_each",
        "machines_in_all",
        "watches_each",
        "watches_in_channel",
        "timezone",
    )
    for key in keys:
        assert said[key] == str(getattr(Policy(), key))
    assert (said["quiet_hours"], Policy().quiet_hours) == ("none", None)


MISTAKES = {
    "max_hour = 3": "Line 1: “max_hour” is no key of the policy (did you mean max_hours?).",
    "\n# x\nzzz = 1": "Line 3: “zzz” is no key of the policy.",
    '"<!channel>" = 1': "Line 1: “ !channel ” is no key of the policy (did you mean channels?).",
    "a.b = 1": "Line 1: “a” is a table, and there are none here: write its keys without it.",
    "\n[limits]\nmax_hours = 3": (
        "Line 2: “limits” is a table, and there are none here: write its keys without it."
    ),
    "[[admin]]\nx = 1": (
        "Line 1: “admin” is no key of the policy (did you mean admins?)."
    ),
    'admins = "U024BE7LH"': 'Line 1: admins must be a list, such as ["…", "…"].',
    "admins = [7]": (
        "Line 1: admins has “7” is no id of a user, such as U024BE7LH (Slack shows it under Copy"
        " member ID)."
    ),
    'users = [\n  "U024BE7LH",\n  "@anna",\n]': (
        "Line 3: users has “@anna” is no id of a user, such as U024BE7LH (Slack shows it under"
        " Copy member ID)."
    ),
    "users = []": (
        "Line 1: users is an empty list, which would allow nothing: leave it out to allow all."
    ),
    'channels = ["#gpu"]': (
        "Line 1: channels has “#gpu” is no id of a channel, such as C024BE7LR (Slack shows it at"
        " the end of About)."
    ),
    'teams = ["C024BE7LR"]': (
        "Line 1: teams has “C024BE7LR” is no id of a team, such as T024BE7LD."
    ),
    'ops_channel = "U024BE7LH"': (
        "Line 1: ops_channel has “U024BE7LH” is no id of a channel, such as C024BE7LR (Slack"
        " shows it at the end of About)."
    ),
    'gpus = ["4900"]': "Line 1: gpus has “4900” is no GPU that I know (did you mean 4090?).",
    'gpus = ["rtx 6000"]': None,
    'forbidden_gpus = ["zzzzzz"]': "Line 1: forbidden_gpus has “zzzzzz” is no GPU that I know.",
    'countries = ["germny"]': (
        "Line 1: countries has “germny” is no country that I know (did you mean de?)."
    ),
    'forbidden_countries = ["xx"]': (
        "Line 1: forbidden_countries has “xx” is no country that I know."
    ),
    'marketplaces = ["vast"]': (
        "Line 1: marketplaces has “vast” is no marketplace: there are vastai and tensordock (did"
        " you mean vastai?)."
    ),
    "max_hours = -1": "Line 1: max_hours must be a whole number from 1 to 8784.",
    "max_hours = 1.5": "Line 1: max_hours must be a whole number from 1 to 8784.",
    "max_hours = true": "Line 1: max_hours must be a whole number from 1 to 8784.",
    "machines_each = -1": "Line 1: machines_each must be a whole number from 0 to 1000.",
    "machines_in_all = 2001": "Line 1: machines_in_all must be a whole number from 0 to 1000.",
    "watches_each = -1": "Line 1: watches_each must be a whole number from 0 to 1000.",
    "\nwatches_in_channel = 1.5": (
        "Line 2: watches_in_channel must be a whole number from 0 to 1000."
    ),
    **{
        f"quiet_hours = {value}": (
            f"Line 1: quiet_hours has “{shown}”: write two times of day, such as 22:00-07:00."
        )
        for value, shown in {
            '"22-7"': "22-7", '"24:00-07:00"': "24:00-07:00", '"22:00-07:60"': "22:00-07:60",
            '"22:00 to 07:00"': "22:00 to 07:00", "22": "22", "22:00:00": "22:00:00",
            "true": "True", '""': "",
        }.items()
    },
    'quiet_hours = "07:00-7:00"': (
        "Line 1: quiet_hours would never end: write two different times, such as 22:00-07:00."
    ),
    'quiet_hours = "00:00-24:00"': (
        "Line 1: quiet_hours would never end: write two different times, such as 22:00-07:00."
    ),
    **{
        f"max_usd_per_hour = {value}": (
            "Line 1: max_usd_per_hour must be a number of US dollars above 0 and at most 10000,"
            " such as 2.50."
        )
        for value in ("-1", "0", "nan", "inf", "true", '"5"', "1e9", "2024-01-01")
    },
    'timezone = "Europe/Berlim"': (
        "Line 1: timezone has “Europe/Berlim”, no time zone such as Europe/Berlin (did you mean"
        " Europe/Berlin?)."
    ),
    'timezone = "/etc/passwd"': None,
    'timezone = "Europe"': None,
    'timezone = ""': None,
    "timezone = 1": None,
    "admins = [": None,
    "max_hours 3": (
        "Line 1: this is no TOML: expected '=' after a key in a key/value pair."
    ),
    "max_hours = 3\n\nmax_hours = 4": "Line 3: this is no TOML: cannot overwrite a value.",
    "x = " + "[" * 5000: "The file is no TOML that I can read.",
    "x = " + "9" * 5000: "The file is no TOML that I can read.",
}  # fmt: skip


@pytest.mark.parametrize(("text", "problem"), MISTAKES.items())
def test_a_mistake_is_named_with_its_line(policy, text, problem):
    """One mistake, one sentence; the other keys are read all the same."""
    found = policy(text)
    assert len(found.problems) == 1
    assert found.problems[0].endswith(".")
    assert found.problems[0].isprintable()
    if problem is None:
        assert found.problems[0].startswith("Line 1: ")
    else:
        assert found.problems[0] == problem


@pytest.mark.parametrize(
    ("written", "quiet"),
    {
        "22:00-07:00": QuietHours(time(22), time(7)),
        "9:30 – 17:45": QuietHours(time(9, 30), time(17, 45)),
        "18:00-24:00": QuietHours(time(18), time(0)),
    }.items(),
)
def test_quiet_hours_are_two_times_of_day(policy, written, quiet):
    """With one digit or two, spaced or not, and until midnight."""
    assert policy(f'quiet_hours = "{written}"') == Policy(quiet_hours=quiet)


def test_every_mistake_is_named_in_the_order_of_the_lines(policy):
    """Lists over several lines, texts over several lines and comments do not shift the count."""
    found = policy(
        "# who\n"
        'admins = [  # "nobody"\n'
        '  "U024BE7LH",\n'
        '  "bob",\n'
        "  'carl',\n"
        "]\n"
        'gpus = [["x"],\n'
        '["y"]]\n'
        'note = """\n'
        "max_hours = 7\n"
        '"""\n'
        "max_hours = -3\n"
        'timezone = "UTC"\n'
        "[more]\n"
        "x = 1\n"
    )
    assert [problem.split(":")[0] for problem in found.problems] == [
        "Line 4", "Line 5", "Line 7", "Line 7", "Line 9", "Line 12", "Line 14",
    ]  # fmt: skip
    assert "max_hours" in found.problems[5]


def test_what_is_right_holds_beside_a_mistake(policy):
    """Admins stay admins while a number is wrong."""
    found = policy('admins = ["U024BE7LH"]\nmax_hours = "x"')
    assert (found.admins, found.max_hours, len(found.problems)) == (("U024BE7LH",), 24, 1)


def test_windows_files_are_read(policy):
    """A mark at the beginning and other line ends change nothing."""
    assert policy(b'\xef\xbb\xbfadmins = ["U024BE7LH"]\r\nmax_hours = 3\r\n') == Policy(
        admins=("U024BE7LH",), max_hours=3
    )


def test_a_file_that_is_no_text_or_too_large_is_a_problem(policy, tmp_path):
    """Also a folder, a missing file, and a name that no file can have."""
    assert policy(b"max_hours = 3\n\xff").problems == ("Line 2: the file must be UTF-8 text.",)
    assert policy("#" * 70_000).problems == ("“policy.toml” is larger than 64,000 bytes.",)
    assert load(tmp_path / "gone.toml").problems == (
        "“gone.toml” cannot be read (No such file or directory).",
    )
    assert load(tmp_path).problems[0].endswith("cannot be read (Is a directory).")
    assert load(Path("a\0b")).problems == ("“a b” cannot be read (no such name can exist).",)


def test_a_long_list_takes_no_long_time(policy):
    """Four thousand people, one on each line, the last of them wrong."""
    ids = "".join(f'  "U{n:08}",\n' for n in range(4_000))
    found = policy(f'users = [\n{ids}  "bob",\n]\n')
    assert found.problems[0].startswith("Line 4002: users has “bob”")


def test_a_change_is_read_at_the_next_look(tmp_path):
    """Not at every question, and not only by the clock."""
    path = tmp_path / "policy.toml"
    path.write_text("max_hours = 3")
    clock = FakeClock()
    file = PolicyFile(path, clock)
    first = file.current()
    clock.advance(60)
    assert file.current() is first
    path.write_text("max_hours = 12")
    assert file.current().max_hours == 3
    clock.advance(2)
    assert file.current().max_hours == 12


def test_a_replaced_file_of_the_same_size_and_time_is_read(tmp_path):
    """Editors write a new file and move it into its place."""
    path, other = tmp_path / "policy.toml", tmp_path / "other.toml"
    clock = FakeClock()
    path.write_text("max_hours = 3")
    other.write_text("max_hours = 4")
    stat = path.stat()
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    file = PolicyFile(path, clock)
    other.replace(path)
    clock.advance(2)
    assert file.current().max_hours == 4


def test_a_file_that_vanishes_stops_renting_until_it_is_back(tmp_path):
    """Wrong, gone, back: nothing raises on the way."""
    path = tmp_path / "policy.toml"
    clock = FakeClock()
    file = PolicyFile(path, clock)
    assert file.current().problems
    for text, problems in (("max_hours = 3", 0), ("max_hours = x", 1), (None, 1), ("", 0)):
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
        clock.advance(2)
        assert len(file.current().problems) == problems


def test_without_a_path_there_is_nothing_to_look_at():
    """The default policy stays."""
    clock = FakeClock()
    file = PolicyFile(None, clock)
    clock.advance(10)
    assert file.current() == Policy()


LINES = st.one_of(
    st.sampled_from([*MISTAKES, *EXAMPLE.splitlines()]).map(lambda text: text[:300]),
    st.sampled_from(["[x]", "[[x]]", "]", '"""', "'''", "#", "a = {b = 1}", 'a = """', "a = ["]),
    st.text(max_size=30),
)


@given(st.lists(LINES, max_size=6).map("\n".join))
@settings(max_examples=200, deadline=None)
def test_any_file_is_a_policy(tmp_path_factory, text):
    """Whatever stands in it: nothing raises, and each problem is one line of plain text."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for problem in load(path).problems:
        assert problem.isprintable()
        assert not set("<>&`") & set(problem.replace("'='", ""))
