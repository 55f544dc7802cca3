"""One row per customer of a shard: what was decided, what the customer then did, and what that cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import polars as pl

from offerloop.commands.readout.findings import FORECAST_COST, OUTCOMES_SHOWN
from offerloop.commands.readout.inputs import DECIDED, BuyerOrders, PastRun, Period, as_id
from offerloop.commands.readout.shards.margins import margins_left
from offerloop.commands.readout.shards.redemptions import Redemptions, own_shares, redeemed_by
from offerloop.commands.readout.shards.tables import SUMS
from offerloop.engine import ShardRows
from offerloop.message import Message
from offerloop.money import half_up
from offerloop.offers import NO_OFFER
from offerloop.response import NEVER_IN_ORDERS, Margins
from offerloop.tables import OUTCOMES, PLAN

IN_LINES = Message("observed in the order lines")
IN_REDEMPTIONS = Message("observed in the redemptions")
BY_SHARE = Message(
    "suppliers pay different parts of the offers' coupons, and the order lines do not say what they paid; map their "
    "part as 'reimbursed' to see it"
)
BY_WEIGHT = Message(
    "coupons cost money in some campaigns and not in others, and the order lines do not say which campaign they are of"
)
_DECIDED = ("customer_id", "campaign_id", "offer_id", "arm", "planned_campaign_id", "planned_offer_id", "propensity")


@dataclass(frozen=True)
class ReadoutBasis:
    """What is seen of all customers alike."""

    maps_coupon: bool
    """Whether order lines say what coupons took off."""
    maps_reimbursed: bool
    """Whether they say what suppliers paid of it."""
    has_redemptions: bool
    reaches_back: bool
    """Whether the orders go as many days back before the plan."""
    has_recent: bool
    """Whether profiles say what customers spent in the quarter before the plan."""
    unlike_costs: Message | None = None
    """Why the cost of a coupon is not known of customers who got other offers than the plan's; None where it is."""
    shares: Mapping[str, Fraction] = field(default_factory=dict)
    """Our share of the coupons of each offer that was given and that order lines show."""
    common_weight: float = 1.0
    """The `cost_weight` of customers without such an offer: that of all those given, or 1 where they differ."""

    @classmethod
    def of(
        cls, run: PastRun, offers: pl.DataFrame, orders: BuyerOrders, period: Period, *, has_redemptions: bool
    ) -> ReadoutBasis:
        """Return what the inputs of a read-out show; `offers` are those that customers got or would get."""
        reaches_back = orders.first_day <= run.as_of_day - period.days
        shown = offers.filter(~pl.col("kind").is_in(NEVER_IN_ORDERS))
        shares = own_shares(shown)
        weights = set(shown["cost_weight"]) or {offers["cost_weight"].max()}
        unlike = None
        if orders.maps_coupon:
            by_share = not orders.maps_reimbursed and len(set(shares.values())) > 1
            unlike = BY_SHARE if by_share else BY_WEIGHT if len(weights) > 1 else None
        return cls(
            orders.maps_coupon, orders.maps_reimbursed, has_redemptions, reaches_back, run.has_recent, unlike,
            shares, weights.pop() if len(weights) == 1 else 1.0,
        )  # fmt: skip

    @property
    def cost(self) -> Message:
        """Where the cost of the offers comes from."""
        if self.maps_coupon:
            return IN_LINES
        return IN_REDEMPTIONS if self.has_redemptions else FORECAST_COST

    @property
    def sees_costs(self) -> bool:
        """Whether costs and redemptions were observed."""
        return self.maps_coupon or self.has_redemptions

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that are compared: the cost only where it was observed."""
        return tuple(one for one in OUTCOMES_SHOWN if self.sees_costs or one != "cost_minor")

    @property
    def outcomes_of_other_offers(self) -> tuple[str, ...]:
        """The same where customers got other offers than the plan's."""
        unknown = () if self.unlike_costs is None else ("cost_minor", "profit_minor")
        return tuple(one for one in self.outcomes if one not in unknown)

    @property
    def exploration_outcomes(self) -> tuple[str, ...]:
        """The outcomes that are compared of offers given at random."""
        shows_profit = self.sees_costs and self.unlike_costs is None
        return ("bought", "revenue_minor", "margin_minor", *(["profit_minor"] if shows_profit else []))

    @property
    def covariate(self) -> Message | None:
        """What outcomes are adjusted by."""
        if self.reaches_back:
            return Message("revenue of as many days before the plan")
        return Message("spend of the quarter before the plan, from the profiles") if self.has_recent else None


