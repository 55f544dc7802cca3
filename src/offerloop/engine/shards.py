"""A table in shards of whole customers: the same function for each, in memory where there is one, else by the engine.

A small shop is one shard and nothing is written. A large one has as many as keep a shard small, so that memory is
bounded by the shard and not by the shop; each is read from its files, and what the function gives is written to a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic
from uuid import uuid4

import narwhals as nw
import polars as pl

from offerloop.engine.base import Engine, Frame, U, collect

SHARD_CUSTOMERS = 50_000
"""Customers of a shard where the engine is not told how many shards to make."""
FIT_CUSTOMERS = 200_000
"""Customers of a sample that a model is fitted by, at least, where there are so many."""
FIT_ROWS = 8_000_000
"""Purchases and ratings after which recommenders are fitted by no further shard, however few customers they are of."""


def is_small(customers: int) -> bool:
    """Whether so few customers are studied together in memory rather than by a sample and the others."""
    return customers <= 2 * FIT_CUSTOMERS


@dataclass(frozen=True)
class Shards:
    """Rows of a table, shard by shard."""

    engine: Engine
    frame: Frame
    folders: Sequence[Path]
    """One for each shard; none where the table is its only shard."""

    @classmethod
    def of(cls, frame: Frame, engine: Engine, customers: int | None = None) -> Shards:
        """Split a table by `customer_id`, of so many customers, who are counted where that is not known."""
        if customers is None and engine.shards is None:
            customers = collect(frame.select(n=nw.col("customer_id").n_unique()))["n"][0]
        number = number_of_shards(engine, customers or 0)
        folders = engine.partition(frame, engine.new_folder(), number) if number > 1 else []
        return cls(engine, frame, folders)

    def some(self) -> pl.DataFrame:
        """All rows of whole customers to fit by: a random sample of `FIT_CUSTOMERS` or of `FIT_ROWS` rows, or more, or
        everybody."""
        return self.parted(FIT_ROWS)[0] if self.folders else collect(self.frame)

    def parted(self, rows: int | None = None) -> tuple[pl.DataFrame, Shards]:
        """A table of several shards as the rows of a random sample of `FIT_CUSTOMERS` or of so many rows, or more, and
        the shards of all other customers.

        Raises IndexError for a table that is its only shard.
        """
        parts, customers = [rows_of(self.folders[0])], 0
        for folder in self.folders[1:]:
            customers += parts[-1]["customer_id"].n_unique()
            if customers >= FIT_CUSTOMERS or (rows is not None and sum(map(len, parts)) >= rows):
                break
            parts.append(rows_of(folder))
        return pl.concat(parts), replace(self, folders=self.folders[len(parts) :])

    def each(self, function: Callable[[pl.DataFrame], U]) -> Iterator[U]:
        """What the function gives for each of several shards, computed where the shards are; results come in order."""
        return self.engine.map(_OfFolder(function), list(self.folders))

    def map(self, function: Callable[[pl.DataFrame], pl.DataFrame]) -> Frame:
        """What the function gives for each shard, as one table."""
        if not self.folders:
            return self.engine.table(function(collect(self.frame)))
        place = self.engine.new_folder()
        work = _Work(function, place)
        return nw.concat([self.engine.read(path) for path in self.engine.map(work, list(self.folders))])


@dataclass(frozen=True)
class _OfFolder(Generic[U]):
    """A shard's rows in, what the function gives out."""

    function: Callable[[pl.DataFrame], U]

    def __call__(self, folder: Path) -> U:
        return self.function(rows_of(folder))


@dataclass(frozen=True)
class _Work:
    """A shard's rows in, a file with what the function gives out."""

    function: Callable[[pl.DataFrame], pl.DataFrame]
    place: Path

    def __call__(self, folder: Path) -> Path:
        """Write beside the place and rename: a task that is run again leaves one whole file."""
        path = self.place / f"{folder.name}.parquet"
        partial = path.with_name(f".{folder.name}.{uuid4().hex}")
        self.function(rows_of(folder)).write_parquet(partial)
        return partial.rename(path)


def number_of_shards(engine: Engine, customers: int) -> int:
    """Return in how many shards so many customers are: as the engine is told, else so many that each is small."""
    return max(-(-customers // SHARD_CUSTOMERS), 1) if engine.shards is None else engine.shards


def rows_of(folder: Path) -> pl.DataFrame:
    """Return the rows of a shard."""
    return pl.read_parquet(folder / "*.parquet", hive_partitioning=False)
