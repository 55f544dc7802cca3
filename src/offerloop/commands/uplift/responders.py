"""Who responds to the offer for everybody, and how offers compare with each other: from a study to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from offerloop.commands.uplift.findings import ArmsCompared, Condition, Driver, Importance, Segment
from offerloop.commands.uplift.trial import PreparedTrial
from offerloop.evaluation import Estimate, widening
from offerloop.response import (
    ESTIMATORS,
    MISSING,
    TrialStudy,
    kinds,
    linear_projection,
    mean_estimate,
    shuffled_losses,
)

FEWEST_ROWS = 1_000
"""With fewer customers their halves say nothing of kinds and columns."""


@dataclass(frozen=True)
class Responders:
    """One study, asked who responds."""

    trial: PreparedTrial
    study: TrialStudy

    @property
    def offer(self) -> int:
        """The offer for everybody."""
        return self.study.decision.offer

    def drivers(self) -> Iterator[Driver]:
        """What the effect goes with, the clearest first."""
        effect = self.study.effect[:, self.offer]
        for term in linear_projection(self.trial.value, effect, self.offer):
            yield Driver(self._condition(term.column), term.slope, term.p_value)

    def importances(self) -> Iterator[Importance]:
        """What the chosen estimator rests on, what matters most first."""
        if self.trial.value.size < FEWEST_ROWS:
            return
        sources = [name for name, _ in self.trial.encoding.sources]
        groups = {
            name: np.array([k for k, one in enumerate(sources) if one == name]) for name in dict.fromkeys(sources)
        }
        estimator = ESTIMATORS.load(self.study.decision.estimator)()
        losses = shuffled_losses(
            estimator, self.trial.value, self.trial.cost, self.study.effect[:, self.offer], self.offer,
            list(groups.values()), self.study.judged.seed,
        )  # fmt: skip
        by_loss = [Importance(name, loss) for name, loss in zip(groups, losses, strict=True)]
        yield from sorted(by_loss, key=lambda one: -one.loss.value)

    def segments(self) -> Iterator[Segment]:
        """Kinds of customers; none where one is all."""
        if self.trial.value.size < FEWEST_ROWS:
            return
        kinds_of_customers = kinds(self.trial.value, self.study.effect[:, self.offer], self.study.judged.seed)
        for customers in kinds_of_customers if len(kinds_of_customers) > 1 else ():
            conditions = tuple(
                self._condition(split.column, above=split.above, cut=split.cut) for split in customers.splits
            )
            yield Segment(conditions, customers.n, customers.effect)

    def pairs(self) -> Iterator[ArmsCompared]:
        """Offers against each other: see `compared_pairs`."""
        effect, whose = self.study.effect, self.study.whose
        names = self.trial.arms.names
        return compared_pairs(names, lambda one, other: mean_estimate(effect[:, one] - effect[:, other], whose))

    def _condition(self, column: int, *, above: bool = True, cut: float = 0.0) -> Condition:
        name, category = self.trial.encoding.sources[column]
        return Condition(name, "missing" if category == MISSING else category, above, cut)


def compared_pairs(names: Sequence[str], gap: Callable[[int, int], Estimate]) -> Iterator[ArmsCompared]:
    """Yield offers against each other, with intervals that hold for all pairs at once (Bonferroni)."""
    every = list(combinations(range(1, len(names)), 2))
    for first, second in every:
        gain = gap(first, second)
        half = (gain.high - gain.value) * widening(len(every))
        yield ArmsCompared(names[first], names[second], Estimate(gain.value, gain.value - half, gain.value + half))
