"""The first rows of a source, and some from all over it: enough to guess by, however large the source is."""

from __future__ import annotations

import codecs
import csv
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import polars as pl

from offerloop.config import Source, SourceName, as_path
from offerloop.engine import check_names_apart, check_parquet_names
from offerloop.errors import InputError
from offerloop.events import (
    Dialect,
    Readable,
    as_utf8,
    connect,
    decimal_mark,
    frame_of,
    instead_of_copies,
    line_of,
    masked,
    readable,
    reading,
    snapshot,
    sniff,
    split_part,
)
from offerloop.message import Message

SAMPLE_ROWS = 20_000
_ROWS_FOR_MARK = 200
"""Rows whose texts say which decimal mark a table has."""
BLOCKS, BLOCK_BYTES, BLOCK_ROWS = 8, 1 << 16, 1_000


@dataclass(frozen=True)
class SourcePlace:
    """The place of a source, as it was named on the command line."""

    path: Path | None = None
    part: str | None = None
    """Sheet of a workbook, or file of an archive."""
    url: str | None = None
    table: str | None = None
    query: str | None = None

    def __str__(self) -> str:
        """The file, or the table; never a password."""
        if self.path is None:
            return "the query" if self.table is None else f"table {self.table}"
        return str(self.path) if self.part is None else f"{self.path}#{self.part}"


@dataclass(frozen=True, eq=False)
class SampleRows:
    """Part of a source: of CSV every cell is text, as when it is read for a run. Each is equal to itself only."""

    place: SourcePlace
    head: pl.DataFrame
    """The first rows, 20,000 unless asked for more."""
    spread: pl.DataFrame
    """Rows from blocks all over the rest of the source; without rows when `head` is the whole of it."""
    n_rows: int
    """The rows of the whole source; for a large CSV file estimated from its size."""
    dialect: Dialect | None = None
    """The dialect of a CSV file."""
    encoding_given: bool = False
    """Whether the dialect's encoding was named, not guessed."""
    file: Readable | None = None
    """The file to read from, which may be a copy; of a database only the rows of a query."""
    joined: tuple[JoinedRows, ...] = ()
    """Files whose columns stand beside its own."""
    filled: FilledRows | None = None
    """What stands on one row of an order only, and is filled."""
    lines: LinesOnly | None = None
    """Which rows were left out, because they are no lines of orders."""

    @cached_property
    def decimal(self) -> str:
        """Decimal mark of numbers written as text."""
        if self.dialect is not None:
            return self.dialect.decimal
        texts = self.head.head(_ROWS_FOR_MARK).select(pl.col(pl.String))
        return decimal_mark([cell for column in texts for cell in column.drop_nulls()])

    @property
    def whole(self) -> bool:
        """Return whether `head` is all there is."""
        return self.n_rows == self.head.height

    @property
    def sampled(self) -> pl.DataFrame:
        """The first rows, and blocks from the rest of the file."""
        return pl.concat([self.head, self.spread]) if self.spread.height else self.head

    def position(self, column: str, cell: str) -> Message | None:
        """Return ``"line 7"`` for a cell as it is written, ``"row 7"`` where rows are counted."""
        for joined in self.joined:
            if column in joined.columns:
                return joined.sample.position(column, cell)
        if self.file is not None and self.dialect is not None:
            return self.file.position(line_of(self.file.path, self.dialect, column, cell))
        row = self.head[column].cast(pl.String).index_of(cell)
        return None if row is None else Message("row {number}", context="place in a file", number=str(row + 1))

    def line_of(self, column: str, cell: str) -> Message | str:
        """Return the position as it stands behind the name of the file: ``", line 7"``."""
        position = self.position(column, cell)
        if position is None:
            return ""
        return Message(", {position}", context="behind the name of a file", position=position)


@dataclass(frozen=True)
class JoinedRows:
    """A file that is joined to a source."""

    sample: SampleRows
    columns: frozenset[str]
    """What it adds."""
    on: str
    """Column of the source by which rows belong together."""
    key: str
    """The same column in this file."""
    share: float
    """Of the rows that were looked at, how many have a row in this file."""


@dataclass(frozen=True)
class FilledRows:
    """Columns whose cells stand on one of the rows with the same value of another column."""

    by: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class LinesOnly:
    """Kinds of rows that leave a column empty, which every line of an order has."""

    column: str
    """Says the kind of each row."""
    others: tuple[str, ...]
    """Kinds that are left out."""
    empty: str
    """The column that these leave empty."""


