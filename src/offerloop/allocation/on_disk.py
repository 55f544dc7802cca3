"""Customers in Parquet, read through the engine block by block: what does not fit into memory.

A row is a customer: `customer_id`, `profit` and each measure as lists of one number for every offer, and group columns
of whole numbers. A plan within one budget reads some row groups for a sample and then everything once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from offerloop.allocation.problem import COST, MOST_SAMPLED, Block, Numbers, T, spread, thinned
from offerloop.engine import Batch, Engine, batches
from offerloop.errors import SourceError
from offerloop.message import Message

ITEMS, LARGEST_ITEM = 16, 2**20
"""Items of work that customers are divided into about, where their row groups are smaller than that, and the most
customers of several row groups in one item: a task of Spark costs as much as some 500,000 customers."""


@dataclass(frozen=True)
class OnDisk:
    """Blocks of a Parquet file or folder."""

    engine: Engine
    path: Path
    measures: tuple[str, ...] = (COST,)
    groups: tuple[str, ...] = ()

    @cached_property
    def batches(self) -> list[Batch]:
        """Row groups with rows."""
        return batches(self.path)

    @property
    def customers(self) -> int:
        """See `Blocks`."""
        return sum(one.rows for one in self.batches)

    @cached_property
    def width(self) -> int:
        """See `Blocks`."""
        first = self.batches[0].read(["profit"]).column("profit")
        return int(_numbers("profit", first, self.path, whole=False).shape[1])

    @cached_property
    def reader(self) -> _BlockReader:
        """What reads a block."""
        return _BlockReader(self.path, self.measures, self.groups, self.width)

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """See `Blocks`."""
        block = self.reader.block
        return chain.from_iterable(
            self.engine.map(lambda item: [function(block(batch)) for batch in item], list(self._items()))
        )

    def _items(self) -> Iterator[list[Batch]]:
        """Yield the row groups, several together where they are small."""
        most, item = min(self.customers // ITEMS, LARGEST_ITEM), list[Batch]()
        for batch in self.batches:
            if item and sum(one.rows for one in item) + batch.rows > most:
                yield item
                item = []
            item.append(batch)
        if item:
            yield item

    def some(self, number: int) -> Block:
        """See `Blocks`."""
        places = spread(len(self.batches), MOST_SAMPLED) if number < self.customers else range(len(self.batches))
        customers = sum(self.batches[one].rows for one in places)
        return thinned((self.reader.block(self.batches[one]) for one in places), customers, number)


@dataclass(frozen=True)
class _BlockReader:
    """Reads row groups as blocks, wherever the file can be reached."""

    path: Path
    measures: tuple[str, ...]
    groups: tuple[str, ...]
    width: int

    def block(self, batch: Batch) -> Block:
        """Raises SourceError for what cannot be counted."""
        names = ["customer_id", "profit", *self.measures, *self.groups]
        rows, whole = batch.read(names), {*self.measures, *self.groups}
        table = {name: _numbers(name, rows.column(name), self.path, whole=name in whole) for name in names}
        for name in ("profit", *self.measures):
            if table[name].shape[1:] != (self.width,):
                raise SourceError(
                    Message(
                        "lists of '{name}' in '{path}' differ in length; give each {width} numbers",
                        name=name,
                        path=str(self.path),
                        width=self.width,
                    )
                )
        measures = {name: table[name] for name in self.measures}
        groups = {name: table[name] for name in self.groups}
        return Block(table["customer_id"], table["profit"], measures, None, groups)


def _numbers(name: str, column: pa.Array, path: Path, *, whole: bool) -> Numbers:
    """(n,) or (n, K) without a copy. Raises SourceError for what cannot be counted."""
    lists = pa.types.is_fixed_size_list(column.type)
    if pa.types.is_nested(column.type) and not lists:
        raise SourceError(
            Message(
                "the column '{name}' of '{path}' must have the type of lists of one fixed length",
                name=name,
                path=str(path),
            )
        )
    values = column.flatten() if lists else column
    _check_cells(name, column, values, path, whole=whole)
    numbers: NDArray[Any] = values.to_numpy(zero_copy_only=False)
    if name == "profit" and np.isnan(numbers.min()):
        raise SourceError(
            Message("the column 'profit' of '{path}' holds something that is no number; fill it", path=str(path))
        )
    return numbers.reshape(len(column), -1) if lists else np.asarray(numbers)


def _check_cells(name: str, column: pa.Array, values: pa.Array, path: Path, *, whole: bool) -> None:
    """Raise SourceError for a column with empty cells, and for `values` that must be `whole` numbers and are not."""
    if column.null_count or values.null_count:
        raise SourceError(
            Message(
                "the column '{name}' of '{path}' has empty cells; fill them or leave the rows out",
                name=name,
                path=str(path),
            )
        )
    if whole and not pa.types.is_integer(values.type):
        raise SourceError(
            Message(
                "the column '{name}' of '{path}' must hold whole numbers, not {type}",
                name=name,
                path=str(path),
                type=str(values.type),
            )
        )
