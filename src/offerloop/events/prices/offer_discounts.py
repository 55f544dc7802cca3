"""What offers took off, where order lines name one discount for everything: the shelf's and the customer's own offer's.

Lines in the window of an offer that was shown are split: what shelf discounts would have taken off stays one, the
rest is the offer's and becomes a coupon. Shelf discounts are the share of their category in lines of those who were
deliberately shown nothing, who met the same shelves in the same weeks; where there are few, in all other lines. Of a
single line the split is rough and may be below zero; over many the parts are right.

The split is made only where discounts are surely higher with an offer than without: otherwise the discounts are the
shelf's alone, and what offers cost is not known. With the residual r = discount - share x list value, summed for
each customer c over lines with an offer (o) and the lines that tell the shares (p), and list values L,

    d_c = r_oc - r_pc L_o / L_p,        surely higher: sum_c d_c > 2 sqrt(sum_c d_c^2).
"""

from __future__ import annotations

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.engine import Engine, Frame, collect, count_rows, distinct

NONE = ("", "none")
"""Exposures in which deliberately nothing was shown; so does an empty cell."""
FEW = 500
"""With fewer lines of customers who were shown nothing, all lines without an offer tell shelf discounts."""
SURELY = 2.0
"""Standard errors, by customer, from which discounts with an offer count as higher."""


def with_offer_coupons(
    lines: Frame, exposures: Frame, products: Frame, window_days: int, engine: Engine
) -> tuple[Frame, int]:
    """Order lines with `coupon_minor` and `discount_minor` apart, and how many lines an offer was shown for.

    They are 0 lines where nothing is split: no offer was shown, or discounts are not surely higher with one.
    The window is that of an evaluation: `window_days` from the exposure on, at most to the customer's next one.
    """
    shown = _windows(exposures, window_days)
    if not shown["offered"].any() or not collect(lines.select(nw.col("discount_minor").abs().max())).item():
        return lines, 0
    days = collect(distinct(lines, "customer_id", "order_day"), "order_day")
    covered = days.join_asof(
        shown.sort("shown_day"), left_on="order_day", right_on="shown_day", by="customer_id", strategy="backward",
        check_sortedness=False,
    ).filter(pl.col("order_day") < pl.col("until_day"))  # fmt: skip
    if not covered["offered"].any():
        return lines, 0
    names = lines.collect_schema().names()
    table = engine.table(covered.select("customer_id", "order_day", _offered=pl.col("offered").cast(pl.Int64)))
    marked = lines.join(products.select("product_id", "category"), on="product_id", how="left")
    marked = marked.join(table, on=["customer_id", "order_day"], how="left")
    plain = _plain(marked)
    usual = _usual(marked.filter(plain))
    split = marked.join(engine.table(usual), on="category", how="left")
    offered, off = (nw.col("_offered") == 1).fill_null(value=False), nw.col("discount_minor")
    shelf = (nw.col("_share").fill_null(_mean(usual)) * nw.col("list_value_minor")).round(0).cast(nw.Int64)
    if not _is_higher(split.with_columns(_residual=off - shelf), offered, plain):
        return lines, 0
    parts = split.with_columns(
        nw.when(offered).then(off - shelf).otherwise(nw.lit(0)).cast(nw.Int64).alias("coupon_minor"),
        nw.when(offered).then(shelf).otherwise(off).cast(nw.Int64).alias("discount_minor"),
    )
    count = count_rows(marked.filter(offered))
    return parts.select(names), count


def _windows(exposures: Frame, window_days: int) -> pl.DataFrame:
    """customer_id, shown_day, until_day and whether an offer was shown then, one row for each customer and day."""
    offer = nw.col("offer_id").cast(nw.String)
    real = (~offer.is_null() & ~offer.is_in(NONE)).alias("offered")
    windows = collect(exposures.select("customer_id", "shown_day", real)).drop_nulls("customer_id")
    day = windows.group_by("customer_id", "shown_day").agg(pl.col("offered").any()).sort("customer_id", "shown_day")
    following = pl.col("shown_day").shift(-1).over("customer_id")
    return day.with_columns(until_day=pl.min_horizontal(pl.col("shown_day") + window_days, following))


def _plain(marked: Frame) -> nw.Expr:
    """Return the lines that tell shelf discounts: of customers shown nothing, or all without an offer."""
    nothing = (nw.col("_offered") == 0).fill_null(value=False)
    count = count_rows(marked.filter(nothing))
    return nothing if count >= FEW else (nothing | nw.col("_offered").is_null())


def _usual(plain: Frame) -> pl.DataFrame:
    """category, list_value_minor, _share: discount over list value of lines without an offer."""
    sums = [nw.col(name).sum().cast(nw.Float64) for name in ("discount_minor", "list_value_minor")]
    listed = pl.col("list_value_minor")
    share = pl.when(listed > 0).then(pl.col("discount_minor") / listed).otherwise(0.0)
    return collect(plain.group_by("category").agg(*sums)).select("category", listed, _share=share).sort("category")


def _is_higher(split: Frame, offered: nw.Expr, plain: nw.Expr) -> bool:
    """Whether the residuals of lines with an offer are surely above those of plain lines, by customer."""
    r_o, l_o = _of_customers(split.filter(offered), "o")
    r_p, l_p = _of_customers(split.filter(plain), "p")
    both = r_o.join(r_p, on="customer_id", how="full", coalesce=True).fill_null(0.0)
    lead = (both["o"] - both["p"] * (l_o / max(l_p, 1.0))).to_numpy()
    return l_p > 0 and bool(lead.sum() > SURELY * np.sqrt((lead**2).sum()))


def _of_customers(lines: Frame, name: str) -> tuple[pl.DataFrame, float]:
    """customer_id and the sum of residuals, sorted, and the list value of all."""
    sums = [nw.col("_residual").sum().cast(nw.Float64), nw.col("list_value_minor").sum().cast(nw.Float64)]
    by_customer = collect(lines.group_by("customer_id").agg(*sums), "customer_id")
    return by_customer.select("customer_id", pl.col("_residual").alias(name)), float(
        by_customer["list_value_minor"].sum()
    )


def _mean(usual: pl.DataFrame) -> float:
    """The share over all categories, for those of which nothing is known."""
    listed = usual["list_value_minor"]
    return float((usual["_share"] * listed).sum()) / max(float(listed.sum()), 1.0)
