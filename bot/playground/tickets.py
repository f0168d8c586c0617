"""What an interaction hands to the app for later: a `trigger_id` and a `response_url`."""

from dataclasses import dataclass, field

from bot.playground.clock import Clock
from bot.playground.errors import Refused
from bot.playground.ids import new_token

TRIGGER_LIFE_S = 3.0
RESPONSE_URL_LIFE_S = 30 * 60.0
RESPONSE_URL_USES = 5


@dataclass(slots=True)
class Trigger:
    user: str
    view_id: str | None
    """The modal it was pulled in, if it was one."""
    born: float
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    user: str
    channel: str
    born: float
    message_ts: str | None
    """What `replace_original` replaces: the message in which something was pressed."""
    uses: int = 0
    key: str = field(default_factory=new_token)


class Tickets:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._response_urls: dict[str, ResponseUrl] = {}

    def new_trigger(self, user: str, view_id: str | None = None) -> str:
        trigger_id = f"{len(self._triggers) + 1}.{new_token()}"
        self._triggers[trigger_id] = Trigger(user, view_id, self._clock.monotonic())
        return trigger_id

    def pull(self, trigger_id: object) -> Trigger:
        """Works once, for three seconds."""
        trigger = self._triggers.get(trigger_id) if isinstance(trigger_id, str) else None
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self._clock.monotonic() - trigger.born > TRIGGER_LIFE_S:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response_url(self, user: str, channel: str, message_ts: str | None) -> ResponseUrl:
        born = self._clock.monotonic()
        ticket = ResponseUrl(user, channel, born, message_ts)
        self._response_urls[ticket.key] = ticket
        return ticket

    def use(self, key: str) -> ResponseUrl:
        """Five uses in thirty minutes."""
        ticket = self._response_urls.get(key)
        if ticket is None:
            raise Refused("invalid_url", status=404)
        if self._clock.monotonic() - ticket.born > RESPONSE_URL_LIFE_S:
            raise Refused("expired_url", status=404)
        if ticket.uses >= RESPONSE_URL_USES:
            raise Refused("used_url", status=404)
        ticket.uses += 1
        return ticket
