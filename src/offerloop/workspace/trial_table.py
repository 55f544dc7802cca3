"""What tables of randomised trials share, of offers or of anything else: arms, numbers and planned shares."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from math import isfinite
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.engine import Frame, collect
from offerloop.errors import InputError, near_miss
from offerloop.message import Message
from offerloop.offers import names_no_offer
from offerloop.response import is_text_column

MOST_ARMS = 50
"""A column with more values does not hold the arms of a trial."""

LARGEST = 1e50
"""The fourth power of a larger number, as in degrees of freedom, may not be finite."""


def no_column(name: str, option: str, columns: Sequence[str], path: Path) -> Message:
    """Say that a table lacks the column that an option names, and which columns it has, the first dozen of them."""
    names = ", ".join(columns[:12])
    shown = names if len(columns) <= 12 else Message("{names} and more", context="names in a row", names=names)
    return Message(
        "'{path}' has no column '{name}' ({option}){near}; it has {columns}",
        path=str(path),
        name=name,
        option=option.split()[0],
        near=near_miss(name, columns),
        columns=shown,
    )


def refuse_two_roles(named: Mapping[str, str], may_share: Collection[frozenset[str]] = ()) -> None:
    """Raise InputError for a column that two options name, other than pairs of options that may share one."""
    for (option, name), (other, same) in combinations(named.items(), 2):
        if name == same and frozenset((option, other)) not in may_share:
            raise InputError(
                Message(
                    "the column '{name}' is given for both {option} and {other}; name another column for one of them",
                    name=name,
                    option=option,
                    other=other,
                )
            )


def check_arm_cells(table: pl.DataFrame, column: str, path: Path) -> None:
    """Raise InputError for a column that cannot hold the arms of a trial: empty cells, or too many values."""
    arms = table[column]
    empty = arms.is_null() | (arms.str.strip_chars() == "") if arms.dtype == pl.String else arms.is_null()
    if empty.any():
        row = int(table.filter(empty)["_row"][0])
        raise InputError(
            Message(
                "'{path}', row {row}: '{column}' is empty; fill in the arm or leave the row out",
                path=str(path),
                row=str(row),
                column=column,
            )
        )
    if arms.n_unique() > MOST_ARMS:
        raise InputError(too_many_arms(column, arms.n_unique(), path))


def check_cells(frame: Frame, arm: str, numbers: Sequence[str], filled: Sequence[str], path: Path) -> int:
    """Return the number of rows of a trial that lies on an engine, where rows have no numbers.

    Raises InputError for a column of arms with too many values, for columns of `numbers` that hold something else, and
    for empty cells in these and in `filled`, with their number.
    """
    schema, numbers = frame.collect_schema(), list(dict.fromkeys(numbers))
    for name in numbers:
        if not (schema[name].is_numeric() or schema[name] == nw.Boolean):
            raise InputError(
                Message(
                    "'{path}': '{name}' is a column of type {type}, not of numbers; correct it",
                    path=str(path),
                    name=name,
                    type=str(schema[name]),
                )
            )
    whole = dict.fromkeys([arm, *numbers, *filled])
    empty = {f"empty {place}": nw.col(name).is_null().cast(nw.Int64).sum() for place, name in enumerate(whole)}
    total = {f"sum {place}": nw.col(name).cast(nw.Float64).sum() for place, name in enumerate(numbers)}
    counts = collect(frame.select(rows=nw.len(), arms=nw.col(arm).n_unique(), **empty, **total)).row(0, named=True)
    for name, number in zip(whole, (counts[one] for one in empty), strict=True):
        if number:
            raise InputError(empty_cells(name, number, path))
    if counts["arms"] > MOST_ARMS:
        raise InputError(too_many_arms(arm, counts["arms"], path))
    for name, number in zip(numbers, (counts[one] for one in total), strict=True):
        if not abs(number) <= LARGEST:
            raise InputError(
                Message(
                    "'{path}': '{name}' holds a number that is not finite, or is too large to compute with; correct it",
                    path=str(path),
                    name=name,
                )
            )
    return int(counts["rows"])


def empty_cells(name: str, n: int, path: Path) -> Message:
    """Say in how many rows a column is empty."""
    return Message(
        "'{path}': '{name}' is empty in {n} row; fill it in or leave the row out",
        plural="'{path}': '{name}' is empty in {n} rows; fill it in or leave the rows out",
        path=str(path),
        name=name,
        n=n,
    )


def too_many_arms(column: str, n_values: int, path: Path) -> Message:
    """Say that a column has more values than MOST_ARMS."""
    return Message(
        "'{path}': '{column}' has {n_values} different values, too many for the arms of a trial; "
        "name the column that says who was in which arm",
        path=str(path),
        column=column,
        n_values=n_values,
    )


def control_among(names: Sequence[str], control: str | None, column: str, path: Path) -> str:
    """Return the arm that gets nothing: the given one, or the only one whose name says so. Raises InputError."""
    listed = [f"'{name}'" for name in sorted(names)]
    if control is not None and control not in names:
        raise InputError(
            Message(
                "'{path}': '{column}' has no arm '{arm}' (--control); it has {arms}",
                path=str(path),
                column=column,
                arm=control,
                arms=listed,
            )
        )
    recognised = [control] if control is not None else [name for name in names if names_no_offer(name)]
    if len(recognised) != 1:
        raise InputError(
            Message(
                "'{path}': it is not clear which arm of '{column}' is the control ({arms}); name it with --control",
                path=str(path),
                column=column,
                arms=listed,
            )
        )
    return recognised[0]


def as_number(text: str | None) -> float | None:
    """Return the finite number that an option holds, or None where it holds none."""
    try:
        number = None if text is None else float(text)
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None


def planned_shares(text: str | None) -> tuple[tuple[str, float], ...]:
    """Read ``control=0.5,coupon=0.5``. Raises InputError for anything else."""
    return arm_numbers(text or "", "--shares", "control=0.5,coupon=0.5")


def arm_numbers(text: str, option: str, like: str = "coupon=2,letter=0.5") -> tuple[tuple[str, float], ...]:
    """Read a number for each of some arms, once. Raises InputError for anything else, which names the option."""
    pairs: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.rpartition("=")
        if name.strip() in pairs:
            raise InputError(
                Message("{option} names '{name}' twice; name each arm once", option=option, name=name.strip())
            )
        if as_number(number) is not None and name.strip():
            pairs[name.strip()] = float(number)
        elif part.strip():
            raise InputError(
                Message(
                    "{option} must be like {like}, not '{text}'", context="error", option=option, like=like, text=text
                )
            )
    return tuple(pairs.items())


def check_numbers(table: pl.DataFrame, names: Iterable[str], path: Path) -> None:
    """Raise InputError that names the table and the row of what is no number in columns that must hold one."""
    for name in dict.fromkeys(names):
        try:
            numeric_column(table, name)
        except InputError as error:
            raise InputError(
                Message("'{path}', {error}", context="what is wrong with a file", path=str(path), error=error.message)
            ) from None


def check_filled(table: pl.DataFrame, name: str | None, option: str, path: Path) -> None:
    """Raise InputError that names the first row in which the column that an option names is empty."""
    if name is not None and table[name].null_count():
        raise InputError(
            Message(
                "'{path}', row {row}: '{column}' ({option}) is empty; fill it in",
                path=str(path),
                row=str(table.filter(pl.col(name).is_null())["_row"][0]),
                column=name,
                option=option,
            )
        )


def check_unique(ids: pl.Series, rows: pl.Series, fault: Message) -> None:
    """Raise InputError where an id stands in several rows: `fault` with the first two `row` and `other`, `id` and
    `customer`.
    """
    repeated = ids.is_duplicated()
    if repeated.any():
        customer = ids.filter(repeated)[0]
        row, other = rows.filter(ids == customer).head(2)
        raise InputError(fault.with_values(row=str(row), other=str(other), id=ids.name, customer=str(customer)))


def numeric_column(table: pl.DataFrame, name: str) -> Floats:
    """A column of numbers; truth counts as 0 and 1. Raises InputError that names the row of what is none."""
    column = table[name]
    if is_text_column(column) or column.dtype.is_temporal():
        bad = table.filter(column.cast(pl.Float64, strict=False).is_null()) if is_text_column(column) else table
        row = bad["_row"][0] if bad.height else 1
        raise InputError(
            Message(
                "row {row}: '{name}' is '{cell}', not a number; give a column of numbers, such as 1 and 0 for "
                "yes and no",
                row=str(row),
                name=name,
                cell=str(table.filter(pl.col("_row") == row)[name][0]),
            )
        )
    if column.null_count():
        row = int(table.filter(column.is_null())["_row"][0])
        raise InputError(
            Message(
                "row {row}: '{name}' is empty; fill it in (0 where nothing came of it) or leave the row out",
                row=str(row),
                name=name,
            )
        )
    values = column.cast(pl.Float64).to_numpy()
    if not np.isfinite(values).all():
        row = int(table["_row"][int(np.argmin(np.isfinite(values)))])
        raise InputError(Message("row {row}: '{name}' is not a finite number; correct it", row=str(row), name=name))
    if (np.abs(values) > LARGEST).any():
        row = int(table["_row"][int(np.abs(values).argmax())])
        raise InputError(
            Message(
                "row {row}: '{name}' is {value}, too large to compute with; correct it, or divide the column by a "
                "number",
                row=str(row),
                name=name,
                value=f"{values[np.abs(values).argmax()]:g}",
            )
        )
    return values
