"""The renter's account: credit, what was billed, keys."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_DAY_S = 86_400


@dataclass(slots=True)
class Account:
    credit: float
    user_id: int = 271_828
    ssh_keys: list[dict[str, Any]] = field(default_factory=list)
    _billed: dict[tuple[int, int], dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    )
    """(day, instance) → kind → quantity and amount."""
    _next_key: int = 101

    def bill(
        self, instance_id: int, kind: str, *, quantity: float, amount: float, now: float
    ) -> None:
        entry = self._billed[int(now // _DAY_S), instance_id][kind]
        entry[0] += quantity
        entry[1] += amount
        self.credit -= amount

    def charges(self, first_day: int, last_day: int) -> list[dict[str, Any]]:
        """One row for each instance and UTC day."""
        return [
            _charge(day, instance_id, kinds)
            for (day, instance_id), kinds in sorted(self._billed.items())
            if first_day <= day <= last_day
        ]

    def add_key(self, public_key: str, now: float) -> dict[str, Any] | None:
        """`None` when the account has it already."""
        if any(key["public_key"] == public_key for key in self.ssh_keys):
            return None
        key = new_key(self._next_key, self.user_id, public_key, now)
        self._next_key += 1
        self.ssh_keys.append(key)
        return key

    def document(self, api_key: str) -> dict[str, Any]:
        """`users/current`; like the marketplace it echoes the caller's key, which is a secret."""
        return {
            "id": self.user_id,
            "username": "simulated",
            "email": "renter@example.invalid",
            "email_verified": True,
            "fullname": "Simulated Renter",
            "credit": round(self.credit, 6),
            "balance": 0.0,
            "balance_threshold": 1.0,
            "balance_threshold_enabled": False,
            "can_pay": True,
            "has_billing": True,
            "has_payout": False,
            "got_signup_credit": False,
            "billed_expected": 0.0,
            "billed_verified": 0.0,
            "billing_creditonly": 0,
            "billaddress_country": "US",
            "ssh_key": self.ssh_keys[-1]["public_key"] if self.ssh_keys else None,
            "sid": "simulated",
            "api_key": api_key,
        }


def new_key(number: int, user_id: int, public_key: str, now: float) -> dict[str, Any]:
    return {
        "id": number,
        "user_id": user_id,
        "public_key": public_key,
        "created_at": datetime.fromtimestamp(now, UTC).isoformat(),
        "deleted_at": None,
    }


def _charge(day: int, instance_id: int, kinds: dict[str, list[float]]) -> dict[str, Any]:
    start, end = day * _DAY_S, (day + 1) * _DAY_S
    items: list[dict[str, Any]] = [
        {
            "start": start,
            "end": end,
            "type": kind,
            "source": None,
            "description": f"{quantity:.3f} {'GB' if kind.startswith('bw') else 'hours'}",
            "amount": round(amount, 6),
            "metadata": {},
            "items": [],
        }
        for kind, (quantity, amount) in sorted(kinds.items())
    ]
    return {
        "start": start,
        "end": end,
        "type": "instance",
        "source": f"instance-{instance_id}",
        "description": f"Instance {instance_id} Charges",
        "amount": round(sum(amount for _, amount in kinds.values()), 6),
        "metadata": {},
        "items": items,
    }
