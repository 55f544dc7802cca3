"""One machine, nothing to set up: DuckDB in process, spilling to disk when memory is short."""

from __future__ import annotations

import csv
import errno
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from weakref import WeakSet, finalize

import duckdb
import narwhals as nw
import polars as pl

from offerloop.engine.base import (
    BROKEN,
    SHARD,
    SHARD_DIGITS,
    STOPS,
    Frame,
    T,
    U,
    is_csv,
    reading,
    stoppable,
    temporary_place,
)
from offerloop.engine.batching import in_order
from offerloop.engine.folder_tables import (
    NO_VALUE,
    AlikeFiles,
    FileColumn,
    ParquetTable,
    check_names_apart,
    parquet_table,
    sql_type,
    unreadable,
)
from offerloop.errors import InputError, SourceError
from offerloop.message import Message

MEMORY_VARIABLE = "OFFERLOOP_MEMORY"
"""Sets how much memory DuckDB may take, such as 8GB."""
_INTERRUPTED = "Query interrupted"
"""What DuckDB raises as a RuntimeError after Ctrl-C."""
_SHARD_OF = "CAST('0x' || md5(CAST(customer_id AS VARCHAR))[:{digits}] AS INTEGER) % {shards}"
_FILE = "_file"
"""Names the column of a file's address while folders say keys."""
_GIGABYTES = {"KiB": 2**10 / 1e9, "MiB": 2**20 / 1e9, "GiB": 2**30 / 1e9, "TiB": 2**40 / 1e9}
_OPEN: WeakSet[DuckDBEngine] = WeakSet()


def usable_memory() -> float:
    """GB that DuckDB by itself would take of this machine or container: four fifths of its memory."""
    with duckdb.connect() as connection:
        return _memory_limit(connection)


def _memory_limit(connection: duckdb.DuckDBPyConnection) -> float:
    """GB that a connection may take."""
    setting = connection.execute("SELECT current_setting('memory_limit')")
    size, unit = str(setting.fetchall()[0][0]).split()
    return float(size) * _GIGABYTES[unit]


