"""What the stage `response` hands on."""

from __future__ import annotations

import polars as pl

from offerloop.tables.schema import ID, Column, TableContract

CAMPAIGN_EFFECTS = TableContract(
    "campaign_effects",
    "What past campaigns did: differences between targeted and other customers, minor units a customer-week.",
    (
        Column("campaign_id", pl.String, "campaign"),
        Column("campaign_type", pl.String, "as in the source"),
        Column("starts_day", pl.Int64, "first epoch day"),
        Column("ends_day", pl.Int64, "last epoch day known"),
        Column("n_targeted", pl.Int64, "customers who received it"),
        Column("n_others", pl.Int64, "customers who did not"),
        Column("naive_minor", pl.Float64, "spend during the campaign, targeted less others: not an effect"),
        Column("naive_se", pl.Float64, "standard error"),
        Column("adjusted_minor", pl.Float64, "difference-in-differences, during less before", optional=True),
        Column("adjusted_se", pl.Float64, "standard error", optional=True),
        Column("placebo_minor", pl.Float64, "the same between two periods before the campaign", optional=True),
        Column("placebo_se", pl.Float64, "standard error", optional=True),
        Column("before_days", pl.Int64, "days of the period before that the data hold"),
        Column("note", pl.String, "what the data cut short, and what was done about it"),
        Column("note_message", pl.String, "the same as JSON, templates and values apart: what pages translate"),
    ),
    key=("campaign_id",),
)

FIRST_REACHED = TableContract(
    "first_reached",
    "What first reaching customers with a type of campaign changed, against those not reached until later.",
    (
        Column("campaign_type", pl.String, "as in the source; empty where there are no types"),
        Column("n_reached", pl.Int64, "customers who were reached and could be compared"),
        Column("effect_minor", pl.Float64, "spend a customer and week, in the eight weeks from reaching on"),
        Column("effect_se", pl.Float64, "standard error, by customer"),
        Column("placebo_minor", pl.Float64, "the same in the three weeks before: 0 where both would have moved alike"),
        Column("placebo_se", pl.Float64, "standard error"),
    ),
    key=("campaign_type",),
)

RESPONSE_SLOPES = TableContract(
    "response_slopes",
    "Average response to shelf discounts by both designs, per unit of depth.",
    (
        Column("design", pl.String, "B: depth of own products; A: depth of the whole category"),
        Column("outcome", pl.String, "bought, units, list_minor or discount_minor, a pair and week"),
        Column("slope", pl.Float64, "change of the outcome per unit of depth"),
        Column("se", pl.Float64, "standard error, clustered"),
        Column("mean", pl.Float64, "mean of the outcome"),
        Column("relative_per_10", pl.Float64, "change for ten points of depth, as a share of the mean"),
        Column("relative_per_10_se", pl.Float64, "standard error"),
        Column("n_pairs", pl.Int64, "pairs of a customer and a category"),
    ),
    key=("design", "outcome"),
)

RESPONSE_CURVE = TableContract(
    "response_curve",
    "Change of the weekly probability of buying by depth of own products, against the lowest band.",
    (
        Column("depth_low", pl.Float64, "band of depth from"),
        Column("depth_high", pl.Float64, "to below"),
        Column("effect", pl.Float64, "change of the probability"),
        Column("se", pl.Float64, "standard error"),
        Column("share_of_weeks", pl.Float64, "share of pair-weeks in the band"),
    ),
    key=("depth_low",),
)

RESPONSE_CHECKS = TableContract(
    "response_checks",
    "What would have to be true if the design measured what it claims.",
    (
        Column("check", pl.String, "what was put in the exposure's or the outcome's place"),
        Column("outcome", pl.String, "outcome"),
        Column("estimate", pl.Float64, "estimate"),
        Column("se", pl.Float64, "standard error"),
        Column("expected", pl.String, "what a valid design would show"),
        Column("passed", pl.Boolean, "empty where nothing is expected", optional=True),
    ),
    key=("check", "outcome"),
)

