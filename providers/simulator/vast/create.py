"""What a create call asks for, and how it is refused."""

from dataclasses import dataclass
from typing import Any

from providers.simulator.vast.listing import Kind, Listed
from providers.simulator.wire import object_of

_LEAST_DISK_GB = 8.0
_LONGEST_LABEL = 256
_LONGEST_ONSTART = 4048
_LOWEST_BID, _HIGHEST_BID = 0.001, 128.0


class Refusal(Exception):
    """Nothing was made."""

    def __init__(
        self, status: int, error: str, message: str, *, ask_id: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"success": False, "error": error, "msg": message}
        if ask_id is not None:
            self.body["ask_id"] = ask_id

    @classmethod
    def no_such_ask(cls, offer_id: int) -> "Refusal":
        """As recorded live: 400, the text says 404, two blanks after the word."""
        message = f"error 404/3603: no_such_ask  Instance type by id {offer_id} is not available."
        return cls(400, "invalid_args", message, ask_id=offer_id)

    @classmethod
    def no_longer_available(cls, offer_id: int) -> "Refusal":
        message = f"error 410/3907: no_such_ask Instance type {offer_id} is no longer available."
        return cls(410, "no_such_ask", message, ask_id=offer_id)

    @classmethod
    def invalid(cls, what: str) -> "Refusal":
        return cls(400, "invalid_args", f"error 400/3467: Invalid args: {what}")


@dataclass(frozen=True, slots=True)
class CreateRequest:
    image: str
    disk_gb: float
    label: str | None
    price: float | None
    cancel_unavail: bool
    target_state: str
    document: dict[str, Any]

    def check_disk(self, offer: Listed, now: float) -> None:
        space = offer.row(Kind.ON_DEMAND, self.disk_gb, now)["disk_space"]
        if self.disk_gb > space:
            raise Refusal.invalid(f"disk {self.disk_gb} is more than the {space} GB offered")


def parse_create(document: Any) -> CreateRequest:
    """Raises `Refusal`."""
    if not isinstance(document, dict):
        raise Refusal.invalid("invalid json")
    image = document.get("image") or ""
    if not image and not document.get("template_hash_id"):
        raise Refusal.invalid("image or template_hash_id is required")
    if not isinstance(image, str) or len(image) > 1024:
        raise Refusal.invalid("image is not a name of at most 1024 characters")
    price = _number(document.get("price"), "price")
    if price is not None and not _LOWEST_BID <= price <= _HIGHEST_BID:
        raise Refusal(400, "invalid_price", f"price {price} is not between 0.001 and 128")
    disk_gb = _number(document.get("disk"), "disk") or _LEAST_DISK_GB
    if not _LEAST_DISK_GB <= disk_gb < 1e6:
        raise Refusal.invalid("disk is at least 8 GB")
    target = document.get("target_state") or "running"
    if target not in ("running", "stopped"):
        raise Refusal.invalid("target_state is running or stopped")
    _check_texts(document)
    asked = document.get("cancel_unavail")
    return CreateRequest(
        image=image or "template/image:latest",
        disk_gb=disk_gb,
        label=document.get("label"),
        price=price,
        cancel_unavail=(price is None and target == "running") if asked is None else bool(asked),
        target_state=target,
        document=document,
    )


def _check_texts(document: dict[str, Any]) -> None:
    label = document.get("label")
    if label is not None and (not isinstance(label, str) or len(label) > _LONGEST_LABEL):
        raise Refusal.invalid("label is at most 256 characters")
    onstart = document.get("onstart") or ""
    if not isinstance(onstart, str) or len(onstart) > _LONGEST_ONSTART:
        raise Refusal.invalid("onstart is at most 4048 characters")
    environment = document.get("env") or {}
    if not isinstance(environment, dict | str) or len(object_of(environment)) > 256:
        raise Refusal.invalid("env is an object of at most 256 entries")


def _number(value: Any, name: str) -> float | None:
    """Numbers may come as texts."""
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Refusal.invalid(f"{name} is not a number") from None
