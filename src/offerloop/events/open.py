"""Open one source, wherever it lies: the raw table, with every CSV cell still text, and who to blame for a cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from offerloop.config import Source
from offerloop.engine import Engine
from offerloop.engine.base import Frame
from offerloop.errors import SourceError
from offerloop.events.cells import line_of
from offerloop.events.database import snapshot
from offerloop.events.dialect import Dialect, as_utf8, sniff


@dataclass(frozen=True)
class Raw:
    """A source as it lies there."""

    frame: Frame
    name: str
    """What messages call it: the path, or the table and database."""
    decimal: str = "."
    csv: tuple[Path, Dialect] | None = None

    def line(self, column: str, cell: str) -> str:
        """``", line 7"`` for a cell of a CSV file, else nothing."""
        found = line_of(*self.csv, column, cell) if self.csv else None
        return "" if found is None else f", line {found}"


@contextmanager
def open_source(source: Source, engine: Engine) -> Iterator[Raw]:
    """The raw table; copies that it needs (another encoding, a database's rows) last as long as the context."""
    with TemporaryDirectory(prefix="offerloop-") as folder:
        if source.url is not None:
            name, path = snapshot(source, Path(folder))
            yield Raw(engine.read(path), name, source.decimal or ".")
            return
        path = source.file
        if path.is_dir():
            raise SourceError(f"'{path}' is a folder; name a file in 'path' of its [sources] section")
        if not path.is_file():
            raise SourceError(f"the file '{path}' does not exist; correct 'path' in its [sources] section")
        yield (
            _parquet(path, source, engine)
            if path.suffix.lower() == ".parquet"
            else _csv(path, source, engine, Path(folder))
        )


def _parquet(path: Path, source: Source, engine: Engine) -> Raw:
    return Raw(engine.read(path), str(path), source.decimal or ".")


def _csv(path: Path, source: Source, engine: Engine, folder: Path) -> Raw:
    found = sniff(path, encoding=source.encoding, separator=source.separator)
    dialect = Dialect(found.encoding, found.separator, source.decimal or found.decimal)
    frame = engine.read(as_utf8(path, dialect.encoding, folder), dialect.separator)
    return Raw(frame, str(path), dialect.decimal, (path, dialect))
