"""The folder of an evaluation: its tables, its JSON and its page."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import polars as pl

from offerloop.commands.evaluate.findings import EvaluationFindings, EvaluationResult
from offerloop.commands.evaluate.page import render_evaluation
from offerloop.commands.evaluate.sentences import summarise_evaluation
from offerloop.evaluation import ActionOverlap, PolicyValue, Worth
from offerloop.tables import OVERLAP, POLICY_VALUES
from offerloop.workspace import filling, new_folder


def values_table(findings: EvaluationFindings) -> pl.DataFrame:
    """Return the table POLICY_VALUES: each policy by each estimator."""
    rows: list[tuple[Any, ...]] = []
    for policy in findings.policies:
        if policy.best is None:
            continue
        for value in policy.methods:
            own = (policy.kind, policy.name, value.method, value.method == policy.best.method)
            rows += [(*own, outcome, "", *ends, value.effective_size, value.expected_size, *_weights(value))
                     for outcome, ends in _ends(value)]  # fmt: skip
        for against, worth in policy.against.items():
            own = (policy.kind, policy.name, policy.best.method, True)
            rows += [(*own, outcome, against, *ends, worth.effective_size, worth.expected_size, None, None, None)
                     for outcome, ends in _ends(worth)]  # fmt: skip
    return POLICY_VALUES.check(pl.DataFrame(rows, POLICY_VALUES.schema, orient="row"))


def _ends(worth: Worth) -> list[tuple[str, tuple[float, float, float]]]:
    estimates = (("value", worth.value), ("cost", worth.cost), ("profit", worth.profit))
    return [(name, (one.value, one.low, one.high)) for name, one in estimates if one is not None]


def _weights(value: PolicyValue) -> tuple[float, float | None, float]:
    return value.largest_weight, value.limit if math.isfinite(value.limit) else None, value.share_cut


def overlap_table(findings: EvaluationFindings) -> pl.DataFrame:
    """The table OVERLAP."""
    rows = [(one.kind, one.name, *_of_action(action)) for one in findings.policies for action in one.overlap]
    return OVERLAP.check(pl.DataFrame(rows, OVERLAP.schema, orient="row"))


def _of_action(action_overlap: ActionOverlap) -> tuple[Any, ...]:
    weights = (action_overlap.mean_weight, action_overlap.largest_weight) if action_overlap.logged else (None, None)
    return (
        action_overlap.name,
        action_overlap.logged,
        action_overlap.policy_share,
        *weights,
        action_overlap.effective_size,
        action_overlap.largest_possible,
    )


def write(shop: Path, findings: EvaluationFindings, language: str) -> EvaluationResult:
    """The folder appears under its name only when everything is in it."""
    summary, page = summarise_evaluation(findings, language), render_evaluation(findings, language)
    folder = new_folder(shop / "evaluations")
    with filling(folder) as partial:
        values_table(findings).write_parquet(partial / "policy_values.parquet")
        overlap_table(findings).write_parquet(partial / "overlap.parquet")
        text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        (partial / "evaluation.json").write_text(text, encoding="utf-8")
        (partial / "report.html").write_text(page, encoding="utf-8")
    return EvaluationResult(folder, folder / "report.html", summary, findings, language)
