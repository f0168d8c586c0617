"""TensorDock's shapes: offers, and the disputed forms of lists, details and errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.simulator.tensordock.market import Place, Stock
from providers.simulator.tensordock.rental import Rental


@dataclass(slots=True)
class TensorDockSwitches:
    """What can be changed while the server runs. The defaults are what live clients met."""

    token: str | None = None
    """The only token that is accepted; any non-empty one when `None`."""
    query_auth: bool = False
    """Accept `api_key` and `api_token` in the query too."""
    auth_test: bool = True
    """False: `/auth/test` is not there."""
    list_form: str = "flat"
    """`flat`, `instances`, `attributes`."""
    detail_form: str = "bare"
    """`bare`, `data`, `attributes`."""
    error_status: int = 200
    """Status of errors about capacity, addresses and balance."""
    error_form: str = "text"
    """`text`, or `object`: what stands under `error`."""
    create_status: int = 200
    created_state: str = "running"
    delete_status: int = 200
    status_case: str = "lower"
    """`lower` or `camel`: `StoppedDisassociated`."""
    ignore_forwards: bool = False
    disassociate: bool = False
    """A stop gives the GPU back."""
    rate_hourly: bool = True
    omit_pricing: bool = False
    zero_maxima: bool = False
    rate_limited: bool = False
    """100 requests in a rolling minute."""
    page_latency_s: float = 0.0
    """Market seconds that `/locations` takes."""
    create_s: tuple[float, float] = (0.0, 0.0)
    """Market seconds that a create takes."""
    delete_s: tuple[float, float] = (0.0, 0.0)
    ssh_port: int = 0
    """Of a listener that greets like an SSH server: every way in leads there, also to a machine
    with an address of its own. 0: ports as in life, where nobody answers on this machine."""
    other_account: tuple[str, ...] = ()
    """Tokens of another organization, which sees none of our machines."""


def location_document(
    place: Place, rates: Mapping[str, float], switches: TensorDockSwitches
) -> dict[str, Any]:
    return {
        "id": place.location_id,
        "city": place.city,
        "stateprovince": place.stateprovince,
        "country": place.country,
        "tier": place.tier,
        "gpus": [_gpu(stock, rates, switches) for stock in place.stock.values()],
    }


def _gpu(stock: Stock, rates: Mapping[str, float], switches: TensorDockSwitches) -> dict[str, Any]:
    known = 0 if switches.zero_maxima else 1
    gpu = {
        "v0Name": stock.model.v0_name,
        "displayName": stock.model.display_name,
        "max_count": stock.max_count,
        "price_per_hr": stock.price_per_hr,
        "resources": {
            "max_vcpus": stock.max_vcpus * known,
            "max_ram_gb": stock.max_ram_gb * known,
            "max_storage_gb": stock.max_storage_gb * known,
        },
        "pricing": dict(rates),
        "network_features": {
            "dedicated_ip_available": stock.dedicated_ip,
            "port_forwarding_available": stock.port_forwarding,
            "network_storage_available": False,
        },
    }
    if switches.omit_pricing:
        del gpu["pricing"]
    return gpu


def hostnode_document(place: Place, rates: Mapping[str, float]) -> dict[str, Any]:
    stocks = list(place.stock.values())
    return {
        "id": place.hostnode_id,
        "location_id": place.location_id,
        "engine": "kvm",
        "uptime_percentage": place.uptime,
        "available_resources": {
            "gpus": [
                {
                    "v0Name": stock.model.v0_name,
                    "availableCount": stock.free,
                    "price_per_hr": stock.price_per_hr,
                }
                for stock in stocks
            ],
            "vcpu_count": max(stock.max_vcpus for stock in stocks),
            "ram_gb": max(stock.max_ram_gb for stock in stocks),
            "storage_gb": max(stock.max_storage_gb for stock in stocks),
            "available_ports": list(range(20_000, 20_010)),
            "has_public_ip_available": any(stock.dedicated_ip for stock in stocks),
        },
        "pricing": dict(rates),
        "location": {
            "uuid": place.location_id,
            "city": place.city,
            "stateprovince": place.stateprovince,
            "country": place.country,
            "has_network_storage": False,
            "network_speed_gbps": place.speed_gbps,
            "network_speed_upload_gbps": place.speed_gbps / 2,
            "organization": "simulated",
            "organizationName": "Simulated Hosting",
            "tier": place.tier,
        },
    }


def list_document(
    rentals: list[Rental], now: float, switches: TensorDockSwitches
) -> dict[str, Any]:
    rows = [(rental, _status(rental, now, switches)) for rental in rentals]
    if switches.list_form == "flat":
        flat = [{"id": r.instance_id, "name": r.name, "status": status} for r, status in rows]
        return {"data": flat}
    kind = "VM" if switches.list_form == "instances" else "instance"
    nested = [
        {"type": kind, "id": r.instance_id, "attributes": {"name": r.name, "status": status}}
        for r, status in rows
    ]
    if switches.list_form == "instances":
        return {"data": {"instances": nested}}
    return {"data": {"type": "list", "id": "instances", "attributes": {"instances": nested}}}


def _forwards(rental: Rental, now: float, switches: TensorDockSwitches) -> list[dict[str, Any]]:
    if not switches.ssh_port or switches.ignore_forwards or rental.address(now) is None:
        return rental.forwards(now)
    others = [each for each in rental.forwards(now) if each["internal_port"] != 22]
    return [{"internal_port": 22, "external_port": switches.ssh_port}, *others]


def detail_document(rental: Rental, now: float, switches: TensorDockSwitches) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": rental.name,
        "status": _status(rental, now, switches),
        "portForwards": _forwards(rental, now, switches),
        "resources": {
            "vcpu_count": rental.vcpus,
            "ram_gb": rental.ram_gb,
            "storage_gb": rental.storage_gb,
            "gpus": {rental.v0_name: {"count": rental.gpus, "v0Name": rental.v0_name}},
        },
    }
    if (address := rental.address(now)) is not None:
        fields["ipAddress"] = address
    if switches.rate_hourly:
        fields["rateHourly"] = rental.rate_hourly
    if switches.detail_form == "bare":
        return {"type": "virtualmachine", "id": rental.instance_id} | fields
    if switches.detail_form == "data":
        return {"data": {"id": rental.instance_id} | fields}
    return {"data": {"type": "instance", "id": rental.instance_id, "attributes": fields}}


def _status(rental: Rental, now: float, switches: TensorDockSwitches) -> str:
    status = rental.status(now)
    if switches.status_case == "lower":
        return status
    camel = {"stoppeddisassociated": "StoppedDisassociated"}
    return camel.get(status, status.capitalize())


def action_document(instance_id: str, status: str) -> dict[str, Any]:
    return {"data": {"type": "instance", "id": instance_id, "attributes": {"status": status}}}
