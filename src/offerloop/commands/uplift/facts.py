"""What the page of a trial says, from its study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from scipy.stats import norm

from offerloop.arrays import Floats
from offerloop.commands.uplift.findings import (
    Arm,
    AuditedGroup,
    CovariateBalance,
    EffectDecile,
    Note,
    Overlap,
    Ranked,
    ResponseType,
    TargetingWorth,
    UpliftFindings,
    UsualArea,
)
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.responders import Responders
from offerloop.commands.uplift.soundness import is_doubtful
from offerloop.commands.uplift.trial import PreparedTrial
from offerloop.commands.uplift.usual_areas import usual_areas
from offerloop.evaluation import (
    Z95,
    Estimate,
    Log,
    PolicyValue,
    Predictions,
    difference_of_policies,
    dr,
    effective_size,
    snips,
)
from offerloop.response import (
    CustomerOrdering,
    Evidence,
    TrialStudy,
    UnchangedCost,
    cost_that_changes_nothing,
    expected_outcomes,
    has_response_types,
    mean_estimate,
    outcome_kind,
    plain_differences,
    rank_share,
    ratio_estimate,
    response_type_shares,
    robust_scores,
    student_estimate,
    widened_estimate,
)
from offerloop.workspace import numeric_column

BALANCES = 20
"""Differences between arms that are told, the largest."""
MOST_GROUPS, FEWEST_IN_GROUP = 20, 50
CONTRADICTION = 0.001
"""Chance below which raw and adjusted differences contradict each other."""


@dataclass(frozen=True)
class FindingsBuilder:
    """One study, asked for the parts of its findings."""

    trial: PreparedTrial
    study: TrialStudy
    request: UpliftRequest

    def findings(self, place: str) -> UpliftFindings:
        """Return all findings, of which a trial with doubtful data concludes nothing."""
        request, trial, study, decision = self.request, self.trial, self.study, self.study.decision
        wasted, responders, arms = self._unchanged_cost(), Responders(trial, study), trial.arms.names
        findings = UpliftFindings(
            treatment=request.treatment, outcome=request.outcome, value=request.value, cost=request.cost,
            budget=request.budget, top=request.top, cluster=request.cluster,
            n=trial.value.size, design=trial.design, balance_p=trial.balance_p, ratio_p=trial.ratio_p,
            suspects=trial.suspects, features=trial.encoding.names,
            conclusion=study.conclusion, verdict=study.verdict, p_value=study.p_value, follow_up=study.follow_up,
            policy=decision.policy, estimator=decision.estimator,
            place=place,
            control=arms[0],
            outcome_kind=outcome_kind(trial.outcome),
            offer=arms[decision.offer],
            near_ties=tuple(arms[k] for k in decision.near_ties),
            expense=None if study.selection.expense is None else "depth" if trial.cost is None else "cost",
            targeting=study.selection.gain_over_random(decision.estimator),
            forecast=self._forecast(),
            usual_areas=tuple(self._usual_areas()),
            against_score=self._against_score(),
            arms=tuple(self._arms()),
            ranked=tuple(self._ranked()),
            policies=tuple(self._policies()),
            curve=tuple(CustomerOrdering(study, study.judged.seed).steps()),
            deciles=tuple(self._deciles()),
            types=tuple(self._types()),
            unchanged_cost=None if wasted is None else wasted.share,
            unchanged_money=None if wasted is None else wasted.per_customer,
            groups=tuple(self._groups()),
            drivers=tuple(responders.drivers()),
            importances=tuple(responders.importances()),
            segments=tuple(responders.segments()),
            pairs=tuple(responders.pairs()),
            balance=tuple(self._balance()),
            overlap=tuple(self._overlap()) if trial.design == "observational" else (),
            negative_controls={name: self._on(name) for name in request.negative_controls},
            disagreeing=self._disagreeing(),
            clusters=None if study.whose is None else len(np.unique(study.whose)),
            notes=tuple(self._notes()),
        )  # fmt: skip
        return replace(findings, conclusion="doubtful", verdict="nothing") if is_doubtful(findings) else findings

    def _notes(self) -> Iterator[Note]:
        yield from self.trial.notes
        if not has_response_types(self.evidence.outcome):
            yield Note("no_types")
        if (compared := self.study.compared.profit.size) < self.evidence.size:
            yield Note("sampled", n=compared)

    def _mean(self, rows: Floats) -> Estimate:
        return mean_estimate(rows, self.study.whose)

    @cached_property
    def evidence(self) -> Evidence:
        """The evidence of value."""
        return self.trial.value

    @cached_property
    def log(self) -> Log:
        """The trial as a log of decisions."""
        value, rows = self.evidence, np.arange(self.evidence.size)
        cost = None if self.trial.cost is None else self.trial.cost.outcome
        propensity = value.propensity / value.propensity.sum(axis=1, keepdims=True)
        own = propensity[rows, value.action]
        return Log(value.action, own, value.outcome, self.trial.arms.names, cost, propensity, self.study.whose)

    @cached_property
    def bought(self) -> Evidence:
        """Whether there was any outcome."""
        return replace(self.evidence, outcome=(self.trial.outcome != 0).astype(np.float64))

    @cached_property
    def purchase_probabilities(self) -> Floats:
        """(rows, K): of any outcome under each offer, by models of other customers."""
        return np.clip(expected_outcomes(self.bought, self.study.value.fold[0]), 0.0, 1.0)

    def _effects_of(self, outcome: Floats) -> Floats:
        """(rows, K): doubly robust differences from no offer on another outcome."""
        scores = self._scores_of(outcome)
        return scores - scores[:, :1]

    @cached_property
    def outcome_scores(self) -> Floats:
        """(rows, K): doubly robust scores of the outcome."""
        return self.study.value.scores if self.request.value is None else self._scores_of(self.trial.outcome)

    def _scores_of(self, outcome: Floats) -> Floats:
        other = replace(self.evidence, outcome=outcome)
        return robust_scores(other, expected_outcomes(other, self.study.value.fold[0]))

    @cached_property
    def _predictions(self) -> Predictions:
        cost = self.study.cost
        return Predictions(self.study.value.expected, None if cost is None else cost.expected)

    @cached_property
    def _nobody(self) -> tuple[PolicyValue, PolicyValue]:
        """What no offer for anybody is worth, doubly robust and by weights alone."""
        policy = np.zeros(self.evidence.size, dtype=np.int64)
        return dr(self.log, policy, self._predictions), snips(self.log, policy)

    def _worth(self, kind: str, name: str, policy: Floats) -> TargetingWorth:
        values = dr(self.log, policy, self._predictions), snips(self.log, policy)
        robust, weighted = (difference_of_policies(*pair) for pair in zip(values, self._nobody, strict=True))
        whose = self.study.whose
        return TargetingWorth(
            kind=kind,  # type: ignore[arg-type]
            name=name,
            treated_share=float(1 - policy[:, 0].mean()),
            profit=student_estimate(robust.profit or robust.value, whose),
            snips=student_estimate(weighted.profit or weighted.value, whose),
            cost=None if robust.cost is None else student_estimate(robust.cost, whose),
        )

    def _forecast(self) -> TargetingWorth:
        worth = self._worth("forecast", self.study.decision.estimator, self.study.forecast)
        return replace(
            worth,
            profit=self.study.forecast_profit,
            snips=widened_estimate(worth.snips, self.study.forecast_selection_variance),
        )

    def _arms(self) -> Iterator[Arm]:
        outcome, raw = self.outcome_effect, self._raw()
        value, cost = self.study.value.effect, self.study.cost
        arms, whose = self.trial.arms, self.study.whose
        for k, name in enumerate(arms.names):
            own = self.trial.outcome[arms.action == k]
            worth = k > 0 and self.request.value is not None
            yield Arm(
                name=name,
                n=len(own),
                mean=mean_estimate(own, None if whose is None else whose[arms.action == k]),
                raw=self._mean(raw[:, k]) if k else None,
                effect=self._mean(outcome[:, k]) if k else None,
                value=self._mean(value[:, k]) if worth else None,
                cost=self._mean(cost.effect[:, k]) if k and cost is not None else None,
                profit=self._mean(self.study.effect[:, k]) if k and cost is not None else None,
            )

    @cached_property
    def outcome_effect(self) -> Floats:
        """(rows, K): doubly robust differences from no offer on the outcome."""
        return self.outcome_scores - self.outcome_scores[:, :1]

    def _raw(self) -> Floats:
        """(rows, K): rows whose means are the plain differences of the outcome."""
        propensity = None if self.trial.design == "observational" else self.evidence.propensity
        return plain_differences(self.trial.outcome, self.evidence.action, propensity)

    def _disagreeing(self) -> tuple[str, ...]:
        """Arms of a trial whose raw and adjusted differences are further apart than chance allows."""
        if self.trial.design == "observational":
            return ()
        gap, names = self.outcome_effect - self._raw(), self.trial.arms.names
        return contradicting(names, {k: self._mean(gap[:, k]) for k in range(1, len(names))})

    def _ranked(self) -> Iterator[Ranked]:
        compared, decision = self.study.compared, self.study.decision
        selection, whose = compared.selection, compared.profit.customer
        whole = selection.gain[:, 1 + int(np.argmax(selection.gain[:, 1:].mean(axis=0)))]
        pays = mean_estimate(whole, whose).low > 0
        for name in selection.rankings:
            area = selection.areas[name]
            yield Ranked(
                name=name,
                area=mean_estimate(area, whose),
                share=ratio_estimate(area, whole, whose) if pays else None,
                over_random=selection.gain_over_random(name),
                policy=compared.policy_value(name),
                is_chosen=name == decision.estimator,
            )

        if self.score_area is not None:
            everybody = self.study.effect[:, decision.offer]
            pays = self._mean(everybody).low > 0
            yield Ranked(
                name=self.request.score or "",
                area=self._mean(self.score_area),
                share=ratio_estimate(self.score_area, everybody, self.study.whose) if pays else None,
                over_random=self._mean(self.score_area - everybody / 2),
                policy=None,
                is_chosen=False,
                is_score=True,
            )

    @cached_property
    def score(self) -> Floats | None:
        """(rows,): the reader's own score."""
        return None if self.request.score is None else numeric_column(self.trial.table, self.request.score)

    @cached_property
    def score_area(self) -> Floats | None:
        """(rows,): what each customer adds to the area of the reader's score, with the offer for everybody."""
        if self.score is None:
            return None
        share_above = rank_share(self.score, np.zeros(len(self.score), dtype=np.int64))
        return (1 - share_above) * self.study.effect[:, self.study.decision.offer]

    def _against_score(self) -> Estimate | None:
        if self.score_area is None:
            return None
        return self._mean(self.study.selection.areas[self.study.decision.estimator] - self.score_area)

    def _usual_areas(self) -> Iterator[UsualArea]:
        offer = self.study.decision.offer
        if self.study.whose is not None or not self._mean(self.outcome_effect[:, offer]).is_clear:
            return
        orders = [(self.study.decision.estimator, False, self.study.profit[:, offer])]
        if self.score is not None:
            orders.append((self.request.score or "", True, self.score))
        for name, is_score, order in orders:
            yield from usual_areas(name, order, self.trial, offer, is_score=is_score)

    def _policies(self) -> Iterator[TargetingWorth]:
        selection, n = self.study.selection, self.evidence.size
        for k, name in enumerate(self.trial.arms.names[1:], start=1):
            yield self._worth("everyone", name, np.tile(selection.same[k], (n, 1)))
        chosen = self.study.decision.estimator
        worth, more = (
            self._worth("targeted", chosen, selection.policies[chosen].mean(axis=0)),
            self.study.policy_selection_variance,
        )
        yield replace(worth, profit=widened_estimate(worth.profit, more), snips=widened_estimate(worth.snips, more))

    def _deciles(self) -> Iterator[EffectDecile]:
        for decile in CustomerOrdering(self.study, self.study.judged.seed).deciles():
            yield EffectDecile(decile.decile, int(decile.rows.sum()), decile.predicted, decile.realised)

    def _types(self) -> Iterator[ResponseType]:
        if not has_response_types(self.evidence.outcome):
            return
        offer = self.study.decision.offer
        effect = self.study.value.shrunk[self.study.decision.estimator].mean(axis=0)[:, offer]
        scores = robust_scores(self.bought, self.purchase_probabilities)
        shares = response_type_shares(scores, offer, effect, self.study.whose)
        for name, share in shares.items():
            yield ResponseType(name, share)  # type: ignore[arg-type]

    def _unchanged_cost(self) -> UnchangedCost | None:
        """Return the cost that changes nothing among those who got what the policy gives."""
        if self.log.cost is None or self.study.decision.policy == "nothing":
            return None
        policy, rows = self.study.selection.chosen(self.study.decision), np.arange(self.evidence.size)
        got, scores = self.evidence.action, self.outcome_scores
        weight = np.where(got > 0, policy[rows, got] / self.evidence.propensity[rows, got], 0.0)
        weight *= policy[:, 1:].sum() / max(weight.sum(), 1e-300)  # so that a fixed cost adds up to that of the policy
        paid = weight * self.log.cost
        return cost_that_changes_nothing(
            paid,
            idle=paid * (self.trial.outcome == 0),
            with_offer=(policy[:, 1:] * scores[:, 1:]).sum(axis=1),
            without=policy[:, 1:].sum(axis=1) * scores[:, 0],
            whose=self.study.whose,
        )

    def _groups(self) -> Iterator[AuditedGroup]:
        policy = self.study.selection.chosen(self.study.decision)
        treated, effect = 1 - policy[:, 0], self.study.effect[:, self.study.decision.offer]
        cost = None if self.study.cost is None else (self.study.cost.effect * policy).sum(axis=1)
        for column in self.request.audit:
            text = self.trial.table[column].cast(pl.String).fill_null("?").alias("group")
            sizes = text.value_counts().sort(["count", "group"], descending=[True, False]).head(MOST_GROUPS)
            for group, n in sizes.iter_rows():
                rows = (text == group).to_numpy()
                if n < FEWEST_IN_GROUP:
                    continue
                whose = None if self.study.whose is None else self.study.whose[rows]
                parts = (None if one is None else mean_estimate(one[rows], whose) for one in (treated, effect, cost))
                yield AuditedGroup(column, group, n, *parts)  # type: ignore[arg-type]

    def _balance(self) -> Iterator[CovariateBalance]:
        labels = self.trial.encoding.labels
        for difference in self.trial.balance[:BALANCES]:
            yield CovariateBalance(
                labels[difference.column], self.trial.arms.names[difference.arm], difference.sds, difference.z
            )

    def _overlap(self) -> Iterator[Overlap]:
        propensity, action = self.evidence.propensity, self.evidence.action
        for k, name in enumerate(self.trial.arms.names):
            quantiles = np.quantile(propensity[:, k], [0.05, 0.25, 0.5, 0.75, 0.95])
            size = effective_size(1 / propensity[action == k, k])
            yield Overlap(name, tuple(float(one) for one in quantiles), size)

    def _on(self, column: str) -> Estimate:
        """Effect of the best offer on a column that it cannot have changed."""
        return self._mean(self._effects_of(numeric_column(self.trial.table, column))[:, self.study.decision.offer])


def contradicting(names: Sequence[str], gaps: Mapping[int, Estimate]) -> tuple[str, ...]:
    """Return the arms whose raw and adjusted differences, by their gaps, are further apart than chance allows."""
    far = float(norm.isf(CONTRADICTION / 2 / (len(names) - 1))) / Z95
    return tuple(names[k] for k, one in gaps.items() if abs(one.value) > far * (one.high - one.value) > 0)
