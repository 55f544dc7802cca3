"""What tables of randomised trials share, of offers or of anything else: arms, numbers and planned shares."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.errors import InputError
from offerloop.response import is_text_column

CONTROL = re.compile(
    r"(0(\.0+)?%?|false|control|none|nothing|holdout|placebo|untreated|no\b.*|without\b.*|对照.*|不发.*)", re.I
)
"""Names of an arm that gets nothing."""
MOST_ARMS = 50
"""A column with more values does not hold the arms of a trial."""


def control_among(names: Iterable[str]) -> str | None:
    """Return the arm that gets nothing where exactly one name says so."""
    recognised = [name for name in names if CONTROL.fullmatch(name)]
    return recognised[0] if len(recognised) == 1 else None


def as_number(text: str | None) -> float | None:
    """Return the number that an option holds, or None where it holds none."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def planned_shares(text: str | None) -> tuple[tuple[str, float], ...]:
    """Read ``control=0.5,coupon=0.5``. Raises InputError for anything else."""
    pairs = []
    for part in (text or "").split(","):
        name, _, share = part.rpartition("=")
        if as_number(share) is not None and name.strip():
            pairs.append((name.strip(), float(share)))
        elif part.strip():
            raise InputError(f"--shares must be like control=0.5,coupon=0.5, not '{text}'")
    return tuple(pairs)


def numeric_column(table: pl.DataFrame, name: str) -> Floats:
    """A column of numbers; truth counts as 0 and 1. Raises InputError that names the row of what is none."""
    column = table[name]
    if is_text_column(column) or column.dtype.is_temporal():
        bad = table.filter(column.cast(pl.Float64, strict=False).is_null()) if is_text_column(column) else table
        row = bad["_row"][0] if bad.height else 1
        raise InputError(
            f"row {row}: '{name}' is '{table.filter(pl.col('_row') == row)[name][0]}', not a number; correct it"
        )
    if column.null_count():
        row = int(table.filter(column.is_null())["_row"][0])
        raise InputError(f"row {row}: '{name}' is empty; fill it in (0 where nothing came of it) or leave the row out")
    values = column.cast(pl.Float64).to_numpy()
    if not np.isfinite(values).all():
        row = int(table["_row"][int(np.argmin(np.isfinite(values)))])
        raise InputError(f"row {row}: '{name}' is not a finite number; correct it")
    return values