Samples = Mapping[SourceName, SampleRows]

_KEY = "_joined_by"
_QUERY = re.compile(r"(?P<url>.*?)#\s*(?P<query>(?:select|with)\b.*)", re.IGNORECASE | re.DOTALL)


def place_of(written: str) -> SourcePlace:
    """A file, ``FILE#part``, ``URL#table`` or ``URL#select ...``.

    Raises InputError for a URL without a table, and for a file that is not there.
    """
    if "://" in written:
        if query := _QUERY.fullmatch(written):
            return SourcePlace(url=query["url"], query=query["query"].strip().rstrip(";"))
        url, _, table = written.rpartition("#")
        if not url or not table:
            raise InputError(
                Message(
                    "'{written}' names no table; write it like sqlite:///shop.db#orders, or with a query like "
                    "'sqlite:///shop.db#select * from orders'",
                    written=masked(written),
                )
            )
        return SourcePlace(url=url, table=table)
    path, part = split_part(as_path(written))
    if path.is_dir():
        raise InputError(Message("'{path}' is a folder; name a CSV, Excel or Parquet file", path=str(path)))
    if not path.is_file():
        raise InputError(
            Message("the file '{path}' does not exist; give the path of a CSV, Excel or Parquet file", path=str(path))
        )
    return SourcePlace(path, part)


def known_encoding(written: str) -> str:
    """An encoding by the name that a dialect has for it. Raises InputError when there is none of that name."""
    try:
        "".encode(written)
    except LookupError:
        raise InputError(
            Message("'{written}' is not an encoding; name one such as utf-8, gb18030 or cp1252", written=written)
        ) from None
    return "utf-8-sig" if codecs.lookup(written).name == "utf-8" else written


def sample_rows(place: SourcePlace, folder: Path, rows: int = SAMPLE_ROWS, encoding: str | None = None) -> SampleRows:
    """Look at a source; a file that is packed, and the rows of a query, are copied to `folder`.

    `encoding` is that of a CSV file. Raises InputError when the source cannot be read, or has no rows.
    """
    if place.query is not None:
        source = Source(url=place.url, query=place.query, columns={})
        _, path = snapshot(source, Path(tempfile.mkdtemp(dir=folder)))
        sample = _parquet(place, Readable(path, str(place), is_parquet=True), rows)
    elif place.path is None:
        sample = _database(place, rows)
    else:
        file = readable(place.path, place.part, folder)
        with instead_of_copies(folder, str(place)):
            sample = _parquet(place, file, rows) if file.is_parquet else _csv(place, file, rows, encoding)
    if not sample.head.height:
        raise InputError(Message("'{place}' has columns but no rows; give a file with rows", place=str(place)))
    if not sample.head.width:
        raise InputError(
            Message(
                "'{place}' has no column with single values; give a table of texts, numbers and times", place=str(place)
            )
        )
    return sample


def join_rows(sample: SampleRows, beside: SampleRows, on: str, key: str, folder: Path) -> SampleRows | None:
    """Return the rows with the columns of their rows in another file; None where that has several for a value of `key`.

    Copies that reading needs go to `folder`. Raises InputError where a file cannot be read.
    """
    text, wanted = pl.col(on).cast(pl.String).str.strip_chars(), pl.col(key).cast(pl.String).str.strip_chars()
    keys = sample.sampled.select(text).to_series().unique()
    rows = _whole_file(beside, folder).with_columns(wanted.alias(_KEY)).filter(pl.col(_KEY).is_in(keys.implode()))
    matching = rows.collect().unique()
    added = [name for name in beside.head.columns if name not in sample.head.columns and name != key]
    if matching[_KEY].is_duplicated().any():
        return None
    matching = matching.select(_KEY, *added)
    head, spread = (
        part.with_columns(text.alias(_KEY)).join(matching, on=_KEY, how="left", maintain_order="left").drop(_KEY)
        for part in (sample.head, sample.spread)
    )
    share = float(sample.sampled.select(text.is_in(matching[_KEY].implode()).mean()).item() or 0.0)
    joined = JoinedRows(beside, frozenset(added), on, key, share)
    return replace(sample, head=head, spread=spread, joined=(*sample.joined, joined))


def fill_rows(sample: SampleRows, by: str, columns: tuple[str, ...]) -> SampleRows:
    """Return the rows with empty cells of `columns` filled from the other rows that have the same value of `by`."""
    said = [pl.when(pl.col(one).cast(pl.String).str.strip_chars() != "").then(one) for one in columns]
    cells = [pl.coalesce(one, one.max().over(by)).alias(name) for one, name in zip(said, columns, strict=True)]
    head, spread = (one.with_columns(cells) for one in (sample.head, sample.spread))
    return replace(sample, head=head, spread=spread, filled=FilledRows(by, columns))


