"""How a table is declared and checked."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from offerloop.errors import ContractError

Dtype = pl.DataType | type[pl.DataType]
ID: tuple[Dtype, ...] = (pl.Int64, pl.String)
"""Ids may be integers or text."""


@dataclass(frozen=True)
class Column:
    """One column: name, polars type, what it means with its unit, and whether it may be empty."""

    name: str
    dtype: Dtype | tuple[Dtype, ...]
    meaning: str
    optional: bool = False
    """True when single cells may be null."""


@dataclass(frozen=True)
class TableContract:
    """The contract of one table between two stages."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    """Columns that together identify a row; empty when rows have no identity."""
    open: bool = False
    """True when further columns may follow the declared ones (profiles carry more features over time)."""

    @property
    def names(self) -> list[str]:
        """Declared column names in order."""
        return [column.name for column in self.columns]

    @property
    def schema(self) -> dict[str, Dtype]:
        """Name to type; an id is an integer here."""
        return {c.name: c.dtype[0] if isinstance(c.dtype, tuple) else c.dtype for c in self.columns}

    def empty(self) -> pl.DataFrame:
        """The table without rows."""
        return pl.DataFrame(schema=self.schema)

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with columns in declared order, or ContractError saying what is wrong."""
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            raise ContractError(f"table '{self.name}' lacks the columns {', '.join(missing)}")
        extra = [name for name in frame.columns if name not in self.names]
        if extra and not self.open:
            raise ContractError(f"table '{self.name}' has undeclared columns {', '.join(extra)}")
        frame = frame.select(*self.names, *extra)
        for column in self.columns:
            self._check_column(frame, column)
        if self.key and _repeats(frame.select(self.key)):
            raise ContractError(f"table '{self.name}' has several rows with the same {', '.join(self.key)}")
        return frame

    def _check_column(self, frame: pl.DataFrame, column: Column) -> None:
        actual = frame.schema[column.name]
        allowed = column.dtype if isinstance(column.dtype, tuple) else (column.dtype,)
        if all(actual != dtype for dtype in allowed):
            raise ContractError(f"column '{column.name}' of table '{self.name}' is {actual}, not {column.dtype}")
        if not column.optional and frame[column.name].null_count():
            raise ContractError(f"column '{column.name}' of table '{self.name}' has empty cells")


def _repeats(keys: pl.DataFrame) -> bool:
    """Return whether a row is there twice; only rows of equal hashes can be, so no others are compared."""
    hashes = keys.hash_rows()
    return hashes.n_unique() < keys.height and keys.filter(hashes.is_duplicated()).is_duplicated().any()
