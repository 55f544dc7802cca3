"""Months written as words, such as `11-Feb-17` or `3. März 2024`: which words, and how they become numbers."""

from __future__ import annotations

from typing import TypeVar

import narwhals as nw
import polars as pl

_MONTHS = (
    "(jan|ene|gen)[a-z]*", "f[eé][bv][a-zé]*", "(maart|m[aä]r|mrz|mrt)[a-zç]*", "(apr|avr|abr)[a-z]*",
    "(ma[iy]|mag|mei)[a-z]*", "(jun|juin|giu)[a-z]*", "(jul|juil|lug)[a-z]*", "(aug|ago|aoû)[a-z]*",
    "se[pt][a-z]*", "(o[ck]t|ott|out)[a-z]*", "nov[a-z]*", "(d[eé][cz]|dic)[a-z]*",
)  # fmt: skip
"""In small letters, of January to December: English, German, French, Spanish, Italian, Portuguese
and Dutch, in full or cut off."""
MONTH = rf"(?i:{'|'.join(_MONTHS)})\.?"
"""The regular expression of any of them, with the point of an abbreviation."""
T = TypeVar("T", nw.Expr, pl.Series)


def numbered_months(text: T) -> T:
    """Return the text with numbers of two digits in place of the words."""
    for number, month in enumerate(_MONTHS, start=1):
        text = text.str.replace_all(rf"(?i){month}\.?", f"{number:02d}")
    return text
