"""Columns of a table as numbers that every estimator can read; nothing is filled in silently.

A number that is missing becomes the median and says so in a column of its own. Text becomes one column for each
category that enough rows have; the others, and categories never seen before, are 0 in all of them. Neither looks at
the outcome or at who was given what; estimators scale columns by the rows that they learn from alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.errors import InputError
from offerloop.message import Message

MOST_CATEGORIES = 20
"""Categories of a column that have a column of their own at most."""
LEAST_SHARE = 0.005
"""The smallest share of the rows that a category must have."""
MISSING = "\0missing"
"""Stands for what is no category of any text."""


@dataclass(frozen=True)
class NumberColumn:
    """Numbers, times as seconds, and truth as 0 or 1."""

    name: str
    median: float
    has_missing: bool
    low: float = -np.inf
    high: float = np.inf

    @classmethod
    def of(cls, values: pl.Series) -> NumberColumn:
        """Return how a column of numbers is encoded."""
        numbers = _numbers(values)
        finite = numbers[np.isfinite(numbers)]
        if not len(finite):
            return cls(values.name, 0.0, len(numbers) > 0)
        return cls(
            values.name, float(np.median(finite)), len(finite) < len(numbers), float(finite.min()), float(finite.max())
        )

    def labels(self) -> list[str]:
        """Names of the columns that it becomes."""
        return [self.name, f"{self.name} is missing"] if self.has_missing else [self.name]

    def parts(self, values: pl.Series) -> list[Floats]:
        """Those columns, (n,) each."""
        numbers = _numbers(values)
        missing = ~np.isfinite(numbers)
        filled = np.where(missing, self.median, numbers)
        return [filled, missing.astype(np.float64)] if self.has_missing else [filled]

    def unseen(self, values: pl.Series) -> int:
        """Return how many rows lie beyond all that was learned from, or lack what was never missing."""
        numbers = _numbers(values)
        missing = ~np.isfinite(numbers)
        beyond = ~missing & ((numbers < self.low) | (numbers > self.high))
        return int((beyond | (missing & (not self.has_missing))).sum())


@dataclass(frozen=True)
class CategoryColumn:
    """A column of categories."""

    name: str
    categories: tuple[str, ...]
    rest: tuple[str, ...] = ()
    """Those that have no column."""

    @classmethod
    def of(cls, values: pl.Series) -> CategoryColumn:
        """Build it from the column: the most frequent ones, all but the last when there are no others."""
        counts = (
            values.cast(pl.String).drop_nulls().value_counts().sort(["count", values.name], descending=[True, False])
        )
        common = counts.filter(pl.col("count") >= LEAST_SHARE * len(values)).head(MOST_CATEGORIES)
        names = common[values.name].to_list()
        whole = len(names) == counts.height and values.null_count() == 0
        own = tuple(names[:-1] if whole else names)
        return cls(values.name, own, tuple(sorted({*counts[values.name].to_list()} - {*own})))

    def labels(self) -> list[str]:
        """Names of the columns that it becomes."""
        return [f"{self.name} = {one}" for one in self.categories]

    def parts(self, values: pl.Series) -> list[Floats]:
        """Those columns, (n,) each."""
        text = values.cast(pl.String)
        return [(text == one).fill_null(False).to_numpy().astype(np.float64) for one in self.categories]

    def unseen(self, values: pl.Series) -> int:
        """Return how many rows hold a category that was never learned from."""
        text = values.cast(pl.String).drop_nulls()
        return int((~text.is_in([*self.categories, *self.rest])).sum())


@dataclass(frozen=True)
class ColumnEncoding:
    """The encoding of all feature columns of a table."""

    columns: tuple[NumberColumn | CategoryColumn, ...]

    @classmethod
    def of(cls, table: pl.DataFrame, names: Sequence[str]) -> ColumnEncoding:
        """Learn categories and medians."""
        return cls(
            tuple(
                CategoryColumn.of(table[name]) if is_text_column(table[name]) else NumberColumn.of(table[name])
                for name in names
            )
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the table's columns."""
        return tuple(one.name for one in self.columns)

    @property
    def labels(self) -> list[str]:
        """Names of the numeric columns."""
        return [label for one in self.columns for label in one.labels()]

    @property
    def sources(self) -> list[tuple[str, str | None]]:
        """The table's column of each numeric one, and the category that it stands for; MISSING for missing numbers."""
        return [
            (column.name, category)
            for column in self.columns
            for category in (
                column.categories if isinstance(column, CategoryColumn) else (None, MISSING)[: len(column.labels())]
            )
        ]

    @property
    def texts(self) -> tuple[str, ...]:
        """The names of columns of categories."""
        return tuple(one.name for one in self.columns if isinstance(one, CategoryColumn))

    def matrix(self, table: pl.DataFrame) -> Floats:
        """(n, p). Raises InputError that names a column which is missing or holds text where numbers were."""
        self._check(table)
        parts = [part for one in self.columns for part in one.parts(table[one.name])]
        return np.column_stack(parts) if parts else np.zeros((table.height, 0))

    def unseen(self, table: pl.DataFrame) -> dict[str, int]:
        """Return how many rows hold what was never learned from, by column, without columns that have none.

        Raises InputError as `matrix` does.
        """
        self._check(table)
        counts = {one.name: one.unseen(table[one.name]) for one in self.columns}
        return {name: n for name, n in counts.items() if n}

    def _check(self, table: pl.DataFrame) -> None:
        for column in self.columns:
            if column.name not in table.columns:
                raise InputError(
                    Message("the column '{name}' is missing; give the columns that the trial had", name=column.name)
                )
            values = table[column.name]
            if isinstance(column, NumberColumn) and is_text_column(values) and values.count():
                raise InputError(
                    Message("the column '{name}' holds text where the trial had numbers; correct it", name=column.name)
                )


def is_text_column(values: pl.Series) -> bool:
    """Return whether a column holds categories."""
    return not (values.dtype.is_numeric() or values.dtype.is_temporal() or values.dtype == pl.Boolean)


def _numbers(values: pl.Series) -> Floats:
    if values.dtype.is_temporal():
        values = values.cast(pl.Datetime("us")).dt.epoch("s")
    return values.cast(pl.Float64).to_numpy()
