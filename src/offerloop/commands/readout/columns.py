"""The titles of the columns of all tables of a read-out."""

from __future__ import annotations

from functools import partial

from offerloop.message import Message
from offerloop.report import headings

COLUMNS = {
    "check": Message("check", context="column title of a read-out"),
    "inside": Message("in the group", context="column title"),
    "expected": Message("expected", context="column title of a read-out"),
    "outside": Message("not in it", context="column title"),
    "p": Message("p-value", context="column title"),
    "verdict": Message("verdict", context="column title"),
    "held": Message("held back", context="column title of a read-out"),
    "outcome": Message("outcome", context="column title"),
    "method": Message("method", context="column title"),
    "each": Message("per customer", context="column title"),
    "total": Message("in total", context="column title"),
    "relative": Message("of the control's"),
    "segment": Message("segment", context="column title"),
    "margin": Message("margin per customer", context="column title"),
    "p_corrected": Message("p-value, corrected", context="column title"),
    "treated": Message("treated", context="column title of a read-out"),
    "kind": Message("kind of offer", context="column title"),
    "drew": Message("drew it", context="column title"),
    "drew_nothing": Message("drew nothing or held back"),
}
"""By the name of what stands in the column."""

columns = partial(headings, COLUMNS)
"""The headings of a table in the language of a localizer."""
