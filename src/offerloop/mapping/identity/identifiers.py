"""Whether a column of a table of customers holds ids, by its name and by its values.

An id that occurs twice is still an id, so that "all different" is no definition. Whole numbers that were given out one
after another repeat far less often than numbers that were measured: n values with density f have about n² ∫f² / 2 ties
(the birthday problem), with f from quantiles.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl
from scipy.stats import poisson

from offerloop.arrays import Floats
from offerloop.events import words_of
from offerloop.mapping.matching import name_score

_ID = re.compile(r"(.*[^a-z])?(id|uuid|guid)|.*[a-z](Id|ID)|.*编号|.*号码|.*[卡账帐]号")
"""Names that only ids have."""
_NUMBERS = {"no", "nr", "num", "number", "key", "code"}
_HOLDERS = {
    "account", "acct", "buyer", "card", "client", "contract", "cust", "customer", "device", "hh", "household",
    "invoice", "loyalty", "member", "mobile", "order", "person", "phone", "receipt", "shop", "shopper", "store",
    "subscriber", "transaction", "user", "visitor",
}  # fmt: skip
"""What has a number or key of its own: `customer_no`; alone, it may also be a count or a category."""
_SURELY_NAMED = 0.9
FEW_ROWS_EACH = 20
"""Values with fewer rows each on average name rows, not categories."""
_MOSTLY_DISTINCT = 0.9
_FEWER_TIES = 0.001
"""Probability below which a measured number has no more ties than were seen."""
_PARTS = 20
_EVEN = 0.12
"""Largest distance from a uniform distribution of numbers that were drawn as ids; a normal one is .18 away."""


def is_identifier(column: pl.Series) -> bool:
    """Return whether a column holds ids of customers, households, stores or rows."""
    countable = holds_whole_numbers(column) or column.dtype in (pl.String, pl.Categorical, pl.Enum)
    if not countable:
        return False
    if _is_named_id(column.name) and column.n_unique() > 2:
        return True
    if _is_named_like_id(column.name) and has_few_rows_each(column):
        return True
    return is_mostly_distinct(column) and _was_given_out(column)


def has_few_rows_each(column: pl.Series) -> bool:
    """Return whether values have too few rows each to be categories."""
    return column.n_unique() * FEW_ROWS_EACH > len(column)


def is_mostly_distinct(column: pl.Series) -> bool:
    """Return whether a column holds whole numbers of which nearly every row has its own."""
    values = column.drop_nulls()
    return holds_whole_numbers(column) and values.n_unique() >= _MOSTLY_DISTINCT * len(values) > 0


def holds_whole_numbers(column: pl.Series) -> bool:
    """Return whether a column holds integers, or floats that are all whole, as ids with gaps become."""
    if column.dtype.is_float():
        values = column.drop_nulls().drop_nans()
        return len(values) > 0 and bool((values == values.round()).all())
    return column.dtype.is_integer()


def _is_named_id(name: str) -> bool:
    return bool(_ID.fullmatch(name) or _ID.fullmatch(name.lower()))


def _is_named_like_id(name: str) -> bool:
    words = words_of(name)
    numbered = len(words) > 1 and words[-1] in _NUMBERS and words[-2] in _HOLDERS
    alone = len(words) == 1 and words[0] in _HOLDERS
    return numbered or alone or name_score(name, "orders", "customer_id")[0] >= _SURELY_NAMED


def _was_given_out(column: pl.Series) -> bool:
    """Return whether whole numbers have fewer ties than measured ones have, or lie as evenly as drawn ids."""
    values = np.sort(column.drop_nulls().cast(pl.Float64).to_numpy())
    ties = len(values) - len(np.unique(values))
    if poisson.cdf(ties, _expected_ties(values)) < _FEWER_TIES:
        return True
    places = (values - values[0]) / max(float(values[-1] - values[0]), 1.0)
    return bool(np.abs(places - np.linspace(0, 1, len(places))).max() < _EVEN)


def _expected_ties(values: Floats) -> float:
    """Return the expected ties of smoothly spread whole numbers, from sorted ones (n,)."""
    parts = [part for part in np.array_split(values, _PARTS) if len(part) > 1]
    return float(sum(len(part) * (len(part) - 1) / 2 / (part[-1] - part[0] + 1) for part in parts))
