"""The words of a read-out, and what they mean."""

from __future__ import annotations

from offerloop.message import Message
from offerloop.report import Entry

TERMS = (
    Entry(
        "holdout",
        Message("holdout", context="glossary of a read-out"),
        Message("customers who are never treated, drawn at random and kept"),
    ),
    Entry(
        "business-as-usual",
        Message("business as usual", context="glossary of a read-out"),
        Message("what the shop does today, as business_as_usual in the configuration names it"),
    ),
    Entry(
        "profit",
        Message("profit", context="glossary of a read-out"),
        Message("what offers change in margin, less what they cost us"),
    ),
    Entry(
        "95-interval",
        Message("95 % interval", context="glossary of a read-out"),
        Message("the range that holds the true figure in 95 of 100 such studies, if their assumptions hold"),
    ),
    Entry(
        "adjusted",
        Message("covariate-adjusted (CUPED)", context="glossary of a read-out"),
        Message("less what the customers' earlier spending explains, which narrows the interval"),
    ),
    Entry(
        "sample-ratio",
        Message("sample ratio", context="glossary of a read-out"),
        Message("group sizes against those that the draw gives; a mismatch means customers were lost"),
    ),
    Entry(
        "p-value",
        Message("p-value", context="glossary of a read-out"),
        Message(
            "how often chance alone would show as much: 0.05 is in 5 of 100 such studies. A small one speaks for a "
            "real difference: good where an effect is looked for, bad in the checks of the design"
        ),
    ),
    Entry(
        "holm-s-correction",
        Message("Holm's correction", context="glossary of a read-out"),
        Message("p-values raised for the number of segments that were looked at"),
    ),
    Entry(
        "sleeping-dog",
        Message("sleeping dog", context="glossary of a read-out"),
        Message("a segment that buys less because of the offer"),
    ),
    Entry(
        "bought-anyway",
        Message("bought anyway", context="glossary of a read-out"),
        Message("redeemers who would have bought without an offer"),
    ),
    Entry(
        "at-random",
        Message("at random", context="glossary of a read-out"),
        Message("a few customers get an offer drawn at random, so that its effect can be learned"),
    ),
    Entry(
        "whole-programme",
        Message("whole programme", context="glossary of a read-out"),
        Message("everybody who follows the plan or explores, with an offer or without, against the holdout"),
    ),
)
"""In the order of the page."""
