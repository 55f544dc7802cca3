"""Several tables of customers in the same shards, so that one function reads all of them for a shard's customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic

import narwhals as nw
import polars as pl

from offerloop.engine.base import Engine, Frame, U, collect
from offerloop.engine.shards import number_of_shards, rows_of

Part = pl.DataFrame | Path
ShardRows = Mapping[str, pl.DataFrame]
"""The rows of one shard, by the names of its tables."""


@dataclass(frozen=True)
class ShardedTables:
    """Tables by name, shard by shard: in memory where there is one shard, else in a folder for each."""

    engine: Engine
    number: int
    parts: Mapping[str, Sequence[Part]] = field(default_factory=dict)

    @classmethod
    def of(cls, engine: Engine, customers: int) -> ShardedTables:
        """Return no tables yet, of so many customers."""
        return cls(engine, number_of_shards(engine, customers))

    def with_tables(self, tables: Mapping[str, Frame]) -> ShardedTables:
        """Return the same with further tables, which are split by `customer_id`."""
        return replace(self, parts={**self.parts, **{name: self._split(table) for name, table in tables.items()}})

    def parted(self, first: int) -> tuple[dict[str, Frame], ShardedTables]:
        """The tables of the first shards together, and all other shards."""
        sample = {name: nw.concat([self._read(part) for part in parts[:first]]) for name, parts in self.parts.items()}
        others = {name: parts[first:] for name, parts in self.parts.items()}
        return sample, replace(self, number=self.number - first, parts=others)

    def each(self, function: Callable[[ShardRows], U]) -> Iterator[U]:
        """What the function gives for each shard, computed where the shards are; results come in order."""
        shards = [{name: parts[shard] for name, parts in self.parts.items()} for shard in range(self.number)]
        work = _OfParts(function)
        return map(work, shards) if self.number == 1 else self.engine.map(work, shards)

    def _read(self, part: Part) -> Frame:
        return self.engine.read(part) if isinstance(part, Path) else self.engine.table(part)

    def _split(self, table: Frame) -> Sequence[Part]:
        if self.number == 1:
            return [collect(table)]
        return self.engine.partition(table, self.engine.new_folder(), self.number)


@dataclass(frozen=True)
class _OfParts(Generic[U]):
    """A shard's part of each table in, what the function gives out."""

    function: Callable[[ShardRows], U]

    def __call__(self, parts: Mapping[str, Part]) -> U:
        return self.function({name: rows_of(part) if isinstance(part, Path) else part for name, part in parts.items()})
