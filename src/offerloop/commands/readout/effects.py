"""The comparisons of a read-out: the plan's offers, the whole programme, and segments of the plan's customers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from offerloop.commands.readout.findings import AgainstForecast, BoughtAnyway, ReadoutEffect
from offerloop.commands.readout.inputs import PastRun
from offerloop.evaluation import LEAST, Difference, Estimate, Moments, cuped, difference, enough, holm, relative
from offerloop.message import Message
from offerloop.money import MICRO
from offerloop.offers import NO_OFFER
from offerloop.profiles import TAG_LABELS
from offerloop.tables import EXPLORE, HOLDBACK, HOLDOUT, PLAN

OUTCOMES_SHOWN = ("bought", "n_orders", "revenue_minor", "margin_minor", "cost_minor", "profit_minor")
FIFTHS = {
    "lowest fifth": Message("lowest fifth", context="segment"),
    "second fifth": Message("second fifth", context="segment"),
    "middle fifth": Message("middle fifth", context="segment"),
    "fourth fifth": Message("fourth fifth", context="segment"),
    "highest fifth": Message("highest fifth", context="segment"),
}
"""Segments by predicted profit, from the lowest."""


@dataclass(frozen=True)
class OutcomePanel:
    """Outcomes as the comparisons need them: one row per customer, with `profit_minor` and a covariate `x`."""

    rows: pl.DataFrame
    covariate: Message | None
    """What the covariate is; None when there is none."""
    cost_observed: bool

    def by(self, other: OutcomePanel) -> OutcomePanel:
        """The same outcomes with the covariate of another period."""
        with_covariate = self.rows.drop("x").join(other.rows.select("customer_id", "x"), on="customer_id", how="left")
        return replace(self, rows=with_covariate, covariate=other.covariate)

    @property
    def planned(self) -> pl.DataFrame:
        """Customers for whom the plan has an offer, who got it or were held back."""
        wanted = (pl.col("planned_offer_id") != NO_OFFER) & pl.col("arm").is_in([PLAN, HOLDOUT])
        return self.rows.filter(wanted)


def panel(run: PastRun, outcomes: pl.DataFrame) -> OutcomePanel:
    """Read the table OUTCOMES. A cost that was not observed is the forecast's, or the most it can be without one."""
    observed = outcomes["cost_minor"].null_count() == 0
    forecast = pl.coalesce(pl.col("cost_expected_micro") / MICRO, pl.col("cost_liability_minor")).fill_null(0.0)
    terms = run.offers.select("campaign_id", "offer_id", "contact_cost_minor", "cost_weight")
    assigned = run.assignments.join(terms, on=["campaign_id", "offer_id"], how="left")
    weight, contact_cost = pl.col("cost_weight").fill_null(1.0), pl.col("contact_cost_minor").fill_null(0)
    costs = assigned.select(
        "customer_id", (weight * forecast).alias("forecast_minor"), (weight * contact_cost).alias("told_minor"),
        weight.alias("weight"),
    )  # fmt: skip
    recent = "recent_minor"
    before = run.profiles.select("customer_id", *([recent] if recent in run.profiles.columns else []))
    rows = outcomes.join(costs, on="customer_id", how="left").join(before, on="customer_id", how="left")
    x, covariate = pl.lit(0.0), None
    if outcomes["before_revenue_minor"].null_count() == 0:
        x = pl.col("before_revenue_minor")
        covariate = Message("revenue of as many days before the plan")
    elif recent in rows.columns:
        x = pl.col(recent).fill_null(0)
        covariate = Message("spend of the quarter before the plan, from the profiles")
    paid = pl.col("weight").fill_null(1.0) * pl.col("cost_minor") + pl.col("told_minor").fill_null(0.0)
    cost = paid if observed else pl.col("forecast_minor")
    rows = rows.with_columns(
        x.cast(pl.Float64).alias("x"),
        cost.cast(pl.Float64).alias("cost_minor"),
        (pl.col("margin_minor") - cost).cast(pl.Float64).alias("profit_minor"),
    )
    return OutcomePanel(rows, covariate, observed)


def compare(
    treated: pl.DataFrame, control: pl.DataFrame, comparison: str, outcome: str, group: str = "all"
) -> list[ReadoutEffect]:
    """The adjusted and the unadjusted effect on one outcome."""
    sums = [Moments.of(side[outcome].cast(pl.Float64).to_numpy(), side["x"].to_numpy()) for side in (treated, control)]
    share = relative(*sums) if sums[1].mean > 0 else None
    return [
        ReadoutEffect(comparison, outcome, group, method, plain(difference), difference.p_value, sums[0].n, sums[1].n,
               None if share is None else plain(share))
        for method, difference in (("adjusted", cuped(*sums)), ("unadjusted", difference(*sums)))
    ]  # fmt: skip


def plain(difference: Difference) -> Estimate:
    """Return the value and its interval alone."""
    return Estimate(difference.value, difference.low, difference.high)


def plan_effects(panel: OutcomePanel) -> tuple[list[ReadoutEffect], list[Message]]:
    """The plan's offers against the held-back: all outcomes over all campaigns and for each; and what is too small."""
    effects, few = [], []
    groups = {"all": panel.planned}
    campaigns = sorted(set(panel.planned["planned_campaign_id"].drop_nulls()))
    groups |= {one: panel.planned.filter(pl.col("planned_campaign_id") == one) for one in campaigns}
    for name, rows in groups.items():
        treated, control = sides(rows)
        if not comparable(treated, control):
            few.append(
                Message(
                    "campaign {name}: {treated} treated and {held} held back",
                    name=name,
                    treated=treated.height,
                    held=control.height,
                )
            )
            continue
        for outcome in outcomes_of(panel):
            effects += compare(treated, control, "plan", outcome, name)
    treated, control = sides(panel.planned)
    if panel.planned["before_revenue_minor"].null_count() == 0:
        effects += compare(treated, control, "plan", "before_revenue_minor")[1:]
    return effects, few


