"""A table as callers hand it in: a path, or a frame of polars, pandas or pyarrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl
from narwhals.typing import IntoDataFrame

from offerloop.config import StrPath, as_path
from offerloop.engine import Engine, Frame, check_names_differ, check_parquet_names
from offerloop.errors import SourceError
from offerloop.events import Readable, as_utf8, broken_line, instead_of_copies, readable, sniff, split_part
from offerloop.message import Message
from offerloop.workspace.samples import single_values

if TYPE_CHECKING:
    import pandas as pd

_FIRST_TEXTS = 100
_LONGEST_REASON = 200
_PANDAS_ALONE = ("interval", "period")
"""Kinds of columns that only pandas has."""
_CHUNK_BYTES = 1 << 20
PART_ROWS = 200_000
"""Most rows of a Parquet file that are in memory at once where a table is read in parts."""
EMPTY = ("", "NA", "N/A", "NaN", "nan", "NULL", "null")

InputTable = StrPath | pl.DataFrame | pl.LazyFrame | IntoDataFrame
"""A path (CSV, Excel or Parquet, packed or not) or a frame."""


def table_rows(table: InputTable, texts: Sequence[str] = (), ids: Sequence[str] = ()) -> tuple[pl.DataFrame, Path]:
    """Return the rows with their numbers, and the path that messages call the table by.

    The columns `texts` are read from a CSV file as they are written. In these and in `ids`, whole numbers that pandas
    turned into 17.0 are 17 again. Raises SourceError where the table cannot be read.
    """
    if isinstance(table, str | PathLike):
        path = as_path(table)
        rows = read_table(path, texts)
    else:
        path, rows = Path("table"), single_values(as_polars(table))
    if not rows.height:
        raise SourceError(Message("'{path}' has no rows", context="error", path=str(path)))
    return _whole(numbered(rows), (*texts, *ids)), path


@dataclass(frozen=True)
class TableParts:
    """The rows of a table as by `table_rows`, one part after another, as often as they are asked for."""

    path: Path
    """What messages call the table by."""
    rows: pl.LazyFrame
    number: int
    """Number of rows."""

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield the parts. Raises SourceError for one that cannot be read, e.g. of a damaged file."""
        for start in range(0, max(self.number, 1), PART_ROWS):
            try:
                part = self.rows.slice(start, PART_ROWS).collect()
            except (OSError, pl.exceptions.PolarsError):
                raise _damaged(str(self.path)) from None
            yield numbered(part, start + 1)


def table_parts(table: InputTable, ids: Sequence[str] = ()) -> TableParts:
    """Return a table in parts: a Parquet file is read as far as a part needs, anything else once and as a whole.

    Raises SourceError where the table cannot be read.
    """
    if isinstance(table, str | PathLike) and (path := as_path(table)).is_file() and path.suffix == ".parquet":
        try:
            frame = pl.scan_parquet(path, glob=False)
            single = single_values(frame.collect_schema().to_frame()).columns
            number = frame.select(pl.len()).collect().item()
            if number > PART_ROWS:
                return TableParts(path, _whole_lazily(frame.select(single), ids), number)
        except (OSError, pl.exceptions.PolarsError):
            pass  # read as a whole, which says what is wrong with it
    rows, path = table_rows(table, ids=ids)
    return TableParts(path, rows.drop("_row").lazy(), rows.height)


def table_on_engine(table: InputTable, engine: Engine | None, texts: Sequence[str] = ()) -> tuple[Frame, Path] | None:
    """Return the rows where an engine has them, and the path that messages call the table by.

    That is so for a frame of Spark, and for everything where there is an engine; else None. What is no Parquet is read
    as by `table_rows`. Raises SourceError where the table cannot be read.
    """
    if nw.dependencies.is_pyspark_connect_dataframe(table) or nw.dependencies.is_pyspark_dataframe(table):
        return nw.from_native(table).lazy(), Path("table")
    if engine is None:
        return None
    if isinstance(table, str | PathLike):
        path = as_path(table)
        if path.is_dir() or (path.suffix.lower() == ".parquet" and path.is_file()):
            return engine.read(path), path
    rows, path = table_rows(table, texts)
    return engine.table(rows.drop("_row")), path


def as_polars(frame: object) -> pl.DataFrame:
    """Convert a frame of another library, keeping the named levels of a pandas index as columns.

    Raises SourceError for what is no frame, and for a frame that cannot be converted.
    """
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, pl.DataFrame):
        return frame
    if not nw.dependencies.is_into_dataframe(frame):
        raise SourceError(
            Message(
                "a table must be a path or a frame of polars, pandas or pyarrow, not a {type}",
                type=type(frame).__name__,
            )
        )
    try:
        plain = _plain_pandas(frame) if nw.dependencies.is_pandas_dataframe(frame) else frame
        return nw.from_native(plain, eager_only=True).to_polars()
    except Exception as error:  # pandas, pyarrow and narwhals each raise their own for mixed types and equal names
        reason = " ".join(str(error).split())[:_LONGEST_REASON]
        raise SourceError(
            Message(
                "the frame cannot be read as a table ({reason}); give each column one type and a name of its own",
                reason=reason,
            )
        ) from error


