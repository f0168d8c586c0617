"""The Rent window, from the press to the machine that is being made."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot.flows.people import People
from bot.flows.permits import Permits
from bot.flows.ports import Quotes, StoreDown
from bot.flows.quoting import TOO_OLD, Quoting, rewished
from bot.flows.renting import Renting
from bot.render import ids, notes, rent, rent_fields
from bot.render.message import Modal
from bot.rules import forms, keys
from bot.rules.forms import Field, FilledForm
from bot.rules.keys import KeyRefused
from bot.rules.quotes import Quote, QuoteId, Refusal, RentAnswer, Rented
from bot.rules.sessions import SessionId
from bot.slack.handlers import Desk
from bot.slack.payloads import Request
from bot.slack.windows import Windows, sent_back
from providers.clock import Clock

_BLOCKS = {
    Field.HOURS: rent_fields.HOURS_BLOCK,
    Field.OWN_HOURS: rent_fields.OWN_HOURS_BLOCK,
    Field.DISK: rent_fields.DISK_BLOCK,
    Field.IMAGE: rent_fields.IMAGE_BLOCK,
    Field.OWN_IMAGE: rent_fields.OWN_IMAGE_BLOCK,
    Field.KEY: rent_fields.KEY_BLOCK,
    Field.NOTE: rent_fields.NOTE_BLOCK,
    Field.YES: rent_fields.YES_BLOCK,
}
"""Where each field stands, and its error."""
_TELLING = (ids.HOURS, ids.OWN_HOURS, ids.DISK, ids.IMAGE, ids.KEY_CHOICE)
"""Fields whose choice changes what the window shows."""
_OWN_VALUES = {
    ids.HOURS: rent_fields.OWN_HOURS_BLOCK,
    ids.IMAGE: rent_fields.OWN_IMAGE_BLOCK,
    ids.KEY_CHOICE: rent_fields.KEY_BLOCK,
}
"""Choices, and the field that each may open."""
_log = structlog.get_logger(__name__)


class RentDesk:
    def __init__(
        self,
        quoting: Quoting,
        renting: Renting,
        people: People,
        permits: Permits,
        quotes: Quotes,
        windows: Windows,
        clock: Clock,
    ) -> None:
        self._quoting = quoting
        self._renting = renting
        self._people = people
        self._permits = permits
        self._quotes = quotes
        self._windows = windows
        self._clock = clock
        self.desk = Desk(
            actions={
                ids.RENT: self._pressed,
                **dict.fromkeys(_TELLING, self.rewritten),
            },
            forms={ids.RENT_VIEW: (self._judge, self._submitted)},
        )

    async def _pressed(self, request: Request) -> str:
        """The window first: the right to open one lasts three seconds, and reading the offer again
        can take longer. Pressed inside a window, that one is used."""
        view_id = await self._windows.open(request, rent.skeleton())
        found = await self._quoting.quote(SessionId(request.id()), request.asker)
        await self._windows.update(view_id, self._window(found))
        return "quoted" if isinstance(found, Quote) else f"refused: {found.kind}"

    async def rewritten(self, request: Request) -> str:
        """What it costs follows what is chosen; what was typed stays where it is."""
        quote = await self._quotes.get(QuoteId(request.metadata))
        if quote is None:
            return "quote gone"
        changed = await self._requoted(request, quote)
        if changed is not None:
            await self._windows.update(request.view_id, self._rewritten_window(request, changed))
        return "rewritten"

    async def _requoted(self, request: Request, quote: Quote) -> Quote | None:
        hours, disk_gb, image = self._wishes(request, quote)
        return await self._quoting.requote(
            quote.id, request.asker, hours=hours, disk_gb=disk_gb, image=image
        )

    async def _judge(self, request: Request) -> dict[str, Any] | None:
        try:
            quote = await self._quotes.get(QuoteId(request.metadata))
        except StoreDown:
            return _shown(rent.sentence(notes.RECORDS_DOWN))
        if quote is None:
            return _shown(rent.sentence(TOO_OLD))
        if _opens_more(request):
            return self._windows.instead(self._opened_window(request, quote))
        filled = self._filled(request, quote)
        if isinstance(filled, FilledForm):
            if self._is_dearer(request, quote):
                wished = self._wished(request, quote)
                return self._windows.instead(
                    self._opened_window(request, quote, rent.asks_again(wished))
                )
            return _shown(rent.working(quote))
        return sent_back({_BLOCKS[field]: sentence for field, sentence in filled.items()})

    async def _submitted(self, request: Request) -> str:
        quote = await self._quotes.get(QuoteId(request.metadata))
        if quote is not None and _opens_more(request):
            await self._requoted(request, quote)
            return "asked for more"
        filled = None if quote is None else self._filled(request, quote)
        if quote is None or not isinstance(filled, FilledForm):
            await self._windows.update(request.view_id, rent.sentence(TOO_OLD))
            return "quote gone"
        if self._is_dearer(request, quote):
            await self._requoted(request, quote)
            return "asked again"
        try:
            key = filled.ssh_public_key or await self._people.resolved(
                f"github.com/{filled.github_user}"
            )
        except KeyRefused as refused:
            window = rent.quote(
                quote,
                self._clock.now(),
                other_key=True,
                trouble=refused.sentence,
                typed_key=f"github.com/{filled.github_user}" if filled.github_user else "",
            )
            await self._windows.update(request.view_id, window)
            return "no key"
        answer = await self._renting.submit(
            quote.id, request.asker, filled.with_key(key), request.delivery
        )
        return await self._told(request, answer)

    async def _told(self, request: Request, answer: RentAnswer) -> str:
        """A machine that is being made is told of in its own message too: a window that cannot be
        changed is no reason to say that something went wrong."""
        try:
            await self._windows.update(request.view_id, self._window(answer))
        except (SlackApiError, ClientError, TimeoutError, OSError) as error:
            if not isinstance(answer, Rented):
                raise
            _log.warning("the window could not be changed", error=type(error).__name__)
        return _outcome(answer)

    def _filled(self, request: Request, quote: Quote) -> FilledForm | forms.Mistakes:
        raw = {field: _text(request, field) for field in Field}
        if request.entered(ids.KEY_CHOICE) == ids.SAVED:
            raw[Field.KEY] = ""
        rents = self._quoting.houses[quote.offer.provider].rents
        policy = self._permits.policies.current()
        return forms.read(raw, quote, policy, self._clock.now(), rents.image_problem)

    def _wishes(self, request: Request, quote: Quote) -> tuple[Decimal, int, str]:
        """As far as they can be read; the rest stays as it was quoted."""
        is_own = _text(request, Field.HOURS) == forms.OWN
        typed = _text(request, Field.OWN_HOURS if is_own else Field.HOURS)
        hours = forms.hours_in(typed) or quote.hours
        disk = Decimal(forms.disk_gb_in(_text(request, Field.DISK)) or quote.offer.disk_gb)
        image = _text(request, Field.IMAGE)
        most = quote.offer.max_disk_gb or 10_000
        disk_gb = int(min(max(disk, Decimal(quote.min_disk_gb)), Decimal(str(most))))
        return hours, disk_gb, quote.image if image in {"", forms.OWN} else image

    def _is_dearer(self, request: Request, quote: Quote) -> bool:
        """What was typed just before the press is not in the price that the button named."""
        return rent.is_dearer(self._wished(request, quote), request.submit)

    def _wished(self, request: Request, quote: Quote) -> Quote:
        hours, disk_gb, image = self._wishes(request, quote)
        return rewished(quote, hours=hours, disk_gb=disk_gb, image=image)

    def _opened_window(self, request: Request, quote: Quote, trouble: str = "") -> Modal:
        """With the field that a choice opens, and all that was typed."""
        noted = replace(self._wished(request, quote), note=_harmless(request, Field.NOTE))
        return self._rewritten_window(request, noted, _harmless(request, Field.KEY), trouble)

    def _rewritten_window(
        self, request: Request, quote: Quote, typed_key: str = "", trouble: str = ""
    ) -> Modal:
        return rent.quote(
            quote,
            self._clock.now(),
            own_hours=_text(request, Field.HOURS) == ids.OWN,
            own_image=_text(request, Field.IMAGE) == ids.OWN,
            other_key=request.entered(ids.KEY_CHOICE) == ids.OWN,
            typed_key=typed_key,
            trouble=trouble,
        )

    def _window(self, answer: RentAnswer) -> Modal:
        match answer:
            case Quote():
                return rent.quote(answer, self._clock.now())
            case Refusal():
                return rent.refused(answer)
            case Rented():
                return rent.rented(answer.session)


def _text(request: Request, field: Field) -> str:
    entered = request.entered(_BLOCKS[field])
    return entered if isinstance(entered, str) else (entered[0] if entered else "")


def _opens_more(request: Request) -> bool:
    """An own value was chosen whose field is not there yet: the form was sent before the choice
    was told."""
    return any(
        request.entered(choice) == ids.OWN and not request.shows(field)
        for choice, field in _OWN_VALUES.items()
    )


def _harmless(request: Request, field: Field) -> str:
    """What was typed, to be shown again: never a private key."""
    text = _text(request, field)
    return "" if keys.holds_private_key(text) else text


def _shown(modal: Modal) -> dict[str, Any]:
    return {"response_action": "update", "view": modal.payload}


def _outcome(answer: RentAnswer) -> str:
    match answer:
        case Quote():
            return "price rose"
        case Refusal():
            return f"refused: {answer.kind}"
        case _:
            return "rented"
