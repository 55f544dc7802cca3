"""What is to be known of scores of other customers than those that were learned from."""

from __future__ import annotations

from collections.abc import Mapping

from offerloop.report.localizer import Localizer

_WHOLE_FROM = 1000
"""Budgets from here on are shown without what stands behind the point."""


def scored_table(unseen: Mapping[str, int], budget: float | None, customers: int, _: Localizer) -> list[str]:
    """Say in how many rows columns hold what the trial never had, and how its budget was scaled."""
    said = [
        _(
            "In {n} row {column} holds what the trial never had; nothing was learned of it.",
            plural="In {n} rows {column} holds what the trial never had; nothing was learned of it.",
            column=_.quoted(column),
            n=n,
        )
        for column, n in unseen.items()
    ]
    if budget is not None:
        said.append(
            _(
                "The budget is as much for each customer as in the trial: {budget} for {n} customer.",
                plural="The budget is as much for each customer as in the trial: {budget} for {n} customers.",
                budget=round(budget) if budget >= _WHOLE_FROM else budget,
                n=customers,
            )
        )
    return said
