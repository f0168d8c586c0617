"""The Vast.ai server: routes, keys, rate limits."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from providers.simulator.clock import SimulatedClock
from providers.simulator.faults import VAST, Fault, FaultBook
from providers.simulator.figures import vast_figures
from providers.simulator.limits import FORMS, VAST_LIMITS, RateLimiter, too_many
from providers.simulator.trouble import Trouble
from providers.simulator.vast.account import Account
from providers.simulator.vast.book import OfferBook
from providers.simulator.vast.create import Refusal, parse_create
from providers.simulator.vast.documents import Ways
from providers.simulator.vast.listing import Kind, Listed
from providers.simulator.vast.rentals import Rentals
from providers.simulator.vast.search import PAGE
from providers.simulator.wire import endpoint_of, json_answer

KEYLESS: Final = frozenset({"search", "gpu_names", "gpu_types", "log_file"})

AUTH_FORMS: Final[Mapping[str, tuple[int, dict[str, Any] | str]]] = {
    "401": (401, {"success": False, "error": "auth_error", "msg": "Invalid user key"}),
    "401-text": (401, "Unauthorized"),
    "403": (
        403,
        {"success": False, "error": "auth_error", "msg": "This action requires login."},
    ),
    "404": (404, {"error": "auth_error", "msg": "Invalid user key"}),
}


def _no_such_instance() -> web.Response:
    body = {"success": False, "error": "no_such_instance", "msg": "Instance not found."}
    return json_answer(body, status=404)


STRANGERS: Final[Mapping[str, Callable[[], web.Response]]] = {
    "user": lambda: json_answer({"id": 314_159, "username": "stranger", "credit": 10.0}),
    "list": lambda: json_answer(
        {
            "success": True,
            "instances_found": 0,
            "total_instances": 0,
            "label_counts": {},
            "next_token": None,
            "instances": [],
        }
    ),
    "detail": lambda: json_answer({"instances": None}),
    "destroy": _no_such_instance,
    "manage": _no_such_instance,
    "attach": _no_such_instance,
    "bid": _no_such_instance,
}
"""What the account of another customer, who has no machines, is told."""


@dataclass(slots=True)
class VastSwitches:
    """What can be changed while the server runs."""

    key: str | None = None
    """The only key that is accepted; any non-empty one when `None`."""
    auth_form: str = "documented"
    """One of `AUTH_FORMS`, or what each endpoint is documented to answer."""
    limit_form: str = "mixed"
    """One of `limits.FORMS`; `mixed` gives each in turn."""
    keyless_search: bool = True
    page_cap: int = PAGE
    other_account: tuple[str, ...] = ()
    """Keys of somebody else: they work, and see none of our machines."""


@dataclass(slots=True)
class VastServer:
    clock: SimulatedClock
    faults: FaultBook
    book: OfferBook
    account: Account
    rentals: Rentals
    switches: VastSwitches
    ways: Ways
    limiter: RateLimiter = field(default_factory=lambda: RateLimiter(VAST_LIMITS))
    turn: int = 0
    """Counts answers: ties and 429 bodies differ from one to the next."""

    @classmethod
    def open(
        cls,
        clock: SimulatedClock,
        faults: FaultBook,
        switches: VastSwitches,
        ways: Ways,
        *,
        seed: int,
        machines: int,
        evolving: bool,
        stale_share: float,
        credit: float,
        mishaps: float,
    ) -> "VastServer":
        now = clock.now()
        book = OfferBook(
            vast_figures(),
            seed=seed,
            machines=machines,
            now=now,
            evolving=evolving,
            stale_share=stale_share,
        )
        account = Account(credit=credit)
        rentals = Rentals(book, account, seed=seed, now=now, mishaps=mishaps)
        return cls(clock, faults, book, account, rentals, switches, ways)

    # For tests and the admin path.

    def offers(
        self, kind: Kind | str = Kind.ON_DEMAND, storage_gb: float = 8.0
    ) -> list[dict[str, Any]]:
        """What a search without filter could find now, the cheapest first."""
        kind, now = Kind(kind), self.clock.now()
        rows = [offer.row(kind, storage_gb, now) for offer in self.book.visible(kind, now)]
        return [row.fields() for row in sorted(rows, key=lambda row: float(row["dph_total"]))]

    def set_price(self, offer_id: int, usd_per_hour: float) -> None:
        """Of the whole offer, before disk; the other chunks of the machine follow."""
        offer = self._offer(offer_id)
        offer.machine.usd_per_gpu_hour = usd_per_hour / offer.gpus

    def remove_offer(self, offer_id: int, *, lingers_s: float = 0.0) -> None:
        self.book.withdraw(self._offer(offer_id), self.clock.now(), lingers_s)

    def make(self, label: str) -> int:
        """A machine that nobody asked for: on the cheapest offer that can be had of a verified
        host, since the cheapest of all is planted at a price that no machine has."""
        now = self.clock.now()
        asked = parse_create({"image": "ubuntu:24.04", "label": label})
        honest = [row for row in self.offers() if row["verification"] == "verified"]
        for row in honest:
            with suppress(Refusal):
                return self.rentals.create(int(row["id"]), asked, (), now).instance_id
        raise KeyError("no offer can be had")

    def _offer(self, offer_id: int) -> Listed:
        offer = self.book.find(offer_id, self.clock.now())
        if offer is None:
            raise KeyError(f"no offer {offer_id}")
        return offer

    def middlewares(self) -> list[Middleware]:
        trouble = Trouble(VAST, self.faults, self._asked_too_many, lambda: self.refuse_key("401"))
        return [trouble.middleware(), self._guard()]

    # Keys and limits.

    def _guard(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            endpoint = endpoint_of(request)
            key = caller_key(request)
            if (refusal := self._refusal(endpoint, key)) is not None:
                return refusal
            limited = "search-keyless" if endpoint == "search" and not key else endpoint
            caller = key or str(request.remote)
            wait = self.limiter.refuses(limited, caller, self.clock.line())
            if wait is not None:
                return self._too_fast(limited, wait)
            self.turn += 1
            if key in self.switches.other_account and endpoint in STRANGERS:
                return STRANGERS[endpoint]()
            return await handler(request)

        return guard

    def _refusal(self, endpoint: str, key: str) -> web.Response | None:
        pinned = self.switches.key
        if key and (pinned is None or compare_digest(key.encode(), pinned.encode())):
            return None
        if endpoint in KEYLESS:
            if not key and (endpoint != "search" or self.switches.keyless_search):
                return None
            return self.refuse_key("404")
        return self.refuse_key("403" if endpoint == "charges" and not key else "401")

    def refuse_key(self, documented: str) -> web.Response:
        form = self.switches.auth_form
        status, body = AUTH_FORMS[documented if form == "documented" else form]
        if isinstance(body, str):
            return web.Response(status=status, text=body)
        return json_answer(body, status=status)

    def _too_fast(self, endpoint: str, wait: float) -> web.Response:
        self.turn += 1
        form = self.switches.limit_form
        if form == "mixed":
            form = FORMS[self.turn % len(FORMS)]
        return too_many(form, self.limiter.limits[endpoint].seconds, wait)

    def _asked_too_many(self, fault: Fault) -> web.Response:
        self.turn += 1
        form = FORMS[self.turn % len(FORMS)] if fault.form == "mixed" else fault.form
        return too_many(form, fault.seconds, fault.seconds)


def caller_key(request: web.Request) -> str:
    """Bearer, or the old query argument, which still works; empty without any."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    return request.query.get("api_key", "")
