"""Small tables in memory, by Polars: for a shop that this process writes itself, such as a simulated one.

There a query of DuckDB is mostly planning: on a thousand customers each takes about ten times as long as here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from hashlib import md5
from pathlib import Path

import narwhals as nw
import polars as pl

from offerloop.engine.base import SHARD, SHARD_DIGITS, Frame, T, U, collect, temporary_place
from offerloop.engine.batching import in_order
from offerloop.errors import SourceError
from offerloop.message import Message


class InMemoryEngine:
    """Tables are Polars data frames; files are Parquet."""

    def __init__(self, shards: int | None = 1) -> None:
        self.shards = shards
        self._place: Path | None = None

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

    def new_folder(self) -> Path:
        """See `Engine.new_folder`."""
        if self._place is None:
            self._place = temporary_place(self)
        return Path(tempfile.mkdtemp(dir=self._place))

    def partition(self, frame: Frame, folder: Path, shards: int) -> list[Path]:
        """See `Engine.partition`."""
        rows = collect(frame)
        folders = [folder / f"{SHARD}={number}" for number in range(shards)]
        hashes = [md5(str(one).encode(), usedforsecurity=False).hexdigest() for one in rows["customer_id"]]
        shard = pl.Series([int(one[:SHARD_DIGITS], 16) % shards for one in hashes], dtype=pl.Int64)
        for number, part in enumerate(folders):
            part.mkdir(parents=True)
            rows.filter(shard == number).write_parquet(part / "rows.parquet")
        return folders

    def map(self, function: Callable[[T], U], items: Sequence[T]) -> Iterator[U]:
        """See `Engine.map`."""
        return in_order(len(items), lambda place: function(items[place]))
