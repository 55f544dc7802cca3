"""Who responds more: predictions of one half of the customers, realised in the other."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.commands.run.shelf_evidence import OUTCOMES, TEN_POINTS
from offerloop.evaluation import Estimate, known_step, number, top_less_bottom
from offerloop.report import PLAIN_LABELS, Figure, Localizer, Table, Upright, figure, upright

TO_POINTS = 100 * TEN_POINTS
"""From a slope per unit of depth to percentage points for ten points of depth."""


def deciles_figure(findings: Findings, _: Localizer) -> Figure:
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
        _title(realised, _),
        _(
            "Percentage points of the weekly probability of buying for ten points more discount, by tenth "
            "of the predicted response ({n} pair); dots with 95 % intervals: realised, hollow "
            "diamonds: predicted",
            plural="Percentage points of the weekly probability of buying for ten points more discount, by tenth "
            "of the predicted response ({n} pairs); dots with 95 % intervals: realised, hollow "
            "diamonds: predicted",
            n=round(pairs),
        ),
        upright(
            steps,
            PLAIN_LABELS,
            _("tenth of pairs, by predicted response"),
            _,
            level=(average, ""),
        ),
        _table(table, _),
        says=_("The dashed line is the average in this check, {average} points.", average=_two_digits(average)),
        mark=_("transferred from shelf prices"),
        localizer=_,
    )


def _title(realised: list[Estimate], _: Localizer) -> str:
    gap = top_less_bottom(realised)
    return (
        _(
            "Pairs predicted to respond most do respond more: the last tenth by {gap} more than the first",
            gap=_.points(gap),
        )
        if gap.is_clear
        else _("Those predicted to respond most cannot be told from those predicted to respond least")
    )


def _two_digits(value: float) -> str:
    return number(value, known_step(abs(value)))


def _table(table: pl.DataFrame, _: Localizer) -> Table:
    rows, points = [], _(" points", context="percentage points behind a number")
    for row in table.iter_rows(named=True):
        unit = points if row["outcome"] == "bought" else _.percent_sign
        realised = Estimate.of(row["realised"], row["se"]).times(TO_POINTS)
        predicted = _two_digits(row["predicted"] * TO_POINTS) + unit
        outcome = _.named(OUTCOMES, row["outcome"])
        rows.append((outcome, str(row["decile"]), predicted, realised.text(unit), _.count(row["n_pairs"])))
    columns = (
        _("outcome", context="column title"),
        _("tenth", context="column title of the response study"),
        _("predicted", context="column title"),
        _("realised [95 % interval]", context="column title"),
        _("pairs", context="column title"),
    )
    return Table(
        _("Response to ten points more discount, by tenth of the prediction"),
        columns,
        tuple(rows),
        n_labels=2,
    )
