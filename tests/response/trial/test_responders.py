"""Who responds, in trials whose responders are known."""

import numpy as np
import pytest

from offerloop.response import NO_OFFER_TERMS, Evidence, OfferTerms
from offerloop.response.estimators.dr_learner import DRLearner
from offerloop.response.trial.responders import kinds, linear_projection, shuffled_losses

OFFERS = (NO_OFFER_TERMS, OfferTerms("a", "a", 1.0))


def trial(seed, n=3_000, step=1.0):
    """Only the second column matters for the effect; the first one moves the outcome; the last repeats the third."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4))
    x[:, 3] = 2 * x[:, 2]
    action = rng.integers(0, 2, n)
    y = 2 * x[:, 0] + action * step * (x[:, 1] > 0) + rng.normal(size=n)
    evidence = Evidence(x, action, y, np.full((n, 2), 0.5), OFFERS)
    effect = 2 * (y - 2 * x[:, 0] - step / 4) * np.where(action == 1, 1, -1)
    return evidence, effect


def test_the_projection_finds_what_the_effect_goes_with():
    evidence, effect = trial(1)
    first, *others = linear_projection(evidence.features, effect)
    assert first.column == 1
    assert first.slope.low > 0
    assert first.p_value < 1e-6
    assert all(one.p_value > 0.01 for one in others)
    assert {one.column for one in (first, *others)} == {0, 1, 2}


def test_intervals_of_the_projection_hold():
    """The slope of a step at zero on a standard normal column is the density there, .399."""
    hits = []
    for seed in range(150):
        evidence, effect = trial(seed, n=800)
        hits += [
            one.slope.low <= 0.3989 <= one.slope.high
            for one in linear_projection(evidence.features, effect)
            if one.column == 1
        ]
    assert 0.89 <= np.mean(hits) <= 0.99


def test_clusters_widen_the_projection():
    evidence, effect = trial(2, n=600)
    x, y = np.repeat(evidence.features, 3, axis=0), np.repeat(effect, 3)
    alone = linear_projection(evidence.features, effect)[0].slope
    together = linear_projection(x, y, np.repeat(np.arange(600), 3))[0].slope
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.02)


def test_shuffling_what_matters_costs_most():
    evidence, effect = trial(3)
    losses = shuffled_losses(DRLearner(), evidence, effect, 1, [np.array([k]) for k in range(3)], 1)
    assert losses[1].low > 0
    assert losses[1].value > 4 * max(abs(losses[0].value), abs(losses[2].value))


def test_kinds_are_valued_on_customers_who_did_not_make_them():
    evidence, effect = trial(4)
    best, *_, worst = kinds(evidence, effect, 1)
    assert any(one.column == 1 and one.above for one in best.splits)
    assert best.effect.low <= 1 <= best.effect.high
    assert worst.effect.low <= 0 <= worst.effect.high


def test_where_nobody_differs_the_best_kind_does_not_look_it():
    """Of the half in which they were found, the best leaf would look clearly better than the worst."""
    gaps = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        evidence, _ = trial(seed, n=1_200)
        found = kinds(evidence, rng.normal(size=1_200), seed)
        gaps.append(found[0].effect.value - found[-1].effect.value)
    assert np.mean(gaps) < 0.25
