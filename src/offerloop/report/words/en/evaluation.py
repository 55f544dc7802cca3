"""English: the page of an evaluation of policies."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # Terms.
    "evaluation_term.decision": "decision",
    "evaluation_meaning.decision": "an exposure: what one customer was shown, deliberately nothing included",
    "evaluation_term.propensity": "propensity",
    "evaluation_meaning.propensity": "the probability with which what was shown was chosen, known when it was chosen",
    "evaluation_term.policy": "policy",
    "evaluation_meaning.policy": "a rule that says with which probability a customer is shown what",
    "evaluation_term.value-cost-profit": "value, cost, profit",
    "evaluation_meaning.value-cost-profit": (
        "margin of the orders in the window before the cost of offers; own part of their coupons; value less cost"
    ),
    "evaluation_term.kept": "kept policy",
    "evaluation_meaning.kept": "one that makes all of a customer's decisions, not only the one that is valued",
    "evaluation_term.effective-sample-size": "effective sample size",
    "evaluation_meaning.effective-sample-size": (
        "how many decisions of equal weight would say as much; below 1,000 intervals may be too narrow"
    ),
    "evaluation_term.ips": "IPS",
    "evaluation_meaning.ips": "mean of outcomes times weights (inverse propensity scoring)",
    "evaluation_term.snips": "SNIPS",
    "evaluation_meaning.snips": "the same over the sum of the weights (self-normalised)",
    "evaluation_term.dr": "DR",
    "evaluation_meaning.dr": "a prediction of each outcome, corrected by the weighted errors (doubly robust)",
    "evaluation_term.switch-dr": "SWITCH-DR",
    "evaluation_meaning.switch-dr": "DR that trusts the prediction alone where weights are too large",
}