def _plain_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the named levels of its index as columns, and with intervals and periods as text."""
    named = [name for name in frame.index.names if name is not None and name not in frame.columns]
    plain = frame.reset_index(level=named)
    for name, kind in plain.dtypes.items():
        of_values = kind.categories.dtype if hasattr(kind, "categories") else kind
        if str(of_values).startswith(_PANDAS_ALONE):
            plain[name] = plain[name].astype(object).map(str, na_action="ignore")
    return plain


def _whole(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    return _whole_lazily(table.lazy(), names).collect()


def _whole_lazily(table: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
    floats = [name for name, kind in table.collect_schema().items() if name in names and kind.is_float()]
    if not floats:
        return table
    whole = table.select((pl.col(floats) == pl.col(floats).round()).all()).collect(engine="streaming")
    return table.with_columns(pl.col([one.name for one in whole if one.item()]).cast(pl.Int64, strict=False))


def read_table(path: Path, texts: Sequence[str] = ()) -> pl.DataFrame:
    """CSV, Excel or Parquet, packed or not; columns in `texts` as they are written.

    Raises SourceError in one sentence.
    """
    file, part = split_part(path)
    if not file.is_file():
        raise SourceError(Message("there is no table '{file}'", file=str(file)))
    with TemporaryDirectory(prefix="offerloop-") as place:
        folder = Path(place)
        source_file = readable(file, part, folder)
        with instead_of_copies(folder, source_file.name):
            return _parquet(source_file) if source_file.is_parquet else _csv(source_file, texts, folder)


def _parquet(file: Readable) -> pl.DataFrame:
    try:
        table = pl.read_parquet(file.path, glob=False)
    except (OSError, pl.exceptions.PolarsError):
        check_parquet_names(file.path)
        raise _damaged(file.name) from None
    return single_values(table)


def _damaged(name: str) -> SourceError:
    return SourceError(Message("'{name}' is no Parquet file, or a damaged one; write it again, or give CSV", name=name))


def _csv(file: Readable, texts: Sequence[str], folder: Path) -> pl.DataFrame:
    dialect = file.dialect or sniff(file.path)
    text = _with_line_feeds(as_utf8(file.path, dialect.encoding, folder), folder)
    read = partial(
        pl.read_csv, text, separator=dialect.separator, null_values=list(EMPTY), decimal_comma=dialect.decimal == ",",
        glob=False,
    )  # fmt: skip
    try:
        check_names_differ([name for name in _header(text, dialect.separator) if name], file.path)
        try:
            table = read(infer_schema_length=None, schema_overrides=dict.fromkeys(texts, pl.String))
        except pl.exceptions.ComputeError:
            texts = [*texts, *_with_other_digits(read(infer_schema=False))]
            table = read(infer_schema_length=None, schema_overrides=dict.fromkeys(texts, pl.String))
        return table.with_columns(
            with_times(column) for column in table.select(pl.col(pl.String)) if column.name not in texts
        )
    except pl.exceptions.PolarsError:
        line, wrong = broken_line(file.path, dialect)
        raise SourceError(
            Message(
                "'{name}'{place} cannot be read: {reason}",
                context="error",
                name=file.name,
                place=file.place(line),
                reason=wrong,
            )
        ) from None


def _with_line_feeds(path: Path, folder: Path) -> Path:
    """Return a CSV file itself, or a copy in `folder` of one whose lines end in carriage returns alone, which the
    parser takes for one line."""
    with path.open("rb") as file:
        header, _, rest = file.readline(_CHUNK_BYTES).rstrip(b"\r\n").partition(b"\r")
        if not rest or header.count(b'"') % 2:
            return path
        file.seek(0)
        copy = folder / "line-feeds.csv"
        with copy.open("wb") as written:
            while chunk := file.read(_CHUNK_BYTES):
                written.write(chunk.replace(b"\r", b"\n"))
    return copy


def _header(path: Path, separator: str) -> tuple[str, ...]:
    """Return the names of the columns as they are written: the parser gives those that are equal other names."""
    first = pl.read_csv(path, separator=separator, has_header=False, infer_schema=False, n_rows=1, glob=False)
    return tuple(name or "" for name in first.row(0)) if first.height else ()


def _with_other_digits(table: pl.DataFrame) -> list[str]:
    """Return the columns with digits of other scripts, which Polars takes for numbers and cannot read."""
    return [column.name for column in table if column.str.contains(r"[\p{Nd}&&[^0-9]]").any()]


def with_times(texts: pl.Series) -> pl.Series:
    """Return dates, times of day or timestamps where all texts of a column are such, else the texts.

    The parser tries many formats on each cell, so it is given each distinct text once, and all of them only if the
    first ones are times.
    """
    distinct = texts.drop_nulls().unique(maintain_order=True)
    if not distinct.len() or not _parsed(distinct.head(_FIRST_TEXTS)).dtype.is_temporal():
        return texts
    times = _parsed(distinct)
    return texts.replace_strict(distinct, times) if times.dtype.is_temporal() else texts


def _parsed(texts: pl.Series) -> pl.Series:
    """Return texts as the CSV parser reads them."""
    cells = BytesIO(texts.to_frame().write_csv().encode())
    return pl.read_csv(cells, try_parse_dates=True, infer_schema_length=None).to_series()


def numbered(table: pl.DataFrame, first: int = 1) -> pl.DataFrame:
    """Add the number of each row, from `first` on, as `_row`; NaN becomes missing, and categories become text.

    Raises SourceError where a column of the table has this name.
    """
    if "_row" in table.columns:
        raise SourceError(Message("the table has a column '_row', by which Offerloop numbers the rows; rename it"))
    floats = [name for name, kind in table.schema.items() if kind.is_float()]
    texts = [name for name, kind in table.schema.items() if isinstance(kind, pl.Categorical | pl.Enum)]
    plain = table.with_columns(pl.col(floats).fill_nan(None), pl.col(texts).cast(pl.String))
    return plain.with_row_index("_row", offset=first)
