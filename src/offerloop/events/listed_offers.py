"""Offers from a table of the shop's own: one row each, its terms in further columns."""

from __future__ import annotations

from typing import Any

import polars as pl

EXPECTATIONS = ("p_redeem", "incremental", "value")
"""Columns that make up an offer's `assumed`."""


def listed_offers(table: pl.DataFrame) -> list[dict[str, Any]]:
    """What `[[campaigns.offers]]` would hold: `kind`, `id` and the terms that are not empty, sorted by id."""
    found = []
    for row in table.sort("offer_id").iter_rows(named=True):
        terms = {name: _written(value) for name, value in row.items() if value is not None}
        assumed = {name: terms.pop(name) for name in EXPECTATIONS if name in terms}
        one = {"id": str(terms.pop("offer_id")), **terms}
        if "campaign_id" in one:
            one["campaign_id"] = str(one["campaign_id"])
        found.append({**one, "assumed": assumed} if assumed else one)
    return found


def _written(value: object) -> object:
    """A cell as it would stand in TOML: whole numbers without a point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
