"""What came of a period: the margin of purchases, what offers cost, and how the shop ran."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.engine import Engine, collect
from offerloop.events import Events
from offerloop.flow import shop_margins
from offerloop.loop.drift import PeriodSales, period_sales_of
from offerloop.loop.guardrail_sums import LINES, OPT_OUTS, MetricSums, metric_sums
from offerloop.money import MICRO
from offerloop.offers import NO_OFFER
from offerloop.response import (
    QUARTER_DAYS,
    UnseenCost,
    UnseenCosts,
    customer_days,
    exposure_features,
    exposure_outcomes,
)


@dataclass
class Outcomes:
    """Reads outcomes of periods, each from one epoch day until another, off the tables of a shop."""

    events: Events
    engine: Engine
    margin: float
    """The share of list sales, where products do not say."""
    _unseen_costs: dict[tuple[UnseenCost, ...], UnseenCosts] = field(default_factory=dict)

    def of_earlier_customers(self, day: int, until: int) -> pl.DataFrame:
        """Return customer_id, value_minor, and baseline_minor: the value in such a period of the quarter before.

        The customers are those whom a plan of this day would know: who ordered before it.
        """
        before = self.events.order_lines.filter(nw.col("order_day") < day)
        return self._values(collect(before.select("customer_id").unique(), "customer_id"), day, until)

    def of_offers(
        self, assigned: pl.DataFrame, day: int, until: int, unseen_costs: tuple[UnseenCost, ...] = ()
    ) -> pl.DataFrame:
        """Return the outcomes of a period's assignments with contact_cost_minor and cost_weight, one row per customer.

        Where a customer has several offers, the first counts as the planned one, and costs are those of all;
        coupons count as money where one of the offers costs money.
        `unseen_costs` are those of its offers of which order lines show nothing.
        Besides `of_earlier_customers`: planned_offer_id, arm, profit_minor, spend_minor (revenue in such a period of
        the quarter before), paid_minor and expected_minor (what offers that were given cost).
        """
        if "cost_weight" not in assigned.columns:  # journals of earlier versions
            assigned = assigned.with_columns(cost_weight=pl.lit(1.0))
        exposed = assigned.select("customer_id", "offer_id", shown_day=pl.lit(day), until_day=pl.lit(until))
        shown = pl.col("offer_id") != NO_OFFER
        contact = pl.when(shown).then(pl.col("contact_cost_minor")).otherwise(0)
        weight = pl.col("cost_weight")
        of_coupons = weight * pl.col("cost_expected_micro") / MICRO - contact
        expected = pl.when(shown).then(of_coupons).otherwise(0.0)
        of_offers = assigned.select(
            "customer_id", "planned_offer_id", "arm", "cost_weight", shown.alias("shown"), contact.alias("contact"),
            expected_minor=expected, unseen=pl.Series(self._unseen(unseen_costs).of_rows(exposed)),
        )  # fmt: skip
        first = pl.col("planned_offer_id", "arm", "shown").first()
        sums = pl.col("contact", "expected_minor", "unseen").sum()
        by_customer = of_offers.group_by("customer_id", maintain_order=True).agg(first, weight.max(), sums)
        rows = by_customer.select("customer_id", shown_day=pl.lit(day), until_day=pl.lit(until))
        values = self._values(by_customer.select("customer_id"), day, until).drop("customer_id")
        costs = by_customer.with_columns(
            values.with_columns(pl.col("cost_minor") * by_customer["cost_weight"] + by_customer["unseen"])
        ).with_columns(
            paid_minor=pl.when("shown").then("cost_minor").otherwise(0.0),
            profit_minor=pl.col("value_minor") - pl.col("cost_minor") - pl.col("contact"),
            spend_minor=(until - day) / QUARTER_DAYS * exposure_features(self._days, rows)["spend_91"],
        )
        wanted = ("value_minor", "profit_minor", "baseline_minor", "spend_minor", "paid_minor", "expected_minor")
        return costs.select("customer_id", "planned_offer_id", "arm", *wanted)

    def period_sales(self, day: int, until: int) -> PeriodSales:
        """Return how the shop ran."""
        return period_sales_of(self._bought(day, until), self._numbers)

    def metric_sums(self, customers: pl.DataFrame, day: int, until: int) -> MetricSums:
        """Return what guardrails compare of these customers, rows of `of_offers`."""
        ids = customers["customer_id"]
        browsing, back = self.events.browsing, self.events.returned
        rated = browsing.filter(nw.col("kind") == "rating", nw.col("event_day") >= day, nw.col("event_day") < until)
        ratings = collect(rated.select("customer_id", "value"))
        returned = back.filter((pl.col("order_day") >= day) & (pl.col("order_day") < until))
        refused = ids.is_in(self.events.no_consent["customer_id"].implode()).to_numpy().astype(np.float64)
        sales = metric_sums(self._bought(day, until), returned, ratings, ids, customers["value_minor"].to_numpy())
        return {**sales, OPT_OUTS: (refused, np.ones(len(ids)))}

    def _values(self, customers: pl.DataFrame, day: int, until: int) -> pl.DataFrame:
        rows = customers.with_columns(shown_day=pl.lit(day), until_day=pl.lit(until))
        before = customers.with_columns(shown_day=pl.lit(day - QUARTER_DAYS), until_day=pl.lit(day))
        usual = exposure_outcomes(self._days, before)["value_minor"] * ((until - day) / QUARTER_DAYS)
        return customers.with_columns(exposure_outcomes(self._days, rows)).with_columns(baseline_minor=usual)

    def _bought(self, day: int, until: int) -> pl.DataFrame:
        lines = self.events.order_lines.filter(nw.col("order_day") >= day, nw.col("order_day") < until)
        return collect(lines.select(LINES))

    @cached_property
    def _everybody(self) -> pl.DataFrame:
        return collect(self.events.order_lines.select("customer_id").unique(), "customer_id")

    @cached_property
    def _days(self) -> pl.DataFrame:
        lines, products = self.events.order_lines, self.events.products
        margins = shop_margins(self.events, self.margin)
        return customer_days(lines, products, margins, self.engine.table(self._everybody))

    def _unseen(self, costs: tuple[UnseenCost, ...]) -> UnseenCosts:
        if costs not in self._unseen_costs:
            events, ids = self.events, self.engine.table(self._everybody)
            self._unseen_costs[costs] = UnseenCosts.of(
                costs, events.order_lines, events.products, ids, coupons_apart=events.coupons_apart
            )
        return self._unseen_costs[costs]

    @cached_property
    def _numbers(self) -> pl.DataFrame:
        return collect(self.events.products.select("product_id")).unique().sort("product_id").with_row_index("number")


def value_indicator(done: pl.DataFrame) -> float:
    """Return the logarithm of the margin of purchases over that of the baseline."""
    value, usual = (max(float(done[name].sum()), 1.0) for name in ("value_minor", "baseline_minor"))
    return float(np.log(value / usual))


def cost_indicator(done: pl.DataFrame, regime: str) -> dict[str, float]:
    """Return the root of what offers cost less that of the forecast, in roots of what one costs; empty without any."""
    expected = done.filter(pl.col("expected_minor") > 0)
    if expected.is_empty():
        return {}
    paid, forecast = (float(expected[name].sum()) for name in ("paid_minor", "expected_minor"))
    unit = np.sqrt(max(forecast / expected.height, 1.0))
    return {"cost" + regime: float((np.sqrt(max(paid, 0.0)) - np.sqrt(forecast)) / unit)}
