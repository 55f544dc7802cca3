"""What may be said of the hybrid beside others on the same customers, and what was asked of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from recommender_data import JOURNEY, MOVIELENS
from recommender_systems import Settings, System
from record import Claim

HYBRID = "offerloop hybrid"
OURS_TOO = (HYBRID, "offerloop ranker")
"""What is no single model."""
ALS = "implicit ALS"
RATIOS = {
    (JOURNEY, "all"): {"TIFU-KNN": 1.03, ALS: 1.9},
    (JOURNEY, "new"): {"EASE": 1.10, ALS: 1.17},
}
"""Least ratios of mean nDCG@10."""
MOST_CPU, MOST_GB = 15.0, 2.0
"""Of the hybrid's fit on The Complete Journey: times that of implicit's ALS, and memory of the process."""
DRAWS = 2_000


@dataclass(frozen=True)
class Judged:
    """One system on one task: settings, nDCG@10 on the tuning window, and figures on the test window by metric."""

    system: System
    settings: Settings
    tuned: float
    ndcg: Floats
    """At 10, of each customer with a target."""
    figures: list[tuple[str, float, str]]
    versions: dict[str, str]

    def figure(self, metric: str) -> float:
        """Its value."""
        return next(value for name, value, _ in self.figures if name == metric)


def ratio(a: Floats, b: Floats) -> tuple[float, float, float]:
    """Mean of `a` over mean of `b`, and low and high of its 95 % interval; both are values of the same customers."""
    draws = np.random.default_rng(81).integers(len(a), size=(DRAWS, len(a)))
    low, high = np.quantile(a[draws].mean(axis=1) / b[draws].mean(axis=1), [0.025, 0.975])
    return float(a.mean() / b.mean()), float(low), float(high)


def claims(dataset: str, task: str, judged: list[Judged]) -> list[Claim]:
    """What the hybrid gains over each other, and over the single one that was best on the tuning window; its cost."""
    found = {one.system.name: one for one in judged}
    hybrid = found.get(HYBRID)
    if hybrid is None:
        return []
    said = [_against(f"{dataset}, {task}", hybrid, one, RATIOS.get((dataset, task), {})) for one in judged]
    claimed = [one for one in said if one is not None]
    singles = [one for one in judged if one.system.name not in OURS_TOO]
    if singles:
        claimed.append(_best_single(dataset, task, hybrid, max(singles, key=lambda one: one.tuned)))
    return claimed + (_cost(task, hybrid, found[ALS]) if dataset == JOURNEY and ALS in found else [])


def _against(case: str, hybrid: Judged, other: Judged, targets: dict[str, float]) -> Claim | None:
    if other is hybrid:
        return None
    text, values = f"{case}: nDCG@10 of {HYBRID} over {other.system.name}", ratio(hybrid.ndcg, other.ndcg)
    target = targets.get(other.system.name)
    if target is None:
        return Claim(text, *values)
    return Claim.at_least(text, values[0], target, *values[1:])


def _best_single(dataset: str, task: str, hybrid: Judged, single: Judged) -> Claim:
    """Not below it: the interval holds 1 or lies above."""
    value, low, high = ratio(hybrid.ndcg, single.ndcg)
    text = f"{dataset}, {task}: nDCG@10 of {HYBRID} over the best single one by tuning, {single.system.name}"
    is_asked = dataset == MOVIELENS
    return Claim(text, value, low, high, 1.0 if is_asked else None, high >= 1 if is_asked else None)


def _cost(task: str, hybrid: Judged, als: Judged) -> list[Claim]:
    cpu = hybrid.figure("fit") / als.figure("fit")
    named = f"{JOURNEY}: fit of {HYBRID}"
    return [
        Claim.at_most(f"{named}, CPU over that of {ALS} as tuned for {task}", cpu, MOST_CPU),
        Claim.at_most(f"{named} and its lists ({task}), memory of the process, GB", hybrid.figure("peak"), MOST_GB),
    ]
