"""One row per customer of a run: what was decided, what the customer then did, and what that cost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import narwhals as nw
import polars as pl

from offerloop.engine import collect
from offerloop.errors import InputError, SourceError, near_miss
from offerloop.money import exact_share, to_minor
from offerloop.offers import NO_OFFER
from offerloop.report.readout_findings import FORECAST_COST
from offerloop.service.readout_inputs import Orders, PastRun, Period, as_id, iso, read_rows
from offerloop.tables import OUTCOMES

IN_LINES, IN_REDEMPTIONS = "observed in the order lines", "observed in the redemptions"
_SUMS = ("n_orders", "units", "revenue_minor", "list_value_minor", "coupon_minor", "reimbursed_minor")


@dataclass(frozen=True)
class Redemptions:
    """Cost and redemption of offers by customer, from a file of their own."""

    cost_minor: dict[int | str, int]
    redeemers: set[int | str]
    """Customers who redeemed the offer that they were given."""
    by_holdout: int
    """Holdout customers who redeemed anything: offers reached them."""


def cost_basis(orders: Orders, redemptions: Redemptions | None) -> str:
    """Where the cost of the offers comes from."""
    if orders.maps_coupon:
        return IN_LINES
    return FORECAST_COST if redemptions is None else IN_REDEMPTIONS


def outcomes(run: PastRun, orders: Orders, period: Period, redemptions: Redemptions | None) -> pl.DataFrame:
    """The table OUTCOMES of a period: customers who bought nothing have zeros, sums of money are exact."""
    done = _totals(run, orders, period.first, period.last)
    base = run.assignments.select(
        "customer_id", "campaign_id", "offer_id", "arm", "planned_campaign_id", "planned_offer_id", "propensity"
    )
    found = base.join(done, on="customer_id", how="left").with_columns(pl.col(_SUMS).fill_null(0))
    found = found.join(_before(run, orders, period), on="customer_id", how="left")
    found = found.with_columns(
        (pl.col("n_orders") > 0).alias("bought"),
        margin(pl.col("list_value_minor"), run.config.margin).alias("margin_minor"),
        pl.lit(period.first, pl.Int64).alias("from_day"),
        pl.lit(period.last, pl.Int64).alias("until_day"),
        _cost(run, found, orders, redemptions),
        _redeemed(found, orders, redemptions),
    )
    return OUTCOMES.check(found.select(OUTCOMES.names).sort("customer_id"))


def margin(list_value: pl.Expr, share: Fraction) -> pl.Expr:
    """The share of whole minor units, half away from zero, in whole numbers throughout."""
    size = (list_value.abs() * (2 * share.numerator) + share.denominator) // (2 * share.denominator)
    return (size * list_value.sign()).cast(pl.Int64)


def check_known(run: PastRun, orders: Orders, period: Period) -> int:
    """How many customers of the period's orders the run does not know. Raises InputError when it knows none."""
    within = orders.lines.filter(nw.col("order_day") >= period.first, nw.col("order_day") <= period.last)
    buyers = collect(within.select("customer_id").unique()).with_columns(as_id(run.id_type))
    known = buyers.join(run.assignments.select("customer_id"), on="customer_id", how="semi").height
    if buyers.is_empty():
        raise InputError(
            f"'{orders.path}' has no order from {iso(period.first)} to {iso(period.last)}; give other days"
        )
    if known == 0:
        raise InputError(
            f"none of the {buyers.height} customers who order in '{orders.path}' from {iso(period.first)} to "
            f"{iso(period.last)} is a customer of the run; use the same customer ids as the run's orders"
        )
    return buyers.height - known


