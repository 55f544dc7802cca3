"""Verdicts and forecasts of studies of trials, on real customers with arms and effects that are known.

- `aa`: rows of Hillstrom's trial with arms drawn anew at random, so that no arm does anything. In how many draws does
  the study say that something pays? At most 2.5 % may.
- `plasmode`: the same customers; outcomes are drawn from probabilities by what is known of them, with effects of
  several forms that are planted. How often does the interval of the forecast hold what its policies truly bring, and
  what the policy brings that is learned from all rows at the end?

Estimators are those that take no second (QUICK); rows are ROWS of the 64,000. `make soak` runs 1,000 draws of the one
and 500 trials of the other.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import se_of
from offerloop.response import (
    NO_OFFER_TERMS,
    ColumnEncoding,
    Evidence,
    OfferTerms,
    Spending,
    TrialStudy,
    known_estimators,
    learn_effects,
    study_trial,
)
from response_data import NAMES, NUMBERS, hillstrom

ROWS = 2_000
QUICK = ("outcome", "ridge_t", "dr_learner", "r_learner")


@dataclass(frozen=True, eq=False)
class Customers:
    """What is known of the customers of the trial, and whether they visited."""

    features: Floats
    visited: Floats

    @classmethod
    def read(cls) -> Customers:
        """All of them."""
        table = hillstrom()
        names = [*NUMBERS, *NAMES]
        features = ColumnEncoding.of(table, names).matrix(table)
        return cls(features, table["visit"].to_numpy().astype(np.float64))

    def effects(self) -> dict[str, list[Floats]]:
        """Planted effects of each arm on the probability of an outcome, by form."""
        recency, spent, mens = self.features[:, 0], np.log1p(self.features[:, 1]), self.features[:, 2]
        none, rich = np.zeros(len(recency)), (spent - spent.mean()) / spent.std()
        return {
            "nothing, one arm": [none],
            "nothing, three arms": [none] * 3,
            "alike": [none + 0.03],
            "alike, small": [none + 0.012],
            "linear": [0.03 * rich],
            "a step": [0.12 * (recency > 8) - 0.03],
            "in proportion": [0.25 * self.usual()],
            "two arms, alike": [none + 0.03, none + 0.02],
            "two arms, each for its own": [0.08 * mens - 0.02, 0.06 * (1 - mens) - 0.02],
            "harm": [none - 0.02],
        }

    def usual(self) -> Floats:
        """Probability of an outcome without an offer."""
        recency, spent, mens = self.features[:, 0], np.log1p(self.features[:, 1]), self.features[:, 2]
        return 1 / (1 + np.exp(1.8 - 0.15 * (spent - 5) + 0.06 * (recency - 6) - 0.4 * mens))


def studied(features: Floats, action: Ints, outcome: Floats, arms: int, seed: int) -> tuple[TrialStudy, Evidence]:
    """Study a trial of arms without a cost."""
    offers = (NO_OFFER_TERMS, *(OfferTerms(f"arm {k}", f"arm {k}", 1.0) for k in range(arms)))
    chance = np.tile(np.bincount(action) / len(action), (len(action), 1))
    evidence = Evidence(features, action, outcome, chance, offers)
    estimators = {name: one for name, one in known_estimators().items() if name in QUICK}
    return study_trial(evidence, None, Spending(), seed, estimators), evidence


def without_effect(customers: Customers, arms: int, draws: int, first: int = 0) -> Counter[str]:
    """Return how often each verdict appears where no arm does anything."""
    found: Counter[str] = Counter()
    for seed in range(first, first + draws):
        rng = np.random.default_rng(seed)
        rows = rng.choice(len(customers.visited), ROWS, replace=False)
        action = rng.permutation(ROWS) % (arms + 1)
        study, _ = studied(customers.features[rows], action, customers.visited[rows], arms, seed)
        found[study.conclusion] += 1
    return found


@dataclass(frozen=True)
class Forecast:
    """A forecast, and the truth."""

    form: str
    value: float
    se: float
    own: float
    """What the policies bring that the forecast is made of."""
    final: float
    """What the policy brings that is learned from all rows."""


def planted(customers: Customers, trials: int, first: int = 0) -> Iterator[Forecast]:
    """Forecasts of trials with planted effects, the forms in turn."""
    forms, usual = customers.effects(), customers.usual()
    for seed in range(first, first + trials):
        form = list(forms)[seed % len(forms)]
        chance = np.clip(np.column_stack([usual, *(usual + one for one in forms[form])]), 0.001, 0.999)
        rng = np.random.default_rng(seed)
        rows = rng.choice(len(usual), ROWS, replace=False)
        action = rng.permutation(ROWS) % chance.shape[1]
        outcome = (rng.random(ROWS) < chance[rows, action]).astype(np.float64)
        study, evidence = studied(customers.features[rows], action, outcome, chance.shape[1] - 1, seed)
        true = chance - chance[:, :1]
        learned = learn_effects(study, evidence, None, Spending(), seed)
        yield Forecast(
            form,
            study.forecast_profit.value,
            se_of(study.forecast_profit),
            float((study.forecast * true[rows]).sum(axis=1).mean()),
            float((learned.held_best(customers.features) * true).sum(axis=1).mean()),
        )


def held(found: list[Forecast], truth: str) -> tuple[int, float, float]:
    """Return how many intervals hold the truth, the mean error, and that in its standard errors."""
    error = np.array([one.value - getattr(one, truth) for one in found])
    half = 1.96 * np.array([one.se for one in found]) + 1e-12
    se = float(error.std(ddof=1) / np.sqrt(len(error)))
    return int((np.abs(error) <= half).sum()), float(error.mean()), float(error.mean()) / se


def told(hits: int, of: int) -> str:
    """A rate with its 99 % interval (Clopper and Pearson 1934)."""
    low, high = binomtest(hits, of).proportion_ci(0.99)
    return f"{hits} of {of}: {hits / of:.4f} [{low:.4f}, {high:.4f}]"


def main() -> None:
    """Prints rates with their 99 % intervals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=100)
    asked = parser.parse_args()
    customers = Customers.read()
    for arms in (1, 3):
        found = without_effect(customers, arms, asked.draws)
        print(f"{arms} arms without effect, pays: {told(found['pays'], asked.draws)}; {dict(found)}", flush=True)
    forecasts = list(planted(customers, asked.draws))
    for truth in ("own", "final"):
        hits, error, z = held(forecasts, truth)
        print(f"forecasts hold {truth}: {told(hits, len(forecasts))}; off by {error:.5f}, z {z:.2f}")


if __name__ == "__main__":
    main()
