"""The only reader of the environment. A wrong start lists every wrong setting at once."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)


class WrongSettings(Exception):
    """`problems` holds one sentence each, with the next step, and no value of a secret."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SlackLayout(StrEnum):
    NEWEST = "newest"
    CLASSIC = "classic"


class LogFormat(StrEnum):
    JSON = "json"
    CONSOLE = "console"


def _origin(text: str) -> str:
    text = text.rstrip("/")
    if not re.fullmatch(r"https?://[^/\s?#@]+(/[^\s?#]*)?", text):
        raise ValueError("must be an address such as https://example.com, without a query")
    return text


def _empty_is_missing(value: Any) -> Any:
    """`KEY=` in an env file means that there is none."""
    if isinstance(value, str):
        value = value.strip()
    return None if value == "" else value


def _token(prefix: str, name: str) -> AfterValidator:
    def check(secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not secret.get_secret_value().startswith(prefix):
            raise ValueError(f"must start with {prefix}: copy the {name} from api.slack.com/apps")
        return secret

    return AfterValidator(check)


def _printable(secret: SecretStr | None) -> SecretStr | None:
    """A key is sent in an HTTP header."""
    if secret is not None and not re.fullmatch(r"[\x21-\x7e]+", secret.get_secret_value()):
        raise ValueError("must be plain letters without spaces: copy the key again")
    return secret


def _address(secret: SecretStr | None) -> SecretStr | None:
    if secret is not None:
        try:
            parts = urlsplit(secret.get_secret_value())
        except ValueError:
            parts = None
        if parts is None or not parts.scheme:
            raise ValueError("must be an address such as postgresql://user:password@host/name")
    return secret


Origin = Annotated[str, AfterValidator(_origin)]
OptionalSecret = Annotated[
    SecretStr | None, BeforeValidator(_empty_is_missing), AfterValidator(_printable)
]


class Settings(BaseModel):
    """Names in the environment are the fields' names in upper case."""

    model_config = ConfigDict(hide_input_in_errors=True, validate_default=True)

    slack_bot_token: Annotated[OptionalSecret, _token("xoxb-", "Bot User OAuth Token")] = None
    """Slack: the bot's token, from OAuth & Permissions."""
    slack_app_token: Annotated[OptionalSecret, _token("xapp-", "app-level token")] = None
    """Slack: app-level token with connections:write; set it for Socket Mode."""
    slack_signing_secret: OptionalSecret = None
    """Slack: from Basic Information; set it for HTTP."""
    slack_api_url: Origin = "https://slack.com/api"
    """Slack's Web API, or a stand-in."""
    slack_layout: SlackLayout = SlackLayout.NEWEST
    """`newest` or `classic`: without cards, fields for numbers and dates, for a stand-in that does
    not refuse what it cannot draw."""
    vastai_api_key: OptionalSecret = None
    """Vast.ai: API key. Searching works without it."""
    vastai_url: Origin = "https://console.vast.ai"
    """Vast.ai: origin of the API."""
    vastai_search_interval_s: Annotated[float, Field(ge=0.05, le=600)] = 9.0
    """Vast.ai: seconds between two searches after a burst of 3; 7/3 of it without a key."""
    vastai_max_pages: Annotated[int, Field(ge=1, le=50)] = 6
    """Vast.ai: pages of 64 offers that one search may ask for."""
    tensordock_api_token: OptionalSecret = None
    """TensorDock: API token. Searching works without it."""
    tensordock_auth_id: OptionalSecret = None
    """TensorDock: authorization id, only for accounts whose token is refused as a Bearer."""
    tensordock_url: Origin = "https://dashboard.tensordock.com"
    """TensorDock: origin of the API."""
    database_url: Annotated[OptionalSecret, AfterValidator(_address)] = None
    """Where sessions live. Default: SQLite in the data directory; `serve` needs PostgreSQL."""
    shopper_deployment: Annotated[str, Field(pattern=r"^[a-z0-9]{4}$")] | None = None
    """Four letters or digits that mark this bot's machines. Default: from Slack's team and bot."""
    shopper_data_dir: Path = Path("var/data")
    """Directory of the SQLite database."""
    shopper_cache_dir: Path = Path("var/cache")
    """Directory of cached answers and rate limits; may be lost at any time."""
    shopper_policy: Path | None = None
    """TOML file that says who may rent what. Without one nobody rents."""
    reconcile_interval_s: Annotated[float, Field(ge=5, le=600)] = 30.0
    """Seconds between two complete listings of each marketplace's machines."""
    watch_interval_s: Annotated[float, Field(ge=10, le=3600)] = 60.0
    """Seconds between two looks of watches, at least; rate limits may make it more."""
    port: Annotated[int, Field(ge=0, le=65535)] = 3000
    """HTTP: port to listen on."""
    metrics_token: OptionalSecret = None
    """Bearer token for /metrics from other machines; without it only loopback may read them."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""
    log_format: LogFormat = LogFormat.CONSOLE
    """`console` for people, `json` for machines."""

    def database(self) -> SecretStr:
        """The address may hold a password."""
        if self.database_url is not None:
            return self.database_url
        return SecretStr(f"sqlite:///{self.shopper_data_dir.absolute() / 'shopper.db'}")

    def is_simulated(self) -> bool:
        """Whether the marketplaces are on this machine: then their machines are too."""
        hosts = (urlsplit(url).hostname for url in (self.vastai_url, self.tensordock_url))
        return any(host in {"127.0.0.1", "localhost", "::1"} for host in hosts)

    def secrets(self) -> tuple[str, ...]:
        """Every secret's text, for the redaction of logs."""
        values = (getattr(self, name) for name in type(self).model_fields)
        texts = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        if self.database_url is not None:
            password = urlsplit(self.database_url.get_secret_value()).password
            texts += [password, unquote(password)] if password else []
        return tuple(texts)


def hide_from_libraries() -> None:
    """Call it after `load`: what Bolt needs is passed by hand.

    With a client id it would turn itself into an OAuth app and ignore the bot's token; its SDK
    would send tokens through any proxy named there, loopback included.
    """
    oauth = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_VERIFICATION_TOKEN")
    ours = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    for name in (*oauth, *ours, *proxies):
        os.environ.pop(name, None)  # noqa: TID251  this is the reader of the environment


def has_display() -> bool:
    """Whether a browser could open a window."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))  # noqa: TID251


def child_environment(values: Mapping[str, str], keep: Sequence[str] = ()) -> dict[str, str]:
    """This process's environment for a child: of our settings only `values` and `keep`.

    Proxies go too: the demo stays on loopback, and Slack's SDK would send that through them.
    """
    ours = {name.upper() for name in Settings.model_fields} - set(keep)
    proxies = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  this is the reader
        if name.upper() not in ours | proxies
    }
    return inherited | dict(values)


def load(**overrides: Any) -> Settings:
    """Raises `WrongSettings` with a sentence for every wrong one."""
    named = {name.lower(): value for name, value in os.environ.items() if value}  # noqa: TID251
    try:
        # Not pydantic-settings: its import costs every command about 10 ms.
        return Settings(**{**named, **overrides})
    except ValidationError as error:
        raise WrongSettings([_sentence(problem) for problem in error.errors()]) from None


def _sentence(problem: Any) -> str:
    name = "_".join(str(part) for part in problem["loc"][:1]).upper()
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{name}: {message[:1].lower()}{message[1:]}."
