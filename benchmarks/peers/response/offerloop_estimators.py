"""Ours: each estimator, and the one that a contest of all of them chooses."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from offerloop.response.contest import Contest, estimate
from offerloop.response.crossfit import divisions, held_out
from offerloop.response.estimators import ESTIMATORS
from offerloop.response.evidence import Estimator, Evidence, Fitted
from offerloop.response.levels import Differences
from offerloop.response.spending import Spending
from offerloop.response.terms import Terms
from peers.response.given import Floats, Model, Predicted, Train

AUTO = "auto"
NAMES = {name: f"offerloop {name}" for name in ESTIMATORS.names()} | {AUTO: "offerloop, automatic choice"}
ENVIRONMENT = ""
SOURCE = "src/offerloop/response"
DIVISIONS = 2


@dataclass(frozen=True, eq=False)
class Ours:
    """An estimator of ours that has been fitted."""

    fitted: Fitted
    offers: Sequence[Terms]
    facts: dict[str, Any]

    def predict(self, features: Floats) -> Predicted:
        """Levels too, where the estimator models them."""
        if isinstance(self.fitted, Differences):
            expected = self.fitted.levels.expected(features, self.offers)
            return Predicted(expected[:, 1:] - expected[:, :1], expected[:, 0])
        return Predicted(self.fitted.effects(features, self.offers)[:, 1:])


def evidence_of(train: Train) -> Evidence:
    """As our estimators take it."""
    offers = tuple(Terms(**one) for one in train.offers)
    return Evidence(train.features, train.action, train.outcome, np.tile(train.chance, (len(train.action), 1)), offers)


def estimator(name: str) -> Estimator:
    """By its name."""
    made: Estimator = ESTIMATORS.load(name)()
    return made


def fit(train: Train, variant: str) -> Model:
    """The variant by its name, or that which wins on left-out customers."""
    evidence = evidence_of(train)
    if variant != AUTO:
        return Ours(estimator(variant).fit(evidence, 0), evidence.offers, {})
    facts = chosen(evidence)
    begin = time.process_time()
    fitted = estimator(facts["estimator"]).fit(evidence, 0)
    return Ours(fitted, evidence.offers, facts | {"final_cpu_s": time.process_time() - begin})


def chosen(evidence: Evidence) -> dict[str, Any]:
    """What a contest without costs and budget decides and forecasts, and the line that effects are drawn by."""
    fold = divisions(evidence.size, DIVISIONS, 0)
    held = held_out(evidence, {name: estimator(name) for name in ESTIMATORS.names()}, fold, 0, lambda: None)
    contest = Contest.of(held, None, Spending())
    decision = contest.decide()
    given, _ = contest.forecast()
    forecast = estimate(np.einsum("nk,nk->n", given, held.effect))
    line = held.lines[decision.estimator]
    return asdict(decision) | {
        "gain_over_random": asdict(contest.gain_over_random(decision.estimator)),
        "forecast": asdict(forecast),
        "areas": {name: float(contest.area(name).mean()) for name in contest.rankings},
        "line": {name: getattr(line, name).tolist() for name in ("centre", "level", "slope")},
    }
