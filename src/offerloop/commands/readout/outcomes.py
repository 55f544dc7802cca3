"""One row per customer of a run: what was decided, what the customer then did, and what that cost."""

from __future__ import annotations

from fractions import Fraction

import narwhals as nw
import polars as pl

from offerloop.commands.readout.findings import FORECAST_COST
from offerloop.commands.readout.inputs import BuyerOrders, PastRun, Period, as_id
from offerloop.commands.readout.margins import margins_left
from offerloop.commands.readout.redemptions import Redemptions, own_shares
from offerloop.engine import collect
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.money import half_up
from offerloop.offers import NO_OFFER
from offerloop.report import iso_day
from offerloop.tables import OUTCOMES

IN_LINES = Message("observed in the order lines")
IN_REDEMPTIONS = Message("observed in the redemptions")
_SUMS = ("n_orders", "units", "revenue_minor", "list_value_minor", "coupon_minor", "reimbursed_minor")


def cost_basis(orders: BuyerOrders, redemptions: Redemptions | None) -> Message:
    """Where the cost of the offers comes from."""
    if orders.maps_coupon:
        return IN_LINES
    return FORECAST_COST if redemptions is None else IN_REDEMPTIONS


def outcomes(run: PastRun, orders: BuyerOrders, period: Period, redemptions: Redemptions | None) -> pl.DataFrame:
    """The table OUTCOMES of a period: customers who bought nothing have zeros, sums of money are exact."""
    done = _totals(run, orders, period.first, period.last)
    base = run.assignments.select(
        "customer_id", "campaign_id", "offer_id", "arm", "planned_campaign_id", "planned_offer_id", "propensity"
    )
    left = margins_left(run, orders, period)
    rows = base.join(done, on="customer_id", how="left").join(left, on="customer_id", how="left")
    rows = rows.with_columns(pl.col(*_SUMS, "margin_minor").fill_null(0))
    rows = rows.join(_before(run, orders, period), on="customer_id", how="left")
    rows = rows.with_columns(
        (pl.col("n_orders") > 0).alias("bought"),
        pl.lit(period.first, pl.Int64).alias("from_day"),
        pl.lit(period.last, pl.Int64).alias("until_day"),
        _cost(run, rows, orders, redemptions),
        _redeemed(rows, orders, redemptions),
    )
    return OUTCOMES.check(rows.select(OUTCOMES.names).sort("customer_id"))


def check_known(run: PastRun, orders: BuyerOrders, period: Period) -> int:
    """How many customers of the period's orders the run does not know. Raises InputError when it knows none."""
    buyers = collect(orders.within(period.first, period.last).select("customer_id").unique()).with_columns(
        as_id(run.id_type)
    )
    n_known = buyers.join(run.assignments.select("customer_id"), on="customer_id", how="semi").height
    if buyers.is_empty():
        raise InputError(
            Message(
                "'{path}' has no order from {first} to {last}; give other days",
                path=str(orders.path),
                first=iso_day(period.first),
                last=iso_day(period.last),
            )
        )
    if n_known == 0:
        raise InputError(
            Message(
                "none of the {n_customers} customers who order in '{path}' from {first} to {last} is a customer "
                "of the run; use the same customer ids as the run's orders",
                n_customers=buyers.height,
                path=str(orders.path),
                first=iso_day(period.first),
                last=iso_day(period.last),
            )
        )
    return buyers.height - n_known


def _totals(run: PastRun, orders: BuyerOrders, first: int, last: int) -> pl.DataFrame:
    """customer_id and sums over the days from `first` to `last`."""
    sums = (
        orders.within(first, last)
        .group_by("customer_id")
        .agg(
            nw.col("order_id").n_unique().cast(nw.Int64).alias("n_orders"),
            nw.col("quantity").sum().cast(nw.Int64).alias("units"),
            *(nw.col(name).sum().cast(nw.Int64) for name in _SUMS[2:]),
        )
    )
    return collect(sums).with_columns(as_id(run.id_type)).drop_nulls("customer_id")


def _before(run: PastRun, orders: BuyerOrders, period: Period) -> pl.DataFrame:
    """customer_id, before_revenue_minor: as many days before the plan, so that no offer can have touched them."""
    first = run.as_of_day - period.days
    ids = run.assignments.select("customer_id")
    if orders.first_day > first:
        return ids.with_columns(pl.lit(None, pl.Int64).alias("before_revenue_minor"))
    done = _totals(run, orders, first, run.as_of_day - 1)
    revenue = done.select("customer_id", pl.col("revenue_minor").alias("before_revenue_minor"))
    return ids.join(revenue, on="customer_id", how="left").with_columns(pl.col("before_revenue_minor").fill_null(0))


def _cost(run: PastRun, outcomes: pl.DataFrame, orders: BuyerOrders, redemptions: Redemptions | None) -> pl.Series:
    """Own part of discounts redeemed, of every customer alike: the holdout's other coupons cancel those of the rest."""
    if orders.maps_coupon and orders.maps_reimbursed:
        return (outcomes["coupon_minor"] - outcomes["reimbursed_minor"]).alias("cost_minor")
    if orders.maps_coupon:
        shares = own_shares(run)
        rows = outcomes.select("coupon_minor", "offer_id", "planned_offer_id").iter_rows()
        own = [half_up(coupon * shares.get(got if got != NO_OFFER else planned, Fraction(1)))
               for coupon, got, planned in rows]  # fmt: skip
        return pl.Series("cost_minor", own, pl.Int64)
    if redemptions is None:
        return pl.Series("cost_minor", [None] * outcomes.height, pl.Int64)
    costs = [redemptions.cost_minor.get(one, 0) for one in outcomes["customer_id"]]
    return pl.Series("cost_minor", costs, pl.Int64)


def _redeemed(rows: pl.DataFrame, orders: BuyerOrders, redemptions: Redemptions | None) -> pl.Series:
    if redemptions is not None:
        return pl.Series("redeemed", [one in redemptions.redeemers for one in rows["customer_id"]], pl.Boolean)
    if orders.maps_coupon:
        return (rows["coupon_minor"] > 0).alias("redeemed")
    return pl.Series("redeemed", [None] * rows.height, pl.Boolean)
