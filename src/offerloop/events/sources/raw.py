"""A source as it lies there: every CSV cell still text, and who to blame for a cell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from offerloop.engine import Frame
from offerloop.events.sources.csv_lines import line_of
from offerloop.events.sources.dialect import Dialect
from offerloop.events.sources.unpack import Readable
from offerloop.message import Message

CsvFile = tuple[Readable, Dialect]


@dataclass(frozen=True)
class Raw:
    """A source as it lies there."""

    frame: Frame
    name: str
    """What messages call it: the path, or the table and database."""
    decimal: str = "."
    csv: tuple[CsvFile, ...] = ()
    """The CSV files that it consists of: several of a folder."""
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
        position = self.position(column, cell)
        if position is None:
            return ""
        return Message(", {position}", context="behind the name of a file", position=position)

    def position(self, column: str, cell: str) -> Message | None:
        """Return the same by itself: ``"line 7"``; in a folder the first file that has the cell, and its line."""
        for file, dialect in self.csv:
            position = file.position(line_of(file.path, dialect, column, cell))
            if position is not None and len(self.csv) == 1:
                return position
            if position is not None:
                name = Path(file.name).name
                return Message("'{file}', {position}", context="place in a folder", file=name, position=position)
        return None
