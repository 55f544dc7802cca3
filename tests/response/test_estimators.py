import numpy as np
import pytest

from offerloop.response.estimators import ESTIMATORS
from offerloop.response.evidence import Evidence
from offerloop.response.r_learner import RLearner
from offerloop.response.s_learner import SLearner
from offerloop.response.structured import StructuredLearner
from offerloop.response.terms import NOTHING, Terms
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


def purchases(rows, seed, kind="binary"):
    """Depths 0, .1, .2; the chance of a purchase grows with depth for everybody, most where x1 is high."""
    rng = np.random.default_rng(seed)
    offers = (NOTHING, Terms("ten", "percent", 0.1), Terms("twenty", "percent", 0.2))
    x, action = rng.normal(size=(rows, 3)), rng.integers(0, 3, rows)
    depth = np.array([one.depth for one in offers])

    def chance(of):
        eta = -1.5 + x[:, 0] + np.exp(1 + 0.7 * x[:, 1]) * of
        return 1 / (1 + np.exp(-eta))

    p = np.column_stack([chance(one) for one in depth])
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
    depths = [Terms(f"{depth}", "percent", depth) for depth in np.linspace(0.01, 0.2, 12)]
    found = fitted.effects(evidence.features[:500], depths)
    assert (np.diff(found, axis=1) >= -1e-12).all()


def test_structured_learns_a_common_sensitivity_better_than_a_regression_per_offer():
    evidence, _ = purchases(12_000, 4)
    others, true = purchases(6_000, 5)

    def fit(name):
        found = ESTIMATORS.load(name)().fit(evidence, 0).effects(others.features, others.offers)
        return np.sqrt(np.mean((found - true) ** 2))

    assert fit("structured") < fit("ridge_t")


def test_offers_on_what_a_customer_buys_share_what_they_teach():
    """Coupons on four categories move a customer by what they usually buy there; few saw each of them."""
    rng = np.random.default_rng(6)
    rows, offers = 4_000, (NOTHING, *(Terms(f"c{c}", "coupon", 0.1, scope=f"c{c}") for c in range(4)))
    usual = rng.gamma(1.0, 10.0, size=(rows, 4))
    scope = np.concatenate([np.zeros((rows, 1, 1)), usual[:, :, None]], axis=1)
    action = rng.integers(0, 5, rows)
    effect = np.column_stack([np.zeros(rows), 0.3 * usual])
    outcome = usual.sum(axis=1) + effect[np.arange(rows), action] + rng.normal(0, 20, rows)
    evidence = Evidence(usual, action, outcome, np.full((rows, 5), 0.2), offers, scope)
    found = RLearner().fit(evidence, 0).effects(usual, offers, scope)
    blind = ESTIMATORS.load("ridge_t")().fit(evidence, 0).effects(usual, offers)
    close, far = (np.corrcoef(one.ravel(), effect.ravel())[0, 1] for one in (found, blind))
    assert close > 0.95 > far + 0.05
