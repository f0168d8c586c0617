import os
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot import settings
from bot.settings import LogFormat, Settings, WrongSettings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_nothing_set_is_a_right_start() -> None:
    """Without any setting the defaults hold, and SQLite lies in the data directory."""
    loaded = settings.load()
    assert (loaded.slack_api_url, loaded.vastai_url, loaded.port, loaded.log_format) == (
        "https://slack.com/api",
        "https://console.vast.ai",
        3000,
        LogFormat.CONSOLE,
    )
    path = Path("var/data/shopper.db").absolute()
    assert loaded.database().get_secret_value() == f"sqlite:///{path}"


def test_every_wrong_setting_is_listed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wrong value gets its sentence, and no secret is in any of them."""
    wrong = {
        "SLACK_BOT_TOKEN": "hidden-wrong-1",
        "SLACK_APP_TOKEN": "hidden-wrong-2",
        "VASTAI_API_KEY": "hidden wrong 3",
        "VASTAI_URL": "ftp://x",
        "PORT": "99999",
        "LOG_LEVEL": "LOUD",
        "DATABASE_URL": "postgresql://[hidden",
        "SHOPPER_DEPLOYMENT": "toolong",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettings) as caught:
        settings.load()
    assert {problem.split(":")[0] for problem in caught.value.problems} == set(wrong)
    assert "hidden" not in str(caught.value)
    assert "LOG_LEVEL: input should be 'DEBUG', 'INFO'," in str(caught.value)


def test_an_empty_value_is_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """`KEY=` and a line feed behind a key, as env files have them, do no harm."""
    monkeypatch.setenv("VASTAI_API_KEY", "")
    monkeypatch.setenv("TENSORDOCK_API_TOKEN", "abc123\n")
    loaded = settings.load()
    assert loaded.vastai_api_key is None
    assert loaded.tensordock_api_token is not None
    assert loaded.tensordock_api_token.get_secret_value() == "abc123"


def test_secrets_are_hidden_in_the_settings_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing the settings shows no secret; `secrets` lists all of them for the logs."""
    marked = {
        "SLACK_BOT_TOKEN": "xoxb-marked",
        "SLACK_APP_TOKEN": "xapp-marked",
        "SLACK_SIGNING_SECRET": "sign-marked",
        "VASTAI_API_KEY": "vast-marked",
        "TENSORDOCK_API_TOKEN": "tensor-marked",
        "TENSORDOCK_AUTH_ID": "auth-marked",
        "DATABASE_URL": "postgresql://u:pw-marked@127.0.0.1/x",
        "METRICS_TOKEN": "metrics-marked",
    }
    for name, value in marked.items():
        monkeypatch.setenv(name, value)
    loaded = settings.load()
    assert "marked" not in repr(loaded)
    assert set(marked.values()) | {"pw-marked"} == set(loaded.secrets())


def test_libraries_do_not_find_oauth_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bolt would turn itself into an OAuth app."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "x")
    settings.hide_from_libraries()
    assert "SLACK_CLIENT_ID" not in os.environ


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"])
def test_libraries_do_not_find_a_proxy(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Slack's SDK would take every call and every socket through it."""
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    settings.hide_from_libraries()
    assert AsyncWebClient().proxy is None


def test_a_password_is_hidden_in_both_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands in the address, and as the database was told it."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p%40ss-marked@h/d")
    assert {"p%40ss-marked", "p@ss-marked"} <= set(settings.load().secrets())


def test_a_child_gets_only_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's parts see no real key unless it is kept by name."""
    monkeypatch.setenv("VASTAI_API_KEY", "real")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-real")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("UNRELATED", "stays")
    names = ("VASTAI_API_KEY", "SLACK_BOT_TOKEN", "https_proxy", "UNRELATED", "PORT")

    def seen(child: dict[str, str]) -> dict[str, str]:
        return {name: child[name] for name in names if name in child}

    assert seen(settings.child_environment({"PORT": "0"})) == {"UNRELATED": "stays", "PORT": "0"}
    kept = settings.child_environment({}, keep=("VASTAI_API_KEY",))
    assert seen(kept) == {"VASTAI_API_KEY": "real", "UNRELATED": "stays"}
