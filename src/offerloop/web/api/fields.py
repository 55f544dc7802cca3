"""Types of fields that several resources have, with their bounds."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from offerloop.store import Moment, instant

_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
MOST_MINOR = 10**12
"""Amounts stay below it."""


def _storable(text: str) -> str:
    """Refuse what not every database can hold, and signs that could end a line."""
    if _UNSTORABLE.search(text):
        raise ValueError("must hold no control characters and no lone surrogates")
    return text


Name = Annotated[
    str,
    Field(min_length=1, max_length=200, json_schema_extra={"pattern": r"^[^\u0000-\u001f\u007f]+$"}),
    AfterValidator(_storable),
]
"""An id or a code."""
Minor = Annotated[int, Field(strict=True, ge=0, lt=MOST_MINOR)]
"""An amount in minor units of its currency."""
Count = Annotated[int, Field(strict=True, ge=0, lt=1_000_000)]
"""A number of things."""
LongText = Annotated[str, Field(max_length=500), AfterValidator(_storable)]
"""A remark."""
Scalar = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True, gt=-(2**53), lt=2**53)]
    | Annotated[float, Field(strict=True, allow_inf_nan=False)]
    | LongText
    | None
)
"""A plain value."""

Known = Annotated[
    Annotated[bool, Field(strict=True)]
    | Annotated[float, Field(strict=True, allow_inf_nan=False)]
    | Name
    | Annotated[list[Name], Field(min_length=1, max_length=50)],
    Field(union_mode="left_to_right"),
]
"""The value of a free attribute, or several."""


MOST_WHOLE = 10**15


def storable_values(value: object, place: str = "") -> None:
    """Raise ValueError that names the place of a value, at any depth, which not every database can hold."""
    if isinstance(value, dict):
        for name, inner in value.items():
            storable_values(str(name), place)
            storable_values(inner, f"{place}.{name}".lstrip("."))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            storable_values(inner, f"{place}.{number}".lstrip("."))
    elif isinstance(value, str) and _UNSTORABLE.search(value):
        shown = place.encode("ascii", "backslashreplace").decode()[:200]
        raise ValueError(f"'{shown}' must hold no control characters and no lone surrogates")
    elif isinstance(value, int | float) and not abs(value) < MOST_WHOLE:
        raise ValueError(f"'{place}' must be a number below {MOST_WHOLE}")


def _read_instant(written: object) -> object:
    """Take an instant of an answer of ours as epoch second."""
    return int(datetime.fromisoformat(written).timestamp()) if isinstance(written, str) else written


_DATE_TIME = WithJsonSchema({"type": "string", "format": "date-time"})
Instant = Annotated[int, BeforeValidator(_read_instant), PlainSerializer(instant, return_type=str), _DATE_TIME]
"""An epoch second of the store, which answers hold as RFC 3339 has it, in UTC; in requests a `Moment` stands for it."""
WrittenInstant = Annotated[str, _DATE_TIME]
"""An instant as it is answered, to a thousandth of a second."""


def second_of(moment: Moment | None) -> int | None:
    """Return what the store keeps of an instant of a request."""
    return None if moment is None else int(moment.timestamp())


class Model(BaseModel):
    """What a request holds: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Role(StrEnum):
    """What somebody may do."""

    VIEWER = "viewer"
    MARKETER = "marketer"
    APPROVER = "approver"
    SERVICE = "service"
    ADMIN = "admin"
