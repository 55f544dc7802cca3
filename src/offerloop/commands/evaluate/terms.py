"""The words of an evaluation, and what they mean."""

from __future__ import annotations

from offerloop.message import Message
from offerloop.report import Entry

TERMS = (
    Entry(
        "decision",
        Message("decision", context="glossary of an evaluation"),
        Message("an exposure: what one customer was shown, deliberately nothing included"),
    ),
    Entry(
        "propensity",
        Message("propensity", context="glossary of an evaluation"),
        Message("the probability with which the offer that was shown had been chosen"),
    ),
    Entry(
        "policy",
        Message("policy", context="glossary of an evaluation"),
        Message("a rule that gives each customer a probability of each offer"),
    ),
    Entry(
        "value-cost-profit",
        Message("value, cost, profit per decision", context="glossary of an evaluation"),
        Message(
            "margin of the orders in the window before the cost of offers; own part of their coupons; value less cost"
        ),
    ),
    Entry(
        "repeated",
        Message("policy applied repeatedly", context="glossary of an evaluation"),
        Message("one that makes all of a customer's decisions, not only the one that is valued"),
    ),
    Entry(
        "effective-sample-size",
        Message("effective sample size", context="glossary of an evaluation"),
        Message("how many decisions of equal weight would say as much; below 1,000 intervals may be too narrow"),
    ),
    Entry(
        "ips",
        Message("IPS", context="glossary of an evaluation"),
        Message("mean of outcomes times weights (inverse propensity scoring)"),
    ),
    Entry(
        "snips",
        Message("SNIPS", context="glossary of an evaluation"),
        Message("the same over the sum of the weights (self-normalised)"),
    ),
    Entry(
        "dr",
        Message("DR", context="glossary of an evaluation"),
        Message("a prediction of each outcome, corrected by the weighted errors (doubly robust)"),
    ),
    Entry(
        "switch-dr",
        Message("SWITCH-DR", context="glossary of an evaluation"),
        Message("DR that trusts the prediction alone where weights are too large"),
    ),
)
"""In the order of the page."""
