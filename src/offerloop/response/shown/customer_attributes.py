"""Attributes of customers that were fixed before the log, such as where they live: what may tell who responds."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from offerloop.arrays import Floats
from offerloop.engine import Frame, collect
from offerloop.response.encoding import ColumnEncoding


@dataclass(frozen=True, eq=False)
class CustomerAttributes:
    """The attributes of some customers, and how they are encoded."""

    table: pl.DataFrame
    """customer_id and the attributes, a row per customer."""
    encoding: ColumnEncoding

    @classmethod
    def of(cls, attributes: Frame, ids: Frame, encoding: ColumnEncoding | None = None) -> CustomerAttributes:
        """Read those of `ids` (customer_id), who also tell the encoding where none is given.

        Who has no row among the attributes (customer_id and others) has none of them.
        """
        table = collect(ids.join(attributes, on="customer_id", how="left"), "customer_id")
        names = [name for name in table.columns if name != "customer_id"]
        return cls(table, ColumnEncoding.of(table, names) if encoding is None else encoding)

    def of_rows(self, rows: pl.DataFrame) -> Floats:
        """(n, q) of rows with a customer_id."""
        own = rows.select("customer_id").join(self.table, on="customer_id", how="left", maintain_order="left")
        return self.encoding.matrix(own)
