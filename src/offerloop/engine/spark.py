"""A cluster, or the processors of one machine: Spark through what Spark Connect has, so that managed platforms work.

Sources that are no Parquet are read by DuckDB, to the letter as on one machine, and reach Spark as Parquet in a work
folder. What is kept is Parquet there too: Spark Connect has nothing else that outlives a query on every platform.
"""

from __future__ import annotations

import errno
import os
import pickle
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit
from weakref import WeakSet, finalize

import narwhals as nw
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from offerloop.engine.base import (
    BROKEN,
    COPIES,
    SHARD,
    SHARD_DIGITS,
    STOPS,
    Frame,
    T,
    U,
    collect,
    is_csv,
    reading,
    stoppable,
)
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.engine.folder_tables import (
    CLOCK,
    INSTANT,
    AlikeFiles,
    FileColumn,
    ParquetTable,
    parquet_table,
    sql_type,
    unreadable,
)
from offerloop.engine.spark_session import connected, given_session, local_server, stop_session
from offerloop.engine.spark_tasks import RESULT, carry_out
from offerloop.engine.spark_workers import check_workers
from offerloop.errors import InputError, SourceError
from offerloop.message import Message

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WORK_VARIABLE = "OFFERLOOP_WORK"
"""Names the folder for tables of a run; a folder for temporary files by default."""
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
"""What an engine changes in its session while it lives."""
_TIMES = {CLOCK: "TIMESTAMP_NTZ", INSTANT: "TIMESTAMP"}
"""Types that Spark names otherwise than DuckDB."""
REFUSALS = {
    "No space left on device": errno.ENOSPC,
    "Read-only file system": errno.EROFS,
    "Permission denied": errno.EACCES,
    "Mkdirs failed to create": errno.EACCES,
    "is not a directory": errno.ENOTDIR,
}
"""What Java says where a disk refuses."""
_SHARD_OF = "cast(conv(substr(md5(cast(customer_id as string)), 1, {digits}), 16, 10) as int) % {shards} as shard"
_OPEN: WeakSet[SparkEngine] = WeakSet()


