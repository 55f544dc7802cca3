"""How a further file is joined to the order lines: by a column that both have, with one row for each of its values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from offerloop.errors import InputError
from offerloop.mapping.contents import SourceColumn, is_id
from offerloop.mapping.matching import HOLDS, name_score
from offerloop.message import Message
from offerloop.workspace import SampleRows, join_rows

_FEWEST = 0.5
"""Share of the rows that must have a row in the other file."""
_NEARLY_ALL = 0.95
"""The same where the columns have different names."""
_NONE = Message(
    "'{beside}' cannot be joined to '{place}': no column of both has one row for each value in '{beside}' and stands "
    "in most rows of '{place}'; name the column alike in both, or give the files the other way round"
)


def joined(sample: SampleRows, beside: SampleRows, folder: Path) -> SampleRows:
    """Return the rows with the columns of another file, joined by the column whose values stand there most often.

    Raises InputError where there is no such column.
    """
    tried = (join_rows(sample, beside, on, key, folder) for on, key in _pairs(sample, beside))
    matched = [one for one in tried if one is not None and one.joined[-1].share >= _FEWEST]
    if not matched:
        tried = (join_rows(sample, beside, on, key, folder) for on, key in _alike(sample, beside))
        matched = [one for one in tried if one is not None and one.joined[-1].share >= _NEARLY_ALL]
    if not matched:
        raise InputError(_NONE.with_values(beside=str(beside.place), place=str(sample.place)))
    return max(matched, key=lambda one: one.joined[-1].share)


def _pairs(sample: SampleRows, beside: SampleRows) -> Iterator[tuple[str, str]]:
    """Columns that may hold the same ids: of one name, or `order_id` and the `id` of the other file."""
    named = {_plain(name): name for name in beside.head.columns if _is_key(beside, name)}
    for name in sample.head.columns:
        for alike in (_plain(name), "id"):
            if alike in named and (alike != "id" or _plain(name).endswith("id")):
                yield name, named[alike]


def _alike(sample: SampleRows, beside: SampleRows) -> Iterator[tuple[str, str]]:
    """Columns of orders, customers or products whose ids are those of a key with another name, and hardly others."""
    for name in sample.head.columns:
        column = SourceColumn(name, sample.head[name], sample.decimal)
        named = max(name_score(name, "order_lines", ours)[0] for ours in ("order_id", "customer_id", "product_id"))
        for key in beside.head.columns if named >= HOLDS and is_id(column) else ():
            values = SourceColumn(key, beside.head[key], beside.decimal).values
            shared = len(column.values & values)
            if _is_key(beside, key) and shared >= max(_NEARLY_ALL * column.distinct, _FEWEST * len(values)):
                yield name, key


def _plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


def _is_key(sample: SampleRows, name: str) -> bool:
    """Return whether the first rows that have a value have each another one."""
    column = SourceColumn(name, sample.head[name], sample.decimal)
    return is_id(column) and column.distinct == column.filled.len()
