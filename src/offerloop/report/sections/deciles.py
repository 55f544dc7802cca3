"""Who responds more: predictions of one half of the customers, realised in the other."""

from __future__ import annotations

import polars as pl

from offerloop.evaluation.estimate import Estimate
from offerloop.report.blocks import Figure, Table
from offerloop.report.charts.drawing import PLAIN_LABELS, figure
from offerloop.report.charts.forest import Upright, upright
from offerloop.report.evidence import OUTCOME_NAMES, TEN_POINTS
from offerloop.report.findings import Findings
from offerloop.report.numbers import count

TO_POINTS = 100 * TEN_POINTS
"""From a slope per unit of depth to percentage points for ten points of depth."""


def deciles_figure(findings: Findings) -> Figure:
    """Chance to buy: predicted and realised response by decile of the prediction."""
    table = findings.tables["response_deciles"]
    rows = list(table.filter(pl.col("outcome") == "bought").sort("decile").iter_rows(named=True))
    realised = [Estimate.of(row["realised"], row["se"]).times(TO_POINTS) for row in rows]
    pairs = sum(row["n_pairs"] for row in rows)
    average = sum(each.value * row["n_pairs"] for each, row in zip(realised, rows, strict=True)) / pairs
    steps = [
        Upright(str(row["decile"]), each, row["predicted"] * TO_POINTS)
        for row, each in zip(rows, realised, strict=True)
    ]
    return figure(
        "deciles",
        _title(realised),
        f"Percentage points of the weekly chance to buy for ten points more discount, by tenth of the predicted "
        f"response ({count(pairs)} pairs); dots with 95 % intervals: realised, hollow diamonds: predicted",
        upright(
            steps,
            PLAIN_LABELS,
            "tenth of pairs, by predicted response",
            level=(average, f"average in this check {average:.2g}"),
        ),
        _table(table),
        says=f"The average in this check is {average:.2g} points.",
        mark="transferred from shelf prices",
    )


def top_less_bottom(realised: list[Estimate]) -> Estimate:
    """Realised response of the last tenth less that of the first."""
    first, last = realised[0], realised[-1]
    half = (((first.high - first.low) / 2) ** 2 + ((last.high - last.low) / 2) ** 2) ** 0.5
    value = last.value - first.value
    return Estimate(value, value - half, value + half)


def _title(realised: list[Estimate]) -> str:
    gap = top_less_bottom(realised)
    if not gap.is_clear:
        return "Those predicted to respond most cannot be told from those predicted to respond least"
    return (
        f"Pairs predicted to respond most do respond more: the last tenth by {gap.text(' points')} more than the first"
    )


def _table(table: pl.DataFrame) -> Table:
    rows = []
    for row in table.iter_rows(named=True):
        bought = row["outcome"] == "bought"
        factor, unit = (TO_POINTS, " points") if bought else (TO_POINTS, " %")
        realised = Estimate.of(row["realised"], row["se"]).times(factor)
        predicted = f"{row['predicted'] * factor:.2g}".replace("-", "−") + unit
        rows.append(
            (OUTCOME_NAMES[row["outcome"]], str(row["decile"]), predicted, realised.text(unit), count(row["n_pairs"]))
        )
    columns = ("outcome", "tenth", "predicted", "realised [95 % interval]", "pairs")
    return Table("Response to ten points more discount, by tenth of the prediction", columns, tuple(rows), n_labels=2)
