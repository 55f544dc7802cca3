"""The findings of a whole table, from the study of a sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

from offerloop.commands.uplift.facts import FindingsBuilder
from offerloop.commands.uplift.findings import Note, Overlap, UpliftFindings
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.responders import compared_pairs
from offerloop.commands.uplift.shards.judged import JudgedTrial
from offerloop.commands.uplift.shards.rows import TrialShards
from offerloop.commands.uplift.shards.sums import CONTROL, RowValuer, TrialSums
from offerloop.commands.uplift.soundness import is_doubtful
from offerloop.commands.uplift.trial import (
    FEWEST_EVENTS,
    PreparedTrial,
    kept_plan,
    ratio_p,
    refuse_unlike,
)
from offerloop.response import (
    N_FOLDS,
    LearnedEffects,
    OverlapSums,
    Spending,
    TrialStudy,
    conclusion,
    plan_p,
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
        valuer = RowValuer.of(self.trial, self.learned, self.request, self.shards)
        sampled, folds = valuer.of_sample(self.trial, self.study, self.shards.sample), self._folds(valuer, on_shard)
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
        balance, p_value = whole.balance.differences, whole.balance.p_value
        if trial.design == "randomised":
            refuse_unlike(balance, p_value, trial.encoding, trial.arms, path)
        if whole.overlap is not None:
            whole.overlap.check(trial.arms.names)
        ratio = self._ratio_p(whole)
        notes = self._notes(whole, ratio)
        return replace(trial, balance=tuple(balance), balance_p=p_value, ratio_p=ratio, notes=notes)

    def _ratio_p(self, whole: TrialSums) -> float | None:
        """Return the p-value of the sizes of arms; None where no plan says how large they were to be."""
        trial, path = self.trial, self.shards.path
        if trial.design == "observational":
            return None
        if trial.design == "known":
            return kept_plan(plan_p(whole.balance.sizes, whole.plans[whole.balance.has_whole_clusters]), path)
        drawn = self.shards.clusters if whole.balance.has_whole_clusters else self.shards.sizes
        left_out = {name: n for name, n in drawn.items() if name not in trial.arms.names}
        return ratio_p(whole.balance.sizes, left_out, trial.arms, self.request, path)

    def _notes(self, whole: TrialSums, ratio: float | None) -> tuple[Note, ...]:
        """Return the notes of the sample with its counts, and those on numbers of customers and arms of all rows."""
        of_all = {"few_events", "small_arm", "few_clusters", "trimmed", "shares_not_checked"}
        kept = [one for one in self.trial.notes if one.kind not in of_all]
        if whole.overlap is not None and (left_out := whole.overlap.rows - whole.overlap.kept):
            kept.append(Note("trimmed", n=left_out))
        if small := tuple(sorted(set(self.shards.sizes) - set(self.trial.arms.names))):
            kept.append(Note("small_arm", small))
        if ratio is None:
            kept.append(Note("shares_not_checked"))
        if whole.events < FEWEST_EVENTS:
            kept.append(Note("few_events", n=whole.events))
        return (*kept, Note("learned_from_part", n=self.trial.value.size))

    def _of_all(self, sampled_findings: UpliftFindings, judged: JudgedTrial) -> UpliftFindings:
        """The findings with those of all rows in place of the sample's."""
        decided, names = judged.decided, self.trial.arms.names
        n, follow_up = sum(one.n for one in judged.whole.arms), judged.follow_up
        clusters, overlap = judged.whole.rows.clusters, judged.whole.overlap
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
            clusters=None if clusters is None else clusters.number,
            overlap=() if overlap is None else _of_sizes(sampled_findings.overlap, overlap),
        )
        return replace(findings, conclusion="doubtful", verdict="nothing") if is_doubtful(findings) else findings


def _of_sizes(sampled: Sequence[Overlap], sums: OverlapSums) -> tuple[Overlap, ...]:
    """The overlap of a sample with the effective sizes of all rows."""
    return tuple(replace(one, effective_size=float(size)) for one, size in zip(sampled, sums.sizes, strict=True))