class DuckDBEngine:
    """Tables live in an in-memory DuckDB database of their own."""

    def __init__(self, threads: int | None = None, shards: int | None = None) -> None:
        """Raises InputError where OFFERLOOP_MEMORY says no amount."""
        self.shards = shards
        self._place = temporary_place(self)
        self._connection = duckdb.connect()
        _limit_memory(self._connection)
        self._connection.execute("SET TimeZone = 'UTC'")
        self._silence()
        self._connection.execute("SET temp_directory = ?", [str(self._place / "spilled")])
        self._connection.execute("SET preserve_insertion_order = false")
        self._connection.execute("SET allocator_background_threads = true")  # give back what queries took
        if threads is not None:
            self._connection.execute(f"SET threads = {int(threads)}")
        self._kept = 0
        self._large: dict[int, Path] = {}
        """Files of tables, by identity."""
        self._large_files: dict[int, Path] = {}
        """The same files by their number among the tables that were kept."""
        _OPEN.add(self)

    def stop(self) -> None:
        """Stop the query that runs."""
        self._connection.interrupt()

    def _silence(self) -> None:
        """Turn the progress bar off where it is on: it would write between our own lines.

        It is on in terminals and in Jupyter. In Jupyter without ipywidgets it is off, and DuckDB refuses to set it.
        """
        if self._connection.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (True,):
            self._connection.execute("SET enable_progress_bar = false")

    def read(self, path: Path, separator: str = ",") -> Frame:
        """See `Engine.read`."""
        try:
            if is_csv(path):
                return _lazy(self._csv(path, separator))
            table = parquet_table(path)
            frames = [self._parquet(part, table) for part in table.parts]
            return nw.concat(frames) if len(frames) > 1 else frames[0]
        except duckdb.Error as error:
            raise unreadable(path) from error

    def _parquet(self, part: AlikeFiles, table: ParquetTable) -> Frame:
        """The rows of files with the same columns."""
        if table.keys:
            files = ", ".join(_quoted(_literal(file.absolute()), "'") for file in part.files)
            name = _quoted(_file_column(part), "'")
            rows = self._connection.sql(
                f"SELECT * FROM read_parquet([{files}], hive_partitioning = false, filename = {name})"
            )
        else:
            files_of_part = [_literal(file) for file in part.files]
            rows = self._connection.read_parquet(files_of_part, hive_partitioning=False)
        if table.names != rows.columns or any(column.cast for column in part.columns):
            cells = [_column(column) for column in part.columns]
            cells += [_key(name, kind, part) for name, kind in table.keys.items()]
            rows = rows.project(", ".join(cells))
        return _lazy(rows)

    def _csv(self, path: Path, separator: str) -> duckdb.DuckDBPyRelation:
        """Nothing is guessed: a guessing reader may take broken first lines for no part of the table."""
        files = sorted(path.rglob("*.csv")) if path.is_dir() else [path]
        names, n_lines = _header(files[0], separator)
        end = _line_end(files[0], n_lines) if n_lines > 1 else None
        return self._connection.read_csv(
            [_literal(file) for file in files], header=True, auto_detect=False, columns=dict.fromkeys(names, "VARCHAR"),
            sep=separator, quotechar='"', escapechar='"', lineterminator=end,
        )  # fmt: skip

    def table(self, frame: pl.DataFrame) -> Frame:
        """See `Engine.table`."""
        return _lazy(self._store(self._connection.from_arrow(frame.to_arrow())))

    def write(self, frame: Frame, path: Path) -> None:
        """See `Engine.write`."""
        with _writing(path):
            stoppable(lambda: frame.sink_parquet(path))

    def keep(self, frame: Frame) -> Frame:
        """See `Engine.keep`."""
        with reading():
            return _lazy(self._store(frame.to_native()))

    def n_kept(self) -> int:
        """See `TableHolder.n_kept`."""
        return self._kept

    def forget(self, first: int) -> None:
        """See `TableHolder.forget`."""
        for number in range(first, self._kept):
            self._connection.execute(f"DROP TABLE IF EXISTS kept_{number}")
            if number in self._large_files:
                self._large_files.pop(number).unlink(missing_ok=True)

    def keep_large(self, frame: Frame) -> Frame:
        """See `TableHolder.keep_large`."""
        path = self.new_folder() / "table.parquet"
        self.write(frame, path)
        table = self.read(path)
        self._large[id(table)] = path
        self._large_files[self._kept] = path
        self._kept += 1
        finalize(table, self._lose, id(table)).atexit = False  # holds the engine, whose folder it is, until then
        return table

    def _lose(self, identity: int) -> None:
        self._large.pop(identity, None)

    def file_of(self, frame: object) -> Path | None:
        """See `TableHolder.file_of`."""
        return self._large.get(id(frame))

    def new_folder(self) -> Path:
        """See `Engine.new_folder`."""
        return Path(tempfile.mkdtemp(dir=self._place))

    def partition(self, frame: Frame, folder: Path, shards: int) -> list[Path]:
        """See `Engine.partition`."""
        folders = [folder / f"{SHARD}={number}" for number in range(shards)]
        rows = frame.to_native()
        numbered = rows.project(f"*, {_SHARD_OF.format(digits=SHARD_DIGITS, shards=int(shards))} AS {SHARD}")
        with _writing(folder):
            stoppable(lambda: numbered.write_parquet(str(folder), partition_by=[SHARD], compression="zstd"))
            for part in folders:
                part.mkdir(parents=True, exist_ok=True)
                if not any(part.iterdir()):
                    rows.limit(0).write_parquet(str(part / "empty.parquet"))
        return folders

    def map(self, function: Callable[[T], U], items: Sequence[T]) -> Iterator[U]:
        """See `Engine.map`."""
        return in_order(len(items), lambda place: function(items[place]))

    def _store(self, relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        name = f"kept_{self._kept}"
        self._kept += 1
        stoppable(lambda: relation.create(name))
        return self._connection.table(name)


def _limit_memory(connection: duckdb.DuckDBPyConnection) -> None:
    limit = os.environ.get(MEMORY_VARIABLE) or _usual_limit(connection)
    try:
        connection.execute("SET memory_limit = ?", [limit])
    except duckdb.Error:
        raise InputError(
            Message(
                "the environment variable '{name}' is '{limit}', which is no amount of memory; write it like 8GB",
                name=MEMORY_VARIABLE,
                limit=limit,
            )
        ) from None


def _usual_limit(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a sixth of the usable memory, from 1 to 4 GB.

    What customers and offers take in memory needs the rest. Of 100 million order lines, sums by customer and product
    do not fit into 1 GB.
    """
    return f"{min(max(_memory_limit(connection) / 6, 1.0), 4.0):.2f}GB"


def _quoted(text: str, mark: str = '"') -> str:
    """A name in SQL, or a text with `'` as its mark."""
    return f"{mark}{text.replace(mark, 2 * mark)}{mark}"


def _column(column: FileColumn) -> str:
    """A column in SQL, under the table's name and of its type."""
    cell = "NULL" if column.spelled is None else _quoted(column.spelled)
    cell = cell if column.cast is None else f"CAST({cell} AS {sql_type(column.cast)})"
    return f"{cell} AS {_quoted(column.name)}"


def _key(name: str, kind: str, part: AlikeFiles) -> str:
    """What the folders of a file say of a key. DuckDB itself would take the first such folder of the whole address."""
    below = f"substring({_quoted(_file_column(part))}, {len(str(part.base.absolute())) + 1})"
    said = f"regexp_extract({below}, {_quoted(f'/{re.escape(name)}=([^/]*)/', chr(39))}, 1)"
    value = f"url_decode(NULLIF({said}, '{NO_VALUE}'))"
    return f"CAST({value} AS {sql_type(kind)}) AS {_quoted(name)}"


def _file_column(part: AlikeFiles) -> str:
    """A name that no column of the files has."""
    longest = max((len(name) for name in part.kinds), default=0)
    return _FILE.ljust(longest + 1, "_")


def _lazy(relation: duckdb.DuckDBPyRelation) -> Frame:
    return nw.from_native(relation).lazy()


def _header(path: Path, separator: str) -> tuple[list[str], int]:
    """Return the names of the columns, an empty one by its place, and how many lines they take.

    Raises SourceError when two are the same.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        try:
            names = next(reader, [])
        except csv.Error:
            raise SourceError(
                Message("the file '{path}' has no header that can be read; begin it with column names", path=str(path))
            ) from None
    names = [name.strip() or f"column {place}" for place, name in enumerate(names, start=1)]
    check_names_apart(names, path)
    return names, reader.line_num


def _line_end(path: Path, n_lines: int) -> duckdb.CSVLineTerminator:
    """Return how the last of the first lines ends; DuckDB would take the first break, which stands in a name."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        *_, last = islice(file, n_lines)
    ends = duckdb.CSVLineTerminator
    return ends.CARRIAGE_RETURN_LINE_FEED if last.endswith("\r\n") else ends.LINE_FEED


def _literal(path: Path) -> str:
    """The path with the signs that DuckDB reads as patterns taken as they are."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _broken(error: Exception) -> str | None:
    """The reason when a file is broken. Parquet of nonsense raises the root of DuckDB's errors itself."""
    if isinstance(error, duckdb.InterruptException) or (isinstance(error, RuntimeError) and str(error) == _INTERRUPTED):
        raise KeyboardInterrupt from error
    if isinstance(error, duckdb.OutOfMemoryException):
        raise _out_of_memory(error) from error
    kinds = (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException)
    return _reason(error) if isinstance(error, kinds) or type(error) is duckdb.Error else None


def _out_of_memory(error: duckdb.OutOfMemoryException) -> InputError:
    """What is said where neither memory nor the disk for temporary files holds a query."""
    return InputError(
        Message(
            "DuckDB may not take as much memory, or as much of the disk for temporary files, as a step needs "
            "({reason}); set the environment variable {name} to more, such as 8GB, make room on that disk, or use "
            "--engine spark",
            reason=_reason(error),
            name=MEMORY_VARIABLE,
        )
    )


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    """Turn what DuckDB raises while it writes to a place into OSError, or InputError where memory is short."""
    try:
        yield
    except duckdb.IOException as error:
        raise OSError(errno.EIO, _reason(error), str(place)) from error
    except duckdb.OutOfMemoryException as error:
        raise _out_of_memory(error) from error


def _stop_all() -> None:
    for engine in _OPEN:
        engine.stop()


BROKEN.append(_broken)
STOPS.append(_stop_all)


def _reason(error: Exception) -> str:
    """DuckDB's first lines, which name the line of the file; the rest is advice for its own users."""
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(said[:3])
