"""What TensorDock really sends, in its own words: only the fields that are used.

A field that is missing, null or nonsense becomes `None`, and so does an entry without what makes
it one, so that it can be counted.
"""

import contextlib
import json
from typing import Annotated, Any, TypeVar

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationError,
)
from pydantic_core import CoreSchema, core_schema


class NotAnAnswer(ValueError):
    """The bytes are not the JSON object that was asked for."""


class _NumberOrText:
    """A finite number, also one written as text. `true` is no number, though Python thinks so."""

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        number = core_schema.float_schema(strict=True, allow_inf_nan=False)
        text = core_schema.str_schema(strict=True, max_length=40)
        quoted = core_schema.chain_schema([text, core_schema.float_schema(allow_inf_nan=False)])
        return core_schema.union_schema([number, quoted], mode="left_to_right")


class _ElseNone:
    """What cannot be read is `None` instead of an error."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


class _ElseOdd:
    """What cannot be read is not as good as missing."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default="\0", on_error="default")


class _ElseUnreadable:
    """What cannot be read is a list with one entry that cannot be read."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(
            handler(source), default_factory=lambda: [None], on_error="default"
        )


Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Number = Annotated[float, _NumberOrText()]
MaybeNumber = Annotated[Number | None, _ElseNone()]
MaybeText = Annotated[str | None, _ElseNone()]
MaybeFlag = Annotated[bool | None, _ElseNone()]


class _Foreign(BaseModel):
    # Built when the first answer comes: a search of the other marketplace needs none of these.
    model_config = ConfigDict(extra="ignore", defer_build=True)


class Resources(_Foreign):
    """The most that one machine may have; 0 means that nobody knows, not none."""

    max_vcpus: MaybeNumber = None
    max_ram_gb: MaybeNumber = None
    max_storage_gb: MaybeNumber = None


class Pricing(_Foreign):
    """USD per hour for one unit of each."""

    per_vcpu_hr: MaybeNumber = None
    per_gb_ram_hr: MaybeNumber = None
    per_gb_storage_hr: MaybeNumber = None


class Network(_Foreign):
    """How a machine can be reached there."""

    dedicated_ip_available: MaybeFlag = None
    port_forwarding_available: MaybeFlag = None


class Model(_Foreign):
    """One GPU model at one location. `v0Name` is the id; `displayName` is sometimes the same."""

    v0Name: Id  # noqa: N815  the name on the wire
    max_count: Number
    price_per_hr: MaybeNumber = None
    """Of one GPU alone."""
    resources: Annotated[Resources | None, _ElseNone()] = None
    pricing: Annotated[Pricing | None, _ElseNone()] = None
    network_features: Annotated[Network | None, _ElseNone()] = None
    """Here and not at the location, where one client looks for it in vain."""


class Location(_Foreign):
    id: Id
    city: MaybeText = None
    stateprovince: MaybeText = None
    country: MaybeText = None
    tier: MaybeNumber = None
    gpus: list[Annotated[Model | None, _ElseNone()]]


class _Locations(_Foreign):
    locations: list[Annotated[Location | None, _ElseNone()]]


class Answer(_Foreign):
    """Of `GET /locations`. https://dashboard.tensordock.com/api/docs/fetch-hostnodes"""

    data: _Locations


class KeyTest(_Foreign):
    """Of `POST /auth/test`, which no page of the vendor mentions."""

    success: MaybeFlag = None
    organizationId: Annotated[Id | None, _ElseNone()] = None  # noqa: N815  the name on the wire


class _CreatedData(_Foreign):
    id: Annotated[Id | None, _ElseNone()] = None
    name: Annotated[str | None, _ElseOdd()] = None


class Created(_Foreign):
    """Of `POST /instances`. Its `status` says `running` at once and means nothing."""

    data: Annotated[_CreatedData | None, _ElseNone()] = None


class Forward(_Foreign):
    internal_port: MaybeNumber = Field(
        default=None, validation_alias=AliasChoices("internal_port", "internalPort")
    )
    external_port: MaybeNumber = Field(
        default=None, validation_alias=AliasChoices("external_port", "externalPort")
    )


class BuiltGpus(_Foreign):
    count: MaybeNumber = None
    v0Name: MaybeText = None  # noqa: N815  the name on the wire


class Built(_Foreign):
    gpus: Annotated[dict[str, Annotated[BuiltGpus | None, _ElseNone()]] | None, _ElseNone()] = None


class Machine(_Foreign):
    """Of `GET /instances` and `GET /instances/{id}`, with its `attributes` merged into it."""

    id: Id
    name: MaybeText = None
    status: MaybeText = None
    """A word; in an error it is a number."""
    ipAddress: MaybeText = None  # noqa: N815  the name on the wire
    portForwards: Annotated[  # noqa: N815  the name on the wire
        list[Annotated[Forward | None, _ElseNone()]] | None, _ElseUnreadable()
    ] = [None]
    """None and empty mean an address of its own, so that nonsense must not become that."""
    rateHourly: MaybeNumber = None  # noqa: N815  the name on the wire
    """USD for the whole machine."""
    resources: Annotated[Built | None, _ElseNone()] = None


Foreign = TypeVar("Foreign", bound=_Foreign)


def read(model: type[Foreign], body: bytes) -> Foreign:
    """Raises `NotAnAnswer`, whose text holds nothing foreign."""
    loaded, trouble = loads(body), ""
    try:
        return model.model_validate(loaded)
    except ValidationError as error:
        trouble = f"{model.__name__}: {error.error_count()} errors of shape"
    # Raised out here: the reader's error holds the answer, and would hang on it as context.
    raise NotAnAnswer(trouble)


def loads(body: bytes) -> Any:
    """Python's own reader: the answer is small, and one broken character costs no location."""
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(body.decode("utf-8", "replace"), strict=False, parse_int=_whole)
    raise NotAnAnswer("not JSON")


def _whole(digits: str) -> int | float:
    """Python refuses to read more than 4,300 digits."""
    return int(digits) if len(digits) < 20 else float(digits)
