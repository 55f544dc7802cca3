"""Attributes of customers that do not follow from purchases, such as where they live: what may tell who responds.

They are those of today, and taken to have been the same when each offer was shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from offerloop.arrays import Floats
from offerloop.engine import Frame, collect
from offerloop.response.encoding import MOST_CATEGORIES, ColumnEncoding, NumberColumn, is_text_column

DAY = r"^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:\D|$)"
"""A day, perhaps with a time behind it, as text."""
READ = (pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Categorical, pl.Enum)
"""Types that are read beside numbers; attributes of other types are left out."""


@dataclass(frozen=True, eq=False)
class CustomerAttributes:
    """The attributes of some customers, and how they are encoded."""

    table: pl.DataFrame
    """customer_id and the attributes, a row per customer."""
    encoding: ColumnEncoding

    @classmethod
    def of(cls, attributes: Frame, ids: Frame, encoding: ColumnEncoding | None = None) -> CustomerAttributes:
        """Read those of `ids` (customer_id), who also tell the encoding where none is given.

        Who has no row among the attributes (customer_id and others) has none of them. Numbers and days that are text,
        as in CSV files, count as numbers where they have more values than categories can be; whole numbers with fewer
        are categories, since they may number shops or regions.
        """
        table = collect(ids.join(attributes, on="customer_id", how="left"), "customer_id")
        names = [one for one, kind in table.drop("customer_id").schema.items() if kind.is_numeric() or kind in READ]
        if encoding is None:
            texts = [table[one] for one in names if is_text_column(table[one])]
            many = [(one, _as_numbers(one)) for one in texts if one.n_unique() > MOST_CATEGORIES]
            table = table.with_columns([read for one, read in many if read.null_count() == one.null_count()])
            return cls(table, ColumnEncoding.of(table.with_columns(_with_codes(table[one]) for one in names), names))
        numbers = (table[one.name] for one in encoding.columns if isinstance(one, NumberColumn))
        return cls(table.with_columns([_as_numbers(one) for one in numbers if is_text_column(one)]), encoding)

    def of_rows(self, rows: pl.DataFrame) -> Floats:
        """(n, q) of rows with a customer_id."""
        own = rows.select("customer_id").join(self.table, on="customer_id", how="left", maintain_order="left")
        return self.encoding.matrix(own)


def _as_numbers(values: pl.Series) -> pl.Series:
    """Return text as numbers or as days, whichever leaves fewer values out."""
    year, month, day = (values.str.extract(DAY, place).str.zfill(2) for place in (1, 2, 3))
    days = (year + "-" + month + "-" + day).str.to_date("%Y-%m-%d", strict=False)
    return min(values.str.strip_chars().cast(pl.Float64, strict=False), days, key=pl.Series.null_count)


def _with_codes(values: pl.Series) -> pl.Series:
    """Return few different whole numbers as text."""
    return values.cast(pl.String) if values.dtype.is_integer() and values.n_unique() <= MOST_CATEGORIES else values
