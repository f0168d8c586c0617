"""The project's files agree with each other and with the code."""

import json
import re
import tomllib
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import yaml

from bot import cli
from bot.cli import check
from bot.settings import Settings
from bot.slack.listeners import Listeners

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text())


def test_every_setting_is_in_the_readme() -> None:
    """The README's table of settings has exactly the settings of the code."""
    table = README.split("## Settings")[1].split("## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == {
        name.upper() for name in Settings.model_fields
    }


def test_every_command_is_in_the_readme() -> None:
    """The README's table of commands has exactly the commands of the command line."""
    table = README.split("## The command line")[1].split("## ")[0]
    documented = set(re.findall(r"^\| `python -m bot ([a-z]+)", table, re.MULTILINE))
    assert documented == set(cli._COMMANDS)


def test_the_procfile_names_commands() -> None:
    """Each line of the Procfile runs a command that exists."""
    lines = dict(
        line.split(": python -m bot ") for line in (ROOT / "Procfile").read_text().splitlines()
    )
    assert lines == {"release": "migrate", "web": "serve", "worker": "work"}
    assert set(lines.values()) <= set(cli._COMMANDS)


def test_the_manifest_asks_for_what_the_code_uses() -> None:
    """Scopes are those that `check` wants, and the commands those of the grammar."""
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == check.SCOPES
    assert [command["command"] for command in MANIFEST["features"]["slash_commands"]] == ["/gpu"]
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True


def test_each_event_of_the_manifest_has_a_listener() -> None:
    """And no listener waits for an event that Slack was not asked for."""
    app = MagicMock()
    Listeners(MagicMock(), MagicMock(), MagicMock(), MagicMock()).register(app)
    heard = {call.args[0] for call in app.event.call_args_list}
    assert heard == set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])


def test_the_app_has_a_home_and_a_place_for_direct_messages() -> None:
    """The composer stays open there: `/gpu` is typed in it."""
    assert MANIFEST["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_the_manifest_keeps_slacks_limits() -> None:
    """Lengths that Slack's schema states, and what it does not check: lower case, https."""
    shown = MANIFEST["display_information"]
    (command,) = MANIFEST["features"]["slash_commands"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch(r"/[a-z_-]{1,31}", command["command"])
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])


@pytest.mark.parametrize(
    "lock", [*ROOT.glob("*.lock"), *ROOT.glob("tests/**/*.lock")], ids=lambda path: path.name
)
def test_a_lock_pins_by_hash_and_names_no_address(lock: Path) -> None:
    """Every package is pinned with a hash, and no line says where it comes from."""
    text = lock.read_text()
    packages = re.findall(r"^[A-Za-z0-9_.\[\]-]+==", text, re.MULTILINE)
    assert packages
    assert len(re.findall(r"==[^\n]+\\\n    --hash=sha256:", text)) == len(packages)
    assert not re.search(r"https?://|index-url|find-links", text)


def test_the_card_stays_true() -> None:
    """The packages and the top level that the project promised are there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = json.dumps([project["project"]["dependencies"], project["dependency-groups"]["dev"]])
    for package in (
        "slack-bolt",
        "httpx",
        "pydantic",
        "diskcache",
        "structlog",
        "pytest",
        "pytest-mock",
    ):
        assert f'"{package}>=' in named
    for path in ("pyproject.toml", "bot", "providers", "tests", "manifest.yml", "Procfile"):
        assert (ROOT / path).exists()


def test_documents_link_to_what_exists() -> None:
    """Every relative link of the README and the documents leads somewhere."""
    broken = [
        f"{page.name}: {target}"
        for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md"))
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
        if not target.startswith("http") and not (page.parent / target).exists()
    ]
    assert broken == []
