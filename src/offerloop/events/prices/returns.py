"""Returns are netted against their sale: the customer's latest purchases of the product up to the return.

Units and each amount of money are taken off separately, latest sale first, so that what remains adds up to sales
less refunds. Done in memory, for pairs of customer and product with a return only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import narwhals as nw
import polars as pl

from offerloop.engine import Engine, collect, distinct
from offerloop.events.cleaning.clean import Cleaned, loss_row
from offerloop.message import Message

PAIR = ("customer_id", "product_id")


def net_returns(cleaned: Cleaned, returned: nw.Expr, amounts: Sequence[str], engine: Engine) -> pl.DataFrame:
    """Take returns off their sales; sales that nothing is left of are rejected with them.

    Gives customer_id and order_day of every sale of which something came back.
    """
    marked = cleaned.frame.with_columns(_return=returned.fill_null(value=False))
    pairs = engine.keep(distinct(marked.filter(nw.col("_return")), *PAIR))
    lines = collect(marked.join(pairs, on=list(PAIR), how="inner"))
    amounts = [name for name in amounts if name in lines.columns]
    sales, unmatched = _net(lines, amounts)
    gone = (pl.col("quantity") == 0) & pl.all_horizontal(pl.col(name).fill_null(0) == 0 for name in amounts)
    n_returns, n_unmatched = int(lines["_return"].sum()), unmatched.height
    whole, part = sales.filter(pl.col("_less") & gone), sales.filter(pl.col("_less") & ~gone)
    _note(cleaned, n_returns - n_unmatched, n_unmatched, whole.height, part.height)
    if not n_returns:
        return lines.select("customer_id", "order_day").clear()
    columns = [name for name in lines.columns if name != "_return"]
    matched = lines.filter("_return").join(unmatched, on=columns, how="anti", nulls_equal=True)
    for rows, rule in ((matched, "return"), (unmatched, "return without a sale"), (whole, "returned in full")):
        if rows.height:
            cleaned.reject(engine.table(rows.select(columns)), nw.lit(rule))
            back = 0 if rule == "returned in full" else -int(rows["paid_minor"].sum() or 0)
            cleaned.losses.append(loss_row(cleaned.table, "quantity", rule, rows.height, back))
    left = engine.table(sales.filter(~(pl.col("_less") & gone)).select(columns))
    others = cleaned.frame.join(pairs, on=list(PAIR), how="anti").select(*columns)
    cleaned.frame = nw.concat([others, left])
    return sales.filter("_less").select("customer_id", "order_day")


def _note(cleaned: Cleaned, n_matched: int, n_unmatched: int, n_whole: int, n_part: int) -> None:
    """Record how many returns were netted, and how many sales they took back whole or in part."""
    why = Message("netted against the customer's latest purchase of the product")
    cleaned.note("return", "rejected", n_matched, why)
    cleaned.note(
        "return without a sale",
        "rejected",
        n_unmatched,
        Message("the customer bought no such product before, or has given all of it back"),
    )
    cleaned.note("returned in full", "rejected", n_whole, Message("nothing is left of the sale"))
    cleaned.note("returned in part", "repaired", n_part, Message("units and money of the return are taken off"))


def _net(lines: pl.DataFrame, amounts: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sales with what remains of them and whether anything was taken (`_less`), and returns without any sale."""
    names = ["quantity", *amounts]
    ties = [name for name in sorted(lines.columns) if name not in (*PAIR, "at", "_return")]
    order = [*PAIR, "at", *ties]  # every column, so that the rows' own order decides nothing
    sales = lines.filter(~pl.col("_return")).sort(order, descending=[name not in PAIR for name in order])
    returns = lines.filter("_return").sort(order)
    matched = _of_a_sale(returns, sales)
    back = (
        returns.filter(matched)
        .group_by(PAIR)
        .agg(pl.col("at").max().alias("_until"), *(pl.col(name).abs().sum().alias(f"_back_{name}") for name in names))
    )
    with_returns = sales.join(back, on=PAIR, how="left").with_columns(_before=pl.col("at") <= pl.col("_until"))
    taken = {name: _taken(name) for name in names}
    less = pl.any_horizontal(take > 0 for take in taken.values())
    netted = with_returns.with_columns(_less=less, **{name: pl.col(name) - take for name, take in taken.items()})
    return netted, returns.filter(~matched).drop("_return")


def _of_a_sale(returns: pl.DataFrame, sales: pl.DataFrame) -> pl.Series:
    """Whether each return, in order of time, comes after a sale of which earlier returns have left a unit."""
    size = pl.col("quantity").fill_null(0).abs()
    sold = sales.group_by(*PAIR, "at").agg(size.clip(lower_bound=1).sum().alias("_sold")).sort("at")
    sold = sold.with_columns(pl.col("_sold").cum_sum().over(PAIR))
    returned = returns.select(*PAIR, "at", size.alias("_units")).with_row_index("_row").sort("at", "_row")
    latest = returned.join_asof(sold, on="at", by=PAIR, strategy="backward", check_sortedness=False).sort("_row")
    matched, back = [], Counter[tuple[object, object]]()
    for customer, product, units, sold in latest.select(*PAIR, "_units", "_sold").iter_rows():
        matched.append(sold is not None and back[customer, product] < sold)
        back[customer, product] += units if matched[-1] else 0
    return pl.Series(matched, dtype=pl.Boolean)


def _taken(name: str) -> pl.Expr:
    """What is taken off each sale, latest first, until the return is used up."""
    own = pl.when("_before").then(pl.col(name).fill_null(0).clip(lower_bound=0)).otherwise(0)
    earlier = own.cum_sum().over(PAIR) - own
    return (pl.col(f"_back_{name}").fill_null(0) - earlier).clip(lower_bound=0).clip(upper_bound=own)
