"""Small tables in memory, by Polars: for a shop that this process writes itself, such as a simulated one.

There a query of DuckDB is mostly planning: on a thousand customers each takes about ten times as long as here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import narwhals as nw
import polars as pl
import pyarrow as pa

from offerloop.engine.base import Frame, T, collect
from offerloop.engine.batching import batches, in_order
from offerloop.errors import SourceError
from offerloop.message import Message


class InMemoryEngine:
    """Tables are Polars data frames; files are Parquet."""

    def read(self, path: Path, separator: str = ",") -> Frame:
        """Read a Parquet file as a whole. Raises SourceError when it is damaged or something else."""
        del separator
        try:
            return self.table(pl.read_parquet(path, glob=False))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise SourceError(
                Message(
                    "the file '{path}' cannot be read as {kind}: it is damaged or something else; write it again",
                    path=str(path),
                    kind="Parquet",
                )
            ) from error

    def table(self, frame: pl.DataFrame) -> Frame:
        """See `Engine.table`."""
        return nw.from_native(frame.lazy())

    def write(self, frame: Frame, path: Path) -> None:
        """See `Engine.write`."""
        collect(frame).write_parquet(path)

    def keep(self, frame: Frame) -> Frame:
        """See `Engine.keep`."""
        return self.table(collect(frame))

    def map_batches(self, path: Path, columns: Sequence[str], function: Callable[[pa.RecordBatch], T]) -> Iterator[T]:
        """See `Engine.map_batches`."""
        parts = batches(path)
        return in_order(len(parts), lambda one: function(parts[one].read(columns)))