class SparkEngine:
    """Tables are Parquet in a folder that all workers reach; it is removed when the engine is not used any more."""

    def __init__(self, session: SparkSession | None = None, *, address: str | None = None) -> None:
        """`session` is a live one, `address` that of a Spark Connect server; by default the session that there is, else
        one on this machine.
        """
        if session is None and address is None:
            session = given_session()
        self.session: Any = session or connected(address or local_server())
        work = os.environ.get(WORK_VARIABLE)
        self._is_shared = work is not None
        self._folder = Path(tempfile.mkdtemp(prefix="offerloop-spark-", dir=work)).absolute()
        self._names = count()
        self.shards: int | None = None
        self._has_fit_workers = False
        self._files = DuckDBEngine()
        finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        if session is None:
            finalize(self, stop_session, self.session)
        else:
            before = {name: session.conf.get(name, None) for name in SETTINGS}
            finalize(self, _restore, session, before).atexit = False  # by then its server may be gone
        _configure(self.session, SETTINGS)
        _OPEN.add(self)

    def stop(self) -> None:
        """Stop the queries that run."""
        self.session.interruptAll()

    def read(self, path: Path, separator: str = ",") -> Frame:
        """See `Engine.read`."""
        if is_csv(path):
            return self._lazy(self._copied(self._files.read(path, separator)))
        if self._is_copy(path):
            path = self._brought(path)
        table = parquet_table(path)
        _check_names(table.names, str(path))
        if any(kind.startswith("timestamp[ns") for part in table.parts for kind in part.kinds.values()):
            return self._lazy(self._copied(self._files.read(path)))  # Spark knows no nanoseconds
        frames = [self._parquet(part, table) for part in table.parts]
        return nw.concat(frames) if len(frames) > 1 else frames[0]

    def _is_copy(self, path: Path) -> bool:
        """Return whether a file or folder is one of this program's own (unpacked, or the rows of a database) in a place
        that workers may not reach."""
        if not self._is_shared or path.is_relative_to(self._folder):
            return False
        return any(path.is_relative_to(place) for place in COPIES)

    def _brought(self, path: Path) -> Path:
        """A copy where all workers reach it."""
        place = self._place()
        return Path(shutil.copytree(path, place) if path.is_dir() else shutil.copyfile(path, place))

    def _parquet(self, part: AlikeFiles, table: ParquetTable) -> Frame:
        """The rows of files with the same columns."""
        reader = self.session.read.option("basePath", str(part.base.absolute())) if table.keys else self.session.read
        try:
            rows = reader.parquet(*(_literal(file) for file in part.files))
            columns = rows.columns
        except _errors() as error:
            raise unreadable(part.files[0]) from error
        if table.names != columns or table.keys or any(column.cast for column in part.columns):
            keys = [FileColumn(name, name, kind) for name, kind in table.keys.items()]
            rows = rows.selectExpr(*(_column(column) for column in (*part.columns, *keys)))
        return nw.from_native(rows).lazy()

    def named(self, table: str) -> Frame:
        """See `TableReader.named`."""
        return _opened(lambda: self.session.table(table), f"table {table}")

    def save(self, path: Path, table: str) -> None:
        """See `TableReader.save`. Workers read the file and write the table."""
        try:
            rows: Any = self.session.read.parquet(_literal(path))
            stoppable(lambda: rows.write.mode("overwrite").saveAsTable(table))
        except _errors() as error:
            reason = str(error).strip().splitlines()[0]
            raise InputError(
                Message("Spark cannot write the table {table}; it says: {reason}", table=table, reason=reason)
            ) from None

    def database(self, url: str, table: str | None, query: str | None) -> Frame:
        """See `TableReader.database`. The cluster must have the driver; it is not ours to bring."""
        place = urlsplit(url)
        address = f"jdbc:{place._replace(netloc=place.netloc.rpartition('@')[2]).geturl()}"
        options = {
            "url": address,
            "user": unquote(place.username or ""),
            "password": unquote(place.password or ""),
            "preferTimestampNTZ": "true",
            **({"dbtable": table} if query is None else {"query": query}),
        }
        reader = self.session.read.format("jdbc").options(**options)
        return _opened(reader.load, f"{table or 'query'} of {address.partition('?')[0]}")

    def table(self, frame: pl.DataFrame) -> Frame:
        """See `Engine.table`."""
        place = self._place()
        frame.with_columns(pl.col(pl.Null).cast(pl.String)).write_parquet(place)
        return self._lazy(place)

    def write(self, frame: Frame, path: Path) -> None:
        """See `Engine.write`. Workers write files of their own, which this program puts one behind another."""
        place, native = self._place(), cast("Any", frame.to_native())
        self._write(native.write, place)
        parts = sorted(place.glob("*.parquet"))
        with pq.ParquetWriter(path, pq.read_schema(parts[0]), compression="zstd") as whole:
            for part in parts:
                with pq.ParquetFile(part) as file:
                    for group in range(file.num_row_groups):
                        whole.write_table(file.read_row_group(group))
        shutil.rmtree(place)

    def keep(self, frame: Frame) -> Frame:
        """See `Engine.keep`."""
        place = self._place()
        with reading():
            native: Any = frame.to_native()
            self._write(native.write, place)
        return self._lazy(place)

    def new_folder(self) -> Path:
        """See `Engine.new_folder`."""
        return Path(tempfile.mkdtemp(dir=self._folder))

    def partition(self, frame: Frame, folder: Path, shards: int) -> list[Path]:
        """See `Engine.partition`."""
        folders = [folder / f"{SHARD}={number}" for number in range(shards)]
        native: Any = frame.to_native()
        numbered = native.selectExpr("*", _SHARD_OF.format(digits=SHARD_DIGITS, shards=int(shards)))
        self._write(numbered.repartition(shards, SHARD).write.partitionBy(SHARD), folder)
        empty = [one for one in folders if not one.is_dir()]
        rows = collect(frame.head(0)) if empty else pl.DataFrame()
        for missing in empty:
            missing.mkdir()
            rows.write_parquet(missing / "empty.parquet")
        return folders

    def map(self, function: Callable[[T], U], items: Sequence[T]) -> Iterator[U]:
        """See `Engine.map`. Each item is a task of Spark, whose Python must be this one and have this package."""
        from pyspark.cloudpickle import dumps

        if not items:
            return
        if not self._has_fit_workers:
            check_workers(self.session)
            self._has_fit_workers = True
        path = self.new_folder().absolute() / "function"  # once: it may hold fitted models, and items are many
        path.write_bytes(dumps(function))
        work = pa.table({"place": range(len(items)), "pickled": [dumps((path, item)) for item in items]})
        # A plain `repartition` deals the rows of each part from a random task on, so that some get two items.
        tasks = self.session.createDataFrame(work).repartitionByRange(len(items), "place")
        done = stoppable(lambda: tasks.mapInArrow(carry_out, RESULT).toArrow())
        for pickled in done.sort_by("place")["pickled"]:
            result, error = pickle.loads(pickled.as_py())
            if error is not None:
                raise error
            yield result

    def _write(self, writer: Any, path: Path) -> None:  # noqa: ANN401 - classic or Connect
        try:
            stoppable(lambda: writer.mode("overwrite").parquet(str(path.absolute())))
        except _errors() as error:
            if (number := _refusal(error)) is None:
                raise
            raise OSError(number, os.strerror(number), str(path)) from error
        if not path.is_dir():
            raise InputError(
                Message(
                    "Spark wrote '{path}', and this program does not see it; put the shop's folder and {variable} "
                    "where this program and all workers reach them under one name",
                    path=str(path),
                    variable=WORK_VARIABLE,
                )
            )

    def _copied(self, frame: Frame) -> Path:
        """Rows that DuckDB reads, where Spark reads them."""
        place = self._place()
        with reading():
            self._files.write(frame, place)
        return place

    def _lazy(self, path: Path) -> Frame:
        """A table that this engine wrote."""
        return _checked(nw.from_native(self.session.read.parquet(_literal(path))).lazy(), str(path))

    def _place(self) -> Path:
        return self._folder / f"{next(self._names)}.parquet"


