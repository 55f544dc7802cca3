"""What clean order lines add up to by customer and by product, so that lines of later files can be added."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import polars as pl

from offerloop.engine import Frame, collect, count_rows, distinct


@dataclass(frozen=True)
class SoldSums:
    """Sums over all order lines."""

    units: pl.DataFrame
    """units by customer_id; nobody's where no bulk buyers are looked for."""
    products: pl.DataFrame
    """Lines (n) by product_id."""
    orders: int

    @classmethod
    def of(cls, lines: Frame, *, by_customer: bool) -> SoldSums:
        """Add them up; `by_customer` gives a row for each customer, which a large shop has many of."""
        counted = lines if by_customer else lines.head(0)
        units = collect(counted.group_by("customer_id").agg(nw.col("quantity").sum().alias("units")))
        products = collect(lines.group_by("product_id").agg(nw.len().cast(nw.Int64).alias("n")))
        return cls(units, products, count_rows(distinct(lines, "order_id")))

    def with_others(self, others: SoldSums) -> SoldSums:
        """Add those of lines of other orders."""
        units = pl.concat([self.units, others.units]).group_by("customer_id").agg(pl.col("units").sum())
        products = pl.concat([self.products, others.products]).group_by("product_id").agg(pl.col("n").sum())
        return SoldSums(units, products, self.orders + others.orders)
