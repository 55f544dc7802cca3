"""The contract of an engine: read and write tables, and work on shards of customers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable
from weakref import finalize

import narwhals as nw
import polars as pl

from offerloop.engine.folder_tables import parquet_files
from offerloop.errors import InputError
from offerloop.message import Message

T = TypeVar("T")
U = TypeVar("U")
Frame = nw.LazyFrame[Any]
"""A lazy table on whatever engine runs it."""
_SIZE = "_size"
TEMPORARY = "offerloop-"
"""How names begin of folders for temporary files of this program."""
COPIES: set[Path] = set()
"""The folders of `temporary_folder` that are there now: an engine elsewhere may not reach them."""
SHARD, SHARD_DIGITS = "shard", 7
"""The column that numbers shards: the first hexadecimal digits of the MD5 of the customer's id as text, modulo their
number. So many of them fit into 32 bits."""


class Engine(Protocol):
    """A place where lazy tables live and are computed."""

    shards: int | None
    """How many shards the customers are in; None is by their number."""

    def read(self, path: Path, separator: str = ",") -> Frame:
        """A file as a lazy table: Parquet by its ending, else CSV in UTF-8 with a header, every cell as text.

        A folder is a table of all its Parquet files and the columns that they have alike (`parquet_table`), or without
        any of its CSV files, which have one header. Times are microseconds; parts of timestamps with a zone are those
        of UTC. Raises SourceError when a file cannot be read.
        """

    def table(self, frame: pl.DataFrame) -> Frame:
        """A small table from memory as a lazy table, to be joined with larger ones."""

    def write(self, frame: Frame, path: Path) -> None:
        """A lazy table as one Parquet file.

        Raises OSError when the disk refuses.
        """

    def keep(self, frame: Frame) -> Frame:
        """The table computed once and kept, so that several stages can read it without computing it again.

        Raises BrokenFileError when a row of a file turns out to be broken.
        """

    def new_folder(self) -> Path:
        """A folder that all that computes can reach, which lasts as long as the engine."""

    def partition(self, frame: Frame, folder: Path, shards: int) -> list[Path]:
        """Write a table as Parquet, a folder for each shard of its customers; which shard is a hash of `customer_id`.

        Gives the folders by number. A shard without rows has one too, with a file that says the columns. Raises OSError
        when the disk refuses.
        """

    def map(self, function: Callable[[T], U], items: Sequence[T]) -> Iterator[U]:
        """The function of each item, in order, on all that computes. It depends on its item and on files alone.

        Function, items and results travel between processes where an engine has several: they must be picklable.
        """


@runtime_checkable
class TableReader(Protocol):
    """An engine that reads and writes tables of its platform, and reads databases by all that computes; see `Engine`
    for the rest."""

    def named(self, table: str) -> Frame:
        """A table by the name that the platform has for it. Raises SourceError when there is none."""

    def database(self, url: str, table: str | None, query: str | None) -> Frame:
        """A table or a query of a database, by an address like postgresql://user:password@host/name.

        Raises SourceError when the database refuses.
        """

    def save(self, path: Path, table: str) -> None:
        """Write a Parquet file as a table of the platform, in place of what it held.

        Raises InputError when the platform refuses.
        """


@runtime_checkable
class TableHolder(Protocol):
    """An engine that holds kept tables itself, in memory or on its disk, until it is told to let them go."""

    def n_kept(self) -> int:
        """How many tables were kept so far."""

    def forget(self, first: int) -> None:
        """Forget the tables that were kept after the `first` ones; nothing may read them any more."""

    def keep_large(self, frame: Frame) -> Frame:
        """See `Engine.keep`: a table with so many rows that it is better written to a Parquet file at once.

        The file is there until `forget`, and as long as the engine is. Raises OSError when the disk refuses.
        """

    def file_of(self, frame: object) -> Path | None:
        """The file of a table of `keep_large`."""


class BrokenFileError(InputError):
    """A file turned out to be broken while its rows were read; who opened it says where, as a SourceError."""


def is_csv(path: Path) -> bool:
    """Return whether a file, or what is read of a folder, is CSV."""
    if path.is_dir():
        return not parquet_files(path) and any(path.rglob("*.csv"))
    return path.suffix.lower() != ".parquet"


STOPS: list[Callable[[], None]] = []
"""Functions that stop the running queries of each engine."""


_QUERIES = ThreadPoolExecutor(32 + (os.cpu_count() or 1), "query")
"""Threads that wait for queries; they are kept, so that a query does not wait for a new one to start."""


def stoppable(query: Callable[[], T]) -> T:
    """The answer of a query. It runs in another thread, so that Ctrl-C stops it while it holds the processor.

    In the main thread an engine would see Ctrl-C only between two of its own steps, which can take minutes. The wait is
    cut in pieces because polars lets system calls go on after a signal: Ctrl-C would not end it.
    """
    answer = _QUERIES.submit(query)
    try:
        while not wait([answer], timeout=0.1).done:
            pass
        return answer.result()
    except KeyboardInterrupt:
        for stop in STOPS:
            stop()
        if not answer.cancel():
            wait([answer])
        raise


BROKEN: list[Callable[[Exception], str | None]] = []
"""Functions that say of an engine's error why a source is broken, or None when the fault is ours.

An engine raises KeyboardInterrupt where the error is how it says that the user stopped it."""


@contextmanager
def reading() -> Iterator[None]:
    """Turn an engine's error about a broken source into BrokenFileError."""
    try:
        yield
    except Exception as error:
        for reason in filter(None, (say(error) for say in BROKEN)):
            raise BrokenFileError(Message("a source cannot be read to its end: {reason}", reason=reason)) from error
        raise


def collect(frame: Frame, *order: str) -> pl.DataFrame:
    """Compute a lazy table and bring it into memory, sorted by `order` so that every engine gives the same rows.

    Sums of integers, which DuckDB widens to 128 bits, come back as Int64. Raises BrokenFileError when a row of a file
    turns out to be broken.
    """
    with reading():
        frame_rows = stoppable(lambda: frame.collect("polars").to_native())
    assert isinstance(frame_rows, pl.DataFrame)
    wide = [name for name, dtype in frame_rows.schema.items() if dtype in (pl.Int128, pl.Decimal(38, 0))]
    frame_rows = frame_rows.with_columns(pl.col(wide).cast(pl.Int64))
    return frame_rows.sort(order) if order else frame_rows


def count_rows(frame: Frame) -> int:
    """Return how many rows a lazy table has."""
    return int(collect(frame.select(n=nw.len()))["n"][0])


def distinct(frame: Frame, *columns: str) -> Frame:
    """Some columns of a table with each row once.

    They are groups because narwhals' `unique` numbers the rows of each group, which takes DuckDB several times as long.
    """
    return frame.group_by(*columns).agg(nw.len().alias(_SIZE)).select(*columns)


def extended(frame: Frame, columns: Sequence[nw.Expr]) -> Frame:
    """The table with further or other columns; with none it is the same, which Spark would refuse."""
    return frame.with_columns(*columns) if columns else frame


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder of this machine for copies of what an engine reads, removed after use."""
    with tempfile.TemporaryDirectory(prefix=TEMPORARY) as place:
        COPIES.add(Path(place))
        try:
            yield Path(place)
        finally:
            COPIES.discard(Path(place))


def temporary_place(engine: object) -> Path:
    """A folder of this machine that is removed with the engine."""
    place = Path(tempfile.mkdtemp(prefix=TEMPORARY))
    finalize(engine, shutil.rmtree, place, ignore_errors=True)
    return place
