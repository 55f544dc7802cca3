"""What do the launch rule, joint campaigns and corrected forecasts bring by themselves in shops made by others?

Worlds, budgets and truth are those of `foreign`. From each world's log effects are learned once, and each part is
replaced by simpler ones in turn: the launch rule (`foreign_launch`), what corrects forecasts and costs, and the budget
that the holdout would have had (`foreign_forecasts`), and with `--kinds` campaigns solved together
(`foreign_campaigns`). Printed are true profits in minor units a customer of the shop, by family; a parenthesis holds
the standard error over worlds of the difference from what a run does.

Worlds are appended to `--out` as JSON lines and are not run again. Everything but the order histories is synthetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from equal_spend import at_spend
from foreign import EQUAL, Judged, judged_worlds, options
from foreign_campaigns import JOINTLY, PLANNED, SENT, SETTINGS, TRUE, shared
from foreign_forecasts import DROPPED, REACHED, RUN, forecasts, holdout
from foreign_forecasts import WAYS as FORECASTS
from foreign_launch import RULE, launched
from foreign_launch import WAYS as LAUNCHES
from foreign_learned import LearnedShop
from offerloop.arrays import Floats
from offerloop.evaluation import Z95

SOME_PAY, ALL = "some pay", "all"
"""Worlds in which the oracle gains something, and all worlds."""
WIDTH = 20
Row = dict[str, Any]
Column = Callable[[Sequence[Row]], str]
"""What a table says of some worlds."""


def judge(judged: Judged, folder: Path) -> Row:
    """Figures of one world."""
    shop = LearnedShop.of(judged, folder)
    row: Row = {
        "oracle": at_spend(judged.true, judged.true, judged.budget), "budget": judged.budget,
        "launch": launched(shop), "forecasts": forecasts(shop), "holdout": holdout(shop),
    }  # fmt: skip
    several = len({one.cover for one in judged.world.offers}) > 1
    return row | ({"campaigns": shared(shop)} if several else {})


def table(title: str, rows: Sequence[Row], columns: Mapping[str, Column]) -> str:
    """Return a table with a row for each family, for worlds in which some offer pays, and for all."""
    groups = {family: [one for one in rows if one["family"] == family] for family in dict.fromkeys(
        one["family"] for one in rows
    )} | {SOME_PAY: [one for one in rows if one["oracle"] > 0], ALL: list(rows)}  # fmt: skip
    head = f"{title:<24}{'worlds':>7}" + "".join(f"{name:>{WIDTH}}" for name in columns)
    lines = [
        f"{name:<24}{len(group):>7}" + "".join(f"{column(group):>{WIDTH}}" for column in columns.values())
        for name, group in groups.items()
        if group
    ]
    return "\n".join([head, *lines])


def of(*path: str) -> Callable[[Sequence[Row]], Floats]:
    """Return a function that takes one figure of each world."""

    def figures_of(rows: Sequence[Row]) -> Floats:
        figures: list[Any] = list(rows)
        for name in path:
            figures = [one[name] for one in figures]
        return np.array(figures, dtype=np.float64)

    return figures_of


def mean(*path: str) -> Column:
    """Mean over worlds."""
    return lambda rows: f"{of(*path)(rows).mean():.2f}"


def behind(path: Sequence[str], base: Sequence[str]) -> Column:
    """Mean difference from what a run does, with its standard error over worlds."""

    def said(rows: Sequence[Row]) -> str:
        apart = of(*path)(rows) - of(*base)(rows)
        error = apart.std(ddof=1) / len(apart) ** 0.5 if len(apart) > 1 else np.nan
        return f"{apart.mean():+.2f} ({error:.2f})"

    return said


def over(path: Sequence[str], base: Sequence[str]) -> Column:
    """Sum over worlds of one figure, over that of another, where the latter is above zero."""

    def said(rows: Sequence[Row]) -> str:
        whole = of(*base)(rows).sum()
        return f"{of(*path)(rows).sum() / whole:.2f}" if whole > 0 else "-"

    return said


def losing(*path: str) -> Column:
    """Share of worlds in which less than nothing is gained."""
    return lambda rows: f"{(of(*path)(rows) < 0).mean():.2f}"


def covered(way: str) -> Column:
    """Worlds in which an interval holds the truth, among those that have one."""

    def said(rows: Sequence[Row]) -> str:
        forecast, se, profit = (of("forecasts", way, name)(rows) for name in ("forecast", "se", "profit"))
        return f"{int((abs(forecast - profit) <= Z95 * se)[se > 0].sum())} of {int((se > 0).sum())}"

    return said


def of_launch(rows: Sequence[Row]) -> list[str]:
    """What is sent by each rule."""
    base = ("launch", RULE, "profit")
    others = [one for one in LAUNCHES if one != RULE]
    profits: dict[str, Column] = {"oracle": mean("oracle"), RULE: mean(*base)}
    profits |= {one: behind(("launch", one, "profit"), base) for one in others}
    return [
        table("launch: true profit", rows, profits),
        table("sent in", rows, {one: mean("launch", one, "sent") for one in LAUNCHES}),
        table("loses in", rows, {one: losing("launch", one, "profit") for one in LAUNCHES}),
        table("true spend", rows, {one: mean("launch", one, "spend") for one in LAUNCHES}),
    ]


def of_forecasts(rows: Sequence[Row]) -> list[str]:
    """Forecasts and spends of plans, and what the holdout's budget brings."""
    base = ("forecasts", RUN, EQUAL)
    profits: dict[str, Column] = {RUN: mean(*base)}
    profits |= {one: behind(("forecasts", one, EQUAL), base) for one in FORECASTS if one != RUN}
    apart = {one: behind(("forecasts", one, "forecast"), ("forecasts", one, "profit")) for one in FORECASTS}
    forecast = {one: over(("forecasts", one, "forecast"), ("forecasts", one, "profit")) for one in FORECASTS}
    spend = {one: over(("forecasts", one, "spend"), ("forecasts", one, "planned")) for one in FORECASTS}
    held = {one: covered(one) for one in FORECASTS if "se" in rows[0]["forecasts"][one]}
    reached, dropped = (("holdout", one, "profit") for one in (REACHED, DROPPED))
    kept: dict[str, Column] = {"holdout": mean("holdout", REACHED, "holdout"), REACHED: mean(*reached)}
    kept |= {DROPPED: behind(dropped, reached)}
    kept |= {f"spend {one}": over(("holdout", one, "spend"), ("budget",)) for one in (REACHED, DROPPED)}
    return [
        table("plans: at equal spend", rows, profits),
        table("forecast less profit", rows, apart),
        table("forecast / profit", rows, forecast),
        table("true / planned spend", rows, spend),
        table("intervals hold", rows, held),
        table("planned around holdout", rows, kept),
    ]


def of_campaigns(rows: Sequence[Row]) -> list[str]:
    """Plans of two campaigns, by way to share the budget."""
    tables = []
    for which in (PLANNED, SENT, TRUE):
        base = ("campaigns", JOINTLY, which, "profit")
        profits: dict[str, Column] = {JOINTLY: mean(*base)}
        profits |= {one: behind(("campaigns", one, which, "profit"), base) for one in SETTINGS if one != JOINTLY}
        spends = {one: over(("campaigns", one, which, "spend"), ("budget",)) for one in SETTINGS}
        tables += [table(f"campaigns, {which}: profit", rows, profits), table("true spend / budget", rows, spends)]
    return tables


def main() -> None:
    """Runs what is missing and prints the tables."""
    rows = judged_worlds(options(__doc__, "foreign_parts.jsonl").parse_args(), judge)
    tables = [*of_launch(rows), *of_forecasts(rows), *(of_campaigns(rows) if "campaigns" in rows[0] else ())]
    print("\n\n".join(tables))


if __name__ == "__main__":
    main()
