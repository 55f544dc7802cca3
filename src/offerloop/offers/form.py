"""The form of an offer kind: what each of its fields is called, counts in and may be, for a console and for readers."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import Any

from offerloop.message import Message


class Unit(StrEnum):
    """What a field holds, and so how it is written and read."""

    MONEY = "money"
    """An amount above zero, in minor units of the currency."""
    PERCENT = "percent"
    COUNT = "count"
    HOURS = "hours"
    FLAG = "yes or no"
    TEXT = "text"
    SCOPE = "products"
    """Products, categories, brands or shops."""
    TABLE = "table"
    """Rows of their own, such as tiers."""


@dataclass(frozen=True)
class Term:
    """One field of a form."""

    name: str
    """The name of the attribute."""
    written: str
    """Its name in a file."""
    label: Message
    unit: Unit
    needed: bool
    least: int | None = None
    most: int | None = None
    """Inclusive bounds; a percentage is above 0 and, without a bound, below 100."""


def term(
    written: str,
    label: Message,
    unit: Unit,
    *,
    default: Any = MISSING,  # noqa: ANN401 - as of `dataclasses.field`
    most: int | None = None,
) -> Any:  # noqa: ANN401
    """A field of a kind that belongs to its form; without a default it must be given."""
    least = 1 if unit in (Unit.COUNT, Unit.HOURS) else None
    facts = {"written": written, "label": label, "unit": unit, "least": least, "most": most}
    return field(default=default, metadata={"term": facts})


def units_per_line_term() -> Any:  # noqa: ANN401
    """Return the field of kinds that touch at most so many units of each line."""
    label = Message("maximum number of units of a line", context="term of an offer")
    return term("units_per_line", label, Unit.COUNT, default=None)


def form(kind: type) -> tuple[Term, ...]:
    """The form of a kind of offers, or of what all offers have in common."""
    return tuple(
        Term(name=field.name, needed=field.default is MISSING, **field.metadata["term"])
        for field in fields(kind)
        if "term" in field.metadata
    )