def programme_effects(panel: OutcomePanel) -> list[ReadoutEffect]:
    """Everybody who follows the plan, held back or not, or explores against the holdout, whatever they were given."""
    outside = panel.rows.filter(pl.col("arm").is_in([PLAN, HOLDBACK, EXPLORE]))
    held = panel.rows.filter(pl.col("arm") == HOLDOUT)
    return [one for outcome in outcomes_of(panel) for one in compare(outside, held, "programme", outcome)]


def outcomes_of(panel: OutcomePanel) -> tuple[str, ...]:
    """Return the outcomes that are shown: the cost only where it was observed."""
    return tuple(one for one in OUTCOMES_SHOWN if panel.cost_observed or one != "cost_minor")


def sides(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Treated by plan, and held back."""
    return rows.filter(pl.col("arm") == PLAN), rows.filter(pl.col("arm") == HOLDOUT)


def comparable(treated: pl.DataFrame, control: pl.DataFrame) -> bool:
    """Whether both have customers and buyers enough for a difference."""
    return enough(treated.height, control.height, n_buyers(treated) + n_buyers(control))


def n_buyers(rows: pl.DataFrame) -> int:
    """Customers who bought in the period."""
    return rows.filter("bought").height


def segment_effects(run: PastRun, panel: OutcomePanel) -> tuple[list[ReadoutEffect], list[Message]]:
    """Adjusted effect on margin by tag and by fifth of predicted profit, with Holm's p-values; and what is small."""
    tags = run.profiles.select("customer_id", pl.col("tags").alias("segment")).explode("segment").drop_nulls()
    parts = {"tag": panel.planned.join(tags, on="customer_id"), "fifth": _by_fifth(run, panel.planned)}
    effects, few = [], []
    for kind, rows in parts.items():
        for name in rows["segment"].unique(maintain_order=True).sort() if kind == "tag" else FIFTHS:
            treated, control = sides(rows.filter(pl.col("segment") == name))
            if comparable(treated, control):
                effects.append(compare(treated, control, kind, "margin_minor", name)[0])
            elif rows.height:
                few.append(
                    Message(
                        "{name}: {treated} treated and {held} held back",
                        name={**FIFTHS, **TAG_LABELS}.get(name, name),
                        treated=treated.height,
                        held=control.height,
                    )
                )
    adjusted = holm([one.p_value for one in effects])
    return [replace(one, p_value=p) for one, p in zip(effects, adjusted, strict=True)], few


def _by_fifth(run: PastRun, planned: pl.DataFrame) -> pl.DataFrame:
    """Planned customers with the fifth of what the plan's offer was estimated to earn, whether they got it or not."""
    effects = run.effects()
    if effects is None:
        return planned.clear().with_columns(pl.lit(None, pl.String).alias("segment"))
    keys = {"planned_campaign_id": "campaign_id", "planned_offer_id": "offer_id"}
    predicted = effects.select("customer_id", "campaign_id", "offer_id", pl.col("profit_minor").alias("predicted"))
    rows = (
        planned.lazy()
        .join(predicted, left_on=["customer_id", *keys], right_on=["customer_id", *keys.values()])
        .collect()
    )
    names = list(FIFTHS)
    place = np.arange(rows.height) * len(FIFTHS) // max(rows.height, 1)
    segments = pl.Series("segment", [names[one] for one in place], pl.String)
    return rows.sort("predicted", "customer_id").with_columns(segments)


def against_forecast(run: PastRun, start: OutcomePanel, days: int, period_days: int) -> AgainstForecast | None:
    """Realised profit of the first `days` beside the forecast of the plan as it went out; None without one."""
    rows = run.comparison.filter(pl.col("campaign_id").is_in(run.sent))
    rule = "plan as sent" if "plan as sent" in set(rows["rule"]) else "plan"
    rows = rows.filter(pl.col("rule") == rule)
    if rows.is_empty():
        return None
    names = ("profit_minor", "profit_low_minor", "profit_high_minor")
    ends = rows.select(pl.coalesce(name, "profit_minor").sum().cast(pl.Float64) for name in names)
    forecast = Estimate(*ends.row(0))
    adjusted, plain = compare(*sides(start.planned), "plan", "profit_minor")
    return AgainstForecast(forecast, adjusted.total, plain.total, days, period_days, run.config.evaluate.window_days)


def bought_anyway(panel: OutcomePanel, conversion: ReadoutEffect, *, any_coupon: bool) -> BoughtAnyway | None:
    """Return 1 - (buyers gained / redeemers) of those who redeemed; None when no redemption was observed.

    Buyers gained are the effect on buying times the treated; the number of redeemers counts as known.
    """
    treated, _ = sides(panel.planned)
    if treated["redeemed"].null_count():
        return None
    redeemed = treated.filter(pl.col("redeemed") & pl.col("bought")).height
    if redeemed < LEAST:
        return None
    gained = conversion.total
    ends = [min(1.0, max(0.0, 1 - one / redeemed)) for one in (gained.value, gained.high, gained.low)]
    return BoughtAnyway(Estimate(*ends), redeemed, any_coupon)
