from dataclasses import replace

import numpy as np
import pytest

from offerloop.response import ESTIMATORS, NO_OFFER_TERMS, Evidence, OfferTerms
from offerloop.response.estimators.levels import Amounts
from offerloop.response.estimators.s_learner import SLearner, grown
from offerloop.response.estimators.structured import StructuredLearner
from offerloop.testing import EstimatorContract


class TestRidgeT(EstimatorContract):
    def make(self):
        return ESTIMATORS.load("ridge_t")()


class TestDRLearner(EstimatorContract):
    def make(self):
        return ESTIMATORS.load("dr_learner")()


class TestRLearner(EstimatorContract):
    def make(self):
        return ESTIMATORS.load("r_learner")()


class TestSLearner(EstimatorContract):
    def make(self):
        return ESTIMATORS.load("s_learner")()


class TestStructured(EstimatorContract):
    def make(self):
        return ESTIMATORS.load("structured")()


class TestOutcome(EstimatorContract):
    least_correlation = -1.0  # knows who buys, not whom an offer moves

    def make(self):
        return ESTIMATORS.load("outcome")()


def chances(x, depths):
    """(n, depths): of a purchase."""
    eta = -1.5 + x[:, :1] + np.exp(1 + 0.7 * x[:, 1:2]) * depths
    return 1 / (1 + np.exp(-eta))


def purchases(rows, seed, kind="binary"):
    """Depths 0, .1, .2; the chance of a purchase grows with depth for everybody, most where x1 is high."""
    rng = np.random.default_rng(seed)
    offers = (NO_OFFER_TERMS, OfferTerms("ten", "percent", 0.1), OfferTerms("twenty", "percent", 0.2))
    x, action = rng.normal(size=(rows, 3)), rng.integers(0, 3, rows)
    p = chances(x, np.array([one.depth for one in offers]))
    basket = np.exp(2 + 0.3 * x[:, 2])
    bought = rng.random(rows) < p[np.arange(rows), action]
    if kind == "binary":
        return Evidence(x, action, bought.astype(float), np.full((rows, 3), 1 / 3), offers), p - p[:, :1]
    if kind == "count":
        rate = 2 * p
        y = rng.poisson(rate[np.arange(rows), action]).astype(float)
        return Evidence(x, action, y, np.full((rows, 3), 1 / 3), offers), rate - rate[:, :1]
    spend = bought * basket * rng.lognormal(0, 0.3, rows)
    mean = basket * np.exp(0.045)
    return Evidence(x, action, spend, np.full((rows, 3), 1 / 3), offers), (p - p[:, :1]) * mean[:, None]


@pytest.mark.parametrize("kind", ["binary", "count", "amount"])
@pytest.mark.parametrize("name", ["s_learner", "structured"])
def test_boosted_estimators_know_chances_counts_and_money_that_is_mostly_zero(name, kind):
    evidence, _ = purchases(12_000, 1, kind)
    others, true = purchases(4_000, 2, kind)
    found = ESTIMATORS.load(name)().fit(evidence, 0).effects(others.features, others.offers)
    assert abs(found[:, 2].mean() / true[:, 2].mean() - 1) < 0.25
    assert np.corrcoef(found[:, 2], true[:, 2])[0, 1] > (0.5 if kind == "amount" else 0.6)


@pytest.mark.parametrize("learner", [SLearner, StructuredLearner])
def test_more_depth_never_brings_less(learner):
    evidence, _ = purchases(6_000, 3)
    fitted = learner().fit(evidence, 0)
    depths = [OfferTerms(f"{depth}", "percent", depth) for depth in np.linspace(0.01, 0.2, 12)]
    found = fitted.effects(evidence.features[:500], depths)
    assert (np.diff(found, axis=1) >= -1e-12).all()


def test_structured_learns_a_common_sensitivity_better_than_a_regression_per_offer():
    evidence, _ = purchases(12_000, 4)
    others, true = purchases(6_000, 5)

    def fit(name):
        found = ESTIMATORS.load(name)().fit(evidence, 0).effects(others.features, others.offers)
        return np.sqrt(np.mean((found - true) ** 2))

    assert fit("structured") < fit("ridge_t")


def costs(rows, seed, used=1.0):
    """Value and cost of purchases: the depth of a known basket, where the coupon was used; and the true mean costs."""
    value, _ = purchases(rows, seed)
    rng = np.random.default_rng(seed)
    depth, basket = np.array([0.0, 0.1, 0.2]), np.exp(0.3 * value.features[:, 2])
    chance = chances(value.features, depth)
    cost = value.outcome * depth[value.action] * basket * (rng.random(rows) < used)
    return value, replace(value, outcome=cost), used * chance * depth * basket[:, None]


@pytest.mark.parametrize("name", ["s_learner", "structured"])
@pytest.mark.parametrize("used", [1.0, 0.6])
def test_costs_are_those_of_the_purchases_that_have_them(name, used):
    value, cost, _ = costs(12_000, 1, used)
    told = cost.after(value)
    assert (told.bought is not None) == (used == 1.0)
    others, _, true = costs(4_000, 2, used)
    found = ESTIMATORS.load(name)().fit(told, 0).effects(others.features, others.offers)
    assert (found[:, 0] == 0).all()
    for offer in (1, 2):
        assert found[:, offer].mean() == pytest.approx(true[:, offer].mean(), rel=0.12)
        assert np.corrcoef(found[:, offer], true[:, offer])[0, 1] > 0.85


@pytest.mark.parametrize("worth", [10, 60])
def test_a_yes_or_no_is_modelled_alike_whatever_it_is_worth(worth):
    evidence, _ = purchases(1_000, 3)
    effects, scaled = (
        SLearner().fit(replace(evidence, outcome=one * evidence.outcome), 1).effects(evidence.features, evidence.offers)
        for one in (1, worth)
    )
    np.testing.assert_allclose(scaled, worth * effects, atol=1e-9)


def test_amounts_that_do_not_hang_on_the_offer_have_one_ratio():
    evidence, _ = purchases(3_000, 3, "amount")
    buyers = evidence.of(evidence.outcome > 0)
    ratio = Amounts.of(buyers, grown(buyers, "amount", None, 0)).ratio
    assert np.ptp(ratio) < 0.05
    doubled = replace(buyers, outcome=buyers.outcome * np.where(buyers.action == 2, 2.0, 1.0))
    ratio = Amounts.of(doubled, grown(doubled, "amount", None, 0)).ratio
    assert ratio[2] / ratio[0] == pytest.approx(2, rel=0.25)


@pytest.mark.parametrize("name", ["s_learner", "structured"])
def test_a_single_purchase_teaches_no_amount(name):
    evidence, _ = purchases(400, 9, "amount")
    alone = np.zeros(400)
    alone[np.flatnonzero(evidence.action == 0)[0]] = 12.0
    found = ESTIMATORS.load(name)().fit(replace(evidence, outcome=alone), 0)
    assert np.isfinite(found.effects(evidence.features, evidence.offers)).all()
