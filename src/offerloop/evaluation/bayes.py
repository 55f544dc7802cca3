"""What to believe of a difference, given what was believed before: chance of a gain, and what is lost by being wrong.

A normal prior on the effect and a normal likelihood with the known standard error (Gelman and others 2013, chapter 2):
``1 / sd^2 = 1 / se^2 + 1 / prior.sd^2``, the mean by the same weights. Numbers of GrowthBook's engine hold
(growthbook/growthbook, packages/stats/tests/bayesian, MIT).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from offerloop.evaluation.experiment import Difference


@dataclass(frozen=True)
class Prior:
    """A normal belief about an effect, in the effect's unit."""

    mean: float
    variance: float

    def __post_init__(self) -> None:
        """Raises ValueError for a variance that is none."""
        if not self.variance > 0:
            raise ValueError(f"a prior's variance is above 0, not {self.variance:g}")

    def in_units(self, unit: float) -> Prior:
        """A belief about shares as one about amounts, with the control's mean as `unit`; the other way with 1 / it."""
        return Prior(self.mean * abs(unit), self.variance * unit * unit)


@dataclass(frozen=True)
class Belief:
    """A normal belief about an effect after the experiment."""

    mean: float
    sd: float
    """Endless where nothing is known."""

    @property
    def chance_to_win(self) -> float:
        """That the effect is above zero; of a metric that should fall, take one minus it."""
        return _below(self.mean / self.sd) if self.sd > 0 else 0.5 + 0.5 * _sign(self.mean)

    @property
    def risk_of_keeping(self) -> float:
        """Mean loss, in the effect's unit, by not changing where the change is better: ``E max(effect, 0)``."""
        return _mean_above(self.mean, self.sd)

    @property
    def risk_of_changing(self) -> float:
        """Mean loss, in the effect's unit, by changing where the change is worse: ``E max(-effect, 0)``."""
        return _mean_above(-self.mean, self.sd)

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Holds the effect with the chance 1 - alpha."""
        from scipy.special import ndtri

        half = float(ndtri(1 - alpha / 2)) * self.sd
        return self.mean - half, self.mean + half


def believe(found: Difference | None, prior: Prior | None = None) -> Belief:
    """After an experiment; None where it shows nothing yet. Without a prior every effect was as likely as any other."""
    if found is None or not found.se > 0:
        return Belief(0.0, math.inf) if prior is None else Belief(prior.mean, math.sqrt(prior.variance))
    if prior is None:
        return Belief(found.value, found.se)
    weights = 1 / found.se**2, 1 / prior.variance
    mean = (found.value * weights[0] + prior.mean * weights[1]) / sum(weights)
    return Belief(mean, 1 / math.sqrt(sum(weights)))


def _below(z: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(z))


def _mean_above(mean: float, sd: float) -> float:
    """``E max(x, 0)`` of a normal x: ``mean Phi(mean / sd) + sd phi(mean / sd)``."""
    if not 0 < sd < math.inf:
        return max(0.0, mean) if sd == 0 else math.inf
    z = mean / sd
    return max(0.0, mean * _below(z) + sd * math.exp(-z * z / 2) / math.sqrt(2 * math.pi))


def _sign(value: float) -> float:
    return float(value > 0) - float(value < 0)
