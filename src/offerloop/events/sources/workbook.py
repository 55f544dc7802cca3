"""Sheets of an Excel workbook as CSV: the table in a sheet, wherever it begins, with every cell as text."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from offerloop.errors import SourceError
from offerloop.message import Message

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

    Cell = int | float | str | bool | time | date | datetime | timedelta

_LOOKED_AT = 100
"""First rows of a sheet in which its header is looked for."""
_MOSTLY = 0.75
"""Share of the usual number of filled cells from which on a row can be the header."""


_EXACT = 2**53
"""From here on a workbook keeps some digits of a number only: in scientific notation readers see that, as of an id."""


@dataclass(frozen=True)
class Sheet:
    """What a sheet became."""

    header: int
    """Row of the workbook in which the header stands, from 1."""
    fractions: bool
    """Whether some numbers are not whole: then the decimal mark is surely a point."""


def open_workbook(path: Path, name: str) -> CalamineWorkbook:
    """Raises SourceError for a file that is damaged or protected; `name` is what messages call it."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError:
        raise SourceError(
            Message("the workbook '{name}' is protected by a password; save it without one, or as CSV", name=name)
        ) from None
    except (CalamineError, OSError):
        raise SourceError(
            Message("the workbook '{name}' is damaged and cannot be read; save it again, or as CSV", name=name)
        ) from None


def sheet_names(workbook: CalamineWorkbook, *, hidden: bool = False) -> list[str]:
    """Sheets with cells that a person sees, or with `hidden` all sheets with cells."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet
        and (hidden or sheet.visible == SheetVisibleEnum.Visible)
        and workbook.get_sheet_by_name(sheet.name).height
    ]


def write_sheet(workbook: CalamineWorkbook, name: str, path: Path) -> Sheet:
    """Write a sheet as CSV in UTF-8, one line for each row from the header on; an empty row is an empty line.

    Titles above the header and columns without any cell are left out. The workbook is held in memory, so Excel's own
    limit of 1,048,576 rows bounds it.
    """
    sheet = workbook.get_sheet_by_name(name)
    header = _header(sheet)
    filled, clocks, fractions = _shape(sheet, header)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in _rows(sheet, header):
            cells = [_text(row[place], with_clock=place in clocks) for place in filled]
            if any(cells):
                writer.writerow(cells)
            else:
                file.write("\n")
    return Sheet((sheet.start or (0, 0))[0] + header + 1, fractions)


def _rows(sheet: CalamineSheet, first: int) -> Iterator[list[Cell]]:
    return islice(sheet.iter_rows(), first, None)


def _header(sheet: CalamineSheet) -> int:
    """The place of the first row that is about as wide as the others, preferably of texts alone."""
    rows = list(islice(sheet.iter_rows(), _LOOKED_AT))
    counts = [sum(cell != "" for cell in row) for row in rows]
    usual = sorted(counts)[(3 * len(counts)) // 4]
    wide = [place for place, n in enumerate(counts) if n >= max(_MOSTLY * usual, 1)]
    named = (place for place in wide if all(isinstance(cell, str) for cell in rows[place]))
    return next(named, wide[0] if wide else 0)


def _shape(sheet: CalamineSheet, header: int) -> tuple[list[int], set[int], bool]:
    """Columns with any cell, those of them with a time of day, and whether some number is not whole."""
    filled: set[int] = set()
    clocks: set[int] = set()
    fractions = False
    for row in _rows(sheet, header):
        for place, cell in enumerate(row):
            if cell == "":
                continue
            filled.add(place)
            if isinstance(cell, datetime):
                clocks.add(place)
            fractions = fractions or (isinstance(cell, float) and not cell.is_integer())
    return sorted(filled), clocks, fractions


def _text(cell: Cell, *, with_clock: bool) -> str:
    """A cell as a reader of CSV would have it: whole numbers without a fraction, times in ISO form."""
    if isinstance(cell, str):
        return " ".join(cell.splitlines())
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and abs(cell) >= _EXACT:
        return f"{cell:.15e}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return (cell + timedelta(milliseconds=500)).replace(microsecond=0).isoformat(" ")
    if isinstance(cell, date):
        return f"{cell} 00:00:00" if with_clock else str(cell)
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return cell.isoformat("seconds") if isinstance(cell, time) else str(cell)
