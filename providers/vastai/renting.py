"""The renting half of `VastAi`: nothing here is ever cached, and a create is never repeated."""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from providers.base import Priority
from providers.errors import (
    BadAnswer,
    InstanceGone,
    KeyMissing,
    ProviderError,
    RequestRefused,
    TimedOut,
)
from providers.fetch.call import Call, Reply
from providers.instances import Account, Image, Instance, InstanceId, Proof, RentRequest
from providers.models import OfferId
from providers.settings import Pace, ProviderSettings
from providers.vastai import wire
from providers.vastai.translate import errors, instances, numbers, offers, renting

if TYPE_CHECKING:  # the client brings httpx and diskcache, which only a call needs
    from providers.fetch.client import FetchClient

_INTERVALS_S: Final = {
    "create": 4.5,
    "list": 1.0,
    "detail": 2.0,
    "destroy": 3.0,
    "bid": 5.5,
    "attach": 1.0,
    "account": 1.1,
}
"""Between two calls. https://docs.vast.ai/api-reference/rate-limits-and-errors states all but the
last two, for which a second is what their neighbours ask for."""
_LIST = "/api/v1/instances/?limit=25&order_by=" + quote('[{"col":"id","dir":"asc"}]')
"""In the order of ids, so that no page shifts while machines come and go."""
_ALREADY = "already associated"


class Renting:
    name = offers.NAME
    title = "Vast.ai"
    key_setting = "VASTAI_API_KEY"
    console_url = "https://cloud.vast.ai/instances/"
    images: tuple[Image, ...] = renting.IMAGES
    proof = Proof()
    """Its word about the single machine is plain: `{"instances": null}`."""
    start_limit_s = 1200.0
    min_disk_gb = renting.LEAST_DISK_GB

    def __init__(self, settings: ProviderSettings, fetch: "FetchClient") -> None:
        self.origin = settings.base_url
        self.has_key = settings.key is not None
        self.key_print = settings.key_print
        self._settings = settings
        self._fetch = fetch

    def image_problem(self, image: str) -> str | None:
        return renting.image_problem(image)

    async def account(self) -> Account:
        account = await self._account()
        return Account(
            None if account.id is None else str(account.id),
            None if account.credit is None else numbers.money(account.credit),
        )

    async def check_key(self) -> str:
        account = await self._account()
        if account.credit is None:
            return "The key works. Vast.ai does not say how much credit there is."
        sign = "-" if account.credit < 0 else ""
        return f"The key works: {sign}${abs(account.credit):.2f} of credit."

    async def rent(self, request: RentRequest) -> InstanceId:
        document = renting.document(request)
        call = self._about(request.offer.offer_id, "create", "PUT", "/api/v0/asks/{id}/")
        call = replace(
            call,
            json_body=document,
            safe=False,
            read_timeout_s=self._settings.timeouts.create_s,
        )
        try:
            reply = await self._fetch.send(call)
        except (TimedOut, BadAnswer) as error:
            raise renting.unclear(error.sentence) from error
        return renting.made(reply.status, reply.body, has_key=self.has_key)

    async def attach_key(self, instance_id: InstanceId, ssh_public_key: str) -> None:
        key = renting.checked_key(ssh_public_key)
        call = self._about(instance_id, "attach", "POST", "/api/v0/instances/{id}/ssh/")
        try:
            self._done(await self._fetch.send(replace(call, json_body={"ssh_key": key})))
        except RequestRefused as refused:
            if _ALREADY not in refused.detail.casefold():
                raise

    async def instances(self) -> tuple[Instance, ...]:
        pages, address = instances.Pages(), _LIST
        while True:
            reply = await self._fetch.send(self._machines("list", "GET", address))
            if reply.status != 200:
                raise self._refusal(reply)
            token = pages.add(reply.body)
            if token is None:
                return pages.whole()
            address = f"{_LIST}&after_token={quote(token, safe='')}"

    async def instance(self, instance_id: InstanceId) -> Instance:
        call = self._about(instance_id, "detail", "GET", "/api/v0/instances/{id}/")
        reply = await self._fetch.send(call)
        if reply.status != 200:
            raise self._refusal_about_machine(reply)
        return instances.one(reply.body, instance_id)

    async def end(self, instance_id: InstanceId) -> None:
        call = self._about(instance_id, "destroy", "DELETE", "/api/v0/instances/{id}/")
        call = replace(call, json_body={}, read_timeout_s=self._settings.timeouts.end_s)
        try:
            self._done(await self._fetch.send(call))
        except InstanceGone:
            return

    async def raise_bid(self, instance_id: InstanceId, usd_per_hour: Decimal) -> None:
        document = {"client_id": "me", "price": renting.bid_price(usd_per_hour)}
        call = self._about(instance_id, "bid", "PUT", "/api/v0/instances/bid_price/{id}/")
        self._done(await self._fetch.send(replace(call, json_body=document)))

    async def _account(self) -> wire.Account:
        """The answer may echo the key, and is never quoted."""
        reply = await self._fetch.send(self._machines("account", "GET", "/api/v0/users/current/"))
        if reply.status != 200:
            raise self._refusal(reply)
        try:
            account = wire.read(wire.Account, reply.body)
        except wire.NotAnAnswer:
            raise self._refusal(reply) from None
        if account.success is False or (account.id is None and account.credit is None):
            raise self._refusal(reply)
        return account

    def _done(self, reply: Reply) -> None:
        try:
            done = wire.read(wire.Done, reply.body).success is True
        except wire.NotAnAnswer:
            done = False
        if not done or not 200 <= reply.status < 300:
            raise self._refusal_about_machine(reply)

    def _refusal(self, reply: Reply) -> ProviderError:
        """A list that is not found says nothing about any machine."""
        refused = self._refusal_about_machine(reply)
        if isinstance(refused, InstanceGone):
            return errors.nonsense(refused.detail)
        return refused

    def _refusal_about_machine(self, reply: Reply) -> ProviderError:
        return errors.refusal(reply.status, reply.body, has_key=self.has_key)

    def _about(self, number: InstanceId | OfferId, endpoint: str, method: str, path: str) -> Call:
        """`path` holds `{id}`. A number that is none could lead anywhere."""
        if not (number.isascii() and number.isdigit() and len(number) < 20):
            raise RequestRefused(self.name, "Vast.ai has only numbers for names; this is none.")
        return self._machines(endpoint, method, path.format(id=number))

    def _machines(self, endpoint: str, method: str, path: str) -> Call:
        """Raises `KeyMissing` before anybody is asked."""
        if not self.has_key:
            raise KeyMissing(self.name, errors.KEY_MISSING)
        pace = Pace(_INTERVALS_S[endpoint] * self._settings.renting_pace_factor)
        guards = endpoint in {"list", "detail", "destroy"}
        call = self._call(
            endpoint,
            f"{self._settings.base_url}{path}",
            pace,
            Priority.END if guards else Priority.PRESS,
        )
        return replace(call, method=method, always=guards)

    def _call(self, endpoint: str, url: str, pace: Pace, priority: Priority) -> Call:
        key, timeouts = self._settings.key, self._settings.timeouts
        bearer = {} if key is None else {"Authorization": f"Bearer {key.get_secret_value()}"}
        return Call(
            provider=self.name,
            title=self.title,
            endpoint=endpoint,
            method="GET",
            url=url,
            pace=pace,
            headers=bearer,
            priority=priority,
            read_timeout_s=timeouts.read_s,
            connect_timeout_s=timeouts.connect_s,
            max_body_bytes=self._settings.max_body_bytes,
            trusted_suffixes=(".vast.ai",),
        )
