"""Is a forecast true? Policies decided on random halves of Hillstrom's trial, and what the other halves say of them.

Spend in two weeks under no e-mail, one about men's goods or one about women's; sending costs nothing. Everything is
said per customer, against sending nothing. The held-out value is doubly robust, as the forecast is; its predictions
come from ridge regressions on the judged half, each row's from other rows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from offerloop.evaluation import Estimate
from offerloop.response import draw_folds, expected_outcomes, mean_estimate, robust_scores
from peers.response.given import Floats, Given
from peers.response.offerloop_estimators import evidence_of
from record import Claim, Found, Result
from response_data import MENS, WOMENS, e_mails
from response_judged import interval, show
from response_plans import plan
from response_systems import Found as Learned
from response_systems import auto, run

PARTS, WIDEST = 5, 1.5
"""Folds of the judged half; how much wider than a held-out estimate a forecast may be, in the median."""


@dataclass(frozen=True)
class Kept:
    """What one half promised and the other kept."""

    forecast: Estimate
    held_out: Estimate
    plug_in: float
    """Mean predicted effect of what is predicted best."""
    verdict: str


def spend(splits: int, rows: int | None) -> Found:
    """Forecasts and held-out values."""
    folder = e_mails("spend", (MENS, WOMENS), "spend", splits, rows).write()
    given, learned = Given.read(folder), run(auto(), folder)
    kept = [promised(given, learned, split) for split in range(splits)]
    case = f"Hillstrom, spend, three arms, {splits} halves"
    names = {"forecast": "forecast", "held_out": "held out"}
    results = [
        Result(name, case, metric, float(np.mean(values)), "a customer")
        for key, name in names.items()
        for metric, values in _spread([getattr(one, key) for one in kept]).items()
    ]
    plug_in = float(np.mean([one.plug_in for one in kept]))
    results.append(Result("plug-in of the largest prediction", case, "value", plug_in, "a customer"))
    return show(case, results + learned.costs(case), claims(case, kept, learned))


def promised(given: Given, learned: Learned, split: int) -> Kept:
    """Of one half and the other."""
    facts, effects = learned.facts[split], learned.effects[split].astype(np.float64)
    policy = plan(facts, effects)
    scores = judged_scores(given, split)
    gain = np.einsum("nk,nk->n", policy, scores - scores[:, :1])
    best = np.maximum(effects.max(axis=1), 0.0)
    return Kept(Estimate(**facts["forecast"]), mean_estimate(gain), float(best.mean()), facts["verdict"])


def judged_scores(given: Given, split: int) -> Floats:
    """(m, K): doubly robust, of the other half by itself."""
    evidence = evidence_of(given.whole.of(given.judged_rows(split)))
    return robust_scores(
        evidence, expected_outcomes(evidence, draw_folds(evidence.size, PARTS, np.random.default_rng(split)))
    )


def claims(case: str, kept: list[Kept], learned: Learned) -> list[Claim]:
    """Forecast and held-out value agree, and the forecast knows about as much."""
    away, low, high = interval(np.array([one.forecast.value - one.held_out.value for one in kept]))
    widths = [float(np.median([_width(part) for part in parts])) for parts in _both(kept)]
    claimed, over, under = interval(np.array([one.plug_in - one.held_out.value for one in kept]))
    shares = Counter(f"{one.verdict}, {facts['estimator']}" for one, facts in zip(kept, learned.facts, strict=True))
    wider = widths[0] / widths[1] if widths[1] > 0 else 1.0  # no width where nothing is given
    return [
        Claim(f"{case}: forecast less held-out value", away, low, high, 0.0, low <= 0 <= high),
        Claim.at_most(f"{case}: median width of forecasts over held-out ones", wider, WIDEST),
        Claim(f"{case}: plug-in of the largest prediction less held-out value", claimed, over, under),
        *(Claim(f"{case}: share of halves with {pick}", n / len(kept)) for pick, n in shares.items()),
    ]


def _both(kept: list[Kept]) -> tuple[list[Estimate], list[Estimate]]:
    return [one.forecast for one in kept], [one.held_out for one in kept]


def _width(one: Estimate) -> float:
    return one.high - one.low


def _spread(estimates: list[Estimate]) -> dict[str, list[float]]:
    return {"value": [one.value for one in estimates], "width": [_width(one) for one in estimates]}
