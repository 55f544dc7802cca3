"""What stands above the header of a CSV file: empty lines, the `sep=;` of Excel, titles of a report."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from offerloop.events.sources.dialect import SEPARATORS, regularity

_LOOKED_AT = 1 << 16
"""Bytes in which a header is looked for."""
_MOST = 20
_NARROW = 2
"""Cells that a line of a title fills at most."""
_SEPARATOR_LINE = re.compile(r'^"?sep=.?"?\W*$', re.IGNORECASE)


@dataclass(frozen=True)
class LinesAbove:
    """The lines above a header, and the bytes that they fill."""

    n_lines: int = 0
    n_bytes: int = 0


def above_header(path: Path) -> LinesAbove:
    """Return the first lines that are no part of a table: none where no line below them is as wide as the others."""
    with path.open("rb") as file:
        begin = file.read(_LOOKED_AT)
    if b"\0" in begin:
        return LinesAbove()  # UTF-16, or no text
    lines = begin.splitlines(keepends=True)[:200]
    shown = [line.removeprefix(codecs.BOM_UTF8).decode("latin-1") for line in lines]
    separator = max(SEPARATORS, key=lambda one: regularity(shown, one))
    filled = [_filled(line, separator) for line in shown]
    if not any(filled):
        return LinesAbove()
    usual = Counter(n for n in filled if n).most_common(1)[0][0]
    first = next((place for place, n in enumerate(filled) if not _is_above(shown[place], n, usual)), 0)
    if first > _MOST or 2 * filled[first] < usual:
        return LinesAbove()
    return LinesAbove(first, sum(map(len, lines[:first])))


def _filled(line: str, separator: str) -> int:
    """Return how many cells of a line say something; a quoted cell may go on in the next line."""
    return sum(bool(cell.strip()) for row in csv.reader([line], delimiter=separator) for cell in row)


def _is_above(line: str, filled: int, usual: int) -> bool:
    if not filled or _SEPARATOR_LINE.match(line.strip()):
        return True
    if line.count('"') % 2:  # a cell of a header that goes on in the next line
        return False
    return filled <= _NARROW and 2 * filled < usual
