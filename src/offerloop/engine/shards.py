"""A table in shards of whole customers: the same function for each, in memory where there is one, else by the engine.

A small shop is one shard and nothing is written. A large one has as many as keep a shard small, so that memory is
bounded by the shard and not by the shop; each is read from its files, and what the function gives is written to a file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import narwhals as nw
import polars as pl

from offerloop.engine.base import Engine, Frame, collect

SHARD_CUSTOMERS = 50_000
"""Customers of a shard where the engine is not told how many shards to make."""
FIT_CUSTOMERS = 200_000
"""Customers whom a model is fitted by at least, where there are so many."""


@dataclass(frozen=True)
class Shards:
    """Rows of a table, shard by shard."""

    engine: Engine
    frame: Frame
    folders: Sequence[Path]
    """One for each shard; none where the table is its only shard."""

    @classmethod
    def of(cls, frame: Frame, engine: Engine) -> Shards:
        """Split a table by `customer_id`."""
        number = engine.shards
        if number is None:
            customers = collect(frame.select(n=nw.col("customer_id").n_unique()))["n"][0]
            number = max(-(-(customers or 0) // SHARD_CUSTOMERS), 1)
        folders = engine.partition(frame, engine.new_folder(), number) if number > 1 else []
        return cls(engine, frame, folders)

    def some(self) -> pl.DataFrame:
        """All rows of whole customers to fit by: a random sample of `FIT_CUSTOMERS` or more, or everybody."""
        if not self.folders:
            return collect(self.frame)
        parts, customers = [_read(self.folders[0])], 0
        for folder in self.folders[1:]:
            customers += parts[-1]["customer_id"].n_unique()
            if customers >= FIT_CUSTOMERS:
                break
            parts.append(_read(folder))
        return pl.concat(parts)

    def map(self, function: Callable[[pl.DataFrame], pl.DataFrame]) -> Frame:
        """What the function gives for each shard, as one table."""
        if not self.folders:
            return self.engine.table(function(collect(self.frame)))
        place = self.engine.new_folder()
        work = _Work(function, place)
        return nw.concat([self.engine.read(path) for path in self.engine.map(work, list(self.folders))])


@dataclass(frozen=True)
class _Work:
    """A shard's rows in, a file with what the function gives out."""

    function: Callable[[pl.DataFrame], pl.DataFrame]
    place: Path

    def __call__(self, folder: Path) -> Path:
        """Write beside the place and rename: a task that is run again leaves one whole file."""
        path = self.place / f"{folder.name}.parquet"
        partial = path.with_name(f".{folder.name}.{uuid4().hex}")
        self.function(_read(folder)).write_parquet(partial)
        return partial.rename(path)


def _read(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "*.parquet", hive_partitioning=False)
