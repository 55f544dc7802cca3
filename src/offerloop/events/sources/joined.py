"""A source whose rows are joined to those of further files: order lines to the orders that have customer and time."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw
from narwhals.dtypes import DType

from offerloop.config import JoinedFile
from offerloop.engine import Frame, collect
from offerloop.errors import SourceError, near_miss
from offerloop.events.columns.cells import as_text
from offerloop.events.sources.raw import Raw
from offerloop.message import Message

_KEY = "_joined_by"
_SEVERAL = Message(
    "'{name}' has several different rows for '{column}' {cell}, and a joined file needs one row for each; keep one, or "
    "name it as the source and the other file as joined"
)


def with_joined(raw: Raw, beside: Raw, join: JoinedFile) -> Raw:
    """Return each row of `raw` with the columns of its row in `beside`; where there is none they are empty.

    Columns that both have are those of `raw`. Raises SourceError for a column that is missing, and for a key with
    several different rows.
    """
    ours, theirs = raw.frame.collect_schema(), beside.frame.collect_schema()
    for file, other, schema, column in ((raw, beside, ours, join.on), (beside, raw, theirs, join.key or join.on)):
        if column not in schema:
            raise SourceError(
                Message(
                    "'{name}' has no column '{column}' to join '{file}' by{near}",
                    name=file.name,
                    column=column,
                    near=near_miss(column, schema),
                    file=other.name,
                )
            )
    key = join.key or join.on
    added = [column for column in theirs if column not in ours and column != key]
    alike = ours[join.on] == theirs[key]
    rows = beside.frame.select(_key_of(key, theirs[key], alike=alike), *added).filter(~nw.col(_KEY).is_null()).unique()
    _check_single(rows, key, beside.name)
    frame = raw.frame.with_columns(_key_of(join.on, ours[join.on], alike=alike))
    frame = frame.join(rows, on=_KEY, how="left").drop(_KEY)
    return replace(raw, frame=frame, joined=(*raw.joined, (frozenset(added), beside)))


def _key_of(column: str, kind: DType, *, alike: bool) -> nw.Expr:
    """Return what rows are joined by: texts without blanks around them, empty ones for nothing."""
    value = nw.col(column)
    if alike and kind != nw.String:
        return value.alias(_KEY)
    text = value.str.strip_chars() if kind == nw.String else as_text(value, kind)
    return nw.when(text != "").then(text).alias(_KEY)


def _check_single(rows: Frame, key: str, name: str) -> None:
    counts = rows.group_by(_KEY).agg(nw.len().alias("_rows")).filter(nw.col("_rows") > 1)
    several = collect(counts.select(nw.col(_KEY).min()))[_KEY][0]
    if several is not None:
        raise SourceError(_SEVERAL.with_values(name=name, column=key, cell=str(several)))