RESPONSE_DECILES = TableContract(
    "response_deciles",
    "Who responds more: held-out slopes by decile of the predicted slope.",
    (
        Column("outcome", pl.String, "bought (per unit of depth) or list_sales (growth per unit of depth)"),
        Column("decile", pl.Int64, "1 lowest to 10 highest prediction"),
        Column("predicted", pl.Float64, "mean prediction of the other half's model"),
        Column("realised", pl.Float64, "slope among these pairs"),
        Column("se", pl.Float64, "standard error"),
        Column("n_pairs", pl.Int64, "pairs"),
    ),
    key=("outcome", "decile"),
)

SHOWN_OFFERS = TableContract(
    "shown_offers",
    "What offers that were shown at random changed in the window after it, against deliberately nothing; minor units.",
    (
        Column("offer_id", pl.String, "offer"),
        Column("n_shown", pl.Int64, "exposures whose window is over, of those that effects were learned from"),
        Column("n_nothing", pl.Int64, "the same in which deliberately nothing was shown"),
        Column(
            "value_minor",
            pl.Float64,
            "margin gained by an exposure, before the offer's cost; weighted by how far chance decided it",
        ),
        Column("value_se_minor", pl.Float64, "standard error"),
        Column(
            "discount_minor",
            pl.Float64,
            "discount redeemed, whoever pays it; where windows end early in proportion to time, whatever the coupon",
        ),
        Column("discount_se_minor", pl.Float64, "standard error"),
        Column(
            "p_redeem",
            pl.Float64,
            "share of whole windows in which it is used, beyond that after nothing",
        ),
        Column("estimator", pl.String, "estimator of differences between customers"),
        Column(
            "carries_over",
            pl.Float64,
            "what follows in later windows, as a share of the effect in its own",
        ),
        Column("carries_over_p", pl.Float64, "how often chance alone would show as much of it"),
        Column(
            "of_late",
            pl.Float64,
            "by how much more, or less, all offers bring at the end of the log than on average over it, as a share",
        ),
        Column("of_late_low", pl.Float64, "lower end of its 95 % interval"),
        Column("of_late_high", pl.Float64, "upper end of its 95 % interval"),
    ),
    key=("offer_id",),
)

BREAK_EVEN = TableContract(
    "break_even",
    "Discount given for each unit of list sales gained, over all pairs: the margin at which shelf discounts pay.",
    (
        Column("design", pl.String, "B or A"),
        Column("margin", pl.Float64, "break-even margin"),
        Column("se", pl.Float64, "standard error"),
    ),
    key=("design",),
)

MARGINS = TableContract(
    "margins",
    "What is left of list price before any offer's cost: the plan values sales by it, and so does its read-out.",
    (
        Column("category", pl.String, "category; empty for everything else", optional=True),
        Column("margin", pl.Float64, "share of list price, after usual shelf discounts"),
        Column("basis", pl.String, "unit costs, or configured (shop.margin)"),
        Column(
            "cost_share",
            pl.Float64,
            "what goods of unknown unit cost are taken to cost, as a share of list price; empty where order lines do "
            "not tell shelf discounts from offers",
            optional=True,
        ),
    ),
    key=("category",),
)

NOT_VALID = "not_valid"
"""The basis of an offer that is not valid in the plan's period."""