def read_redemptions(run: PastRun, path: Path) -> Redemptions:
    """A file with customer_id, offer_id and amount, decimal: the discount given, of which suppliers pay their share.

    Raises SourceError for offers that the run does not have, InputError for amounts that are none.
    """
    rows = read_rows(path, ("customer_id", "offer_id", "amount"), "redemptions", run.id_type)
    arms = run.assignments.select("customer_id", "arm", pl.col("offer_id").alias("given"))
    rows = rows.join(arms, on="customer_id").drop_nulls(["offer_id", "amount"])
    shares = _own_shares(run)
    unknown = sorted(set(rows["offer_id"]) - shares.keys())
    if unknown:
        raise SourceError(f"'{path}' redeems the offer '{unknown[0]}', which the run does not have"
                          f"{near_miss(unknown[0], shares)}")  # fmt: skip
    exact: defaultdict[int | str, Fraction] = defaultdict(Fraction)
    for customer, offer, amount in rows.select("customer_id", "offer_id", "amount").iter_rows():
        minor = to_minor(amount, run.config.shop.currency)
        if minor < 0:
            raise InputError(f"'{path}' has an amount below zero, {amount}; write what was taken off as 1.50")
        exact[customer] += minor * shares[offer]
    redeemers = set(rows.filter(pl.col("offer_id") == pl.col("given"))["customer_id"])
    held = rows.filter(pl.col("arm") == "holdout")["customer_id"].n_unique()
    return Redemptions({one: _half_up(cost) for one, cost in exact.items()}, redeemers, held)


def _own_shares(run: PastRun) -> dict[str, Fraction]:
    """Our share of each offer's discount; of offers that share an id in two campaigns the larger one."""
    shares: dict[str, Fraction] = {}
    for offer, funded in run.offers.select("offer_id", "funded_share").iter_rows():
        shares[offer] = max(shares.get(offer, Fraction(0)), 1 - exact_share(funded))
    return shares


def _half_up(exact: Fraction) -> int:
    return int((exact + Fraction(1, 2)).__floor__())


def _totals(run: PastRun, orders: Orders, first: int, last: int) -> pl.DataFrame:
    """customer_id and sums over the days from `first` to `last`."""
    within = orders.lines.filter(nw.col("order_day") >= first, nw.col("order_day") <= last)
    found = within.group_by("customer_id").agg(
        nw.col("order_id").n_unique().cast(nw.Int64).alias("n_orders"),
        nw.col("quantity").sum().cast(nw.Int64).alias("units"),
        *(nw.col(name).sum().cast(nw.Int64) for name in _SUMS[2:]),
    )
    return collect(found).with_columns(as_id(run.id_type)).drop_nulls("customer_id")


def _before(run: PastRun, orders: Orders, period: Period) -> pl.DataFrame:
    """customer_id, before_revenue_minor: as many days before the plan, so that no offer can have touched them."""
    first = run.as_of_day - period.days
    ids = run.assignments.select("customer_id")
    if orders.first_day > first:
        return ids.with_columns(pl.lit(None, pl.Int64).alias("before_revenue_minor"))
    done = _totals(run, orders, first, run.as_of_day - 1)
    revenue = done.select("customer_id", pl.col("revenue_minor").alias("before_revenue_minor"))
    return ids.join(revenue, on="customer_id", how="left").with_columns(pl.col("before_revenue_minor").fill_null(0))


def _cost(run: PastRun, found: pl.DataFrame, orders: Orders, redemptions: Redemptions | None) -> pl.Series:
    """Own part of discounts redeemed, of every customer alike: the holdout's other coupons cancel those of the rest."""
    if orders.maps_coupon and orders.maps_reimbursed:
        return (found["coupon_minor"] - found["reimbursed_minor"]).alias("cost_minor")
    if orders.maps_coupon:
        shares = _own_shares(run)
        rows = found.select("coupon_minor", "offer_id", "planned_offer_id").iter_rows()
        own = [_half_up(coupon * shares.get(given if given != NO_OFFER else planned, Fraction(1)))
               for coupon, given, planned in rows]  # fmt: skip
        return pl.Series("cost_minor", own, pl.Int64)
    if redemptions is None:
        return pl.Series("cost_minor", [None] * found.height, pl.Int64)
    costs = [redemptions.cost_minor.get(one, 0) for one in found["customer_id"]]
    return pl.Series("cost_minor", costs, pl.Int64)


def _redeemed(found: pl.DataFrame, orders: Orders, redemptions: Redemptions | None) -> pl.Series:
    if redemptions is not None:
        return pl.Series("redeemed", [one in redemptions.redeemers for one in found["customer_id"]], pl.Boolean)
    if orders.maps_coupon:
        return (found["coupon_minor"] > 0).alias("redeemed")
    return pl.Series("redeemed", [None] * found.height, pl.Boolean)
