"""One machine, nothing to set up: DuckDB in process, spilling to disk when memory is short."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import duckdb
import narwhals as nw
import polars as pl
from duckdb.sqltypes import BIGINT, DuckDBPyType

from offerloop.engine.base import Frame
from offerloop.errors import SourceError


class DuckDBEngine:
    """Tables live in an in-memory DuckDB database of their own."""

    def __init__(self, memory_limit: str = "2GB", threads: int | None = None) -> None:
        self._connection = duckdb.connect(config={"memory_limit": memory_limit})
        self._connection.execute("SET preserve_insertion_order = false")
        if threads is not None:
            self._connection.execute(f"SET threads = {int(threads)}")
        self._names = count()

    def read(self, path: Path) -> Frame:
        """See `Engine.read`."""
        if not path.is_file():
            raise SourceError(f"the file '{path}' does not exist; correct 'path' in its [sources] section")
        try:
            if path.suffix.lower() == ".parquet":
                relation = self._connection.read_parquet(str(path))
            else:
                relation = self._read_csv(path)
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise SourceError(f"the file '{path}' cannot be read as {path.suffix or 'CSV'}: {reason}") from error
        return _lazy(relation.select(*map(_whole_time, relation.columns, relation.types)))

    def table(self, frame: pl.DataFrame) -> Frame:
        """See `Engine.table`."""
        return _lazy(self._store(self._connection.from_arrow(frame.to_arrow())))

    def keep(self, frame: Frame) -> Frame:
        """See `Engine.keep`."""
        return _lazy(self._store(frame.to_native()))

    def _read_csv(self, path: Path) -> duckdb.DuckDBPyRelation:
        """Parsed once. Types are those of the first rows, unless a later row shows that they are wrong."""
        try:
            return self._store(self._connection.read_csv(str(path), header=True))
        except duckdb.ConversionException:
            return self._store(self._connection.read_csv(str(path), header=True, sample_size=-1))

    def _store(self, relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        name = f"kept_{next(self._names)}"
        relation.create(name)
        return self._connection.table(name)


def _lazy(relation: duckdb.DuckDBPyRelation) -> Frame:
    return nw.from_native(relation).lazy()


def _whole_time(column: str, kind: DuckDBPyType) -> duckdb.Expression:
    """A column as it is, or its time as epoch seconds."""
    name = duckdb.ColumnExpression(column)
    if not str(kind).startswith(("TIMESTAMP", "DATE")):
        return name
    whole = duckdb.FunctionExpression("floor", duckdb.FunctionExpression("epoch", name))
    return whole.cast(BIGINT).alias(column)
