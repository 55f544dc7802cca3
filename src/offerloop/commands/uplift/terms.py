"""The words of a study of one trial, and what they mean."""

from __future__ import annotations

from offerloop.message import Message
from offerloop.report import Entry

TERMS = (
    Entry(
        "effect",
        Message("effect (uplift)", context="glossary of a trial"),
        Message("the change that an offer causes, against what would have happened without it"),
    ),
    Entry(
        "arm",
        Message("arm", context="glossary of a trial"),
        Message("the customers who got the same offer or version, or none"),
    ),
    Entry(
        "value-cost-profit",
        Message("value, cost, profit", context="glossary of a trial"),
        Message("what an offer brings before its cost; what it costs; value less cost"),
    ),
    Entry(
        "policy",
        Message("policy", context="glossary of a trial"),
        Message("a rule that gives each customer a probability of each offer"),
    ),
    Entry(
        "left-out",
        Message("left-out customers", context="glossary of a trial"),
        Message("those whom an estimator had not seen when it learned, and who test it"),
    ),
    Entry(
        "95-interval",
        Message("95 % interval", context="glossary of a trial"),
        Message("the range that holds the true figure in 95 of 100 such studies, if their assumptions hold"),
    ),
    Entry(
        "p-value",
        Message("p-value", context="glossary of a trial"),
        Message(
            "how often chance alone would show as much: 0.05 is in 5 of 100 such studies. A small one speaks for a "
            "real difference: good where an effect is looked for, bad in the checks of the design"
        ),
    ),
    Entry(
        "uplift-curve",
        Message("uplift curve (Qini)", context="glossary of a trial"),
        Message("what treating more and more customers brings, those ranked best first"),
    ),
    Entry(
        "area",
        Message("area", context="glossary of a trial"),
        Message("the mean height of that curve: what an order of customers brings, averaged over all shares treated"),
    ),
    Entry(
        "doubly-robust",
        Message("doubly robust", context="glossary of a trial"),
        Message(
            "a prediction of each outcome, corrected by the errors it makes; right on average if the predictions or "
            "the probabilities of the offers are"
        ),
    ),
    Entry(
        "weights-alone",
        Message("by weights alone (SNIPS)"),
        Message("the mean of the customers who got what the policy would give them, without any prediction: a check"),
    ),
    Entry(
        "balance",
        Message("balance", context="glossary of a trial"),
        Message("whether arms were alike before the trial, as they are when drawn at random"),
    ),
    Entry(
        "overlap",
        Message("overlap", context="glossary of a trial"),
        Message("whether customers of every kind are in every arm"),
    ),
    Entry(
        "negative-control",
        Message("negative control", context="glossary of a trial"),
        Message("a column that no offer can change; an effect on it gives a wrong design away"),
    ),
    Entry(
        "outcome",
        Message("proportional effect", context="glossary of a trial"),
        Message("an offer changes what customers do anyway by the same share for all; the baseline for all estimators"),
    ),
    Entry(
        "ridge-t",
        Message("ridge T-learner", context="glossary of a trial"),
        Message("a linear model of the outcome for each arm; effects are their differences"),
    ),
    Entry(
        "dr-learner",
        Message("DR-learner", context="glossary of a trial"),
        Message("a linear model of the effect itself, learned from doubly robust differences"),
    ),
    Entry(
        "r-learner",
        Message("R-learner", context="glossary of a trial"),
        Message("a linear model of the effect, learned from how outcome and treatment differ from what was expected"),
    ),
    Entry(
        "structured",
        Message("appetite and sensitivity", context="glossary of a trial"),
        Message(
            "two models of boosted trees, fitted alternately: what customers do anyway, and how an offer changes it"
        ),
    ),
    Entry(
        "s-learner",
        Message("S-learner", context="glossary of a trial"),
        Message("one model of boosted trees, with the offer as one of its columns"),
    ),
)
"""In the order of the page."""
