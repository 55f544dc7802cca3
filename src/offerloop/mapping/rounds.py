"""How often customers were shown offers: every so many days in all rounds of a log, or no such regularity."""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.arrays import Ints
from offerloop.events import DAY
from offerloop.mapping.matching import ColumnMatch
from offerloop.mapping.times import TimeForm, column_values, forms_of, seconds_of
from offerloop.workspace import SampleRows

_FEWEST_GAPS = 2
_NEARLY_ALL = 0.9
"""Share of the gaps that must be regular."""
_WEEK = 7


def days_between_rounds(match: ColumnMatch, sample: SampleRows, form: TimeForm | None) -> int | None:
    """Return how many days apart a customer is shown offers; None where that varies.

    Rounds that hold only some customers each are told from the days on which anything was shown, where these are a week
    apart or more: a log with entries on most days says nothing about how long one of them counts.
    """
    days = _days(match, sample.head, sample, form)
    customers = column_values(sample.head, match.guesses["customer_id"].written, sample.decimal)
    own = _gaps(pl.DataFrame({"day": days, "customer": customers}), pl.col("day").diff().over("customer"))
    if len(own) >= _FEWEST_GAPS and np.mean(own == np.bincount(own).argmax()) >= _NEARLY_ALL:
        return int(np.bincount(own).argmax())
    gaps = _gaps(pl.DataFrame({"day": _days(match, sample.sampled, sample, form)}), pl.col("day").diff())
    regular = [int(gap) for gap in np.unique(gaps) if np.mean(gaps % gap == 0) >= _NEARLY_ALL]
    return regular[-1] if len(gaps) >= _FEWEST_GAPS and regular and regular[-1] >= _WEEK else None


def _days(match: ColumnMatch, rows: pl.DataFrame, sample: SampleRows, form: TimeForm | None) -> pl.Series:
    forms = [form.form] if form else forms_of(match, "at", sample)
    return seconds_of(column_values(rows, match.guesses["at"].written, sample.decimal), next(iter(forms), None)) // DAY


def _gaps(table: pl.DataFrame, gap: pl.Expr) -> Ints:
    """Days from one day with exposures to the next."""
    return table.drop_nulls().unique().sort("day").select(gap.alias("gap"))["gap"].drop_nulls().to_numpy()
