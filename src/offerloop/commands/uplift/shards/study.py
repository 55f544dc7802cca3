"""The findings of a whole table, from the study of a sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np

from offerloop.commands.uplift.facts import FindingsBuilder
from offerloop.commands.uplift.findings import Note, UpliftFindings
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.responders import compared_pairs
from offerloop.commands.uplift.shards.judged import JudgedTrial
from offerloop.commands.uplift.shards.rows import TrialShards
from offerloop.commands.uplift.shards.sums import CONTROL, RowValuer, TrialSums
from offerloop.commands.uplift.soundness import is_doubtful
from offerloop.commands.uplift.trial import (
    FEWEST_EVENTS,
    PreparedTrial,
    even_sizes_p,
    kept_plan,
    planned_sizes,
    refuse_unlike,
)
from offerloop.response import (
    N_FOLDS,
    LearnedEffects,
    Spending,
    TrialStudy,
    arm_differences_of,
    conclusion,
    covariate_balance_p_of,
    sizes_p,
)


@dataclass(frozen=True, eq=False)
class WholeTable:
    """The study of a sample, carried to all rows."""

    trial: PreparedTrial
    study: TrialStudy
    learned: LearnedEffects
    request: UpliftRequest
    shards: TrialShards
    spending: Spending

    def judged(self, on_shard: Callable[[], None]) -> tuple[UpliftFindings, TrialStudy, LearnedEffects]:
        """What all rows say, and of the sample what needs rows in memory; study and effects with what is decided.

        `on_shard` is called after each shard. Raises EvidenceError for arms that chance did not make.
        """
        valuer = RowValuer.of(
            self.trial, self.learned, self.request, self.shards.path, self.shards.columns, self.shards.sizes
        )
        sampled, folds = valuer.of_sample(self.trial, self.study), self._folds(valuer, on_shard)
        whole = reduce(add, folds, sampled)
        judged = JudgedTrial(
            valuer.layout, whole, [one.rows for one in folds], self.trial.arms.names, self.trial.value.offers,
            self.spending, self.study.decision.estimator, self.request.value is not None, self.trial.cost is not None,
        )  # fmt: skip
        study = replace(self.study, decision=judged.decided.decision)
        sampled_findings = FindingsBuilder(self._checked(whole), study, self.request).findings(self.shards.path.name)
        findings = self._of_all(sampled_findings, judged)
        learned = replace(self.learned, decision=study.decision, verdict=findings.verdict, same=judged.same)
        return findings, study, learned

    def _folds(self, valuer: RowValuer, on_shard: Callable[[], None]) -> list[TrialSums]:
        """The sums of everybody who was not in the sample, in a few parts."""
        parts: dict[int, TrialSums] = {}
        for place, sums in enumerate(self.shards.others.each(valuer)):
            part = place % N_FOLDS
            parts[part] = parts[part] + sums if part in parts else sums
            on_shard()
        return list(parts.values())

    def _checked(self, whole: TrialSums) -> PreparedTrial:
        """The trial with the checks of all its rows."""
        trial, path = self.trial, self.shards.path
        features = [one.weighted(np.eye(len(one.total))[:-2]) for one in whole.arms]
        sizes = np.array([one.n for one in whole.arms])
        planned = planned_sizes(trial.arms, self.request, path)
        if trial.design == "known":
            ratio: float | None = kept_plan(sizes_p(sizes, whole.chances.total, whole.chances.products), path)
        else:
            ratio = even_sizes_p(sizes) if planned is None else kept_plan(sizes_p(sizes, planned), path)
        balance, p_value = arm_differences_of(features), covariate_balance_p_of(features)
        if trial.design == "randomised":
            refuse_unlike(balance, p_value, trial.encoding, trial.arms, path)
        return replace(trial, balance=tuple(balance), balance_p=p_value, ratio_p=ratio, notes=self._notes(whole))

    def _notes(self, whole: TrialSums) -> tuple[Note, ...]:
        """Return the notes of the sample with its counts; small arms and rare outcomes are those of all rows."""
        kept = [one for one in self.trial.notes if one.kind not in {"few_events", "small_arm"}]
        if small := tuple(sorted(set(self.shards.sizes) - set(self.trial.arms.names))):
            kept.append(Note("small_arm", small))
        if whole.events < FEWEST_EVENTS:
            kept.append(Note("few_events", n=whole.events))
        return (*kept, Note("learned_from_part", n=self.trial.value.size))

    def _of_all(self, sampled_findings: UpliftFindings, judged: JudgedTrial) -> UpliftFindings:
        """The findings with those of all rows in place of the sample's."""
        decided, names = judged.decided, self.trial.arms.names
        n, follow_up = sum(one.n for one in judged.whole.arms), judged.follow_up
        verdict = conclusion(decided.forecast, decided.p_value, follow_up, n)
        if decided.decision.policy == "nothing":
            verdict = "does_not_pay"
        findings = replace(
            sampled_findings,
            n=n,
            conclusion=verdict,
            verdict=decided.decision.policy if verdict == "pays" else "nothing",
            p_value=decided.p_value,
            follow_up=follow_up,
            forecast=judged.forecast,
            arms=tuple(judged.arms()),
            policies=tuple(judged.policies()),
            groups=tuple(judged.groups()),
            pairs=tuple(compared_pairs(names, judged.gap)),
            negative_controls={name: judged.control(CONTROL + name) for name in self.request.negative_controls},
            disagreeing=judged.disagreeing(),
        )
        return replace(findings, conclusion="doubtful", verdict="nothing") if is_doubtful(findings) else findings