OFFERS = TableContract(
    "offers",
    "Every offer of every campaign, and what its effect rests on.",
    (
        Column("campaign_id", pl.String, "campaign"),
        Column("offer_id", pl.String, "offer, unique in its campaign"),
        Column("kind", pl.String, "kind of offer, such as coupon or spend_and_save"),
        Column("category", pl.String, "category it is limited to", optional=True),
        Column("depth", pl.Float64, "share off the list price", optional=True),
        Column("funded_share", pl.Float64, "share of the discount that a supplier pays"),
        Column("margin", pl.Float64, "share of list price that is left of what the offer covers, see margins"),
        Column("cost_liability_minor", pl.Int64, "most that one use can cost us; empty when unlimited", optional=True),
        Column("contact_cost_minor", pl.Int64, "cost of contacting one customer, redeemed or not"),
        Column(
            "cost_weight", pl.Float64, "1 where cost is money and lowers profit, 0 where the budget is of another unit"
        ),
        Column("channel", pl.String, "how the customer hears of it"),
        Column("quiet_hours", pl.String, "local times between which nobody is contacted", optional=True),
        Column("label", pl.String, "what a customer would read"),
        Column("label_message", pl.String, "the same as JSON, template and values apart: what pages translate"),
        Column(
            "basis",
            pl.String,
            "estimated (shown at random), transferred (shelf prices), measured (a read-out), assumed, unknown or "
            "not_valid (over before the plan's period, or begins after it: nobody gets it)",
        ),
        Column("starts_at", pl.Int64, "second since 1970 from which it is valid; empty when always", optional=True),
        Column("ends_at", pl.Int64, "first second since 1970 at which it is over; empty when never", optional=True),
    ),
    key=("campaign_id", "offer_id"),
)

EFFECTS = TableContract(
    "effects",
    "What an offer would change for a customer in its audience in the plan's period, minor units; intervals of one row "
    "are rough.",
    (
        Column("campaign_id", pl.String, "campaign"),
        Column("customer_id", ID, "customer"),
        Column("offer_id", pl.String, "offer"),
        Column("value_minor", pl.Float64, "incremental margin before the offer's cost"),
        Column("value_low_minor", pl.Float64, "lower end; empty where it is assumed", optional=True),
        Column("value_high_minor", pl.Float64, "upper end, design A's bracket included; likewise", optional=True),
        Column("profit_minor", pl.Float64, "value less expected cost"),
        Column("profit_low_minor", pl.Float64, "lower end; empty where it is assumed", optional=True),
        Column("profit_high_minor", pl.Float64, "upper end; likewise", optional=True),
        Column("p_redeem", pl.Float64, "probability that the customer uses it"),
        Column("cost_expected_micro", pl.Int64, "expected cost to us in millionths of a minor unit, rounded up"),
        Column(
            "cost_liability_minor",
            pl.Int64,
            "most that one use can cost us, or what is expected where that is more; empty when unlimited",
            optional=True,
        ),
        Column("fold", pl.Int64, "half of the customers in the first division, by hash"),
        Column(
            "discount_minor",
            pl.Float64,
            "expected discount, whoever pays it; if estimated, before the calibration that is in value_minor",
        ),
        Column(
            "growth",
            pl.Float64,
            "what it brings in the period, as a share of what the customer buys without it; if estimated, before the "
            "calibration that is in value_minor",
        ),
        Column(
            "held_out_value_minor",
            pl.Float64,
            "value by the realised slopes of the customer's own half; without shelf prices value_minor",
        ),
        Column("held_out_discount_minor", pl.Float64, "discount likewise"),
        Column("d_value", pl.Float64, "derivative of held-out value by the response"),
        Column("d_discount", pl.Float64, "derivative of held-out discount by the response"),
        Column("centred", pl.Float64, "derivative of the response by the calibration's slope"),
        Column(
            "value_se_minor",
            pl.Float64,
            "standard error that customers of an offer share: of the profit if estimated, of the value if measured",
        ),
        Column("basis", pl.String, "estimated, transferred, assumed or measured"),
    ),
    key=("campaign_id", "customer_id", "offer_id"),
)

CALIBRATION = TableContract(
    "calibration",
    "How predictions of one half of the customers held in the other: level, slope, and their covariance.",
    (
        Column("split", pl.Int64, "division of the customers into halves"),
        Column("fold", pl.Int64, "half whose outcomes it was measured on"),
        Column("level", pl.Float64, "growth of sales per unit of depth at the mean prediction"),
        Column("slope", pl.Float64, "1 when predicted differences are real, 0 when they are noise"),
        Column("var_level", pl.Float64, "variance of the level"),
        Column("covariance", pl.Float64, "covariance of both"),
        Column("var_slope", pl.Float64, "variance of the slope"),
    ),
    key=("split", "fold"),
)
