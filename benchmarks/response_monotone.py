"""Five depths of discount: what share of the best policy's gain is reached at equal true spend, and what that costs.

See `monotone_trial`. Who tells effects alone borrows the level without an offer from monotone LightGBM, for cost
depends on it. AUCC is that of the greatest depth against none on customers of another trial: value and cost as they
happened, sorted by the effect on value per cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from monotone_trial import DEPTHS, JUDGED, JUDGED_SEED, MARGIN, MonotoneTrial, judge
from offerloop.evaluation.trial import Trial
from offerloop.evaluation.uplift import qini_curve, uplift_curve
from peers.response.given import Floats
from record import Claim, Found, Result
from response_data import monotone
from response_judged import (
    AUTO,
    Judged,
    Metrics,
    above,
    against_peers,
    differences,
    judged,
    named,
    results,
    show,
)
from response_systems import Found as Learned
from response_systems import System, run

VALUE, STRUCTURED, PLAIN = "value / oracle", "offerloop structured", "monotone LightGBM"
MOST_SECONDS, MOST_GB = 120.0, 4.0
FEW = 20_000
"""Most rows that all systems learn from."""


def trials(systems: Sequence[System], quick: Sequence[System], sizes: Sequence[int], seeds: int) -> Found:
    """Training sets of each size, the larger ones for `quick` systems; all judged by the same customers."""
    found, claims = list[Result](), list[Claim]()
    plain = next(one for one in systems if one.name == PLAIN)
    for n in sizes:
        case, folder = f"monotone trial, {n:,} rows, {seeds} seeds", monotone(n, seeds).write()
        level = run(plain, folder).level
        assert level is not None
        compared = judged(systems if n <= FEW else quick, folder, lambda learned, level=level: metrics(learned, level))  # type: ignore[misc]
        told, said = show(case, results(case, compared, ""), compare(case, compared))
        found, claims = found + told, claims + said
    return found, claims


def metrics(learned: Learned, level: NDArray[np.float32]) -> Metrics:
    """Of each seed."""
    levels = level if learned.level is None else learned.level
    rows: dict[str, list[float]] = {}
    for effects, base in zip(learned.effects, levels, strict=True):
        chance = chances(base, effects)
        figures = {VALUE: judge().score(chance)} | sorted_by(chance) | error(chance)
        for name, value in figures.items():
            rows.setdefault(name, []).append(value)
    return {name: np.array(values) for name, values in rows.items()}


def chances(level: NDArray[np.float32], effects: NDArray[np.float32]) -> Floats:
    """(n, 5): of a purchase at each depth."""
    return np.column_stack([level, level[:, None] + effects]).astype(np.float64)


def sorted_by(chance: Floats) -> dict[str, float]:
    """How well customers of a trial are sorted for the greatest depth, by effect or by effect per cost."""
    trial = judged_trial()
    rows = np.isin(trial.depth, (0, len(DEPTHS) - 1))
    treated, basket = trial.depth[rows] > 0, trial.customers.basket[rows].astype(np.float64)
    value = trial.bought[rows] * MARGIN * basket
    cost = trial.bought[rows] * DEPTHS[trial.depth[rows]] * basket
    effect = (chance[rows, -1] - chance[rows, 0]) * MARGIN
    by_cost = effect / np.maximum(chance[rows, -1] * DEPTHS[-1], 1e-6)
    plain = Trial.of(effect * basket, treated, value)
    paid = Trial.of(by_cost, treated, value, cost=cost)
    uplift, qini = uplift_curve(plain), qini_curve(plain)
    return {
        "AUUC / ATE": uplift.area / uplift.end,
        "Qini / ATE": qini.area_over_random / qini.end,
        "AUCC": cost_area(paid),
    }


@cache
def judged_trial() -> MonotoneTrial:
    """Of the customers by whom all are judged."""
    return MonotoneTrial.draw(JUDGED, JUDGED_SEED)


def cost_area(trial: Trial) -> float:
    """Area under the cost curve over the rectangle to its end (Du, Lee and Ghaffarizadeh 2019): AUCC, no interval."""
    assert trial.cost is not None
    everybody = np.ones(trial.n_customers)
    value, cost = (trial.uplift_curve(one, trial.steps, everybody) for one in (trial.outcome, trial.cost))
    return float(np.trapezoid(value.gain, cost.gain)) / (value.end * cost.end)


def error(chance: Floats) -> dict[str, float]:
    """Root mean square of the error of all effects, over the spread of the true ones; and how they go together."""
    true = judge().customers.chance
    found, truth = chance[:, 1:] - chance[:, :1], true[:, 1:] - true[:, :1]
    off = float(np.sqrt(np.mean((found - truth) ** 2)) / truth.std())
    return {"effect error": off, "correlation": float(np.corrcoef(found.ravel(), truth.ravel())[0, 1])}


def compare(case: str, compared: Sequence[Judged]) -> list[Claim]:
    """The structured estimator and the automatic choice beside monotone LightGBM and the best peer."""
    plain, structured, chosen = (named(compared, name) for name in (PLAIN, STRUCTURED, AUTO))
    if plain is None or structured is None or chosen is None:
        return []
    claims = [above(case, VALUE, one, plain) for one in (structured, chosen)]
    claims += against_peers(case, VALUE, compared)
    facts = chosen.learned.facts
    picks = Counter(one["estimator"] for one in facts)
    claims += [Claim(f"{case}: share of seeds with the choice {pick}", n / len(facts)) for pick, n in picks.items()]
    return claims + differences(case, VALUE, chosen, compared)


def large(systems: Sequence[System], n: int) -> Found:
    """One training set that is large: seconds on the wall to fit and to score everybody, and memory."""
    folder, case = monotone(n, 1, all_scored=True).write(), f"monotone trial, {n:,} rows, one seed"
    found, claims = list[Result](), list[Claim]()
    plain = next(one for one in systems if one.name == PLAIN)
    level = run(plain, folder).level
    assert level is not None
    for system in systems:
        learned = run(system, folder)
        wall, memory = learned.cost["wall_s"][0], learned.cost["peak_mb"] / 1024
        base = level if learned.level is None else learned.level
        chance = chances(base[0][-JUDGED:], learned.effects[0][-JUDGED:])
        found.append(Result(system.name, case, VALUE, judge().score(chance), ""))
        found += [*learned.costs(case), Result(system.name, case, "fit and score", wall, "s")]
        if system.is_ours:
            claims.append(Claim.at_most(f"{case}: seconds to fit and score, {system.name}", wall, MOST_SECONDS))
            claims.append(Claim.at_most(f"{case}: GB of the process, {system.name}", memory, MOST_GB))
    return show(case, found, claims)
