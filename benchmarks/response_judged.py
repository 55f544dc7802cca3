"""Systems on one data set, with a figure for each split and metric, and what may be said of them side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from offerloop.evaluation import Z95
from peers.response.given import Floats
from record import Claim, Found, Result, table, tell
from response_systems import Found as Learned
from response_systems import System, run

AUTO, X = "offerloop, automatic choice", "causalml X-learner"
CPU_SHARE = 0.1
"""Of the X-learner's, that the fit of the chosen estimator may take."""

Metrics = dict[str, Floats]
"""By name (splits,)."""


@dataclass(frozen=True, eq=False)
class Judged:
    """One system."""

    learned: Learned
    metrics: Metrics

    @property
    def name(self) -> str:
        """Of the system."""
        return self.learned.system.name


def judged(systems: Sequence[System], folder: Path, judge: Callable[[Learned], Metrics]) -> list[Judged]:
    """Of all systems on the data in a folder."""
    found = []
    for system in systems:
        learned = run(system, folder)
        found.append(Judged(learned, judge(learned)))
    return found


def results(case: str, judged: Sequence[Judged], unit: str) -> list[Result]:
    """Means over the splits, and costs."""
    found = []
    for one in judged:
        named = [Result(one.name, case, name, float(values.mean()), unit) for name, values in one.metrics.items()]
        found += [*named, *one.learned.costs(case)]
    return found


def named(judged: Sequence[Judged], name: str) -> Judged | None:
    """The system of that name, if it is there."""
    return next((one for one in judged if one.name == name), None)


def best_peer(judged: Sequence[Judged], metric: str) -> Judged | None:
    """With the highest mean on the very rows that are judged, which favours it."""
    peers = [one for one in judged if not one.learned.system.is_ours]
    return max(peers, key=lambda one: float(one.metrics[metric].mean()), default=None)


def interval(values: Floats) -> tuple[float, float, float]:
    """Mean over splits, and its 95 % interval by their spread."""
    mean, half = float(np.mean(values)), Z95 * float(np.std(values, ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def not_below(case: str, metric: str, ours: Judged, other: Judged) -> Claim:
    """Met where the paired interval includes 0 or lies above."""
    value, low, high = interval(ours.metrics[metric] - other.metrics[metric])
    return Claim(f"{case}: {metric}, {ours.name} less {other.name}", value, low, high, 0.0, high >= 0)


def above(case: str, metric: str, ours: Judged, other: Judged) -> Claim:
    """Met where the paired interval lies above 0."""
    value, low, high = interval(ours.metrics[metric] - other.metrics[metric])
    return Claim(f"{case}: {metric}, {ours.name} less {other.name}, above 0", value, low, high, 0.0, low > 0)


def differences(case: str, metric: str, ours: Judged, others: Sequence[Judged]) -> list[Claim]:
    """Of ours less each other, without a target."""
    return [
        Claim(f"{case}: {metric}, {ours.name} less {one.name}", *interval(ours.metrics[metric] - one.metrics[metric]))
        for one in others
        if one is not ours
    ]


def against_peers(case: str, metric: str, judged: Sequence[Judged]) -> list[Claim]:
    """The automatic choice beside the best peer, and its fit beside those of the X-learners."""
    ours, best = named(judged, AUTO), best_peer(judged, metric)
    if ours is None:
        return []
    claims = [] if best is None else [not_below(f"{case}, best peer", metric, ours, best)]
    for one in (one for one in judged if one.name.startswith(X)):
        share = float(ours.learned.final_cpu_s.sum() / np.sum(one.learned.cost["fit_cpu_s"]))
        claims.append(Claim.at_most(f"{case}: CPU of the chosen estimator's fit over {one.name}", share, CPU_SHARE))
    return claims


def show(case: str, results: Sequence[Result], claims: Sequence[Claim]) -> Found:
    """The table and the claims are printed at once."""
    table(case, results)
    tell([], list(claims))
    return list(results), list(claims)
