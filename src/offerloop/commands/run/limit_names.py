"""What the limits of a plan are called, and which of them are used up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from offerloop.message import Message

Row = dict[str, Any]
"""A row of the table `plan_limits`."""
COUNTS = ("contacts", "channel", "customer")
"""Kinds of limits that count no money."""
LIMITS = {
    "campaign": Message("budget of “{title}”", context="limit of a plan"),
    "offers": Message("budget of offers {name} of “{title}”", context="limit of a plan"),
    "team": Message("budget of team {name}", context="limit of a plan"),
    "total": Message("budget of all campaigns"),
    "contacts": Message("contacts", context="limit of a plan"),
    "channel": Message("contacts by {name}", context="limit of a plan"),
    "customer": Message("offers of each customer (without it, up to one of every campaign)", context="limit of a plan"),
}
"""What each kind of limit is called."""
NOT_OF_CUSTOMERS = ("order", "customer")
"""Kinds of rows that do not limit how many customers get an offer."""


def limit_name(row: Row, titles: Mapping[str, str]) -> Message:
    """Return what a limit is called; `titles` are those of campaigns by their ids."""
    return LIMITS[row["kind"]].with_values(name=row["name"], title=titles.get(row["campaign_id"], ""))


def used_up(rows: list[Row]) -> list[Row]:
    """Return the limits which keep customers from getting an offer: one more unit of them brings profit, or none is
    left."""
    limits = [one for one in rows if one["kind"] not in NOT_OF_CUSTOMERS]
    return [one for one in limits if (one["shadow_price"] or 0) > 0 or one["used"] >= one["at_most"]]
