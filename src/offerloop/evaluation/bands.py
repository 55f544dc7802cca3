"""Bands of a column of numbers with about equally many rows each, on any engine.

Equal numbers stay together. So each band ends where the number of its rows comes nearest to an equal share of those
that are left: a value that many rows have, such as zero, becomes a band of its own, and the other bands share the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

import narwhals as nw

from offerloop.engine import Frame, collect, order_statistics

FEW_VALUES = 8
"""A column with more different numbers is cut into bands."""
N_BANDS = 4
_FEWEST_PLACES = 2


class NumberBand(NamedTuple):
    """The least and the largest number of a band; both occur."""

    low: float
    high: float


def bands_of(frame: Frame, values: nw.Expr) -> list[NumberBand]:
    """Cut numbers into N_BANDS, from the least on, or fewer where so few differ; missing numbers do not count.

    There are two different numbers or more.
    """
    x = nw.col("x")
    rest = frame.select(x=values.cast(nw.Float64)).filter(_is_number(x))
    bands = list[NumberBand]()
    for left in range(N_BANDS, 0, -1):
        end = _end_of_band(rest, left)
        low, high = collect(rest.select(low=x.min(), high=x.max())).row(0)
        bands.append(NumberBand(low, end))
        if end == high:
            break
        rest = rest.filter(x > end)
    return bands


def _end_of_band(rest: Frame, left: int) -> float:
    """Return the number after which the share of one of `left` bands is nearest."""
    x = nw.col("x")
    (edge,) = order_statistics(rest, x, (1 / left,))
    below = rest.filter(x < edge)
    n, n_upto = collect(rest.select(n=nw.len(), upto=(x <= edge).cast(nw.Int64).sum())).row(0)
    n_below, before = collect(below.select(n=nw.len(), before=x.max())).row(0)
    share = n / left
    return float(before if n_below and share - n_below < n_upto - share else edge)


def band_number(values: nw.Expr, bands: Sequence[NumberBand]) -> nw.Expr:
    """Return the place of each number's band, from 0; null for a missing number."""
    x = values.cast(nw.Float64)
    above = [(x > band.high).cast(nw.Int64) for band in bands[:-1]]
    return sum(above, start=nw.when(_is_number(x)).then(nw.lit(0)))


def _is_number(x: nw.Expr) -> nw.Expr:
    return ~x.is_null() & ~x.is_nan()


def band_names(bands: Sequence[NumberBand]) -> list[str]:
    """Write the ends of bands with two decimals, or as many as tell the bands, and the ends of each, apart."""
    for places in count(_FEWEST_PLACES):
        written = [tuple(dict.fromkeys(_written(end, places) for end in band)) for band in bands]
        ends_differ = all(len(ends) == len({*band}) for ends, band in zip(written, bands, strict=True))
        if ends_differ and len({*written}) == len(bands):
            break
    return ["–".join(ends) for ends in written]


def _written(number: float, places: int) -> str:
    """Write a number without an exponent."""
    text = f"{number:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
