"""Batches of a Parquet data set, and pure functions of them on all processors of one machine."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from offerloop.engine.folder_tables import parquet_files
from offerloop.errors import SourceError
from offerloop.message import Message

T = TypeVar("T")
AHEAD = 2
"""Batches a processor that are read before they are asked for: what bounds the memory."""


@dataclass(frozen=True)
class Batch:
    """A row group of a file."""

    path: Path
    group: int
    rows: int

    def read(self, columns: Sequence[str]) -> pa.RecordBatch:
        """Raises SourceError when the file cannot be read."""
        try:
            with pq.ParquetFile(self.path, memory_map=True) as file:
                missing = [name for name in columns if name not in file.schema_arrow.names]
                if missing:
                    raise SourceError(
                        Message("the file '{path}' has no column '{column}'", path=str(self.path), column=missing[0])
                    )
                table = file.read_row_group(self.group, columns=list(columns), use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise SourceError(
                Message("the file '{path}' cannot be read: {error}", path=str(self.path), error=str(error))
            ) from error
        return table.combine_chunks().to_batches(max_chunksize=None)[0]


def batches(path: Path) -> list[Batch]:
    """All of a file, or of a folder's files by name, with rows. Raises SourceError when there are none."""
    files = parquet_files(path) if path.is_dir() else [path]
    parts = []
    for file in files:
        try:
            metadata = pq.read_metadata(file)
        except (pa.ArrowException, OSError) as error:
            raise SourceError(
                Message("the file '{path}' cannot be read as Parquet: {error}", path=str(file), error=str(error))
            ) from error
        groups = (metadata.row_group(group).num_rows for group in range(metadata.num_row_groups))
        parts += [Batch(file, group, rows) for group, rows in enumerate(groups) if rows]
    if not parts:
        raise SourceError(Message("'{path}' holds no rows of Parquet", path=str(path)))
    return parts


def in_order(number: int, function: Callable[[int], T], most: int | None = None) -> Iterator[T]:
    """The function of 0, 1, ... on all processors, or `most` of them, in this order.

    Few are computed before they are asked for.
    """
    if number == 1:
        yield function(0)
        return
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = workers if most is None else min(workers, most)
    with ThreadPoolExecutor(workers) as pool:
        waiting = deque[Future[T]]()
        for number_in_order in range(number):
            if len(waiting) == AHEAD * workers:
                yield waiting.popleft().result()
            waiting.append(pool.submit(function, number_in_order))
        while waiting:
            yield waiting.popleft().result()
