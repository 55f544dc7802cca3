"""Returns are netted against their sale: the customer's latest purchases of the product up to the return.

Units and each amount of money are taken off separately, latest sale first, so that what remains adds up to sales
less refunds. Done in memory, for pairs of customer and product with a return only.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import polars as pl

from offerloop.engine import Engine, collect, distinct
from offerloop.events.cleaning.clean import Cleaned, loss_row
from offerloop.message import Message

RETURN, WITHOUT_SALE, IN_FULL = "return", "return without a sale", "returned in full"
"""Rules for returns with a sale and without one, and for sales that nothing is left of."""
PAIR = ("customer_id", "product_id")
DECIMALS = 9
"""Beyond them a quantity of weighed goods is an error of rounding: 0.1 + 0.2 is 0.3."""


def net_returns(cleaned: Cleaned, returned: nw.Expr, amounts: Sequence[str], engine: Engine) -> pl.DataFrame:
    """Take returns off their sales; sales that nothing is left of are rejected with them.

    Gives customer_id and order_day of every sale of which something came back.
    """
    marked = cleaned.frame.with_columns(_return=returned.fill_null(value=False))
    pairs = engine.keep(distinct(marked.filter(nw.col("_return")), *PAIR))
    lines = collect(marked.join(pairs, on=list(PAIR), how="inner"))
    if lines.is_empty():
        _note(cleaned, 0, 0, 0, 0)
        return lines.select("customer_id", "order_day")
    amounts = [name for name in amounts if name in lines.columns]
    sales, returns = _net(lines, amounts)
    gone = (pl.col("quantity") == 0) & pl.all_horizontal(pl.col(name).fill_null(0) == 0 for name in amounts)
    matched, unmatched = returns.filter("_matched"), returns.filter(~pl.col("_matched"))
    whole, part = sales.filter(pl.col("_less") & gone), sales.filter(pl.col("_less") & ~gone)
    _note(cleaned, matched.height, unmatched.height, whole.height, part.height)
    columns = [name for name in lines.columns if name != "_return"]
    for rows, rule in ((matched, RETURN), (unmatched, WITHOUT_SALE), (whole, IN_FULL)):
        if rows.height:
            cleaned.reject(engine.table(rows.select(columns)), nw.lit(rule))
            back = 0 if rule == IN_FULL else int(rows["paid_minor"].abs().sum() or 0)
            cleaned.losses.append(loss_row(cleaned.table, "quantity", rule, rows.height, back))
    left = engine.table(sales.filter(~(pl.col("_less") & gone)).select(columns))
    others = cleaned.frame.join(pairs, on=list(PAIR), how="anti").select(*columns)
    cleaned.frame = nw.concat([others, left])
    return sales.filter("_less").select("customer_id", "order_day")


def _note(cleaned: Cleaned, n_matched: int, n_unmatched: int, n_whole: int, n_part: int) -> None:
    """Record how many returns were netted, and how many sales they took back whole or in part."""
    why = Message("netted against the customer's latest purchase of the product")
    cleaned.note(RETURN, "rejected", n_matched, why)
    cleaned.note(
        WITHOUT_SALE,
        "rejected",
        n_unmatched,
        Message("the customer bought no such product before, or has given all of it back"),
    )
    cleaned.note(IN_FULL, "rejected", n_whole, Message("nothing is left of the sale"))
    cleaned.note("returned in part", "repaired", n_part, Message("units and money of the return are taken off"))


def _net(lines: pl.DataFrame, amounts: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return sales with what remains of them and whether anything was taken (`_less`), and returns with whether they
    come after a sale of which earlier ones have left a unit (`_matched`)."""
    names = ["quantity", *amounts]
    ties = [name for name in sorted(lines.columns) if name not in (*PAIR, "at", "_return")]
    order = [*PAIR, "at", "_return", *ties]  # every column, so that the rows' own order decides nothing
    size = pl.col("quantity").fill_null(0).abs()
    units = pl.when("_return").then(-size).when(size > 0).then(size).otherwise(1)
    before = _stack(units).shift(1).over(PAIR).fill_null(0)
    rows = lines.sort(order, nulls_last=True).with_columns(_matched=before > 0)
    taken = rows.select(_taken(name) for name in names)
    less = pl.any_horizontal(taken[name] > 0 for name in names)
    netted = rows.with_columns(_less=less, **{name: pl.col(name) - taken[name] for name in names})
    return netted.filter(~pl.col("_return")), rows.filter("_return")


def _taken(name: str) -> pl.Expr:
    """What is taken off each sale.

    A return takes what lies on top of the stack of earlier sales. So what remains of a sale is how far the lowest later
    height lies above what lay below the sale.
    """
    size = pl.col(name).fill_null(0)
    own = size.clip(lower_bound=0)
    steps = pl.when(~pl.col("_return")).then(own).when("_matched").then(-size.abs()).otherwise(0)
    height = _stack(steps)
    return (height - height.cum_min(reverse=True).over(PAIR)).clip(upper_bound=own).round(DECIMALS)


def _stack(steps: pl.Expr) -> pl.Expr:
    """The height of each pair's stack after each of its rows, in order of time; never below zero."""
    heights = steps.cum_sum().over(PAIR)
    return (heights - heights.cum_min().over(PAIR).clip(upper_bound=0)).round(DECIMALS)