def line_rows(sample: SampleRows, lines: LinesOnly) -> SampleRows:
    """Return the rows that are lines of orders."""
    kind = pl.col(lines.column).str.strip_chars()
    head, spread = (one.filter(~kind.is_in(list(lines.others))) for one in (sample.head, sample.spread))
    share = (head.height + spread.height) / sample.sampled.height
    n_rows = head.height if sample.whole else round(sample.n_rows * share)
    return replace(sample, head=head, spread=spread, n_rows=n_rows, lines=lines)


def _whole_file(sample: SampleRows, folder: Path) -> pl.LazyFrame:
    """All rows of a file as its sample has them."""
    if sample.whole or sample.file is None:
        return sample.head.lazy()
    if sample.dialect is None:
        return pl.scan_parquet(sample.file.path, glob=False).select(sample.head.columns)
    file = as_utf8(sample.file.path, sample.dialect.encoding, folder)
    cells = pl.scan_csv(
        file, separator=sample.dialect.separator, has_header=False, skip_rows=1, truncate_ragged_lines=True, glob=False,
        schema=dict.fromkeys(sample.head.columns, pl.String),
    )  # fmt: skip
    return cells.fill_null("")


def _csv(place: SourcePlace, file: Readable, rows: int, encoding: str | None) -> SampleRows:
    path, has_encoding = file.path, encoding is not None and file.dialect is None
    dialect = file.dialect or sniff(path, encoding=encoding)
    lines = _first_lines(path, dialect, rows + 1, strict=has_encoding)
    whole = len(lines) <= rows
    n_header = _lines_of_header(lines, dialect)
    header = _header(path, lines[:n_header], dialect)
    head = _table(path, lines[n_header:], header, dialect)
    if whole:
        return SampleRows(place, head, head.clear(), head.height, dialect, has_encoding, file)
    head = head.head(-1)  # its last row may go on
    head_bytes = len("".join(lines).encode(dialect.encoding, errors="replace"))
    n_rows = max(int(path.stat().st_size / (head_bytes / len(lines))) - 1, head.height + 1)
    spread = _table(path, _blocks(path, dialect, head_bytes), header, dialect)
    return SampleRows(place, head, spread, n_rows, dialect, has_encoding, file)


def _first_lines(path: Path, dialect: Dialect, n_lines: int, *, strict: bool) -> list[str]:
    """Bytes that are none in a guessed encoding are replaced; in one that was named they are an InputError."""
    errors = "strict" if strict else "replace"
    try:
        with path.open(encoding=dialect.encoding, errors=errors, newline="") as file:
            return list(islice(file, n_lines))
    except UnicodeError as error:
        reason = getattr(error, "reason", error)
        raise InputError(
            Message(
                "the file '{path}' is not {encoding} ({reason}); name another encoding, or none to have it guessed",
                path=str(path),
                encoding=dialect.encoding,
                reason=str(reason),
            )
        ) from None


def _lines_of_header(lines: list[str], dialect: Dialect) -> int:
    """Return how many lines the names of the columns take, which may have line breaks; 1 where a quote has no end."""
    reader = csv.reader(lines, delimiter=dialect.separator)
    with suppress(csv.Error, StopIteration):
        next(reader)
        return reader.line_num if reader.line_num < len(lines) else 1
    return 1


def _header(path: Path, lines: list[str], dialect: Dialect) -> list[str]:
    """Names as the engine gives them: an empty one is named by its place."""
    cells = next(csv.reader(lines, delimiter=dialect.separator), [])
    if not cells:
        raise InputError(
            Message("the file '{path}' begins with an empty line; its first line must name the columns", path=str(path))
        )
    if sum(bool(re.fullmatch(r"[\d.,:/ -]+", cell)) for cell in cells) > len(cells) / 2:
        raise InputError(
            Message(
                "the file '{path}' begins with '{line}', which is no header; add a line of column names",
                path=str(path),
                line=lines[0].strip(),
            )
        )
    names = [name.strip() or f"column {place}" for place, name in enumerate(cells, start=1)]
    check_names_apart(names, path)
    return names


