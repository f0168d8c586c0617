"""What Vast.ai really sends, in its own words: only the fields that are used.

A field that is missing, null or nonsense becomes `None`. Offers have a room of their own, `rows`.
"""

import json
from typing import Annotated, Any, TypeVar

from pydantic import (
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
    """A finite number; also one written as text, since some of Vast.ai's doors quote them.

    `true` is no number, though Python thinks so.
    """

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        number = core_schema.float_schema(strict=True, allow_inf_nan=False)
        text = core_schema.str_schema(strict=True, max_length=40)
        return core_schema.union_schema(
            [
                number,
                core_schema.chain_schema([text, core_schema.float_schema(allow_inf_nan=False)]),
            ],
            mode="left_to_right",
        )


class _WholeOrText:
    """A whole number that fits 63 bits, or one written as text."""

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        digits = core_schema.str_schema(strict=True, max_length=19, pattern=r"^\s*[0-9]+\s*$")
        return core_schema.union_schema(
            [
                core_schema.int_schema(strict=True, ge=0, lt=2**63),
                core_schema.chain_schema([digits, core_schema.int_schema(ge=0, lt=2**63)]),
            ],
            mode="left_to_right",
        )


class ElseNone:
    """What cannot be read is `None` instead of an error."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


ODD = "\0"


class _ElseOdd:
    """What cannot be read is `ODD`: where null has a meaning, nonsense must not become that."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=ODD, on_error="default")


Number = Annotated[float, _NumberOrText()]
Whole = Annotated[int, _WholeOrText()]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
MaybeNumber = Annotated[Number | None, ElseNone()]
MaybeWhole = Annotated[Whole | None, ElseNone()]
MaybeText = Annotated[str | None, ElseNone()]
MaybeFlag = Annotated[bool | None, ElseNone()]


class Foreign(BaseModel):
    """Any document of theirs."""

    # Built when the first answer comes: most commands read one or two of these.
    model_config = ConfigDict(extra="ignore", defer_build=True)


class Refusal(Foreign):
    """An error, in any of its forms; the text stands in one of three places."""

    success: MaybeFlag = None
    error: MaybeText = None
    msg: MaybeText = None
    message: MaybeText = None
    detail: MaybeText = None
    retry_after: MaybeNumber = None


class Account(Foreign):
    """Of `GET /users/current/`, which may echo the key: nothing but this is ever read."""

    success: MaybeFlag = None
    error: MaybeText = None
    id: MaybeWhole = None
    credit: MaybeNumber = None


class Created(Foreign):
    """Of `PUT /asks/{id}/`, which also brings a key to the machine: that is never read."""

    success: MaybeFlag = None
    error: MaybeText = None
    msg: MaybeText = None
    new_contract: MaybeWhole = None
    """The machine's id. It may stand in a refusal too: then the machine exists."""


class Done(Foreign):
    """Of calls that change something."""

    success: MaybeFlag = None


class Port(Foreign):
    HostPort: MaybeWhole = None


_Ports = dict[str, Annotated[list[Annotated[Port | None, ElseNone()]] | None, ElseNone()]]


class Prices(Foreign):
    total: Annotated[MaybeNumber, Field(alias="totalHour")] = None


class Machine(Foreign):
    """A rented machine. `jupyter_token` and `instance_api_key` come with it and are never read.

    https://docs.vast.ai/api-reference/instances/show-instance
    """

    id: Whole
    label: MaybeText = None

    actual_status: Annotated[str | None, _ElseOdd()] = ODD
    """Null is a word of its own here: not yet provisioned."""
    intended_status: MaybeText = None
    cur_state: MaybeText = None
    next_state: MaybeText = None
    status_msg: MaybeText = None

    gpu_name: MaybeText = None
    num_gpus: MaybeWhole = None
    gpu_ram: MaybeNumber = None
    machine_id: MaybeWhole = None
    geolocation: MaybeText = None
    dph_total: MaybeNumber = None
    instance: Annotated[Prices | None, ElseNone()] = None
    """The prices while it is stopped."""
    is_bid: MaybeFlag = None
    min_bid: MaybeNumber = None
    end_date: MaybeNumber = None

    public_ipaddr: MaybeText = None
    ports: Annotated[_Ports | None, ElseNone()] = None
    ssh_host: MaybeText = None
    ssh_port: MaybeWhole = None


class MachinePage(Foreign):
    """Of `GET /api/v1/instances/`."""

    success: MaybeFlag = None
    error: MaybeText = None
    instances: list[Annotated[Machine | None, ElseNone()]] | None
    instances_found: MaybeWhole = None
    """On this page."""
    total_instances: MaybeWhole = None
    next_token: Annotated[str | None, _ElseOdd()] = None


class OneMachine(Foreign):
    """Of `GET /instances/{id}/`: one object under the plural name, null when there is none."""

    success: MaybeFlag = None
    error: MaybeText = None
    msg: MaybeText = None
    message: MaybeText = None
    detail: MaybeText = None
    instances: Machine | None


_FORGIVING_UP_TO_BYTES = 4 * 1024 * 1024
"""Python's reader takes 13 ms a megabyte, and nothing else runs meanwhile."""

Model = TypeVar("Model", bound=Foreign)


def read(model: type[Model], body: bytes) -> Model:
    """Raises `NotAnAnswer`, whose text holds nothing foreign.

    The quick reader refuses the whole body for one broken character or one absurd number in it;
    a second, slow one then saves the other rows.
    """
    answer, trouble = _quickly(model, body)
    if answer is None and trouble == "json_invalid" and len(body) <= _FORGIVING_UP_TO_BYTES:
        answer, trouble = _slowly(model, body)
    if answer is None:
        # Raised out here: the readers' errors hold the body, and would hang on it as context.
        raise NotAnAnswer(f"{model.__name__}: {trouble}")
    return answer


def _quickly(model: type[Model], body: bytes) -> tuple[Model | None, str]:
    try:
        return model.model_validate_json(body), ""
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return None, found[0]["type"]


def _slowly(model: type[Model], body: bytes) -> tuple[Model | None, str]:
    try:
        loaded = json.loads(body.decode("utf-8", "replace"), strict=False, parse_int=_whole)
        return model.model_validate(loaded), ""
    except (ValueError, RecursionError):
        return None, "not JSON, or not of this shape"


def _whole(digits: str) -> int | float:
    """Python refuses to read more than 4,300 digits."""
    return int(digits) if len(digits) < 20 else float(digits)
