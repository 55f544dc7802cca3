"""What an evaluation of policies on logged propensities writes."""

from __future__ import annotations

import polars as pl

from offerloop.tables.schema import Column, TableContract

_POLICY = (
    Column("kind", pl.String, "logged, nothing, everyone (one offer for everybody), run or file"),
    Column("policy", pl.String, "the offer, the run or the file; the kind where it has no name"),
)

POLICY_VALUES = TableContract(
    "policy_values",
    "What each policy is worth by each method, and its differences from others by the recommended one.",
    (
        *_POLICY,
        Column("method", pl.String, "mean (of the log), IPS, SNIPS, DR or SWITCH-DR"),
        Column("recommended", pl.Boolean, "whether this method promises the least squared error"),
        Column("outcome", pl.String, "value, cost or profit, minor units a decision"),
        Column("against", pl.String, "policy that is subtracted: nothing, logged or best_single; empty for none"),
        Column("value", pl.Float64, "estimate"),
        Column("low", pl.Float64, "lower end, 95 %"),
        Column("high", pl.Float64, "upper end"),
        Column("effective_size", pl.Float64, "decisions that speak by their weights"),
        Column("expected_size", pl.Float64, "what all propensities lead to expect; empty if not known", optional=True),
        Column("largest_weight", pl.Float64, "largest weight of a decision; empty for differences", optional=True),
        Column("weight_limit", pl.Float64, "weights above it were cut; empty where none was", optional=True),
        Column("share_cut", pl.Float64, "share of all weight that was cut; empty for differences", optional=True),
    ),
    key=("kind", "policy", "method", "outcome", "against"),
)

OVERLAP = TableContract(
    "overlap",
    "How much the log knows of each offer under each policy, also of policies that get no value.",
    (
        *_POLICY,
        Column("offer_id", pl.String, "offer, or 'none'"),
        Column("logged", pl.Int64, "decisions of the log that showed it"),
        Column("policy_share", pl.Float64, "mean probability with which the policy would show it"),
        Column("mean_weight", pl.Float64, "of those decisions; empty without any", optional=True),
        Column("largest_weight", pl.Float64, "likewise", optional=True),
        Column("effective_size", pl.Float64, "decisions that speak about the offer under the policy"),
        Column(
            "largest_possible",
            pl.Float64,
            "over all decisions, infinite where the log could not show it; empty without all propensities",
            optional=True,
        ),
    ),
    key=("kind", "policy", "offer_id"),
)
