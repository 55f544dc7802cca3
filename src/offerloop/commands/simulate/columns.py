"""The titles of the columns of all tables of a simulation, and the names of what is measured."""

from __future__ import annotations

from functools import partial

from offerloop.message import Message
from offerloop.report import headings

COLUMNS = {
    "policy": Message("policy", context="column title"),
    "period": Message("period", context="column title of a simulation"),
    "offered": Message("customers with an offer"),
    "buyers": Message("buyers", context="column title of a simulation"),
    "sales": Message("sales", context="column title of a simulation"),
    "cost": Message("cost of offers", context="column title of a simulation"),
    "profit": Message("profit", context="column title of a simulation"),
    "more_sales": Message("sales gained", context="column title of a simulation"),
    "more_profit": Message("profit gained", context="column title of a simulation"),
    "more_conversion": Message("conversion gained", context="column title of a simulation"),
    "regret": Message("regret", context="column title of a simulation"),
    "same_spend": Message("profit gained at the same spend"),
}
"""By the name of what stands in the column."""
MEASURE_NAMES = {
    "buyers": Message("buyers", context="measure of a simulation"),
    "sales": Message("sales", context="measure of a simulation"),
    "profit": Message("profit", context="measure of a simulation"),
}
"""What offers change."""
columns = partial(headings, COLUMNS)
"""The headings of a table in the language of a localizer."""
