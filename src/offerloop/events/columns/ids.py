"""Ids of all sources in one kind: integers where every one is a plain integer, text everywhere else."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from offerloop.config import SourceName
from offerloop.engine import Frame, collect, extended

_PLAIN = r"^(0|-?[1-9][0-9]{0,17})$"
"""An integer that is written in only one way: "007" is not the number 7."""
_FLOAT = r"^-?[0-9]{1,15}\.0+$"
_FRACTION = r"^-?[0-9]+\.[0-9]*[1-9][0-9]*$"
"""A column with such ids holds versions or sizes, not integers written as floats."""
_SCIENTIFIC = r"^-?[0-9](\.[0-9]+)?[eE]\+[0-9]{2,3}$"
"""As spreadsheets and float columns write large numbers: 1.23457E+11."""


def alike(sources: dict[SourceName, Frame]) -> dict[SourceName, Frame]:
    """The sources with each id in one kind, so that ids of a CSV file and of a database meet."""
    text = {column for frame in sources.values() for column in _texts(frame)}
    return {name: _with_kind(frame, text) for name, frame in sources.items()}


def as_integers(frame: Frame, columns: Sequence[str]) -> Frame:
    """Read text ids that are integers written as floats, such as 17.0 and 1.7E+01, as the integers that they are."""
    written = written_as_numbers(frame, columns)
    fractions = _with_cells(frame, written, _FRACTION)
    return extended(frame, [_integer(nw.col(name)).alias(name) for name in written if name not in fractions])


def written_as_numbers(frame: Frame, columns: Sequence[str]) -> list[str]:
    """Return the columns of text ids in which some are numbers such as 17.0 and 1.7E+01."""
    return _with_cells(frame, columns, rf"{_FLOAT}|{_SCIENTIFIC}")


def with_scientific(frame: Frame, columns: Sequence[str]) -> list[str]:
    """Return the columns of text ids in which some are numbers in scientific notation."""
    return _with_cells(frame, columns, _SCIENTIFIC)


def _with_cells(frame: Frame, columns: Sequence[str], pattern: str) -> list[str]:
    """Return the columns in which a text has the form."""
    if not columns:
        return []
    some = collect(frame.select(nw.col(name).str.contains(pattern).any().alias(name) for name in columns))
    return [name for name, there in some.row(0, named=True).items() if there]


def _integer(cell: nw.Expr) -> nw.Expr:
    whole = nw.when(cell.str.contains(_FLOAT)).then(cell.str.replace_all(r"\.0+$", "")).otherwise(cell)
    number = nw.when(is_scientific(cell) & ~lost_digits(cell)).then(cell).cast(nw.Float64)
    integer = nw.when(number == number.floor()).then(number.cast(nw.Int64)).cast(nw.String)
    return nw.coalesce(integer, whole)


def is_scientific(cell: nw.Expr) -> nw.Expr:
    """Return whether a text id is a number in scientific notation."""
    return cell.str.contains(_SCIENTIFIC).fill_null(value=False)


def lost_digits(cell: nw.Expr) -> nw.Expr:
    """Return whether an id in scientific notation shows fewer digits than the number has, so that others look alike.

    1.7E+01 shows both digits of 17; 1.23457E+11 shows six of twelve.
    """
    mantissa = cell.str.replace_all(r"^-?[0-9]\.?|[eE].*$", "")
    exponent = nw.when(is_scientific(cell)).then(cell.str.replace_all(r"^.*[eE]\+", "")).cast(nw.Int64)
    return is_scientific(cell) & (exponent > mantissa.str.len_chars())


def _texts(frame: Frame) -> list[str]:
    """Return the columns of ids that are no plain integers, or are empty."""
    ids = [name for name, kind in frame.collect_schema().items() if name.endswith("_id") and kind == nw.String]
    if not ids:
        return []
    odd = [(~nw.col(name).str.contains(_PLAIN)).any().alias(f"odd {name}") for name in ids]
    some = [(~nw.col(name).is_null()).any().alias(f"some {name}") for name in ids]
    flags = collect(frame.select(*odd, *some)).row(0, named=True)
    return [name for name in ids if flags[f"odd {name}"] is True or flags[f"some {name}"] is False]


def _with_kind(frame: Frame, text: set[str]) -> Frame:
    kinds = {
        name: nw.String() if name in text else nw.Int64() for name in frame.collect_schema() if name.endswith("_id")
    }
    others = [name for name, kind in kinds.items() if frame.collect_schema()[name] != kind]
    return extended(frame, [nw.col(name).cast(kinds[name]) for name in others])
