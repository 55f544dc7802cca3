"""A table as callers hand it in: a path, or a frame of polars, pandas or pyarrow."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import cast

import narwhals as nw
import polars as pl
from narwhals.typing import IntoDataFrame

from offerloop.config import StrPath, as_path
from offerloop.errors import SourceError
from offerloop.service.uplift_asked import numbered, read_table

InputTable = StrPath | pl.DataFrame | pl.LazyFrame | IntoDataFrame
"""A path (CSV, Excel or Parquet, packed or not) or a frame."""


def table_rows(table: InputTable, texts: Sequence[str] = (), ids: Sequence[str] = ()) -> tuple[pl.DataFrame, Path]:
    """Return the rows with their numbers, and the path that messages call the table by.

    The columns `texts` are read from a CSV file as they are written. In these and in `ids`, whole numbers that pandas
    turned into 17.0 are 17 again. Raises SourceError where the table cannot be read.
    """
    if isinstance(table, str | PathLike):
        path = as_path(table)
        return _whole(read_table(path, texts), (*texts, *ids)), path
    return _whole(numbered(as_polars(table)), (*texts, *ids)), Path("table")


def as_polars(frame: object) -> pl.DataFrame:
    """Convert a frame of another library, keeping the named levels of a pandas index as columns.

    Raises SourceError for what is no frame, and for a frame that cannot be converted.
    """
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, pl.DataFrame):
        return frame
    if nw.dependencies.is_pandas_dataframe(frame):
        named = [name for name in frame.index.names if name is not None and name not in frame.columns]
        frame = frame.reset_index(level=named)
    try:
        return nw.from_native(cast("IntoDataFrame", frame), eager_only=True).to_polars()
    except TypeError:
        raise SourceError(
            f"a table must be a path or a frame of polars, pandas or pyarrow, not a {type(frame).__name__}"
        ) from None
    except Exception as error:  # pandas, pyarrow and narwhals each raise their own for mixed types and equal names
        first = str(error).strip().splitlines()[0]
        raise SourceError(
            f"the frame cannot be read as a table ({first}); give each column one type and a name of its own"
        ) from error


def _whole(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    floats = [name for name in names if name in table.columns and table[name].dtype.is_float()]
    whole = [name for name in floats if (table[name] == table[name].round()).all()]
    return table.with_columns(pl.col(whole).cast(pl.Int64, strict=False))
