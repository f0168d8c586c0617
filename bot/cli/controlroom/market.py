"""What the control room asks of the simulated marketplaces, over their admin server."""

from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any

from aiohttp import ClientSession

from bot.cli.controlroom.records import Card

MARKETPLACES = {"vast": "Vast.ai", "tensordock": "TensorDock"}
BROKEN: Mapping[str, Mapping[str, Any]] = {
    "slow": {"kind": "slow", "seconds": 4.0},
    "down": {"kind": "refuse"},
    "nonsense": {"kind": "truncated"},
}
"""How a whole marketplace can be, and the fault that makes it so."""
_LABEL = "shopper-"


@dataclass(frozen=True, slots=True)
class Machine:
    marketplace: str
    number: str
    label: str
    usd_per_hour: float
    """As it was rented."""
    usd_per_hour_now: float
    """Less while it is paused."""
    status: str = ""
    is_bid: bool = False

    @property
    def session_id(self) -> str:
        return self.label.removeprefix(_LABEL)

    @property
    def name(self) -> str:
        return f"{MARKETPLACES[self.marketplace]}\u2019s machine {self.number}"


@dataclass(frozen=True, slots=True)
class State:
    """All of the market at one moment."""

    now: float
    speed: float
    credit: float
    """USD on both accounts."""
    machines: Sequence[Machine]
    """Those that exist, the newest last of each marketplace."""

    def at(self, wall: float, wall_now: float) -> float:
        """Market time at a moment of the machine's clock, as long as the speed was this."""
        return self.now - (wall_now - wall) * self.speed


class Market:
    """The simulator's admin server, whose address stays in this process."""

    def __init__(self, http: ClientSession, admin_url: str) -> None:
        self._http = http
        self._admin_url = admin_url

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        async with self._http.request(
            method, f"{self._admin_url}/{path}", json=body, raise_for_status=True
        ) as answer:
            return await answer.json()

    async def state(self) -> State:
        said = await self.ask("GET", "state")
        machines = [
            Machine(
                name,
                str(row["id"]),
                str(row["label"] or ""),
                float(row["usd_per_hour"]),
                float(row["usd_per_hour_now"]),
                str(row["status"] or ""),
                row.get("bid") is not None,
            )
            for name in MARKETPLACES
            for row in said[name]["instances"]
            if row["exists"]
        ]
        credit = float(said["vast"]["credit"]) + float(said["tensordock"]["balance"])
        return State(float(said["now"]), float(said["speed"]), credit, machines)

    async def fault(self, kind: str, endpoint: str, **details: Any) -> None:
        """At either marketplace, whichever is asked next."""
        for name in MARKETPLACES:
            wish = {"kind": kind, "marketplace": name, "endpoint": endpoint, **details}
            await self.ask("POST", "faults", wish)

    async def mend(self, kind: str, marketplace: str | None = None) -> None:
        for fault in await self.ask("GET", "faults"):
            if fault["kind"] == kind and marketplace in (None, fault["marketplace"]):
                await self.ask("DELETE", f"faults/{fault['number']}")

    async def broken(self) -> dict[str, str]:
        """Marketplaces that are broken as a whole, and how."""
        faults = await self.ask("GET", "faults")
        kinds = {str(how["kind"]): name for name, how in BROKEN.items()}
        return {
            str(fault["marketplace"]): kinds[fault["kind"]]
            for fault in faults
            if fault["endpoint"] == "*" and fault["kind"] in kinds
        }

    async def break_whole(self, marketplace: str, how: str) -> None:
        """One way at a time."""
        for other in BROKEN.values():
            await self.mend(str(other["kind"]), marketplace)
        wish = {"marketplace": marketplace, "endpoint": "*", "times": None, **BROKEN[how]}
        await self.ask("POST", "faults", wish)

    async def doom(self, machine: Machine, fate: str) -> None:
        path = f"machines/{machine.marketplace}/{machine.number}"
        await self.ask("PUT", path, {"fate": fate})

    async def make(self, deployment: str) -> None:
        """A machine of the account that the bot did not rent, under a label of its own."""
        label = f"{_LABEL}{deployment}-{_letters()}"
        await self.ask("POST", "machines/vast", {"label": label})

    async def waiting(self) -> list[str]:
        """Kinds of trouble of single machines that are still to come. What was to happen once, at
        whichever marketplace, is over when it happened at one."""
        faults = [f for f in await self.ask("GET", "faults") if f["endpoint"] != "*"]
        kinds = [str(fault["kind"]) for fault in faults]
        left = [
            fault
            for fault in faults
            if fault["times"] is not None and kinds.count(fault["kind"]) == 1
        ]
        for fault in left:
            await self.ask("DELETE", f"faults/{fault['number']}")
            kinds.remove(fault["kind"])
        return list(dict.fromkeys(kinds))

    async def models(self) -> dict[str, float]:
        return {str(name): float(usd) for name, usd in (await self.ask("GET", "models")).items()}

    async def move_model(self, model: str, factor: float) -> None:
        await self.ask("PUT", "models", {"model": model, "factor": factor})

    async def take_away(self, card: Card) -> None:
        if card.provider == "vastai":
            await self.ask("DELETE", f"vast/offers/{card.offer_id}")
            return
        await self.ask("PUT", _stock(card), {"max_count": 0})

    async def change_price(self, card: Card, factor: float) -> None:
        """Of the GPUs; the disk costs what it did."""
        price = card.gpu_usd_per_hour * factor
        if card.provider == "vastai":
            await self.ask("PUT", f"vast/offers/{card.offer_id}", {"usd_per_hour": price})
            return
        await self.ask("PUT", _stock(card), {"price_per_hr": price / card.gpus})

    async def journal(self, after: int) -> list[dict[str, Any]]:
        return list(await self.ask("GET", f"journal?after={after}"))


def _letters() -> str:
    return b32encode(token_bytes(10)).decode().lower()[:10]


def _stock(card: Card) -> str:
    location, name, _ = card.offer_id.split(":")
    return f"tensordock/locations/{location}/{name}"
