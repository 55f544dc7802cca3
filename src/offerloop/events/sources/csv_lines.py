"""Lines of a CSV file that messages name: the line of a cell, and what is wrong with one that cannot be read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from offerloop.events.sources.dialect import Dialect
from offerloop.message import Message

_LONGEST = 2_000_000
"""Bytes of a line that a reader takes."""


def line_of(path: Path, dialect: Dialect, column: str, cell: str) -> int | None:
    """Return the first line, the header being 1, whose `column` holds exactly `cell`."""
    with path.open(encoding=dialect.encoding, errors="replace", newline="") as file:
        reader = csv.DictReader(file, delimiter=dialect.separator)
        for row in reader:
            if row.get(column) == cell:
                return reader.line_num
    return None


def broken_line(path: Path, dialect: Dialect) -> tuple[int | None, Message]:
    """The first line that is wrong, counted in the file itself, and what to do about it."""
    begins = 1
    with path.open(encoding=dialect.encoding, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=dialect.separator, strict=True)
        try:
            width, begins = len(next(reader, [])), reader.line_num + 1
            for row in reader:
                wrong = _wrong(row, width, dialect)
                if wrong is not None:
                    return reader.line_num, wrong
                begins = reader.line_num + 1
        except csv.Error:
            return begins, Message(
                "a double quote is never closed, or not doubled inside a quoted cell; correct the line"
            )
    if (number := _other_line_end(path, dialect)) is not None:
        return number, Message(
            "it ends in another way than those before it (CR LF, LF or CR); save the file with one kind of line end"
        )
    return None, Message("it is not written as CSV usually is; save it again as CSV, or as Parquet")


def _wrong(row: list[str], width: int, dialect: Dialect) -> Message | None:
    if row and len(row) != width:
        return Message(
            "it has {n} cell where the header has {width}; put cells that hold the separator '{separator}' into "
            "double quotes, or correct the line",
            plural=(
                "it has {n} cells where the header has {width}; put cells that hold the separator '{separator}' "
                "into double quotes, or correct the line"
            ),
            n=len(row),
            width=width,
            separator=dialect.separator,
        )
    if sum(map(len, row)) > _LONGEST:
        return Message("it is longer than 2,000,000 bytes; shorten it, or leave that column out")
    return None


def _other_line_end(path: Path, dialect: Dialect) -> int | None:
    """Return the first line that ends in another way than the first one; line ends in quoted cells are of the cell."""
    usual = ""
    with path.open(encoding=dialect.encoding, errors="replace", newline="") as file:
        line = ""

        def lines() -> Iterator[str]:
            nonlocal line
            for text in file:
                line = text
                yield text

        reader = csv.reader(lines(), delimiter=dialect.separator)
        for _ in reader:
            end = line[len(line.rstrip("\r\n")) :]
            usual = usual or end
            if end not in ("", usual):
                return reader.line_num
    return None
