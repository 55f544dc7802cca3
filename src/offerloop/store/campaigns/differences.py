"""What differs between two revisions, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MISSING = None
"""Stands where a revision does not have a field."""


@dataclass(frozen=True)
class FieldChange:
    """A field that two revisions have differently, such as `offers.0.percent`."""

    field: str
    before: Any
    after: Any


def field_changes(before: object, after: object, place: str = "") -> Iterator[FieldChange]:
    """Yield what differs, in the order of the fields; lists are compared place by place."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            yield from field_changes(before.get(name, MISSING), after.get(name, MISSING), _below(place, name))
    elif _is_list(before) and _is_list(after):
        for number in range(max(len(before), len(after))):  # type: ignore[arg-type]
            yield from field_changes(_at(before, number), _at(after, number), _below(place, number))
    else:
        yield FieldChange(place, before, after)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _at(values: Any, number: int) -> Any:  # noqa: ANN401 - whatever JSON holds
    return values[number] if number < len(values) else MISSING


def _below(place: str, name: str | int) -> str:
    return f"{place}.{name}" if place else str(name)
