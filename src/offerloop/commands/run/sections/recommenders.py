"""Section 3: which products customers would like, and how well that can be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import (
    PLAIN_LABELS,
    Block,
    Bullets,
    Dot,
    Figure,
    Localizer,
    NotKnown,
    Section,
    Table,
    Text,
    figure,
    forest,
)

TASKS = ("repeat", "new")
FORETOLD = 0.05
"""The least nDCG of what is called predicted."""
TASK_WORDS = {
    "repeat": Message("the next purchases", context="task of a recommender"),
    "new": Message("products new to the customer"),
}
"""What each task predicts."""
WINDOWS = {
    "tune": Message("selection", context="what a window is for"),
    "test": Message("test", context="what a window is for"),
}
"""What each window of time does."""
RECOMMENDERS_IN_WORDS = {
    "popularity": Message("what most customers bought recently, among all or in the customer's own segment"),
    "repeat": Message("what the customer bought before; frequent and recent purchases rank higher"),
    "tifu_knn": Message("what the customer bought often and lately, and what customers with similar habits buy"),
    "ease": Message("what goes with the customer's purchases, learned from what the same customers buy"),
    "next_ridge": Message("what customers with a similar history went on to buy in the following weeks"),
    "item_knn": Message("products with many buyers in common with those that the customer bought"),
    "als": Message(
        "what fits the customer by a few hidden traits of customers and products, learned from "
        "purchases (matrix factorisation)"
    ),
    "mf_sgd": Message("what the customer would rate highly, by hidden traits learned from ratings"),
    "content": Message("products described like those that the customer bought: category, brand, text and price"),
    "item2vec": Message("products that lie in the same kind of baskets as those that the customer bought"),
    "one_layer": Message(
        "what many buy and what this customer buys often and lately, weighed by one formula (a network of one layer)"
    ),
    "deep": Message("what a neural network expects from the customer's history, learned from what followed others"),
    "ranker": Message(
        "the best suggestions of several others, in an order learned from what customers bought in earlier weeks"
    ),
    "hybrid": Message("for each task the one of the others that proved best on earlier weeks"),
}
"""What each of our recommenders ranks high."""
Row = Mapping[str, Any]
Stand = Literal["better", "level", "below"]


@dataclass(frozen=True)
class Gate:
    """What decided whether the learned ranking serves: its gain in nDCG@10 over the best of the others."""

    name: str
    over: str
    tuned: Estimate
    """On the window that decides; without an interval both ends are the value."""
    since: Estimate
    """On the later window."""


@dataclass(frozen=True)
class ServingRecommender:
    """The recommender that serves one task, on the window that only reports."""

    task: str
    name: str
    test: Estimate
    """nDCG@10; without an interval both ends are the value."""
    recall: float
    n_customers: int
    others: Mapping[str, Stand]
    """How the others stand to it: by the paired interval where there is one, else by whether intervals overlap."""
    gate: Gate | None
    """None where the learned ranking was no candidate."""

    def standing(self, stand: Stand) -> list[str]:
        """Those of the others that stand so."""
        return [name for name, its in self.others.items() if its == stand]


def choices(findings: Findings) -> list[ServingRecommender]:
    """Return what serves each task that was compared."""
    table = findings.tables["recommenders"]
    return [
        _choice(rows_of_task, task) for task in TASKS if (rows_of_task := table.filter(pl.col("task") == task)).height
    ]


def _choice(table: pl.DataFrame, task: str) -> ServingRecommender:
    tests = {row["recommender"]: row for row in _rows(table, "test")}
    gate = _gate(table)
    own = next(row for row in tests.values() if row["serves"])
    others = {name: _stand(row, own, gate) for name, row in tests.items() if name != own["recommender"]}
    return ServingRecommender(task, own["recommender"], _estimate(own), own["recall"], own["n_customers"], others, gate)


def _gate(table: pl.DataFrame) -> Gate | None:
    tuned, since = (
        next((row for row in _rows(table, window) if row["gain"] is not None), None) for window in ("tune", "test")
    )
    if tuned is None or since is None:
        return None
    return Gate(tuned["recommender"], tuned["gain_over"], _estimate(tuned, "gain"), _estimate(since, "gain"))


def _rows(table: pl.DataFrame, window: str) -> list[dict[str, Any]]:
    """Best first; equal ones in the order of the table."""
    ordered = table.filter(pl.col("window") == window).sort("ndcg", descending=True, maintain_order=True)
    return ordered.to_dicts()


def _stand(other: Row, own: Row, gate: Gate | None) -> Stand:
    its, ours = _estimate(other), _estimate(own)
    low, high = its.low - ours.high, its.high - ours.low
    if gate is not None and {other["recommender"], own["recommender"]} == {gate.name, gate.over}:
        ends = (gate.since.low, gate.since.high)
        low, high = ends if other["recommender"] == gate.name else (-ends[1], -ends[0])
    return "better" if low > 0 else "below" if high < 0 else "level"


def _estimate(row: Row, column: str = "ndcg") -> Estimate:
    value = float(row[column])
    low, high = (value if row[end] is None else float(row[end]) for end in (f"{column}_low", f"{column}_high"))
    return Estimate(value, low, high)


def recommenders_section(findings: Findings, _: Localizer) -> Section:
    """Measured with intervals; the tuning window chooses, the test window reports."""
    table, label = findings.table("recommenders"), _("Products they would like")
    if table is None:
        missing = NotKnown(
            _(
                "Products shown with an offer come from rules that need no comparison: what the "
                "customer bought before, else what sells best. How well that predicts the next "
                "purchase was not measured."
            ),
            is_given=True,
        )
        return Section(
            "recommenders", label, _("Recommenders were not compared: the history is too short or too thin"), (missing,)
        )
    chosen = choices(findings)
    blocks = (
        Text(
            _(
                "Recommenders pick the products shown with an offer. We chose one method per task on {days} days"
                " and tested it on a later {days} days. The score, nDCG@10, runs from 0 to 1. It counts how many"
                " of ten shown products were bought, weighting top positions more. It does not say what an offer"
                " changes: buying often is not the same as responding.",
                days=findings.config.recommend.window_days,
            )
        ),
        *(Text(_.sentences(_served_and_why(choice, table, _))) for choice in chosen),
        _figure(table, chosen, _),
        *_about(table, _),
    )
    return Section("recommenders", label, _message(chosen, _), blocks)


def _message(chosen: list[ServingRecommender], _: Localizer) -> str:
    by_task = {choice.task: choice for choice in chosen}
    if len(by_task) < len(TASKS):
        return _("Recommenders were compared on one task only")
    repeat, new = by_task["repeat"].test.value, by_task["new"].test.value
    if repeat < FORETOLD:
        return _("What customers buy next can hardly be predicted")
    return (
        _("We can predict what customers buy again, hardly what they try next")
        if new < max(repeat / 2, FORETOLD)
        else _("We can predict what customers buy again, and also what they try next")
    )


def _served_and_why(choice: ServingRecommender, table: pl.DataFrame, _: Localizer) -> list[str]:
    """What serves one task, and why."""
    return [_verdict(choice, _), *_gate_said(choice, _), *(_same(table, _) if choice.task == "new" else [])]


def _verdict(choice: ServingRecommender, _: Localizer) -> str:
    said = [
        _(
            "For {task} we use “{name}”. Its score in the later test is {ndcg}, {n} customer.",
            plural="For {task} we use “{name}”. Its score in the later test is {ndcg}, {n} customers.",
            task=_.named(TASK_WORDS, choice.task),
            name=choice.name,
            ndcg=_text(choice.test, _),
            n=choice.n_customers,
        )
    ]
    better, level = choice.standing("better"), choice.standing("level")
    if better:
        said.append(_("There {others} did clearly better.", others=_.titles(better)))
    if level:
        said.append(_("There it does not clearly beat {others}.", others=_.titles(level)))
    if choice.others and not better and not level:
        said.append(_("There it clearly beats the others."))
    return _.sentences(said)


def _gate_said(choice: ServingRecommender, _: Localizer) -> list[str]:
    """What the learned ranking gains, and what followed from it."""
    gate = choice.gate
    if gate is None:
        return []
    return [
        _(
            "Compared customer by customer in the weeks used for choosing, the learned ranking "
            "“{name}” gains {gain} nDCG@10 over “{over}”, the best of the others.",
            name=gate.name,
            over=gate.over,
            gain=_text(gate.tuned, _),
        ),
        _(_why_served(choice, gate), name=choice.name),
        _("In the later test the gain is {gain}.", gain=_text(gate.since, _)),
    ]


def _why_served(choice: ServingRecommender, gate: Gate) -> Message:
    if choice.name == gate.name:
        return Message("The whole interval is above zero, so “{name}” is used.")
    if not gate.tuned.has_interval:
        return Message("Without an interval that proves nothing, so “{name}” is used.")
    if gate.tuned.high < 0:
        return Message("That is a loss, so “{name}” is used.")
    return Message("The interval includes zero, so “{name}” is used.")


def _same(table: pl.DataFrame, _: Localizer) -> list[str]:
    """Recommenders that are one and the same on new products."""
    new = _rows(table.filter(pl.col("task") == "new"), "test")
    scores = {row["recommender"]: (row["ndcg"], row["recall"]) for row in new}
    same = {"repeat", "popularity"} <= scores.keys() and scores["repeat"] == scores["popularity"]
    return (
        [_("For new products “repeat” is the same as “popularity”: there is no purchase to repeat, so it falls back.")]
        if same
        else []
    )


def _figure(table: pl.DataFrame, chosen: list[ServingRecommender], _: Localizer) -> Figure:
    dots = [
        Dot(task, row["recommender"], _estimate(row), "ours" if row["serves"] else "control")
        for task, row in _in_order(table, ("test",), _)
    ]
    titles = (
        _(
            "“{name}” is used for {task}",
            context="recommenders",
            name=choice.name,
            task=_.named(TASK_WORDS, choice.task),
        )
        for choice in chosen
    )
    return figure(
        "recommenders",
        _.clauses(titles),
        _(
            "nDCG@10 on the later window with 95 % intervals (1: the ten shown products are all "
            "bought, 0: none is), each task on its own scale; circle: the one that is used"
        ),
        forest(dots, PLAIN_LABELS, one_scale=False),
        _table(table, _),
        localizer=_,
    )


def _in_order(table: pl.DataFrame, windows: tuple[str, ...], _: Localizer) -> Iterator[tuple[str, Row]]:
    """The rows by task and window, best first, each with the words for its task."""
    for task in TASKS:
        of_task = table.filter(pl.col("task") == task)
        yield from ((_.named(TASK_WORDS, task), row) for window in windows for row in _rows(of_task, window))


def _table(table: pl.DataFrame, _: Localizer) -> Table:
    rows = tuple(
        (
            task,
            row["recommender"],
            _.named(WINDOWS, row["window"]),
            _text(_estimate(row), _),
            _.share(row["recall"]),
            _.count(row["n_customers"]),
        )
        for task, row in _in_order(table, ("tune", "test"), _)
    )
    columns = (
        _("task", context="column title"),
        _("recommender", context="column title"),
        _("window", context="column title"),
        _("nDCG@10 [95 % interval]", context="column title"),
        "Recall@20",
        _("customers", context="column title"),
    )
    return Table(_("Recommenders by task and window"), columns, rows, n_labels=3)


def _about(table: pl.DataFrame, _: Localizer) -> list[Block]:
    """What each of our recommenders does; a shop's own is not known here."""
    names = table["recommender"].unique(maintain_order=True)
    lines = tuple(
        _("“{name}”: {text}.", context="pattern", name=name, text=RECOMMENDERS_IN_WORDS[name])
        for name in names
        if name in RECOMMENDERS_IN_WORDS
    )
    return [Text(_("What each recommender ranks high:")), Bullets(lines)] if lines else []


def _text(estimate: Estimate, _: Localizer) -> str:
    """Write it with its interval; that of a single customer has none."""
    return (
        _.numbers(estimate.text())
        if estimate.has_interval
        else _("{value} (no interval)", context="recommenders", value=_.numbers(f"{estimate.value:.2f}"))
    )
