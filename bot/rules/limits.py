"""How many machines and watches the policy allows. Decides over counts.

Every decision is None, or why not: a sentence for the person who wants one more, with the next
step.
"""

from typing import Protocol

from bot.rules.policy import Policy, ask_admins


class InUse(Protocol):
    """`flows.ports.InUse`."""

    @property
    def by_renter(self) -> int: ...

    @property
    def in_all(self) -> int: ...


class MachinesInUse(InUse, Protocol):
    """Machines, and the orders that hold a place for one."""

    @property
    def orders(self) -> int:
        """Of `by_renter`: the orders that wait."""
        ...

    @property
    def orders_in_all(self) -> int: ...

    @property
    def ending(self) -> int:
        """Of `by_renter`: machines that are being ended."""
        ...


def limit_sentence(in_use: MachinesInUse, policy: Policy) -> str | None:
    """Counts as they are before it."""
    if in_use.in_all >= policy.machines_in_all:
        return (
            f"All {_machines(policy.machines_in_all)} that the policy allows are in use"
            f"{_by_whom(in_use)}"
            if policy.machines_in_all
            else f"The policy allows no machines now. {ask_admins(policy)}".rstrip()
        )
    if in_use.by_renter >= policy.machines_each and in_use.orders:
        rented = in_use.by_renter - in_use.orders
        return (
            f"You rent {_machines(rented)}, {_orders(in_use.orders)}, and the policy"
            f" allows {policy.machines_each} each: {_wait(in_use, 'end or cancel one first, see')}"
            " `/gpu sessions` and `/gpu orders`."
        )
    if in_use.by_renter >= policy.machines_each:
        return (
            f"You rent {_machines(in_use.by_renter)}, and the policy allows"
            f" {policy.machines_each} each: {_wait(in_use, 'end one first, see')}"
            " `/gpu sessions`."
        )
    return None


def _wait(in_use: MachinesInUse, otherwise: str) -> str:
    """What to do about a limit: a machine that is being ended counts until it is gone."""
    if not in_use.ending:
        return otherwise
    which, they = "one is still being ended and counts", "it is"
    if in_use.ending > 1:
        which, they = f"{in_use.ending} are still being ended and count", "they are"
    return f"{which} until the marketplace shows that {they} gone. Try again then, or see"


def watch_limit_sentence(in_use: InUse, policy: Policy) -> str | None:
    """`in_all` counts those of the channel."""
    if not policy.watches_each or not policy.watches_in_channel:
        return f"The policy allows no watches. {ask_admins(policy)}".rstrip()
    if in_use.by_renter >= policy.watches_each:
        return (
            f"You have {_watches(in_use.by_renter)}, and the policy allows"
            f" {policy.watches_each} each: stop one first, see `/gpu watches all`."
        )
    if in_use.in_all >= policy.watches_in_channel:
        return (
            f"This channel has {_watches(in_use.in_all)}, and the policy allows"
            f" {policy.watches_in_channel}: stop one first, see `/gpu watches`."
        )
    return None


def _machines(count: int) -> str:
    return "1 machine" if count == 1 else f"{count} machines"


def _by_whom(in_use: MachinesInUse) -> str:
    if in_use.orders_in_all:
        return " or ordered: `/gpu sessions all` and `/gpu orders all` show by whom."
    return ": `/gpu sessions all` shows whose."


def _orders(count: int) -> str:
    return "1 order of yours waits" if count == 1 else f"{count} orders of yours wait"


def _watches(count: int) -> str:
    return "1 watch" if count == 1 else f"{count} watches"
