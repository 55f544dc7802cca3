"""Agreement with scikit-uplift 0.5.1 and causalml 0.18.0 (numpy 2.4.6, pandas 3.1.1) where definitions are shared.

The numbers are what ``sklift.metrics`` and ``causalml.metrics`` gave on the data sets of `draw`.
"""

import numpy as np
import pytest

from offerloop.evaluation.trial import Trial
from offerloop.evaluation.uplift import auuc, qini, qini_curve, uplift_curve


def draw(seed, n, share, quiet=0, levels=None, *, turned=False):
    rng = np.random.default_rng(seed)
    scores = rng.random(n)
    treatment = (rng.random(n) < share).astype(int)
    outcome = (rng.random(n) < 0.2 + 0.4 * scores * treatment).astype(int)
    outcome[np.argsort(-scores)[:quiet]] = 0
    if levels:
        scores = np.floor(scores * levels) / levels
    return Trial.of(scores, treatment, 1 - outcome if turned else outcome)


PLAIN, UNEVEN, TIED = (1, 200, 0.5), (2, 300, 0.3), (3, 250, 0.6, 0, 8)
QUIET = (4, 240, 0.4, 12)
"""The best 12 customers bought nothing, so it does not matter how a curve begins before both arms are in it."""


@pytest.mark.parametrize(
    ("data", "qini_auc_score", "uplift_auc_score"),
    [
        (PLAIN, 0.17827715886552045, 0.15576698208342873),
        (UNEVEN, 0.11520493023721205, 0.09166396562644842),
        (TIED, 0.16175769453796462, 0.15900927151064576),
        (QUIET, 0.11094240211576314, 0.10709074200925806),
    ],
)
def test_areas_are_scikit_uplifts(data, qini_auc_score, uplift_auc_score):
    trial = draw(*data)
    assert qini(trial, "perfect", replicates=39).value == pytest.approx(qini_auc_score, rel=1e-12)
    assert auuc(trial, "perfect", replicates=39).value == pytest.approx(uplift_auc_score, rel=1e-12)


def test_points_are_scikit_uplifts():
    trial = draw(*TIED)
    customers = [0, 27, 54, 96, 132, 167, 196, 228, 250]
    qini_points = [0, 6.5, 12.875, 23, 25.75, 32.81666667, 36.62162162, 40.14285714, 34.5]
    uplift_points = [0, 8.35714286, 18.29605263, 36.8, 40.46428571, 51.21853583, 58.83473638, 63.55952381, 56.00649351]
    assert qini_curve(trial).n_customers.tolist() == uplift_curve(trial).n_customers.tolist() == customers
    np.testing.assert_allclose(qini_curve(trial).gain, qini_points, rtol=1e-9)
    np.testing.assert_allclose(uplift_curve(trial).gain, uplift_points, rtol=1e-9)


def test_areas_are_scikit_uplifts_with_more_control_buyers_than_treated_others():
    trial = draw(6, 220, 0.5, turned=True)
    assert qini(trial, "perfect", replicates=39).value == pytest.approx(-0.10375755612327986, rel=1e-12)
    assert auuc(trial, "perfect", replicates=39).value == pytest.approx(-0.17822398831416972, rel=1e-12)


@pytest.mark.parametrize(
    ("scale", "qini_score", "auuc_score"),
    [("total", 0.24701589745542893, 0.729546414835338), ("none", 2.678172361885176, 21.57223370182961)],
)
def test_areas_are_causalmls_but_for_its_mean_of_all_points(scale, qini_score, auuc_score):
    trial = draw(*QUIET)
    n, end = trial.n_customers, 1.0 if scale == "total" else uplift_curve(trial).end
    assert qini(trial, scale, replicates=39).value == pytest.approx(qini_score * (n + 1) / n, rel=1e-12)
    assert auuc(trial, scale, replicates=39).value == pytest.approx((auuc_score * (n + 1) - end / 2) / n, rel=1e-12)


@pytest.mark.parametrize(
    ("data", "qini_score", "auuc_score"),
    [(PLAIN, 0.951254989469008, 1.4344565874799722), (UNEVEN, 0.28684818500884696, 0.7934742600967777)],
)
def test_areas_are_near_causalmls_where_the_first_customers_bought(data, qini_score, auuc_score):
    trial = draw(*data)
    assert qini(trial, "total", replicates=39).value == pytest.approx(qini_score, rel=0.03)
    assert auuc(trial, "total", replicates=39).value == pytest.approx(auuc_score, rel=0.03)
