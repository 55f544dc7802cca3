"""Boosted trees of two parts of one prediction that take turns, each by its own gradient (LightGBM).

The gradient of the sensitivity takes the depth given less its mean by propensities, as an R-learner does: then what
the appetite has not learned yet does not look like sensitivity, since chance decided about the rest of the depth.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.estimators.calibration import moments
from offerloop.response.estimators.levels import OutcomeKind
from offerloop.response.evidence import Evidence

ROUNDS, PATIENCE = 200, 15
"""Rounds at most; where so many bring nothing on rows that were left out, learning ends."""
SHARED = {
    "objective": "none", "learning_rate": 0.1, "min_sum_hessian_in_leaf": 1e-3, "boost_from_average": False,
    "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1,
}  # fmt: skip
Part = Literal["appetite", "sensitivity"]
SETTINGS: dict[Part, dict[str, float]] = {
    "appetite": {"num_leaves": 8, "min_data_in_leaf": 100, "lambda_l2": 1.0},
    "sensitivity": {"num_leaves": 3, "min_data_in_leaf": 400, "lambda_l2": 10.0},
}
STEPS = 25
"""Most steps of Newton's method."""


@dataclass(frozen=True)
class Start:
    """The constants that both parts begin with."""

    appetite: float
    sensitivity: float
    """The sensitivity of s where s has either sign, of its logarithm where not."""
    positive: bool

    @classmethod
    def of(cls, evidence: Evidence, kind: OutcomeKind) -> Self:
        """The best constants, by a few steps of Newton's method."""
        depth, y = evidence.depth, evidence.outcome
        x = np.column_stack([np.ones_like(depth), depth])
        at = np.array([_free(float(y.mean()), kind), 0.0])
        for _ in range(STEPS):
            mean, weight = moments(x @ at, kind)
            hessian = x.T @ (weight[:, None] * x) + 1e-6 * np.eye(2)
            at = at + np.linalg.solve(hessian, x.T @ (y - mean))
        positive = evidence.coding.monotone
        least = 0.01 / max(float(depth.max()), 1e-9)
        return cls(float(at[0]), float(np.log(max(at[1], least))) if positive else float(at[1]), positive)

    def slope(self, b: Floats) -> Floats:
        """s, from what the trees add up to."""
        return np.exp(np.clip(self.sensitivity + b, -20, 20)) if self.positive else self.sensitivity + b


@dataclass
class Side:
    """Rows of one data set, and what the trees add up to there."""

    evidence: Evidence
    depth: Floats
    treatment_residual: Floats
    """Depth less its mean by propensities."""
    sums: dict[Part, Floats]

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """Before the first tree."""
        zeros, depth = np.zeros(evidence.size), evidence.depth
        usual = evidence.propensity @ np.array([one.depth for one in evidence.offers])
        return cls(evidence, depth, depth - usual, {"appetite": zeros, "sensitivity": zeros})

    def tables(self) -> dict[Part, Floats]:
        """Columns of each part: features, and for the sensitivity the family of the offer given."""
        evidence = self.evidence
        rest = evidence.coding.columns(evidence.offers)[evidence.action, 1:]
        return {"appetite": evidence.features, "sensitivity": np.column_stack([evidence.features, rest])}

    def eta(self, start: Start) -> Floats:
        """The whole prediction, on the scale on which it adds up."""
        return start.appetite + self.sums["appetite"] + start.slope(self.sums["sensitivity"]) * self.depth


@dataclass
class Backfitting:
    """Boosters that take turns."""

    kind: OutcomeKind
    start: Start
    inside: Side
    outside: Side | None
    boosters: dict[Part, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, evidence: Evidence, kind: OutcomeKind, seed: int, outside: Evidence | None = None) -> Self:
        """Before the first turn."""
        import lightgbm

        made = cls(kind, Start.of(evidence, kind), Side.of(evidence), None if outside is None else Side.of(outside))
        for part, table in made.inside.tables().items():
            leaf = max(5, min(int(SETTINGS[part]["min_data_in_leaf"]), evidence.size // 20))
            settings = SHARED | SETTINGS[part] | {"seed": seed, "min_data_in_leaf": leaf}
            rows = lightgbm.Dataset(table, evidence.outcome, params={"verbose": -1})
            made.boosters[part] = lightgbm.Booster(settings, rows)
            if made.outside is not None:
                left_out = rows.create_valid(made.outside.tables()[part], made.outside.evidence.outcome)
                made.boosters[part].add_valid(left_out, "out")
        return made

    def turn(self) -> None:
        """One tree more for each part."""
        for part, booster in self.boosters.items():
            gradient = self._gradient(part)
            booster.update(fobj=lambda _sums, _rows, result=gradient: result)
            booster.eval_train(_into(self.inside, part))
            if self.outside is not None:
                booster.eval_valid(_into(self.outside, part))

    def best_rounds(self) -> int:
        """Rounds until the left-out rows gain nothing for a while; the best of them, from 1."""
        assert self.outside is not None
        best, least = 1, np.inf
        for done in range(1, ROUNDS + 1):
            self.turn()
            if (loss := self._loss(self.outside)) < least:
                best, least = done, loss
            if done - best >= PATIENCE:
                break
        return best

    def _gradient(self, part: Part) -> tuple[Floats, Floats]:
        side = self.inside
        mean, weight = moments(side.eta(self.start), self.kind)
        off = mean - side.evidence.outcome
        if part == "appetite":
            return off, weight
        steep = side.treatment_residual * (self.start.slope(side.sums[part]) if self.start.positive else 1.0)
        return off * steep, weight * steep**2 + 1e-12

    def _loss(self, side: Side) -> float:
        """Minus the likelihood, or the squared error, but for constants."""
        eta, y = side.eta(self.start), side.evidence.outcome
        if self.kind == "binary":
            return float(np.mean(np.logaddexp(0.0, eta) - y * eta))
        return float(np.mean(np.exp(eta) - y * eta if self.kind == "count" else (y - eta) ** 2))


def _into(side: Side, part: Part) -> Any:  # noqa: ANN401 - LightGBM's callable
    """Takes over what a booster adds up to on its rows."""

    def read(sums: Floats, _: object) -> tuple[str, float, bool]:
        side.sums[part] = np.array(sums)
        return "", 0.0, True

    return read


def _free(mean: float, kind: OutcomeKind) -> float:
    """A mean on the scale on which predictions add up."""
    if kind == "binary":
        probability = min(max(mean, 1e-6), 1 - 1e-6)
        return float(np.log(probability / (1 - probability)))
    return float(np.log(max(mean, 1e-9))) if kind == "count" else mean