def _table(path: Path, lines: list[str], header: list[str], dialect: Dialect) -> pl.DataFrame:
    """Every cell as text; short rows are filled up, long ones cut."""
    width = len(header)
    try:
        rows = [row for row in csv.reader(lines, delimiter=dialect.separator) if any(map(str.strip, row))]
    except csv.Error as error:
        raise InputError(
            Message("the file '{path}' cannot be read as CSV: {error}", path=str(path), error=str(error))
        ) from None
    cells = [row[:width] + [""] * (width - len(row)) for row in rows]
    return pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String), orient="row")


def _blocks(path: Path, dialect: Dialect, head_bytes: int) -> list[str]:
    """Return whole lines from places all over what follows the first `head_bytes` of a file, none of them twice."""
    lines: list[str] = []
    if len("\n\n".encode(dialect.encoding)) - len("\n".encode(dialect.encoding)) > 1:
        return lines  # several bytes in every sign: no place where a line surely begins
    rest = max(path.stat().st_size - head_bytes, 0)
    n_blocks = BLOCKS if rest > BLOCKS * BLOCK_BYTES else 1
    length = min(rest, BLOCKS * BLOCK_BYTES) // n_blocks
    with path.open("rb") as file:
        for number in range(1, n_blocks + 1):
            file.seek(head_bytes + rest * number // n_blocks - length)
            inner = file.read(length).splitlines(keepends=True)[1:]
            inner = inner if number == n_blocks else inner[:-1]
            text = b"".join(inner).decode(dialect.encoding, errors="replace")
            lines += [line for line in text.splitlines(keepends=True) if line.count('"') % 2 == 0]
    return lines


def _parquet(place: SourcePlace, file: Readable, rows: int) -> SampleRows:
    try:
        table = pl.scan_parquet(file.path, glob=False)
        n_rows = int(table.select(pl.len()).collect().item())
        head = table.head(rows).collect()
        starts = _offsets(head.height, n_rows)
        parts = [table.slice(start, BLOCK_ROWS).collect() for start in starts]
    except (pl.exceptions.PolarsError, OSError):
        check_parquet_names(file.path)
        raise InputError(
            Message(
                "the file '{place}' cannot be read as Parquet: it is damaged or something else; write it again",
                place=str(place),
            )
        ) from None
    check_names_apart(head.columns, file.path)
    return SampleRows(place, single_values(head), single_values(pl.concat([head.clear(), *parts])), n_rows, file=file)


def single_values(table: pl.DataFrame) -> pl.DataFrame:
    """Categories as text, decimals without decimal places as integers; columns of no single values are left out."""
    left_out = (pl.Binary, pl.Duration, pl.Object)
    kept = [name for name, kind in table.schema.items() if not kind.is_nested() and not isinstance(kind, left_out)]
    texts = [name for name in kept if isinstance(table.schema[name], pl.Categorical | pl.Enum)]
    whole = [name for name in kept if isinstance(kind := table.schema[name], pl.Decimal) and kind.scale == 0]
    return table.select(kept).with_columns(pl.col(texts).cast(pl.String), pl.col(whole).cast(pl.Int128))


def _database(place: SourcePlace, rows: int) -> SampleRows:
    engine = connect(place.url or "")
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    quote = engine.dialect.identifier_preparer.quote_identifier
    table = ".".join(quote(part) for part in (place.table or "").split("."))
    try:
        with reading(engine) as connection:
            streamed = {"stream_results": True, "max_row_buffer": rows}
            result = connection.execute(text(f"select * from {table}"), execution_options=streamed)
            head = frame_of(list(result.keys()), result.fetchmany(rows))
            result.close()
            n_rows = int(connection.execute(text(f"select count(*) from {table}")).scalar_one())
            starts = _offsets(head.height, n_rows)
            queries = [f"select * from {table} limit {BLOCK_ROWS} offset {start}" for start in starts]
            rows_by_query = [connection.execute(text(query)).fetchall() for query in queries]
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise InputError(
            Message(
                "the database refuses to read the table '{table}': {reason}", table=place.table or "", reason=reason
            )
        ) from None
    finally:
        engine.dispose()
    parts = [frame_of(head.columns, one).cast(head.schema, strict=False) for one in rows_by_query]
    return SampleRows(place, single_values(head), single_values(pl.concat([head.clear(), *parts])), n_rows)


def _offsets(n_seen: int, n_rows: int) -> range:
    """Return where blocks begin that have no row of the head, and none twice."""
    return range(n_seen, n_rows, max(BLOCK_ROWS, -(-(n_rows - n_seen) // BLOCKS)))
