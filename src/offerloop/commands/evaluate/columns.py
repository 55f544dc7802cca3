"""The titles of the columns of all tables of an evaluation."""

from __future__ import annotations

from functools import partial

from offerloop.message import Message
from offerloop.report import headings

COLUMNS = {
    "policy": Message("policy", context="column title"),
    "one_period": Message("one decision", context="column title"),
    "repeated": Message("applied repeatedly", context="column title of an evaluation"),
    "repeated_gain": Message("repeatedly, less {base}", context="column title"),
    "method": Message("method", context="column title"),
    "value": Message("value", context="column title of an evaluation"),
    "cost": Message("cost", context="column title"),
    "profit": Message("profit", context="column title"),
    "size": Message("effective sample size", context="column title"),
    "speaking": Message("decisions that speak", context="column title"),
    "expected": Message("expected", context="column title of an evaluation"),
    "weight": Message("largest weight", context="column title"),
    "cut": Message("weights cut", context="column title"),
    "offer": Message("offer", context="column title"),
    "logged": Message("decisions logged", context="column title"),
    "share": Message("share under the policy"),
    "found": Message("share by weights", context="column title"),
    "possible": Message("largest possible", context="column title"),
    "against_nothing": Message("less giving nothing", context="column title"),
    "against_logged": Message("less the log's own"),
    "against_best_single": Message("less the best offer for everybody"),
}
"""By the name of what stands in the column."""
columns = partial(headings, COLUMNS)
"""The headings of a table in the language of a localizer."""
