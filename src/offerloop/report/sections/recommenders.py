"""Section 3: which products customers would like, and how well that can be told."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from offerloop.evaluation.estimate import Estimate
from offerloop.report.blocks import Figure, Missing, Section, Table, Text
from offerloop.report.charts.drawing import PLAIN_LABELS, figure
from offerloop.report.charts.forest import Dot, forest
from offerloop.report.findings import Findings
from offerloop.report.numbers import count
from offerloop.report.voice import Voice

TASKS = ("repeat", "new")


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


def recommenders_section(findings: Findings, tell: Voice) -> Section:
    """Measured with intervals; the tuning window chooses, the test window reports."""
    table, label = findings.table("recommenders"), tell.say("liked.label")
    if table is None:
        missing = Missing(tell.say("liked.none_text"), is_given=True)
        return Section("recommenders", label, tell.say("liked.none"), (missing,))
    chosen = choices(findings)
    verdicts = [*(_verdict(choice, tell) for choice in chosen), *_explained(table, tell)]
    blocks = (
        Text(tell.say("liked.intro", days=findings.config.recommend.window_days)),
        Text(tell.listed(verdicts, "sentence")),
        _figure(table, chosen, tell),
    )
    return Section("recommenders", label, _message(chosen, tell), blocks)


def _figure(table: pl.DataFrame, chosen: list[Choice], tell: Voice) -> Figure:
    dots = [
        Dot(
            tell.word("liked.task", row["task"]),
            row["recommender"],
            _estimate(row),
            "ours" if _is_chosen(row, chosen) else "control",
        )
        for row in table.filter(pl.col("window") == "test")
        .sort("task", descending=True, maintain_order=True)
        .iter_rows(named=True)
    ]
    return figure(
        "recommenders",
        _title(chosen, tell),
        tell.say("liked.measure"),
        forest(dots, PLAIN_LABELS),
        _table(table, tell),
        tell=tell,
    )


def _estimate(row: dict[str, float | None]) -> Estimate:
    value = float(row["ndcg"] or 0.0)
    low, high = (value if row[end] is None else float(row[end] or 0.0) for end in ("ndcg_low", "ndcg_high"))
    return Estimate(value, low, high)


def _is_chosen(row: dict[str, str], chosen: list[Choice]) -> bool:
    return any((choice.task, choice.name) == (row["task"], row["recommender"]) for choice in chosen)


def _message(chosen: list[Choice], tell: Voice) -> str:
    by_task = {choice.task: choice for choice in chosen}
    if len(by_task) < len(TASKS):
        return tell.say("liked.message.one")
    repeat, new = by_task["repeat"].test.value, by_task["new"].test.value
    return tell.say("liked.message.hardly" if new < repeat / 2 else "liked.message.also")


def _title(chosen: list[Choice], tell: Voice) -> str:
    said = (tell.say("liked.chosen", name=one.name, task=tell.word("liked.task", one.task)) for one in chosen)
    return tell.listed(said, "semicolon")


def _verdict(choice: Choice, tell: Voice) -> str:
    start = tell.say(
        "liked.reached",
        task=tell.word("liked.task", choice.task),
        name=choice.name,
        ndcg=choice.test.text(),
        n=count(choice.n_customers),
    )
    if choice.level_with:
        return tell.say("liked.level", start=start, others=tell.both([tell.quoted(name) for name in choice.level_with]))
    return tell.say("liked.above", start=start)


def _explained(table: pl.DataFrame, tell: Voice) -> list[str]:
    """What a name means, and recommenders that are one and the same on new products."""
    said = []
    if "als" in table["recommender"]:
        said.append(tell.say("liked.als"))
    new = table.filter((pl.col("task") == "new") & (pl.col("window") == "test"))
    scores = {row["recommender"]: (row["ndcg"], row["recall"]) for row in new.iter_rows(named=True)}
    if {"repeat", "popularity"} <= scores.keys() and scores["repeat"] == scores["popularity"]:
        said.append(tell.say("liked.same"))
    return said


def _table(table: pl.DataFrame, tell: Voice) -> Table:
    ordered = table.sort(["task", "window"], descending=[True, True], maintain_order=True)
    rows = tuple(
        (
            tell.word("liked.task", row["task"]),
            row["recommender"],
            tell.word("liked.window", row["window"]),
            _estimate(row).text(),
            tell.share(row["recall"]),
            count(row["n_customers"]),
        )
        for row in ordered.iter_rows(named=True)
    )
    task, name, window, ndcg, customers = (tell.say(f"liked.column.{one}") for one in _COLUMNS)
    columns = (task, name, window, ndcg, "Recall@20", customers)
    return Table(tell.say("liked.table"), columns, rows, n_labels=3)


_COLUMNS = ("task", "name", "window", "ndcg", "customers")
