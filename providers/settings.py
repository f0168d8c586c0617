"""What one marketplace needs to be reached. Reads no environment: `bot.settings` does."""

import hashlib
from dataclasses import dataclass, field

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Timeouts:
    connect_s: float = 10.0
    read_s: float = 30.0
    create_s: float = 120.0
    """TensorDock's create takes 9 s to over 60 s."""
    end_s: float = 60.0
    """TensorDock's takes 5 s to 8 s, and longer on bad days."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A rate limit: one call in `interval_s`, and `burst` calls at once after a quiet time."""

    interval_s: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    base_url: str
    """Origin without a trailing slash: `https://console.vast.ai`."""
    key: SecretStr | None = None
    auth_id: SecretStr | None = None
    """TensorDock's authorization id, for the query form of authentication."""
    max_pages: int = 6
    """Pages that one search may ask for."""
    search_pace: Pace = field(default_factory=lambda: Pace(interval_s=9.0, burst=3))
    """Vast.ai documents 10 searches a minute; 9 s with a burst of 3 stays below."""
    renting_pace_factor: float = 1.0
    """Stretches the documented intervals between calls about machines; 0 is for tests alone."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    max_body_bytes: int = 32 * 1024 * 1024
    """5,000 full Vast.ai rows are about 11 MB."""

    @property
    def key_print(self) -> str:
        """Tells one key from another; nobody gets from it to the key."""
        key = "" if self.key is None else self.key.get_secret_value()
        return hashlib.sha256(f"{self.base_url} {key}".encode()).hexdigest()[:16]
