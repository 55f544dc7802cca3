"""`offerloop uplift`: one trial table; who responds, whether targeting pays, and whom to treat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from offerloop.commands.uplift.facts import FindingsBuilder
from offerloop.commands.uplift.findings import AppliedScores, UpliftFindings
from offerloop.commands.uplift.page import render_uplift
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.sentences.lead import sentence
from offerloop.commands.uplift.shards.rows import TrialShards, read_trial
from offerloop.commands.uplift.shards.study import WholeTable
from offerloop.commands.uplift.trial import PreparedTrial, prepare
from offerloop.config import StrPath, as_path, report_language
from offerloop.engine import EngineChoice
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.report import ProgressDisplay, Result, first_chart
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
from offerloop.workspace import (
    CheckedRows,
    InputTable,
    TableParts,
    TrialScorer,
    check_rows,
    plain,
    table_parts,
    table_rows,
    write_whole,
)

_COMPARING = Message("comparing estimators", context="progress")


@dataclass(frozen=True, eq=False)
class UpliftResult(Result):
    """A finished study: what was found, and what it says of any customer."""

    findings: UpliftFindings
    request: UpliftRequest
    trial: PreparedTrial
    study: TrialStudy
    learned: LearnedEffects
    others: OtherCustomers | None = None
    language: str = "en"
    """The language of its sentence and chart."""
    shards: TrialShards | None = None
    """Where the customers are whom the trial and the study do not hold; None where these hold them all."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`scores`, one row per customer of the trial, and `applied`, one per customer of `apply`."""
        applied = {} if self.others is None else {"applied": pl.concat(self.scorer.each(self.others.parts))}
        return {"scores": self.scores(), **applied}

    @property
    def sentence(self) -> str:
        """The verdict, and what it rests on."""
        return sentence(self.findings, self.language)

    @property
    def chart(self) -> str:
        """The first chart of the report."""
        return first_chart(render_uplift(self.findings, self.language))

    @property
    def scorer(self) -> TrialScorer:
        """What scores any customers."""
        return TrialScorer(
            self.trial.encoding,
            self.learned,
            self.trial.arms.names,
            self.request.id,
            self.findings.conclusion != "doubtful",
            self.request.seed,
        )

    def scores(self, table: InputTable | None = None) -> pl.DataFrame:
        """One row per customer, by default of the trial: see `TrialScorer.scores`.

        Raises InputError for a table that lacks a column.
        """
        if table is None:
            return self.scorer.scores(self.trial.table) if self.shards is None else self.shards.scores(self.scorer)
        rows = table_rows(table, ids=self.request.names)[0]
        self.scorer.check([rows])
        return self.scorer.scores(rows)

    @property
    def applied(self) -> AppliedScores | None:
        """What is to be known of the scores of other customers."""
        if self.others is None:
            return None
        customers = self.others.checked.number
        return AppliedScores(customers, self.scorer.budget(customers), self.others.checked.unseen)

    def save(self, path: StrPath) -> Path:
        """Write what was learned to a file, for `offerloop.score`."""
        place = as_path(path)
        write_whole(place, self.scorer.to_json().encode())
        return place


@dataclass(frozen=True, eq=False)
class OtherCustomers:
    """A table to be scored after the study, which was checked before it."""

    parts: TableParts
    checked: CheckedRows


def uplift(
    table: InputTable, request: UpliftRequest, console: Console | None = None, apply: InputTable | None = None,
    language: str | None = None, engine: EngineChoice | None = None,
) -> UpliftResult:  # fmt: skip
    """Study a trial, and check first whether the customers of `apply` can be scored by it.

    On an engine a table may be larger than memory: then a sample of it learns, and all rows judge by sums. Progress and
    the result are told in `language`, by default that of the table's names.
    Raises InputError for what is written wrongly, EvidenceError for what the table cannot show.
    """
    rows, path, shards = read_trial(table, request, engine)
    trial = prepare(rows, request, path)
    others = None if apply is None else _customers_to_score(apply, trial, request)
    shards = None if shards is None else shards.comparable(trial, request)
    customers = trial.value.size if shards is None else shards.customers(trial.arms.names)
    spending = Spending(None if request.budget is None else request.budget / customers, request.top)
    fits = N_DIVISIONS * N_FOLDS * len(known_estimators()) * (1 if trial.cost is None else 2)
    language = report_language(language, "", (*trial.table.columns, *trial.arms.names))
    steps = fits + 1 + (0 if shards is None else len(shards.others.folders))
    with ProgressDisplay(console, language).bar(_COMPARING, steps) as advance:
        study = study_trial(trial.value, trial.cost, spending, request.seed, on_fold=advance)
        learned = learn_effects(study, trial.value, trial.cost, spending, request.seed)
        advance()
        if shards is not None:
            whole = WholeTable(trial, study, learned, request, shards, spending)
            findings, study, learned = whole.judged(on_shard=advance)
            return UpliftResult(findings, request, trial, study, learned, others, language, shards)
    findings = FindingsBuilder(trial, study, request).findings(path.name)
    learned = replace(learned, verdict=findings.verdict)
    return UpliftResult(findings, request, trial, study, learned, others, language)


def _customers_to_score(apply: InputTable, trial: PreparedTrial, request: UpliftRequest) -> OtherCustomers:
    parts = table_parts(apply, () if request.id is None else (request.id,))
    try:
        return OtherCustomers(parts, check_rows(parts, trial.encoding, request.id))
    except InputError as error:
        raise InputError(
            Message("'{path}' (--apply): {error}", context="refusal", path=str(parts.path), error=error.message)
        ) from None


def summary(findings: UpliftFindings) -> dict[str, Any]:
    """Return the findings without scores, for programs; what is not finite is left empty."""
    facts = asdict(replace(findings, scores=None, folder=None))
    return {name: plain(value) for name, value in facts.items() if name not in {"scores", "folder"}}
