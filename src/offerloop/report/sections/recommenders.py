"""Section 3: which products customers would like, and how well that can be told."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from offerloop.evaluation.estimate import Estimate
from offerloop.report.blocks import Figure, Missing, Section, Table, Text
from offerloop.report.charts.drawing import PLAIN_LABELS, figure
from offerloop.report.charts.forest import Dot, forest
from offerloop.report.findings import Findings
from offerloop.report.numbers import count, percent

TASKS = {"repeat": "what will be bought next", "new": "products new to the customer"}


@dataclass(frozen=True)
class Choice:
    """The recommender chosen for one task, on the window that only reports."""

    task: str
    name: str
    test: Estimate
    """nDCG@10 on the test window; without an interval both ends are the value."""
    recall: float
    n_customers: int
    level_with: tuple[str, ...]
    """Recommenders whose intervals overlap its own on the test window."""


def choices(findings: Findings) -> list[Choice]:
    """For each task the winner of the tuning window."""
    table = findings.tables["recommenders"]
    found = []
    for task in TASKS:
        mine = table.filter(pl.col("task") == task)
        tuned = mine.filter(pl.col("window") == "tune").sort("ndcg", descending=True, maintain_order=True)
        if tuned.is_empty():
            continue
        name = str(tuned["recommender"][0])
        tests = {row["recommender"]: row for row in mine.filter(pl.col("window") == "test").iter_rows(named=True)}
        own = _estimate(tests[name])
        others = {other: _estimate(row) for other, row in tests.items() if other != name}
        level = tuple(other for other, its in others.items() if its.high >= own.low and its.low <= own.high)
        found.append(Choice(task, name, own, tests[name]["recall"], tests[name]["n_customers"], level))
    return found


def recommenders_section(findings: Findings) -> Section:
    """Measured with intervals; the tuning window chooses, the test window reports."""
    chosen = choices(findings)
    if findings.table("recommenders") is None:
        missing = " ".join(["The history is too short to compare recommenders.", *findings.gaps])
        return Section(
            "recommenders", "Products they would like", "Recommenders were not compared", (Missing(missing),)
        )
    days = findings.config.recommend.window_days
    return Section(
        "recommenders",
        "Products they would like",
        _message(chosen),
        (
            Text(
                f"The first of two windows of {days} days chose a recommender for each task; the second, later one "
                "only reports. Recommenders pick the products shown with an offer. They do not say what an offer "
                "changes: buying often is not the same as responding."
            ),
            Text(" ".join([*(_verdict(choice) for choice in chosen), *_explained(findings.tables["recommenders"])])),
            _figure(findings.tables["recommenders"], chosen),
        ),
    )


def _figure(table: pl.DataFrame, chosen: list[Choice]) -> Figure:
    dots = [
        Dot(TASKS[row["task"]], row["recommender"], _estimate(row), "ours" if _is_chosen(row, chosen) else "control")
        for row in table.filter(pl.col("window") == "test")
        .sort("task", descending=True, maintain_order=True)
        .iter_rows(named=True)
    ]
    return figure(
        "recommenders",
        _title(chosen),
        "nDCG@10 on the test window with 95 % intervals (1: the ten shown products are all bought, 0: none is); "
        "filled circle: the chosen one",
        forest(dots, PLAIN_LABELS),
        _table(table),
    )


def _estimate(row: dict[str, float | None]) -> Estimate:
    value = float(row["ndcg"] or 0.0)
    low, high = (value if row[end] is None else float(row[end] or 0.0) for end in ("ndcg_low", "ndcg_high"))
    return Estimate(value, low, high)


def _is_chosen(row: dict[str, str], chosen: list[Choice]) -> bool:
    return any((choice.task, choice.name) == (row["task"], row["recommender"]) for choice in chosen)


def _message(chosen: list[Choice]) -> str:
    by_task = {choice.task: choice for choice in chosen}
    if len(by_task) < len(TASKS):
        return "Recommenders were compared on one task only"
    repeat, new = by_task["repeat"].test.value, by_task["new"].test.value
    return (
        "We can predict what customers buy again, "
        f"{'hardly what they try next' if new < repeat / 2 else 'and also what they try next'}"
    )


def _title(chosen: list[Choice]) -> str:
    return "; ".join(f"“{choice.name}” is chosen for {TASKS[choice.task]}" for choice in chosen)


def _verdict(choice: Choice) -> str:
    among = f"among {count(choice.n_customers)} customers"
    start = f"For {TASKS[choice.task]}, “{choice.name}” reaches an nDCG@10 of {choice.test.text()} {among}"
    if choice.level_with:
        others = " and ".join(f"“{name}”" for name in choice.level_with)
        return f"{start}; it is not distinguishable from {others}, whose intervals overlap."
    return f"{start}; the others are below it beyond their intervals."


def _explained(table: pl.DataFrame) -> list[str]:
    """What a name means, and recommenders that are one and the same on new products."""
    said = []
    if "als" in table["recommender"]:
        said.append("“als” is matrix factorisation: customers and products described by a few hidden traits each.")
    new = table.filter((pl.col("task") == "new") & (pl.col("window") == "test"))
    scores = {row["recommender"]: (row["ndcg"], row["recall"]) for row in new.iter_rows(named=True)}
    if {"repeat", "popularity"} <= scores.keys() and scores["repeat"] == scores["popularity"]:
        said.append(
            "For new products “repeat” is the same as “popularity”: there is no purchase to repeat, so it falls back."
        )
    return said


def _table(table: pl.DataFrame) -> Table:
    rows = []
    ordered = table.sort(["task", "window"], descending=[True, True], maintain_order=True)
    for row in ordered.iter_rows(named=True):
        window = "chooses" if row["window"] == "tune" else "reports"
        rows.append(
            (
                TASKS[row["task"]],
                row["recommender"],
                window,
                _estimate(row).text(),
                percent(row["recall"]),
                count(row["n_customers"]),
            )
        )
    columns = ("task", "recommender", "window", "nDCG@10 [95 % interval]", "Recall@20", "customers")
    return Table("Recommenders by task and window", columns, tuple(rows), n_labels=3)
