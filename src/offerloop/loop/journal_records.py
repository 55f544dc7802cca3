"""What a journal holds of the decision on a period: who got what, at random or not, and the forecasts."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from offerloop.config import Config
from offerloop.decision import Forecast
from offerloop.errors import ContractError
from offerloop.message import Message
from offerloop.money import MICRO, to_text
from offerloop.offers import NO_OFFER
from offerloop.tables import EXPLORE, HOLDBACK, PLAN, with_other_names

JournalDecision = dict[str, Any]
"""What a journal holds of a decision."""
FORECAST = ("profit_minor", "low_minor", "high_minor")
"""What is recorded of a forecast: the profit and its interval, which may be unknown."""
UNSEEN_COSTS = "unseen_costs"
"""Key of a decision: what its offers cost of which order lines show nothing."""
COSTS = ("contact_cost_minor", "cost_weight")
"""Columns of recorded assignments that say what they cost; journals of earlier versions lack the last one."""
OUTSIDE = ("no_consent", "outside")
"""Reasons of customers who may get no offer."""


@dataclass(frozen=True)
class PeriodPlan:
    """What was planned and drawn for a period."""

    name: str
    """The folder of its run; empty where there is none."""
    assignments: pl.DataFrame
    """The table ASSIGNMENTS, with further offers of customers; see `tables.all_offers`."""
    further_planned: pl.DataFrame
    """The table FURTHER_PLANNED."""
    offers: pl.DataFrame
    """The table OFFERS."""
    forecasts: Sequence[Forecast]
    gaps: Sequence[Message]
    """What the data could not show."""
    revisions: Mapping[str, int] = field(default_factory=dict)
    """The revision of each campaign that people wrote in the service."""


def decision_of(plan: PeriodPlan) -> JournalDecision:
    """Return what a journal holds of a plan."""
    table = plan.assignments
    arms = dict(table.group_by("arm").len().iter_rows())
    inside = table.filter(~pl.col("reasons").is_in(OUTSIDE))
    offered = table.filter(pl.col("offer_id") != NO_OFFER)
    return {
        "run": plan.name, "campaigns": {one.campaign_id: plan.revisions.get(one.campaign_id) for one in plan.forecasts},
        "customers": inside["customer_id"].n_unique(), "offered": offered["customer_id"].n_unique(),
        "explorers": arms.get(EXPLORE, 0), "held_back": arms.get(HOLDBACK, 0),
        "sent": [one.campaign_id for one in plan.forecasts if one.send],
        "forecasts": [_forecast(one.campaign_id, one.comparison) for one in plan.forecasts],
        "liability_minor": int(offered["cost_liability_minor"].fill_null(0).sum()),
        "gaps": [str(one) for one in plan.gaps], "assignments": packed(_with_costs(table, plan)),
    }  # fmt: skip


def _with_costs(table: pl.DataFrame, plan: PeriodPlan) -> pl.DataFrame:
    """Return assignments with COSTS: of what was given, else the largest weight of what was planned.

    Contacts of a campaign whose budget is not money cost nothing.
    """
    weight, contact = pl.col("cost_weight"), pl.col("contact_cost_minor")
    costs = plan.offers.select("campaign_id", "offer_id", (contact * weight).cast(pl.Int64), weight)
    planned = costs.select(pl.col("campaign_id", "offer_id", "cost_weight").name.prefix("planned_"))
    for terms in (costs, planned):
        table = table.join(terms, on=terms.columns[:2], how="left", maintain_order="left")
    further = plan.further_planned.join(costs, on=costs.columns[:2]).group_by("customer_id")
    table = table.join(further.agg(further=weight.max()), on="customer_id", how="left", maintain_order="left")
    held_back = pl.max_horizontal("planned_cost_weight", "further")
    return table.with_columns(pl.coalesce(weight, held_back, 1.0)).drop("planned_cost_weight", "further")


def _forecast(campaign_id: str, comparison: pl.DataFrame) -> dict[str, Any]:
    """The profit of a campaign's plan, sent or not, minor units."""
    names = ("profit_minor", "profit_low_minor", "profit_high_minor")
    figures = comparison.filter(pl.col("rule") == PLAN).select(names).row(0)
    return {"campaign": campaign_id, **dict(zip(FORECAST, figures, strict=True))}


def check_budgets(period: int, config: Config, period_plan: PeriodPlan) -> None:
    """Raise ContractError where what a campaign's plan or its random offers count is beyond their budget."""
    table = period_plan.assignments.filter(pl.col("offer_id") != NO_OFFER)
    for campaign in config.campaigns:
        of_campaign = table.filter(pl.col("campaign_id") == campaign.id)
        plan, random = of_campaign.filter(pl.col("arm") == PLAN), of_campaign.filter(pl.col("arm") == EXPLORE)
        expected = campaign.budget_basis == "expected"
        counted = plan["cost_expected_micro"].sum() / MICRO if expected else plan["cost_liability_minor"].sum()
        budget, for_exploring = (
            config.minor(amount, campaign) for amount in (campaign.budget, campaign.explore_budget)
        )
        drawn = random["cost_liability_minor"].sum()
        if counted > budget or drawn > for_exploring + (budget if plan.is_empty() else 0):
            plan_text, random_text = (to_text(round(cost), config.unit(campaign)) for cost in (counted, drawn))
            raise ContractError(
                f"period {period}: campaign '{campaign.id}' would spend up to {plan_text} on its plan and "
                f"{random_text} on random offers, more than its budgets {campaign.budget} and {campaign.explore_budget}"
            )


def exposures(assigned_by_period: Mapping[int, pl.DataFrame], first_day: int, days: int) -> pl.DataFrame:
    """Return assignments by period as exposures: customer_id, offer_id, shown_day, propensity.

    Customers for whom the plan had several offers are left out whatever they got: what several bring does not tell what
    each does, and of the others some would be missing. Earlier versions had one offer at most.
    """
    rows = [
        _by_single_offers(table.filter(~pl.col("reasons").is_in(OUTSIDE))).select(
            "customer_id", "offer_id", pl.lit(first_day + period * days, pl.Int64).alias("shown_day"), "propensity"
        )
        for period, table in sorted(assigned_by_period.items())
    ]
    schema = {"customer_id": pl.Null, "offer_id": pl.String, "shown_day": pl.Int64, "propensity": pl.Float64}
    return pl.concat(rows) if rows else pl.DataFrame(schema=schema)


def _by_single_offers(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter(pl.col("n_planned") <= 1) if "n_planned" in table.columns else table


def exposures_of(recorded: Sequence[tuple[int, str, JournalDecision]], begun: Mapping[str, int]) -> pl.DataFrame:
    """Return the exposures that the decisions in a journal make."""
    assigned_by_period = {
        period: unpacked(body["assignments"])
        for period, step, body in recorded
        if step == "decide" and not body["missed"]
    }
    return exposures(assigned_by_period, begun["first_day"], begun["days"])


def without_customers(body: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what a step came to with other names in place of some customers'."""
    if not isinstance(body, dict) or "assignments" not in body:
        return body
    table = unpacked(body["assignments"])
    other = with_other_names(table, names)
    return body if other is table else {**body, "assignments": packed(other)}


def packed(table: pl.DataFrame) -> str:
    """Return a table as Parquet, compressed, in base 64."""
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd")
    return b64encode(buffer.getvalue()).decode()


def unpacked(text: str) -> pl.DataFrame:
    """Return the table of `packed`."""
    return pl.read_parquet(io.BytesIO(b64decode(text)))
