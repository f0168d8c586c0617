"""`TensorDock`: each method translates, sends, translates."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from providers.base import Capability, Priority
from providers.clock import Clock
from providers.errors import KeyMissing, KeyRejected, ProviderError, Unsupported
from providers.fetch.call import Call, Reply
from providers.models import CacheUse, Offer, OfferQuery, PricingKind, Sweep
from providers.settings import ProviderSettings
from providers.tensordock import wire
from providers.tensordock.translate import errors, offers
from providers.tensordock.translate.errors import About

if TYPE_CHECKING:  # the client brings httpx and diskcache, which only a call needs
    from providers.fetch.client import FetchClient

_NO_INTERRUPTIBLE = "TensorDock has no interruptible machines, only on-demand ones."
_REFUSED = {401, 403}
_KEPT_ANSWERS = 16
_UNKNOWN_KEY = (
    "TensorDock does not offer its key test at the moment: whether the key works is not known. "
    "Searching needs no key."
)


class _Form(StrEnum):
    """How the key is sent."""

    BEARER = "bearer"
    QUERY = "query"
    NONE = "none"


class TensorDock:
    name = offers.NAME
    title = "TensorDock"
    default_disk_gb = Decimal(offers.LEAST_DISK_GB)
    cannot: Mapping[Capability, str] = {
        Capability.INTERRUPTIBLE: _NO_INTERRUPTIBLE,
        Capability.VERIFICATION: "TensorDock does not verify hosts; it states a tier instead.",
        Capability.RELIABILITY: "TensorDock does not state how reliable a place is.",
        Capability.CUDA_VERSION: "The CUDA version depends on the image that is installed.",
        Capability.NETWORK_SPEED: "TensorDock does not state network speeds with its offers.",
        Capability.TRAFFIC_PRICE: "TensorDock does not state a price for traffic.",
        Capability.AVAILABLE_UNTIL: "TensorDock does not state how long a machine stays.",
    }

    def __init__(self, settings: ProviderSettings, fetch: "FetchClient", clock: Clock) -> None:
        self._settings = settings
        self._fetch = fetch
        self._clock = clock
        self._worked: dict[str, _Form] = {}
        self._kept: dict[offers.Wish, tuple[datetime, offers.Read]] = {}

    def scope(self, query: OfferQuery) -> Hashable:
        """One answer holds everything; only the machine that we would build differs."""
        return (query.pricing, offers.wish(query))

    async def search(
        self, query: OfferQuery, *, priority: Priority = Priority.SEARCH, refresh: bool = False
    ) -> Sweep:
        if query.pricing is not PricingKind.ON_DEMAND:
            raise Unsupported(self.name, _NO_INTERRUPTIBLE)
        reply, read = await self._locations(offers.wish(query), priority, refresh=refresh)
        return Sweep(
            provider=self.name,
            candidates=read.candidates,
            as_of=reply.received_at,
            fresh_until=reply.fresh_until,
            rows=read.rows,
            left_out=read.left_out,
            cache=reply.cache,
            seconds=reply.seconds,
        )

    async def refresh_offer(self, offer: Offer) -> Offer | None:
        """With the machine that the offer described, or what the place still allows of it."""
        _, read = await self._locations(offers.wish_for(offer), Priority.PRESS, refresh=True)
        same = (c for c in read.candidates if c.offer_id == offer.offer_id)
        found = next(same, None)
        return None if found is None else found.offer()

    async def check_key(self) -> str:
        """`/locations` accepts anything; only the key test says something about a key."""
        if self._settings.key is None:
            raise KeyMissing(self.name, errors.KEY_MISSING)
        reply = await self._send(self._call("account", "POST", "/auth/test", Priority.PRESS))
        if reply.status == 404:
            return _UNKNOWN_KEY
        if reply.status != 200 or errors.is_refusal(reply.body):
            raise self._refusal(reply, About.ACCOUNT)
        try:
            success = wire.read(wire.KeyTest, reply.body).success
        except wire.NotAnAnswer:
            success = None
        if success is False:
            raise KeyRejected(self.name, errors.WRONG_KEY)
        if success is None:
            raise self._refusal(reply, About.ACCOUNT)
        return "The key works."

    async def _locations(
        self, wish: offers.Wish, priority: Priority, *, refresh: bool
    ) -> tuple[Reply, offers.Read]:
        call = self._call("search", "GET", "/locations", priority)
        call = replace(call, cacheable=True, refresh=refresh, plausible=_is_plausible)
        reply = await self._send(call)
        kept = None if reply.cache is CacheUse.MISS else self._kept.get(wish)
        if kept is not None and kept[0] == reply.received_at:
            return reply, kept[1]
        try:
            read = offers.read(self._answer(reply), wish, reply.received_at)
        except ProviderError:
            await self._fetch.forget(call)
            raise
        self._keep(wish, reply.received_at, read)
        return reply, read

    def _answer(self, reply: Reply) -> wire.Answer:
        if reply.status != 200:
            raise self._refusal(reply, About.OFFERS)
        try:
            return wire.read(wire.Answer, reply.body)
        except wire.NotAnAnswer:
            raise self._refusal(reply, About.OFFERS) from None

    def _keep(self, wish: offers.Wish, received_at: datetime, read: offers.Read) -> None:
        """An answer that is served again, only older, is not read again."""
        self._kept.pop(wish, None)
        self._kept[wish] = (received_at, read)
        while len(self._kept) > _KEPT_ANSWERS:
            del self._kept[next(iter(self._kept))]

    async def _send(self, call: Call) -> Reply:
        """Tries the forms of authentication; what worked is remembered for this endpoint.

        A good key was refused once in a while and nobody found out why, so that one refusal is
        never believed.
        """
        forms = self._forms(call.endpoint)
        for form in forms[:-1]:
            reply = await self._fetch.send(self._with_key(call, form))
            if reply.status not in _REFUSED:
                self._worked[call.endpoint] = form
                return reply
        reply = await self._fetch.send(self._with_key(call, forms[-1]))
        if reply.status not in _REFUSED:
            self._worked[call.endpoint] = forms[-1]
        return reply

    def _forms(self, endpoint: str) -> list[_Form]:
        if self._settings.key is None:
            return [_Form.NONE, _Form.NONE]
        forms = [_Form.BEARER] if self._settings.auth_id is None else [_Form.BEARER, _Form.QUERY]
        first = self._worked.get(endpoint, _Form.BEARER)
        return [first, *(form for form in forms if form is not first), first]

    def _with_key(self, call: Call, form: _Form) -> Call:
        key, auth_id = self._settings.key, self._settings.auth_id
        if form is _Form.BEARER and key is not None:
            bearer = f"Bearer {key.get_secret_value()}"
            return replace(call, headers={**call.headers, "Authorization": bearer})
        if form is _Form.QUERY and key is not None and auth_id is not None:
            return replace(call, secret_params={"api_key": auth_id, "api_token": key})
        return call

    def _call(self, endpoint: str, method: str, path: str, priority: Priority) -> Call:
        timeouts = self._settings.timeouts
        return Call(
            provider=self.name,
            title=self.title,
            endpoint=endpoint,
            method=method,
            url=f"{self._settings.base_url}/api/v2{path}",
            pace=self._settings.search_pace,
            priority=priority,
            read_timeout_s=timeouts.read_s,
            connect_timeout_s=timeouts.connect_s,
            max_body_bytes=self._settings.max_body_bytes,
        )

    def _refusal(self, reply: Reply, about: About) -> ProviderError:
        has_key = self._settings.key is not None
        return errors.refusal(reply.status, reply.body, about, has_key=has_key)


def _is_plausible(body: bytes) -> bool:
    """Whether it may be kept: not whether it is right."""
    return body[:64].lstrip()[:1] == b"{" and b'"locations"' in body and body.rstrip()[-1:] == b"}"
