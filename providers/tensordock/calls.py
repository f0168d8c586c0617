"""How TensorDock is asked: one pace for everything, and a key that is sent in two forms."""

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from providers.base import Priority
from providers.errors import ProviderError
from providers.fetch.call import Call, Reply
from providers.settings import ProviderSettings
from providers.tensordock.translate import errors, offers
from providers.tensordock.translate.errors import About

if TYPE_CHECKING:  # the client brings httpx and diskcache, which only a call needs
    from providers.fetch.client import FetchClient

_REFUSED = {401, 403}


class _Form(StrEnum):
    """How the key is sent."""

    BEARER = "bearer"
    QUERY = "query"
    NONE = "none"


class Calls:
    name = offers.NAME
    title = "TensorDock"

    def __init__(self, settings: ProviderSettings, fetch: "FetchClient") -> None:
        self._settings = settings
        self._fetch = fetch
        self._worked: dict[str, _Form] = {}

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
            pace_group="all",
            priority=priority,
            read_timeout_s=timeouts.read_s,
            connect_timeout_s=timeouts.connect_s,
            max_body_bytes=self._settings.max_body_bytes,
        )

    def _refusal(self, reply: Reply, about: About) -> ProviderError:
        has_key = self._settings.key is not None
        return errors.refusal(reply.status, reply.body, about, has_key=has_key)
