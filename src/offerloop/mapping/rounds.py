"""How often customers were shown offers: every so many days in all rounds of a log, or no such regularity."""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.arrays import Ints
from offerloop.events import DAY
from offerloop.mapping.matching import ColumnMatch
from offerloop.mapping.times import TimeForm, column_values, forms_of, seconds_of
from offerloop.workspace import SampleRows

_FEWEST_DAYS = 3
"""With fewer rounds nothing shows that they are regular."""
_NEARLY_ALL = 0.9
"""Share of the gaps that must be regular: a tenth longer or shorter than the middle one, as months are."""
_WEEK = 7


def days_between_rounds(match: ColumnMatch, sample: SampleRows, form: TimeForm | None) -> int | None:
    """Return how many days apart a customer is shown offers; None where that varies.

    A customer's own days tell it. Rounds that hold only some customers each are told from the days on which anything
    was shown, where these are a week apart or more: if they are closer, each may hold for longer than until the next.
    """
    days = _days(match, sample.head, sample, form)
    customers = column_values(sample.head, match.guesses["customer_id"].written, sample.decimal)
    own = _usual_gap(_gaps(pl.DataFrame({"day": days, "customer": customers}), "customer"))
    if own is not None:
        return own
    gaps = _gaps(pl.DataFrame({"day": _days(match, sample.sampled, sample, form), "all": 0}), "all")
    multiples = [int(gap) for gap in np.unique(gaps) if np.mean(gaps % gap == 0) >= _NEARLY_ALL]
    shared = _usual_gap(gaps) or max(multiples, default=0)
    return shared if shared >= _WEEK else None


def _usual_gap(gaps: Ints) -> int | None:
    if not len(gaps):
        return None
    middle = int(np.median(gaps))
    return middle if np.mean(np.abs(gaps - middle) <= middle // 10) >= _NEARLY_ALL else None


def _days(match: ColumnMatch, rows: pl.DataFrame, sample: SampleRows, form: TimeForm | None) -> pl.Series:
    forms = [form.form] if form else forms_of(match, "at", sample)
    return seconds_of(column_values(rows, match.guesses["at"].written, sample.decimal), next(iter(forms), None)) // DAY


def _gaps(table: pl.DataFrame, of: str) -> Ints:
    """Days from one day with exposures to the next, of each that has enough of them."""
    days = table.drop_nulls().unique().sort("day").filter(pl.len().over(of) >= _FEWEST_DAYS)
    return days.select(gap=pl.col("day").diff().over(of))["gap"].drop_nulls().to_numpy()
