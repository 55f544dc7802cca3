"""`offerloop uplift`: one trial table; who responds, whether targeting pays, and whom to treat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.progress import Progress

from offerloop.arrays import Floats, Ints
from offerloop.commands.uplift.facts import Facts
from offerloop.commands.uplift.findings import Note, UpliftFindings
from offerloop.commands.uplift.page import render_uplift
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.sentences import sentence
from offerloop.commands.uplift.trial import Trial, prepare
from offerloop.errors import InputError
from offerloop.evaluation import Z95
from offerloop.report import Result, first_chart
from offerloop.response import (
    N_DIVISIONS,
    N_FOLDS,
    LearnedEffects,
    Spending,
    TrialStudy,
    known_estimators,
    learn_effects,
    study_trial,
)
from offerloop.workspace import InputTable, plain, table_rows


@dataclass(frozen=True, eq=False)
class UpliftResult(Result):
    """A finished study: what was found, and what it says of any customer."""

    findings: UpliftFindings
    asked: UpliftRequest
    trial: Trial
    study: TrialStudy
    learned: LearnedEffects

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`scores`, one row per customer of the trial."""
        return {"scores": self.scores()}

    @property
    def sentence(self) -> str:
        """The verdict, and what it rests on."""
        return sentence(self.findings)

    @property
    def chart(self) -> str:
        """The first chart of the report."""
        return first_chart(render_uplift(self.findings))

    def scores(self, table: InputTable | None = None) -> pl.DataFrame:
        """One row per customer, by default of the trial: the id (or row), the offer that the policy gives, and profit.

        Where something may pay, `to_try` holds the offers of a trial. For every offer `profit_<offer>` against giving
        nothing with rough `_low` and `_high`; value where no cost is
        known. Raises InputError for a table that lacks a column.
        """
        own = self.trial.table if table is None else table_rows(table, ids=self.asked.names)[0]
        features = self.trial.encoding.matrix(own)
        value, cost = self.learned.effects(features)
        profit = value if cost is None else value - cost
        half = Z95 * self.learned.se(features)
        luck = np.random.default_rng(self.asked.seed).random(len(own))
        key = self._key(own)
        names = self.trial.arms.names
        columns = {key: own[key], "offer": pl.Series([names[k] for k in drawn(self.learned.policy(features), luck)])}
        if self.findings.standing == "may_pay":
            columns["to_try"] = pl.Series([names[k] for k in drawn(self.learned.tried(features), luck)])
        for k, name in enumerate(names[1:], start=1):
            columns[f"profit_{name}"] = pl.Series(profit[:, k])
            columns[f"profit_{name}_low"] = pl.Series(profit[:, k] - half[:, k])
            columns[f"profit_{name}_high"] = pl.Series(profit[:, k] + half[:, k])
        return pl.DataFrame(columns).rename({"_row": "row"} if key == "_row" else {})

    def _key(self, table: pl.DataFrame) -> str:
        if self.asked.id is None:
            return "_row"
        if self.asked.id not in table.columns:
            raise InputError(
                f"the table to score has no column '{self.asked.id}', which names the customers of the trial "
                "(customer_id in Python, --id on the command line); give it"
            )
        return self.asked.id


def uplift(table: InputTable, asked: UpliftRequest, console: Console | None = None) -> UpliftResult:
    """Study a trial.

    Raises InputError for what is written wrongly, EvidenceError for what the table cannot show.
    """
    rows, path = table_rows(table, ids=asked.names)
    trial = prepare(rows, asked, path)
    spending = Spending(None if asked.budget is None else asked.budget / trial.value.size)
    fits = N_DIVISIONS * N_FOLDS * len(known_estimators()) * (1 if trial.cost is None else 2)
    with Progress(console=console or Console(quiet=True), transient=True) as progress:
        task = progress.add_task("comparing estimators", total=fits + 1)
        study = study_trial(trial.value, trial.cost, spending, asked.seed, tell=lambda: progress.advance(task))
        learned = learn_effects(study, trial.value, trial.cost, spending, asked.seed)
        progress.advance(task)
    findings = Facts(trial, study, asked).findings(path.name)
    if (compared := study.compared.profit.size) < trial.value.size:
        findings = replace(findings, notes=(*findings.notes, Note("sampled", n=compared)))
    learned = replace(learned, verdict=findings.verdict)
    return UpliftResult(findings, asked, trial, study, learned)


def drawn(policy: Floats, luck: Floats) -> Ints:
    """Return the offer (n,) of each customer, by the probabilities (n, K) of a policy and uniform numbers (n,)."""
    given: Ints = (policy.cumsum(axis=1) < luck[:, None]).sum(axis=1).clip(max=policy.shape[1] - 1)
    return given


def summary(found: UpliftFindings) -> dict[str, Any]:
    """Return the findings without scores, for programs; what is not finite is left empty."""
    facts = asdict(replace(found, scores=None, folder=None))
    return {name: plain(value) for name, value in facts.items() if name not in {"scores", "folder"}}
