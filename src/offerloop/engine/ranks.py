"""Values of given ranks of a column that may be larger than memory, by counts alone."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from offerloop.engine.base import Frame, collect

BINS = 1_000


def order_statistics(frame: Frame, values: nw.Expr, shares: Sequence[float]) -> list[float]:
    """The lower value at each share of the sorted numbers, as `numpy.quantile` with ``method="lower"``.

    Missing numbers do not count; there is one number or more.
    """
    column = frame.select(x=values).filter(~nw.col("x").is_null())
    x = nw.col("x")
    n, low, high = collect(column.select(n=nw.len(), low=x.min(), high=x.max())).row(0)
    ends = {0: low, n - 1: high}
    ranks = [int((n - 1) * share) for share in shares]
    return [ends[rank] if rank in ends else _of_rank(column, rank, low, high) for rank in ranks]


def _of_rank(column: Frame, rank: int, low: float, high: float) -> float:
    """Count by bins, then by bins of the bin that holds the rank, until it holds one value."""
    x = nw.col("x")
    while low < high:
        inside = column.filter(x >= low, x <= high).with_columns(bin=((x - low) / (high - low) * BINS).floor())
        bins = inside.group_by("bin").agg(n=nw.len(), low=x.min(), high=x.max())
        for _, n, low, high in collect(bins, "bin").iter_rows():  # noqa: B007 - ends at the bin of the rank
            if rank < n:
                break
            rank -= n
    return low
