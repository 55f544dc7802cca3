"""What the other columns of a trial table are: features, or something that no model may see, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.commands.uplift.findings import Note
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.response import is_text_column
from offerloop.workspace import as_number, numeric_column

FEWEST_ZEROS = 100
"""With fewer rows without an outcome, a column that is the same in all of them may be so by chance."""
NAMES_ROWS = re.compile(r"(.*[^a-z])?(id|uuid|guid)|.*[a-z](Id|ID)|.*编号|.*号码")
"""Names of columns that tell customers, households or stores apart, each as a whole."""
FEW_ROWS_EACH = 20
"""Text with fewer rows for each value on average names rows, not categories."""


@dataclass(frozen=True)
class Features:
    """Names of the columns that models may see, and notes on those that they may not."""

    names: tuple[str, ...]
    notes: tuple[Note, ...]


def choose_features(table: pl.DataFrame, request: UpliftRequest, path: Path) -> Features:
    """Raises InputError for columns measured after the treatment, and where nothing is left."""
    rest = [name for name in table.columns if name not in {"_row", *request.named.values()}]
    _refuse_later(table, rest, request, path)
    notes, left_out = [], set()
    for kind, names in _unfit(table, rest, request):
        if names:
            notes.append(Note(kind, tuple(names)))  # type: ignore[arg-type]
            left_out |= set(names)
    features = tuple(name for name in rest if name not in left_out)
    if not features:
        raise InputError(
            Message(
                "'{path}' has no column left that tells customers apart, so no effect can be told "
                "apart either; give columns that were measured before the treatment",
                path=str(path),
            )
        )
    missing = tuple(name for name in features if table[name].null_count())
    if missing:
        notes.append(Note("filled_missing", missing, int(sum(table[name].null_count() for name in missing))))
    return Features(features, tuple(notes))


def _refuse_later(table: pl.DataFrame, rest: list[str], request: UpliftRequest, path: Path) -> None:
    """Columns with times after the treatment."""
    if request.treated_at is None:
        return
    treated = table[request.treated_at]
    if not treated.dtype.is_temporal():
        raise InputError(
            Message(
                "'{path}': '{column}' (--treated-at) holds no dates; write them as 2026-11-25",
                path=str(path),
                column=request.treated_at or "",
            )
        )
    for name in rest:
        if table[name].dtype.is_temporal():
            later = table.filter(table[name].cast(pl.Datetime("us")) > treated.cast(pl.Datetime("us")))
            if later.height:
                raise InputError(
                    Message(
                        "'{path}', row {row}: '{name}' is later than the treatment ('{treated_at}'), so it "
                        "may be an effect of it; leave it out with --ignore {name}",
                        path=str(path),
                        row=str(later["_row"][0]),
                        name=name,
                        treated_at=request.treated_at,
                    )
                )


def _unfit(table: pl.DataFrame, rest: list[str], request: UpliftRequest) -> Iterator[tuple[str, list[str]]]:
    yield "ignored_constant", [name for name in rest if table[name].drop_nulls().n_unique() < 2]
    yield "ignored_date", [name for name in rest if table[name].dtype.is_temporal()]
    text = [name for name in rest if is_text_column(table[name])]
    countable = [name for name in rest if table[name].dtype.is_integer() or name in text]
    whole = [name for name in countable if names_rows(table[name])]
    yield "ignored_id", whole
    many = [name for name in text if name not in whole and table[name].n_unique() * FEW_ROWS_EACH > table.height]
    yield "ignored_many_values", many
    outcome = numeric_column(table, request.outcome)
    yield "ignored_outcome_like", [name for name in rest if name not in text and _follows(table[name], outcome)]


def names_rows(column: pl.Series) -> bool:
    """Return whether a column holds ids: by its name, or whole numbers that are all different."""
    by_name = NAMES_ROWS.fullmatch(column.name) or NAMES_ROWS.fullmatch(column.name.lower())
    different = column.dtype.is_integer() and column.n_unique() == len(column)
    return different or (by_name is not None and column.n_unique() > 2)


def _follows(column: pl.Series, outcome: Floats) -> bool:
    """Whether a column has one value wherever the outcome is 0, and others where it is not: measured with it."""
    if column.dtype.is_temporal():
        return False
    values = column.cast(pl.Float64).fill_null(0.0).to_numpy()
    without, having = values[outcome == 0], values[outcome != 0]
    if len(without) < FEWEST_ZEROS or len(having) < 2:
        return bool(np.array_equal(values, outcome))
    return bool(np.ptp(without) == 0 and np.ptp(having) + abs(having.mean() - without[0]) > 0)


def amounts(table: pl.DataFrame, option: str | None, each: Floats) -> Floats | None:
    """(n,): a column, or a number times `each`; None without the option."""
    if option is None:
        return None
    fixed = as_number(option)
    return numeric_column(table, option) if fixed is None else fixed * each
