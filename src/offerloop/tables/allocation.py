"""What the stage `allocation` hands on, and what is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import polars as pl

from offerloop.tables.schema import ID, Column, TableContract

Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)

PLAN, EXPLORE, HOLDBACK, HOLDOUT, USUAL = "plan", "explore", "holdback", "holdout", "usual"
ARMS = {
    PLAN: "what the plan says",
    EXPLORE: "an offer or nothing at random, to learn",
    HOLDBACK: "nothing in this period though the plan has an offer, by a draw for each period: a loop's control group",
    HOLDOUT: "never an offer",
    USUAL: "what the shop does today",
}
"""The random groups of customers, and what each gets: one set for `run`, the loop and read-outs."""

REASONS = {
    "holdout": "permanent holdout",
    "explore": "drawn at random",
    "usual": "business as usual: what the shop does today",
    "held_back": "the plan's offer is held back in this period, drawn at random",
    "best_profit": "best profit within budget",
    "no_campaign_pays": "no campaign pays",
    "no_effect_known": "nothing shows the effect of any offer",
    "no_consent": "the customer has not agreed to personalised offers",
    "outside": "in no campaign's audience",
    "no_sent_campaign": "in the audience of no campaign that is sent",
    "no_basis": "no recent purchase, so no response can be estimated",
    "no_offer_pays": "no offer pays for this customer",
    "budget_spent": "budget spent on customers with a better return",
}
"""Codes of the column `reasons`, in words."""
EARLIER_REASONS = {"lot": "explore"}
"""What codes were in runs of version 0.1, whose recorded decisions keep them, and are now."""

ASSIGNMENTS = TableContract(
    "assignments",
    "What each customer of the audience gets. One row per customer, sorted by customer_id.",
    (
        Column("customer_id", ID, "customer"),
        Column("campaign_id", pl.String, "campaign of the offer", optional=True),
        Column("offer_id", pl.String, "offer, or 'none'"),
        Column("arm", pl.String, ", ".join(f"{arm} ({words})" for arm, words in ARMS.items())),
        Column("propensity", pl.Float64, "marginal probability of this offer over all arms"),
        Column(
            "profit_minor",
            pl.Int64,
            "value less expected cost by the estimates that chose it: too high on average; empty without one",
            optional=True,
        ),
        Column("profit_low_minor", pl.Int64, "lower end, rough; empty where it is assumed", optional=True),
        Column("profit_high_minor", pl.Int64, "upper end, rough; likewise", optional=True),
        Column(
            "profit_held_out_minor",
            pl.Int64,
            "profit by the slopes of the customer's own half; without shelf prices profit_minor",
            optional=True,
        ),
        Column("value_minor", pl.Int64, "incremental margin before the offer's cost", optional=True),
        Column("cost_expected_micro", pl.Int64, "expected cost to us, millionths of a minor unit", optional=True),
        Column(
            "cost_liability_minor",
            pl.Int64,
            "most it can cost us; of an offer that customers use several times what is expected, where that is more",
            optional=True,
        ),
        Column("basis", pl.String, "estimated, transferred, measured, assumed, unknown, or none (no offer)"),
        Column("planned_campaign_id", pl.String, "campaign of the plan's offer, whatever the arm", optional=True),
        Column("planned_offer_id", pl.String, "what the plan alone would give: also known of the holdout"),
        Column("n_planned", pl.Int64, "how many offers the plan has for the customer, whatever the arm", optional=True),
        Column("explore_kinds", pl.String, "kinds of offer that the customer could draw at random, comma-separated"),
        Column(
            "product_ids",
            pl.String,
            "suggested products of the offer's category, best first, with blanks between them; where an id holds a "
            "blank, each with a line break behind it",
        ),
        Column("reasons", pl.String, "why: " + ", ".join(f"{code} ({words})" for code, words in REASONS.items())),
        Column("best_alternative", pl.String, "best other offer and how far behind it is"),
    ),
    key=("customer_id",),
)


def joined_product_ids(product_ids: Sequence[str]) -> str:
    """Return ids as the column `product_ids` has them."""
    text = " ".join(product_ids)
    return text if text.split() == list(product_ids) else "".join(f"{one}\n" for one in product_ids)


def split_product_ids(text: str) -> tuple[str, ...]:
    """Return the ids of a value of the column `product_ids`."""
    return tuple(text.split("\n")[:-1] if "\n" in text else text.split())


EARLIER_NAMES = {"lot_kinds": "explore_kinds", "rank_of_alternative": "best_alternative"}
"""What columns of ASSIGNMENTS were called in runs of version 0.1, and are called now."""

FURTHER_OFFERS = TableContract(
    "further_offers",
    "What customers get of other campaigns beside their row in `assignments`, where `plan.offers_per_customer` allows "
    "several. One row per offer, sorted by customer_id, those of most profit first; propensity is that of all offers "
    "of the customer together.",
    ASSIGNMENTS.columns,
    key=("customer_id", "campaign_id"),
)

FURTHER_PLANNED = TableContract(
    "further_planned",
    "What the plan has beside `planned_offer_id` for customers who were drawn at random and so do not get it, where "
    "`plan.offers_per_customer` allows several. One row per offer, sorted by customer_id, those of most profit first.",
    (
        Column("customer_id", ID, "customer"),
        Column("campaign_id", pl.String, "campaign of the offer"),
        Column("offer_id", pl.String, "offer"),
        Column("arm", pl.String, "the customer's random group"),
    ),
    key=("customer_id", "campaign_id"),
)


def all_offers(assignments: Rows, further: Rows) -> Rows:
    """Return ASSIGNMENTS with FURTHER_OFFERS: sorted by customer, the offers of one in their order."""
    return pl.concat([assignments, further]).sort("customer_id", maintain_order=True)


AS_SENT = "plan as sent"
"""The rule of `comparison` that is the plan less exploration, beside the plan for all who could get it."""
COMPARISON = TableContract(
    "comparison",
    "The plan beside reference policies at its expected spend or all they can spend, held out, minor units.",
    (
        Column("campaign_id", pl.String, "campaign"),
        Column("rule", pl.String, "plan or a simple rule"),
        Column("n_customers", pl.Float64, "customers treated, expected"),
        Column("spend_minor", pl.Float64, "expected cost to us"),
        Column("profit_minor", pl.Float64, "held-out profit; of the plan as sent, less the luck of being sent"),
        Column("profit_low_minor", pl.Float64, "lower end, 95 %; empty where all is assumed", optional=True),
        Column("profit_high_minor", pl.Float64, "upper end; likewise", optional=True),
        Column("plan_leads_by_minor", pl.Float64, "profit of the plan less that of the rule"),
        Column("plan_leads_low_minor", pl.Float64, "lower end, 95 %; empty where all is assumed", optional=True),
        Column("plan_leads_high_minor", pl.Float64, "upper end; likewise", optional=True),
    ),
    key=("campaign_id", "rule"),
)

BUDGET_CURVE = TableContract(
    "budget_curve",
    "Held-out profit of the plan for growing budgets, minor units; the last row is the stop point.",
    (
        Column("campaign_id", pl.String, "campaign"),
        Column("budget_minor", pl.Float64, "budget used, in the campaign's basis"),
        Column("n_customers", pl.Float64, "customers treated"),
        Column("spend_minor", pl.Float64, "expected cost to us"),
        Column("profit_minor", pl.Float64, "held-out profit"),
        Column("profit_low_minor", pl.Float64, "lower end, 95 %; empty where all is assumed", optional=True),
        Column("profit_high_minor", pl.Float64, "upper end; likewise", optional=True),
        Column(
            "shadow_price", pl.Float64, "profit that the next unit of budget would bring, by the estimates that choose"
        ),
    ),
    key=("campaign_id", "budget_minor"),
)

BREAK_EVEN_SWEEP = TableContract(
    "break_even_sweep",
    "Held-out profit of each customer's best offer, without a budget, by supplier share and by margin.",
    (
        Column("campaign_id", pl.String, "campaign"),
        Column("lever", pl.String, "supplier share or margin"),
        Column("level", pl.Float64, "its value"),
        Column("n_customers", pl.Float64, "customers treated"),
        Column("profit_minor", pl.Float64, "held-out profit, minor units"),
        Column("profit_low_minor", pl.Float64, "lower end, 95 %; empty where all is assumed", optional=True),
        Column("profit_high_minor", pl.Float64, "upper end; likewise", optional=True),
    ),
    key=("campaign_id", "lever", "level"),
)

UNIFORM_DEPTHS = TableContract(
    "uniform_depths",
    "One depth for everybody: held-out profit of each offer with a depth, given to all whom it concerns, and of none.",
    (
        Column("campaign_id", pl.String, "campaign"),
        Column("category", pl.String, "category; empty for offers on everything", optional=True),
        Column("depth", pl.Float64, "share off the list price; 0 for no discount"),
        Column("offer_id", pl.String, "offer of that depth, or 'none'"),
        Column("n_customers", pl.Float64, "customers treated"),
        Column("spend_minor", pl.Float64, "expected cost to us"),
        Column("profit_minor", pl.Float64, "held-out profit, minor units"),
        Column("profit_low_minor", pl.Float64, "lower end, 95 %; empty where all is assumed", optional=True),
        Column("profit_high_minor", pl.Float64, "upper end; likewise", optional=True),
        Column("estimated_minor", pl.Float64, "profit by the estimates that choose: too high on average"),
        Column("floor_depth", pl.Float64, "depth at which our part of it is all of the margin: the price is at cost"),
        Column("below_floor", pl.Boolean, "whether it is deeper than that; then it is never the best"),
        Column("beats_nothing", pl.Boolean, "whether its interval lies above the profit of no discount"),
        Column("is_best", pl.Boolean, "the depth of most estimated profit in its category that is not below the floor"),
    ),
    key=("campaign_id", "category", "offer_id"),
)

PLAN_LIMITS = TableContract(
    "plan_limits",
    "What each limit costs: the profit that the campaigns which are sent would have without it, less that of the plan. "
    "The row `order` says what solving campaigns in order costs. Money in minor units.",
    (
        Column(
            "kind",
            pl.String,
            "campaign, offers (some of a campaign's), team, total, contacts, channel (contacts by channel), customer "
            "(offers of each customer), or order",
        ),
        Column("name", pl.String, "campaign, pattern of offers, team or channel; empty where there is only one"),
        Column("campaign_id", pl.String, "the one campaign that it concerns", optional=True),
        Column("unit", pl.String, "what it counts: money, the unit of the campaign's budget, contacts, or offers"),
        Column("at_most", pl.Float64, "minor units, or contacts; empty for the order", optional=True),
        Column("used", pl.Float64, "by the plans that are sent; likewise", optional=True),
        Column(
            "shadow_price",
            pl.Float64,
            "profit that one more minor unit, or contact, would bring, by the estimates that choose; empty for the "
            "order and for offers of each customer",
            optional=True,
        ),
        Column(
            "claimed_gain_minor",
            pl.Float64,
            "profit gained without it, by the estimates that choose; empty where that is not computed",
            optional=True,
        ),
        Column("gain_minor", pl.Float64, "held-out profit gained without it; likewise", optional=True),
        Column("gain_low_minor", pl.Float64, "lower end, 95 %; empty where all is assumed", optional=True),
        Column("gain_high_minor", pl.Float64, "upper end; likewise", optional=True),
    ),
    key=("kind", "name", "campaign_id"),
)

OFFER_PRICES = TableContract(
    "offer_prices",
    "What each offer's use of limits was priced at when the plan was solved.",
    (
        Column("campaign_id", pl.String, "campaign"),
        Column("offer_id", pl.String, "offer with an effect on somebody"),
        Column("budget_price", pl.Float64, "profit that a minor unit of all its budgets together brings elsewhere"),
        Column("contact_price", pl.Float64, "minor units of profit that a contact brings elsewhere"),
    ),
    key=("campaign_id", "offer_id"),
)
