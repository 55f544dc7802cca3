"""Text cells to numbers and back to blame: what a cell may look like, and where the first wrong one stands."""

from __future__ import annotations

from collections.abc import Collection

import narwhals as nw
import polars as pl
from narwhals.dtypes import DType

from offerloop.events.columns.currencies import SPACED_CODES, WRITTEN_SIGNS

BLANKS = (
    "", "na", "n/a", "nan", "null", "none", "nil", "-", "--", "\\n", "#n/a", "<na>", "(null)", "nat", "无", "空", "無",
)  # fmt: skip
"""Cells, in small letters, that mean "not known" where a number, a time or an id is expected."""
EDGES = r"^[\s\x{00A0}\x{3000}\x{200B}\x{FEFF}]+|[\s\x{00A0}\x{3000}\x{200B}\x{FEFF}]+$"
"""Blanks around a text, those that nobody sees too."""
_SYMBOLS = rf"{SPACED_CODES}|[\s\x{{00A0}}\x{{202F}}'’\p{{Sc}}]|{WRITTEN_SIGNS}|US"
_MINUS = "[−－]"
"""Signs that some countries' formats and keyboards write in place of a hyphen."""

_PERCENT_SIGN = r"^\s*[%％]|[%％]\s*$"
"""Turkish writes it before the number."""


def _shape(mark: str, groups: str) -> str:
    """The regular expression of a number, also below zero as bookkeeping writes it: (12.50) and 12.50-.

    Digits are 0 to 9, as `\\d` stands for those of all scripts in some engines.
    """
    whole = rf"({groups}|[0-9]+)"
    size = rf"({whole}({mark}[0-9]*)?|{mark}[0-9]+)"
    sized = rf"({whole}({mark}[0-9]+)?|{mark}[0-9]+)"
    return rf"^([+-]?{size}([eE][+-]?[0-9]{{1,2}})?|\({size}([eE][0-9]{{1,2}})?\)|{sized}([eE][0-9]{{1,2}})?-)$"


_SHAPES = {
    ".": _shape(r"\.", "[0-9]{1,3}(,[0-9]{3})+|[0-9]{1,2}(,[0-9]{2})+,[0-9]{3}"),
    ",": _shape(",", r"[0-9]{1,3}(\.[0-9]{3})+"),
}
"""By decimal mark; 12,34,567.00 is how India groups digits."""
LARGEST = 1e15
"""Numbers of this size and more are unreadable: they would not fit into 64 bits as minor units."""


def blank(cell: nw.Expr, names: Collection[str] = ()) -> nw.Expr:
    """Whether a text cell says nothing; those of `BLANKS` that are in `names` say something."""
    words = [one for one in BLANKS if not one or one not in names]
    return cell.is_null() | cell.str.strip_chars().str.to_lowercase().is_in(words)


def looks_like_number(cells: pl.Series, decimal: str) -> pl.Series:
    """Return whether each text is written as a number; `parse_number` reads no other text as one."""
    return cells.str.replace_all(_SYMBOLS, "").str.replace_all(_MINUS, "-").str.contains(_SHAPES[decimal])


def parse_number(cell: nw.Expr, decimal: str, one_percent: float | None = None) -> tuple[nw.Expr, nw.Expr]:
    """A text cell as a number (empty where it is none), and whether it is unreadable.

    Spaces, currency signs and thousands separators are left out; `decimal` is "." or ",". Cells such as "5 %" are
    numbers where `one_percent` says what one of them counts.
    """
    if one_percent is not None:
        number, unreadable = parse_number(cell.str.replace_all(_PERCENT_SIGN, ""), decimal)
        return number * nw.when(cell.str.contains(_PERCENT_SIGN)).then(one_percent).otherwise(1.0), unreadable
    written = cell.str.replace_all(_SYMBOLS, "").str.replace_all(_MINUS, "-")
    fits = written.str.contains(_SHAPES[decimal]).fill_null(value=False)
    plain = written.str.replace_all(r"[,()]|-$" if decimal == "." else r"[.()]|-$", "")
    plain = plain if decimal == "." else plain.str.replace_all(",", ".")
    sign = nw.when(written.str.contains(r"^\(|-$")).then(-1.0).otherwise(1.0)
    size = nw.when(fits).then(plain).cast(nw.Float64)
    small = (size.abs() < LARGEST).fill_null(value=False)
    return nw.when(small).then(size * sign), ~small & ~blank(cell)


def finite(value: nw.Expr) -> nw.Expr:
    """A number of a typed column: empty where it is not finite or too large."""
    return nw.when(value.cast(nw.Float64).abs() < LARGEST).then(value)


def is_large_whole(kind: DType) -> bool:
    """Return whether a type holds whole numbers that 64 bits may not, as ids that are hashes come."""
    return isinstance(kind, nw.Decimal) and kind.scale == 0


def as_text(value: nw.Expr, kind: DType) -> nw.Expr:
    """A typed column as text: a whole float as the integer that it was before a gap made it a float."""
    if not kind.is_float():
        return value.cast(nw.String)
    finite_value = finite(value)
    return (
        nw.when(finite_value == finite_value.floor())
        .then(finite_value.cast(nw.Int64).cast(nw.String))
        .otherwise(finite_value.cast(nw.String))
    )
