"""The titles of the columns of all tables of a replay."""

from __future__ import annotations

from functools import partial

from offerloop.message import Message
from offerloop.report import headings

COLUMNS = {
    "day": Message("day", context="column title"),
    "week": Message("week from", context="column title"),
    "orders": Message("orders", context="column title"),
    "touched": Message("touched", context="column title of a replay"),
    "before": Message("before", context="column title of a replay"),
    "discount": Message("discount", context="column title of a replay"),
    "funded": Message("paid by suppliers", context="column title"),
    "gifts": Message("gifts", context="column title"),
    "margin_before": Message("margin before", context="column title"),
    "margin_after": Message("margin after", context="column title"),
    "offer": Message("offer", context="column title"),
    "label": Message("what it is", context="column title"),
    "biggest": Message("largest in one order"),
    "funded_short": Message("suppliers pay", context="column title"),
    "biggest_short": Message("largest", context="column title"),
}
"""By the name of what stands in the column."""
columns = partial(headings, COLUMNS)
"""The headings of a table in the language of a localizer."""
