"""How payloads reach the app: Socket Mode or signed HTTP."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bot.playground.values import Ack, Json, Transport

ACK_LIMIT_S = 3.0
PayloadKind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Retry:
    """Why an event comes again; `attempt` 0 is the first delivery."""

    attempt: int = 0
    reason: str = ""


FIRST_TIME = Retry()


class Delivery(Protocol):
    @property
    def transport(self) -> Transport: ...

    @property
    def connected(self) -> bool: ...

    async def deliver(
        self, kind: PayloadKind, payload: Json, *, retry: Retry = FIRST_TIME, twice: bool = False
    ) -> Ack: ...

    async def close(self) -> None: ...