def outcomes(run: PastRun, basis: ReadoutBasis, period: Period, tables: ShardRows) -> pl.DataFrame:
    """The table OUTCOMES of a shard and a period: customers who bought nothing have zeros, sums of money are exact.

    `tables` has `bought` and `spent` of the period.
    """
    decided = run.checked(DECIDED, tables["assignments"])
    margins = Margins.of_table(run.margins, tells_shelf=basis.maps_coupon)
    left = _by_customer(run, margins_left(tables["spent"], margins))
    rows = decided.select(_DECIDED).join(_by_customer(run, tables["bought"]), on="customer_id", how="left")
    rows = rows.join(left, on="customer_id", how="left").with_columns(pl.col(*SUMS, "margin_minor").fill_null(0))
    rows = rows.join(_before(run, basis, tables), on="customer_id", how="left")
    further = tables["further_planned"].group_by("customer_id").len("n_further")
    rows = rows.join(further, on="customer_id", how="left")
    redemptions, before = None, pl.col("before_revenue_minor")
    if basis.has_redemptions:
        redeemed = redeemed_by(decided, tables["further_offers"], _by_customer(run, tables["redemptions"]))
        redemptions = Redemptions.of(run, redeemed)
    rows = rows.with_columns(
        (pl.col("n_orders") > 0).alias("bought"),
        ((pl.col("planned_offer_id") != NO_OFFER) + pl.col("n_further").fill_null(0).cast(pl.Int64)).alias("n_planned"),
        pl.lit(period.first, pl.Int64).alias("from_day"),
        pl.lit(period.last, pl.Int64).alias("until_day"),
        before.fill_null(0) if basis.reaches_back else before,
        _cost(rows, tables["further_planned"], basis, redemptions),
        _redeemed(rows, basis, redemptions),
    )
    return OUTCOMES.check(rows.select(OUTCOMES.names).sort("customer_id"))


def _by_customer(run: PastRun, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(as_id(run.id_type)).drop_nulls("customer_id")


def _before(run: PastRun, basis: ReadoutBasis, tables: ShardRows) -> pl.DataFrame:
    """customer_id and before_revenue_minor of those who bought before; nobody where that is not seen."""
    if basis.reaches_back:
        return _by_customer(run, tables["before"])
    return pl.DataFrame(schema={"customer_id": run.id_type, "before_revenue_minor": pl.Int64})


def _cost(rows: pl.DataFrame, further: pl.DataFrame, basis: ReadoutBasis, redemptions: Redemptions | None) -> pl.Series:
    """Own part of discounts redeemed, of every customer alike: the holdout's other coupons cancel those of the rest.

    Of a customer with several offers it is the largest part that one of them leaves us, also where all are held back;
    of one without an offer that order lines show that of all those given, or everything where they differ.
    """
    if basis.maps_coupon and basis.maps_reimbursed:
        return (rows["coupon_minor"] - rows["reimbursed_minor"]).alias("cost_minor")
    if basis.maps_coupon:
        common = set(basis.shares.values())
        without = common.pop() if len(common) == 1 else Fraction(1)
        offer = pl.when(pl.col("offer_id") != NO_OFFER).then("offer_id").otherwise("planned_offer_id")
        others = further.group_by("customer_id").agg(others="offer_id")
        coupons = rows.join(others, on="customer_id", how="left", maintain_order="left")
        has_others = (pl.col("arm") == PLAN) | (pl.col("offer_id") == NO_OFFER)
        own = [
            half_up(coupon * max(basis.shares.get(one, without) for one in (offer, *(more or ()))))
            for coupon, offer, more in coupons.select(
                "coupon_minor", offer, pl.when(has_others).then("others")
            ).iter_rows()
        ]
        return pl.Series("cost_minor", own, pl.Int64)
    if redemptions is None:
        return pl.Series("cost_minor", [None] * rows.height, pl.Int64)
    return pl.Series("cost_minor", [redemptions.cost_minor.get(one, 0) for one in rows["customer_id"]], pl.Int64)


def _redeemed(rows: pl.DataFrame, basis: ReadoutBasis, redemptions: Redemptions | None) -> pl.Series:
    if redemptions is not None:
        return pl.Series("redeemed", [one in redemptions.redeemers for one in rows["customer_id"]], pl.Boolean)
    if basis.maps_coupon:
        return (rows["coupon_minor"] > 0).alias("redeemed")
    return pl.Series("redeemed", [None] * rows.height, pl.Boolean)
