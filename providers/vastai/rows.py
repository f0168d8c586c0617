"""The rows of an offer list: only the fields that are used.

A field that is missing, null or nonsense becomes `None` and its row stays; a row without one of
the four facts that make an offer becomes `None` itself, so that it can be counted.

An answer is read by msgspec, to which every field must be what it should be; that was so in all of
16,000 rows recorded in July 2026. Where it is not, pydantic reads the answer anew and forgives, in
twice the time. Both take their schema from `Row`.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Final

import msgspec
from pydantic import create_model

from providers.vastai import wire

Whole = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
_FORGIVING: Final[Mapping[Any, Any]] = {
    Whole: wire.Whole,
    Name: wire.Name,
    float: wire.Number,
    Whole | None: wire.MaybeWhole,
    float | None: wire.MaybeNumber,
    str | None: wire.MaybeText,
    bool | None: wire.MaybeFlag,
}


class Row(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """One offer. Units as Vast.ai has them: `gpu_ram` and `cpu_ram` in MB, `duration` in seconds.

    https://docs.vast.ai/api-reference/search/search-offers
    """

    id: Whole
    gpu_name: Name
    num_gpus: Whole
    dph_total: float
    rentable: bool | None = None

    dph_base: float | None = None
    min_bid: float | None = None
    storage_cost: float | None = None
    storage_total_cost: float | None = None
    inet_down_cost: float | None = None
    inet_up_cost: float | None = None

    machine_id: Whole | None = None
    host_id: Whole | None = None
    verification: str | None = None
    hosting_type: float | None = None
    reliability2: float | None = None
    reliability: float | None = None
    geolocation: str | None = None
    end_date: float | None = None
    duration: float | None = None

    gpu_ram: float | None = None
    total_flops: float | None = None
    cuda_max_good: float | None = None
    cpu_name: str | None = None
    cpu_cores: float | None = None
    cpu_cores_effective: float | None = None
    cpu_ram: float | None = None
    disk_space: float | None = None
    inet_down: float | None = None
    inet_up: float | None = None
    direct_port_count: Whole | None = None


class Answer(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """`truncated`, when it comes, is false even for a list that was cut: nobody may ask it."""

    success: bool | None = None
    offers: Sequence[Row | None]


_STRICT: Final = msgspec.json.Decoder(Answer)


def read(body: bytes) -> Answer:
    """Raises `wire.NotAnAnswer`."""
    try:
        answer = _STRICT.decode(body)
    except (ValueError, RecursionError):  # also of text that is none
        return forgiven(body)
    return answer if all(map(_is_trimmed, answer.offers)) else forgiven(body)


def forgiven(body: bytes) -> Answer:
    """The same, whatever the rows hold."""
    found = wire.read(_forgiving(), body)
    rows = [None if row is None else Row(**vars(row)) for row in found.offers]
    return Answer(success=found.success, offers=rows)


def _is_trimmed(row: Row | None) -> bool:
    return row is None or row.gpu_name.strip() == row.gpu_name


@lru_cache(maxsize=1)
def _forgiving() -> Any:
    """Made when the first answer needs it."""
    fields: dict[str, Any] = {
        field.name: (_FORGIVING[field.type], ... if field.required else None)
        for field in msgspec.structs.fields(Row)
    }
    row = create_model("ForgivingRow", __base__=wire.Foreign, **fields)
    rows = list[Annotated[row | None, wire.ElseNone()]]
    return create_model(
        "ForgivingAnswer",
        __base__=wire.Foreign,
        success=(wire.MaybeFlag, None),
        offers=(rows, ...),
    )
