"""The renting half of `TensorDock`: nothing is ever cached, and a create is never repeated."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from providers.base import Priority
from providers.errors import (
    BadAnswer,
    ChooseAnother,
    InstanceGone,
    KeyMissing,
    KeyRejected,
    ProviderError,
    RequestRefused,
    TimedOut,
    Unsupported,
)
from providers.fetch.call import Call, Reply
from providers.instances import Account, Image, Instance, InstanceId, Proof, RentRequest
from providers.settings import ProviderSettings
from providers.tensordock import wire
from providers.tensordock.calls import Calls
from providers.tensordock.translate import errors, instances, renting
from providers.tensordock.translate.errors import About

if TYPE_CHECKING:  # the client brings httpx and diskcache, which only a call needs
    from providers.fetch.client import FetchClient

_UNKNOWN_KEY = (
    "TensorDock does not offer its key test at the moment: whether the key works is not known. "
    "Searching needs no key."
)
_NO_KEYS = "TensorDock cannot add a key to a machine that is already there."


class Renting(Calls):
    key_setting = "TENSORDOCK_API_TOKEN"
    console_url = "https://dashboard.tensordock.com/"
    images: tuple[Image, ...] = renting.IMAGES
    proof = Proof(lists=2, apart_s=30.0)
    """It answers 404 when it is down, too."""
    start_limit_s = 900.0
    min_disk_gb = renting.LEAST_DISK_GB

    def __init__(self, settings: ProviderSettings, fetch: "FetchClient") -> None:
        super().__init__(settings, fetch)
        self.origin = settings.base_url
        self.has_key = settings.key is not None
        self.key_print = settings.key_print

    def image_problem(self, image: str) -> str | None:
        return renting.image_problem(image)

    async def account(self) -> Account:
        tested = await self._key_test()
        return Account(None if tested is None else tested.organizationId, None)

    async def check_key(self) -> str:
        """`/locations` accepts anything; only the key test says something about a key."""
        return _UNKNOWN_KEY if await self._key_test() is None else "The key works."

    async def rent(self, request: RentRequest) -> InstanceId:
        """A second call follows one refusal alone, that of a public address: it says that nothing
        was made."""
        dedicated = renting.wants_dedicated_ip(request.offer)
        reply = await self._create(renting.document(request, dedicated_ip=dedicated))
        try:
            return self._made(reply, request)
        except ChooseAnother:
            forwards = dedicated and request.offer.port_forwarding is True
            if not forwards or not errors.lacks_address(reply.body):
                raise
        again = await self._create(renting.document(request, dedicated_ip=False))
        return self._made(again, request)

    async def attach_key(
        self,
        instance_id: InstanceId,  # noqa: ARG002  of the protocol
        ssh_public_key: str,  # noqa: ARG002
    ) -> None:
        raise Unsupported(self.name, _NO_KEYS)

    async def instances(self) -> tuple[Instance, ...]:
        reply = await self._send(self._machines("list", "GET", "/instances"))
        if reply.status != 200 or errors.is_refusal(reply.body):
            raise self._refusal(reply, About.OFFERS)
        return instances.listed(reply.body)

    async def instance(self, instance_id: InstanceId) -> Instance:
        reply = await self._send(self._about(instance_id, "detail", "GET"))
        if reply.status != 200 or errors.is_refusal(reply.body):
            refused = self._refusal(reply, About.MACHINE)
            if isinstance(refused, InstanceGone) and reply.status != 404:
                raise errors.nonsense(refused.detail)
            raise refused
        return instances.one(reply.body, instance_id)

    async def end(self, instance_id: InstanceId) -> None:
        call = self._about(instance_id, "destroy", "DELETE")
        reply = await self._send(replace(call, read_timeout_s=self._settings.timeouts.end_s))
        if reply.status == 204 or (200 <= reply.status < 300 and errors.is_accepted(reply.body)):
            return
        refused = self._refusal(reply, About.MACHINE)
        if not isinstance(refused, InstanceGone):
            raise refused

    async def raise_bid(
        self,
        instance_id: InstanceId,  # noqa: ARG002  of the protocol
        usd_per_hour: Decimal,  # noqa: ARG002
    ) -> None:
        raise Unsupported(self.name, renting.NO_INTERRUPTIBLE)

    async def _create(self, document: dict[str, Any]) -> Reply:
        call = replace(
            self._machines("create", "POST", "/instances"),
            json_body=document,
            safe=False,
            read_timeout_s=self._settings.timeouts.create_s,
        )
        try:
            return await self._send(call)
        except (TimedOut, BadAnswer) as error:
            raise renting.unclear(error.sentence) from error

    def _made(self, reply: Reply, request: RentRequest) -> InstanceId:
        return renting.made(reply.status, reply.body, request.label, has_key=self.has_key)

    async def _key_test(self) -> wire.KeyTest | None:
        """`None` when the test is not offered, which says nothing about the key."""
        reply = await self._send(self._machines("account", "POST", "/auth/test"))
        if reply.status == 404:
            return None
        refused = self._refusal_of_test(reply)
        if refused is not None:
            raise refused
        return wire.read(wire.KeyTest, reply.body)

    def _refusal_of_test(self, reply: Reply) -> ProviderError | None:
        if reply.status != 200 or errors.is_refusal(reply.body):
            return self._refusal(reply, About.ACCOUNT)
        try:
            success = wire.read(wire.KeyTest, reply.body).success
        except wire.NotAnAnswer:
            success = None
        if success is None:
            return self._refusal(reply, About.ACCOUNT)
        return None if success else KeyRejected(self.name, errors.WRONG_KEY)

    def _about(self, instance_id: InstanceId, endpoint: str, method: str) -> Call:
        """An id that is none could lead anywhere."""
        if not re.fullmatch(renting.ID, instance_id):
            raise RequestRefused(self.name, "TensorDock has no machine of such a name.")
        return self._machines(endpoint, method, f"/instances/{instance_id}")

    def _machines(self, endpoint: str, method: str, path: str) -> Call:
        """Raises `KeyMissing` before anybody is asked."""
        if not self.has_key:
            raise KeyMissing(self.name, errors.KEY_MISSING)
        guards = endpoint in {"list", "detail", "destroy"}
        call = self._call(endpoint, method, path, Priority.END if guards else Priority.PRESS)
        pace = replace(
            call.pace, interval_s=call.pace.interval_s * self._settings.renting_pace_factor
        )
        return replace(call, pace=pace, always=guards)
