"""The tables of customers that the shards of a read-out are made of, on the engine."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals as nw

from offerloop.commands.readout.inputs import BuyerOrders, PastRun, Period
from offerloop.engine import Engine, Frame
from offerloop.offers import NO_OFFER
from offerloop.response import COSTS
from offerloop.tables import PLAN

MONEY = ("revenue_minor", "list_value_minor", "coupon_minor", "reimbursed_minor")
SUMS = ("n_orders", "units", *MONEY)
"""What is added up of a customer's order lines."""
PLACE = "place"


def bought_by(orders: BuyerOrders, first: int, last: int) -> Frame:
    """customer_id and SUMS over the days from `first` to `last`."""
    return (
        orders.within(first, last)
        .group_by("customer_id")
        .agg(
            nw.col("order_id").n_unique().cast(nw.Int64).alias("n_orders"),
            nw.col("quantity").sum().cast(nw.Int64).alias("units"),
            *(nw.col(name).sum().cast(nw.Int64) for name in MONEY),
        )
    )


def spent(orders: BuyerOrders, period: Period) -> Frame:
    """customer_id, category and sums of what each customer bought of it."""
    by = orders.within(period.first, period.last).group_by("customer_id", "category")
    return by.agg(nw.col(name).sum().cast(nw.Int64) for name in (*MONEY, *COSTS))


def before(run: PastRun, orders: BuyerOrders, period: Period) -> Frame:
    """customer_id and revenue of as many days before the plan, so that no offer can have touched them."""
    lines = orders.within(run.as_of_day - period.days, run.as_of_day - 1)
    return lines.group_by("customer_id").agg(nw.col("revenue_minor").sum().cast(nw.Int64).alias("before_revenue_minor"))


def places(run: PastRun, engine: Engine) -> Mapping[str, Frame]:
    """The table `places`: customer_id and the place, from 0, by what the plan's offer was estimated to earn.

    It has those who got that offer by the plan or had it held back; no table where the file of effects is gone.
    """
    effects = run.effects(engine)
    if effects is None:
        return {}
    arm, offer = nw.col("arm"), nw.col("planned_offer_id")
    planned = run.assignments(engine).filter(offer != NO_OFFER, arm.is_in([PLAN, run.control_arm]))
    keys = {"planned_campaign_id": "campaign_id", "planned_offer_id": "offer_id"}
    earned = effects.select("customer_id", *keys.values(), "profit_minor")
    rows = planned.select("customer_id", *keys).join(
        earned, left_on=["customer_id", *keys], right_on=["customer_id", *keys.values()], how="inner"
    )
    numbered = rows.with_row_index(PLACE, order_by=["profit_minor", "customer_id"])
    return {"places": numbered.select("customer_id", PLACE)}
