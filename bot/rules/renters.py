"""What is remembered about people and about hosts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from providers.models import ProviderName

HostKey = tuple[ProviderName, str]
"""A marketplace and its stable id of a machine, or of a place where it picks one."""


@dataclass(frozen=True, slots=True)
class Renter:
    team_id: str
    user_id: str
    ssh_public_key: str | None = None
    """Type and base64."""
    hours: int | None = None
    images: Mapping[str, str] = field(default_factory=dict)
    """Marketplace → the image that was chosen last."""


@dataclass(frozen=True, slots=True)
class HostRecord:
    """How machines of one host started for us."""

    started: int = 0
    failed: int = 0
    failed_at: datetime | None = None

    @property
    def tries(self) -> int:
        return self.started + self.failed
