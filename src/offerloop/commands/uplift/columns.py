"""What the other columns of a trial table are: features, or something that no model may see, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.commands.uplift.findings import Note
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.errors import InputError
from offerloop.mapping import has_few_rows_each, is_identifier, is_mostly_distinct
from offerloop.message import Message
from offerloop.response import is_text_column
from offerloop.workspace import as_number, numeric_column

FEWEST_ZEROS = 100
"""With fewer rows without an outcome, a column that is the same in all of them may be so by chance."""


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
    notes += _notes_on_ids(table, () if request.cluster else left_out, features)
    missing = tuple(name for name in features if table[name].null_count())
    if missing:
        notes.append(Note("filled_missing", missing, int(sum(table[name].null_count() for name in missing))))
    return Features(features, tuple(notes))


def _notes_on_ids(table: pl.DataFrame, left_out: Collection[str], features: Sequence[str]) -> Iterator[Note]:
    """Yield notes on ids with several rows, which may be of one customer, and on numbers that may be ids."""
    several = [name for name in left_out if is_identifier(table[name]) and has_few_rows_each(table[name])]
    if repeated := tuple(sorted(name for name in several if table[name].drop_nulls().is_duplicated().any())):
        yield Note("repeated_id", repeated)
    if own := tuple(name for name in features if is_mostly_distinct(table[name])):
        yield Note("kept_distinct", own)


def _refuse_later(table: pl.DataFrame, rest: list[str], request: UpliftRequest, path: Path) -> None:
    """Columns with times after the treatment."""
    if request.treated_at is None:
        return
    treated = table[request.treated_at]
    if treated.dtype.base_type() not in (pl.Date, pl.Datetime):
        raise InputError(no_dates(request.treated_at, path))
    for name in rest:
        if table[name].dtype.base_type() in (pl.Date, pl.Datetime):
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


def no_dates(column: str, path: Path) -> Message:
    """Say that a column does not say when customers were treated."""
    return Message(
        "'{path}': '{column}' (--treated-at) holds no dates; write them as 2026-11-25", path=str(path), column=column
    )


def _unfit(table: pl.DataFrame, rest: list[str], request: UpliftRequest) -> Iterator[tuple[str, list[str]]]:
    yield "ignored_constant", [name for name in rest if table[name].drop_nulls().n_unique() < 2]
    yield "ignored_date", [name for name in rest if table[name].dtype.is_temporal()]
    text = [name for name in rest if is_text_column(table[name])]
    ids = [name for name in rest if is_identifier(table[name])]
    yield "ignored_id", ids
    many = [name for name in text if name not in ids and has_few_rows_each(table[name])]
    yield "ignored_many_values", many
    outcome = numeric_column(table, request.outcome)
    yield "ignored_outcome_like", [name for name in rest if name not in text and _follows(table[name], outcome)]


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