def _checked(frame: Frame, name: str) -> Frame:
    """The table. Raises SourceError for a name of a column that Spark would read as another."""
    _check_names(frame.collect_schema().names(), name)
    return frame


def _check_names(columns: Sequence[str], name: str) -> None:
    for column in columns:
        if re.search(r"[.`]", column):
            raise SourceError(
                Message(
                    "'{path}' has a column '{name}', and Spark takes no dot and no ` in a name; rename it",
                    path=name,
                    name=column,
                )
            )


def _opened(read: Callable[[], Any], name: str) -> Frame:
    """A table that is no file of ours. Raises SourceError in Spark's words, or the database's."""
    try:
        return _checked(nw.from_native(read()).lazy(), name)
    except _errors() as error:
        reason = str(error).strip().splitlines()[0]
        raise SourceError(Message("Spark cannot read {table}; it says: {reason}", table=name, reason=reason)) from None


def _errors() -> tuple[type[Exception], ...]:
    """What Spark raises; a session that is not of Spark Connect raises errors of its bridge to Java too."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return PySparkException, Py4JError


def _configure(session: Any, settings: Mapping[str, str | None]) -> None:  # noqa: ANN401 - classic or Connect
    for name, value in settings.items():
        if value is None:
            session.conf.unset(name)
        else:
            session.conf.set(name, value)


def _restore(session: Any, before: Mapping[str, str | None]) -> None:  # noqa: ANN401
    """Leave the session as it was, where it still lives."""
    with suppress(Exception):
        _configure(session, before)


def _literal(path: Path) -> str:
    """The path with the signs that Spark reads as patterns taken as they are."""
    return re.sub(r"([*?\[\]{}\\])", r"\\\1", str(path.absolute()))


def _column(column: FileColumn) -> str:
    """A column in SQL, under the table's name and of its type."""
    cell = "NULL" if column.spelled is None else f"`{column.spelled}`"
    if column.cast is not None:
        cell = f"CAST({cell} AS {_TIMES.get(column.cast) or sql_type(column.cast)})"
    return f"{cell} AS `{column.name}`"


def _broken(error: Exception) -> str | None:
    """The reason when a file is broken."""
    if not isinstance(error, _errors()):
        return None
    text = str(error)
    if re.search(r"OPERATION_CANCELED|JOB_CANCELLED|cancelled", text):
        raise KeyboardInterrupt from error
    wrong = re.search(r"\[FAILED_READ_FILE[.\w]*\] *([^\n]+)", text)
    return wrong and wrong.group(1)


def _refusal(error: Exception) -> int | None:
    """The number of the reason for which a disk refuses, or None when it does not."""
    return next((number for said, number in REFUSALS.items() if said in str(error)), None)


def _stop_all() -> None:
    for engine in _OPEN:
        engine.stop()


BROKEN.append(_broken)
STOPS.append(_stop_all)
