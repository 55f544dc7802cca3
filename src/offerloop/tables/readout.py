"""What the read-out of a run writes: what each customer did after the plan, and what the plan caused."""

from __future__ import annotations

import polars as pl

from offerloop.tables.allocation import ARMS
from offerloop.tables.schema import ID, Column, TableContract

OUTCOMES = TableContract(
    "readout_outcomes",
    "What each customer of the run did in the period, with what was decided: the next run learns from it.",
    (
        Column("customer_id", ID, "customer"),
        Column("campaign_id", pl.String, "campaign of the offer", optional=True),
        Column("offer_id", pl.String, "offer, or 'none'"),
        Column("arm", pl.String, ", ".join(ARMS)),
        Column("planned_campaign_id", pl.String, "campaign of the plan's offer, whatever the arm", optional=True),
        Column("planned_offer_id", pl.String, "what the plan alone would give"),
        Column("n_planned", pl.Int64, "how many offers the plan has for the customer, whatever the arm"),
        Column("propensity", pl.Float64, "marginal probability of this offer over all arms"),
        Column("from_day", pl.Int64, "first epoch day of the period"),
        Column("until_day", pl.Int64, "last epoch day of the period"),
        Column("bought", pl.Boolean, "whether the customer ordered in the period"),
        Column("n_orders", pl.Int64, "orders"),
        Column("units", pl.Int64, "units"),
        Column("revenue_minor", pl.Int64, "what the shop received, whoever paid it"),
        Column("list_value_minor", pl.Int64, "value at list price"),
        Column("margin_minor", pl.Int64, "margin before offer cost, half up"),
        Column("cost_minor", pl.Int64, "own part of discounts redeemed; empty when not observed", optional=True),
        Column("redeemed", pl.Boolean, "whether an offer was redeemed; empty when not observed", optional=True),
        Column(
            "before_revenue_minor",
            pl.Int64,
            "revenue of as many days before the plan; empty when the orders do not reach back",
            optional=True,
        ),
    ),
    key=("customer_id",),
)

READOUT_EFFECTS = TableContract(
    "readout_effects",
    "Every estimate of a read-out with its 95 % interval.",
    (
        Column(
            "comparison",
            pl.String,
            "plan, programme, against_usual (plan less business as usual), usual (that less the holdout), explore, tag "
            "or fifth of predicted profit",
        ),
        Column("outcome", pl.String, "outcome of OUTCOMES, profit_minor (margin less cost) or before_revenue_minor"),
        Column("group", pl.String, "all, or the campaign, kind of offer or segment"),
        Column("method", pl.String, "adjusted (CUPED), unadjusted, or weighted (inverse probability)"),
        Column("unit", pl.String, "unit, a customer or in total; names a cost that is only forecast"),
        Column("value", pl.Float64, "treated less control"),
        Column("low", pl.Float64, "lower end, 95 %"),
        Column("high", pl.Float64, "upper end"),
        Column("p_value", pl.Float64, "two-sided; of segments adjusted for their number (Holm)"),
        Column("n_treated", pl.Int64, "customers treated"),
        Column("n_control", pl.Int64, "customers in the control"),
    ),
    key=("comparison", "outcome", "group", "method", "unit"),
)
