"""A source as it lies there: every CSV cell still text, and who to blame for a cell."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.engine import Frame
from offerloop.events.sources.csv_lines import line_of
from offerloop.events.sources.dialect import Dialect
from offerloop.events.sources.unpack import Readable
from offerloop.message import Message


@dataclass(frozen=True)
class Raw:
    """A source as it lies there."""

    frame: Frame
    name: str
    """What messages call it: the path, or the table and database."""
    decimal: str = "."
    csv: tuple[Readable, Dialect] | None = None
    joined: tuple[tuple[frozenset[str], Raw], ...] = ()
    """Columns that come from other files, with these files."""

    def of(self, column: str) -> Raw:
        """Return the file that has a column."""
        return next((beside for columns, beside in self.joined if column in columns), self)

    @property
    def names(self) -> tuple[str, ...]:
        """What messages call it, and the files that are joined to it."""
        return (self.name, *(beside.name for _, beside in self.joined))

    def line(self, column: str, cell: str) -> Message | str:
        """Return ``", line 7"`` for a cell of a CSV file, ``", row 7"`` of a workbook, else nothing."""
        if self.csv is None:
            return ""
        file, dialect = self.csv
        return file.place(line_of(file.path, dialect, column, cell))

    def position(self, column: str, cell: str) -> Message | None:
        """Return the same by itself: ``"line 7"``."""
        if self.csv is None:
            return None
        file, dialect = self.csv
        return file.position(line_of(file.path, dialect, column, cell))
