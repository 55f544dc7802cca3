"""Who responds more: predictions of one half of the customers, realised in the other."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.commands.run.shelf_evidence import TEN_POINTS
from offerloop.evaluation import Estimate, top_less_bottom
from offerloop.report import PLAIN_LABELS, Figure, Table, Upright, Voice, count, figure, upright

TO_POINTS = 100 * TEN_POINTS
"""From a slope per unit of depth to percentage points for ten points of depth."""


def deciles_figure(findings: Findings, tell: Voice) -> Figure:
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
    shown = f"{average:.2g}"
    return figure(
        "deciles",
        _title(realised, tell),
        tell.say("deciles.measure", n=count(pairs)),
        upright(
            steps,
            PLAIN_LABELS,
            tell.say("deciles.axis"),
            tell,
            level=(average, tell.say("deciles.average", average=shown)),
        ),
        _table(table, tell),
        says=tell.say("deciles.says", average=shown),
        mark=tell.say("mark.transferred"),
        tell=tell,
    )


def _title(realised: list[Estimate], tell: Voice) -> str:
    gap = top_less_bottom(realised)
    return tell.say("deciles.title", gap=tell.points(gap)) if gap.is_clear else tell.say("deciles.title.none")


def _table(table: pl.DataFrame, tell: Voice) -> Table:
    rows = []
    for row in table.iter_rows(named=True):
        unit = tell.words["points"] if row["outcome"] == "bought" else tell.words["percent"]
        realised = Estimate.of(row["realised"], row["se"]).times(TO_POINTS)
        predicted = f"{row['predicted'] * TO_POINTS:.2g}".replace("-", "−") + unit
        outcome = tell.word("outcome", row["outcome"])
        rows.append((outcome, str(row["decile"]), predicted, realised.text(unit), count(row["n_pairs"])))
    columns = ("slopes.column.outcome", *(f"deciles.column.{name}" for name in _COLUMNS))
    return Table(tell.say("deciles.table"), tuple(tell.say(key) for key in columns), tuple(rows), n_labels=2)


_COLUMNS = ("tenth", "predicted", "realised", "pairs")
