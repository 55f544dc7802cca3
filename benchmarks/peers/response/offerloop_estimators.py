"""Ours: each estimator, and the one that a model selection among them chooses."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from offerloop.response import (
    ESTIMATORS,
    Estimator,
    Evidence,
    Fitted,
    OfferTerms,
    Spending,
    study_trial,
)
from offerloop.response.estimators.levels import Differences
from peers.response.given import Floats, Model, Predicted, Train

AUTO = "auto"
NAMES = {name: f"offerloop {name}" for name in ESTIMATORS.names()} | {AUTO: "offerloop, automatic choice"}
ENVIRONMENT = ""
SOURCE = "src/offerloop/response"
TOGETHER = (AUTO,)
"""Learns value and cost together."""


@dataclass(frozen=True, eq=False)
class Ours:
    """An estimator of ours that has been fitted."""

    fitted: Fitted
    offers: Sequence[OfferTerms]
    facts: dict[str, Any]
    cost: Fitted | None = None

    def predict(self, features: Floats) -> Predicted:
        """Levels too, where the estimator models them."""
        if self.cost is not None:
            value, cost = (one.effects(features, self.offers)[:, 1:] for one in (self.fitted, self.cost))
            return Predicted(value, cost=cost)
        if isinstance(self.fitted, Differences) and not self.facts:  # what is selected may model levels or not
            expected = self.fitted.levels.expected(features, self.offers)
            return Predicted(expected[:, 1:] - expected[:, :1], expected[:, 0])
        return Predicted(self.fitted.effects(features, self.offers)[:, 1:])


def evidence_of(train: Train) -> Evidence:
    """As our estimators take it."""
    offers = tuple(OfferTerms(**one) for one in train.offers)
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
    paid = None if train.cost is None else evidence_of(train.of_cost()).after(evidence)
    facts = chosen(evidence, paid)
    begin, name = time.process_time(), facts["estimator"]
    fitted, *cost = (estimator(name).fit(one, 0) for one in (evidence, paid) if one is not None)
    done = {"final_cpu_s": time.process_time() - begin}
    return Ours(fitted, evidence.offers, facts | done, *cost)


def chosen(evidence: Evidence, paid: Evidence | None) -> dict[str, Any]:
    """What a model selection without a budget decides and forecasts, and the lines that effects are drawn by."""
    estimators = {name: estimator(name) for name in ESTIMATORS.names()}
    study = study_trial(evidence, paid, Spending(), 0, estimators)
    value, cost, selection, decision = study.value, study.cost, study.selection, study.decision
    lines = {"line": value} if cost is None else {"line": value, "cost_line": cost}
    return (
        asdict(decision)
        | {"verdict": decision.policy, "conclusion": study.conclusion}
        | {
            name: {part: getattr(one.line(decision.estimator), part).tolist() for part in ("centre", "level", "slope")}
            for name, one in lines.items()
        }
        | {
            "gain_over_random": asdict(selection.gain_over_random(decision.estimator)),
            "forecast": asdict(study.forecast_profit),
            "areas": {name: float(selection.areas[name].mean()) for name in selection.rankings},
        }
    )
