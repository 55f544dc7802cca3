"""The words of the page of an experiment, and what they mean."""

from __future__ import annotations

from offerloop.message import Message
from offerloop.report import Entry

TERMS = (
    Entry(
        "arm",
        Message("arm", context="glossary of an experiment"),
        Message("the customers who got the same offer or version, or none"),
    ),
    Entry(
        "control",
        Message("control", context="glossary of an experiment"),
        Message("the arm without the change, which all others are compared with"),
    ),
    Entry(
        "95-interval",
        Message("95 % interval", context="glossary of an experiment"),
        Message("the range that holds the true figure in 95 of 100 such studies, if their assumptions hold"),
    ),
    Entry(
        "p-value",
        Message("p-value", context="glossary of an experiment"),
        Message(
            "how often chance alone would show as much: 0.05 is in 5 of 100 such studies. A small one speaks for a "
            "real difference: good where an effect is looked for, bad in the checks of the design"
        ),
    ),
    Entry(
        "adjusted",
        Message("adjusted p-value (Holm)", context="glossary of an experiment"),
        Message("a p-value raised for the number of comparisons, as one of many looks striking by chance alone"),
    ),
    Entry(
        "chance-to-win",
        Message("chance to win", context="glossary of an experiment"),
        Message("the probability that the arm is better than the control, if nothing was known before"),
    ),
    Entry(
        "guardrail",
        Message("guardrail", context="glossary of an experiment"),
        Message("a figure that must not get worse by more than its margin, whatever else is gained"),
    ),
    Entry(
        "segment",
        Message("segment", context="glossary of an experiment"),
        Message("customers with the same value of a column, or in the same band of its numbers"),
    ),
)
"""In the order of the page."""
