import numpy as np
import pytest

from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation.trial import ScoreSteps, Trial
from offerloop.evaluation.uplift import qini_curve, uplift_curve

SCORES, TREATMENT, OUTCOME = [0.9, 0.7, 0.7, 0.1], [1, 0, 1, 0], [3.0, 1.0, 4.0, 2.0]


def test_curves_by_hand():
    trial = Trial.of(SCORES, TREATMENT, OUTCOME)
    assert qini_curve(trial).n_customers.tolist() == [0, 1, 3, 4]
    assert qini_curve(trial).gain.tolist() == [0, 3, 7 - 1 * 2 / 1, 7 - 3 * 2 / 2]
    assert uplift_curve(trial).gain.tolist() == [0, 3, (3.5 - 1) * 3, (3.5 - 1.5) * 4]


def test_areas_by_hand():
    curve = qini_curve(Trial.of(SCORES, TREATMENT, OUTCOME))
    assert curve.area == pytest.approx((1.5 + 2 * 4 + 4.5) / 4)
    assert curve.area_over_random == pytest.approx((1.5 + 2 * 4 + 4.5) / 4 - 2)


def test_weights_are_inverse_propensities():
    trial = Trial.of(SCORES, TREATMENT, OUTCOME, propensity=[0.2, 0.5, 0.8, 0.5])
    mean_treated = (3.0 / 0.2 + 4.0 / 0.8) / (1 / 0.2 + 1 / 0.8)
    assert uplift_curve(trial).gain[-1] == pytest.approx((mean_treated - 1.5) * 4)
    assert qini_curve(trial).gain[-1] == pytest.approx((mean_treated - 1.5) * 0.5 * (1 / 0.2 + 1 / 0.8))


@pytest.mark.parametrize("propensity", [None, 0.5, 0.3])
def test_one_propensity_for_all_changes_no_curve(propensity):
    trial = Trial.of(SCORES, TREATMENT, OUTCOME, propensity=propensity)
    np.testing.assert_allclose(qini_curve(trial).gain, [0, 3, 5, 4], rtol=1e-12)


def test_steps_end_where_the_key_changes():
    steps = ScoreSteps.by(np.array([1.0, 3.0, 1.0, 2.0, 3.0]))
    assert steps.ends.tolist() == [0, 2, 3, 5]
    assert steps.cumulate(np.array([1.0, 10, 100, 1000, 10_000])).tolist() == [0, 10_010, 11_010, 11_111]


@pytest.mark.parametrize(("arm", "treatment"), [("treated", [0, 0, 0, 0]), ("control", [1, 1, 1, 1])])
def test_an_empty_arm_is_refused(arm, treatment):
    with pytest.raises(EvidenceError, match=f"the {arm} arm"):
        Trial.of(SCORES, treatment, OUTCOME)


def test_no_customers_are_refused():
    with pytest.raises(EvidenceError, match="empty"):
        Trial.of([], [], [])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"treatment": [1, 0, 2, 0]}, "other than 0 and 1"),
        ({"outcome": [1.0, 2.0, 3.0]}, r"outcome has shape \(3,\) for 4 customers"),
        ({"scores": [[0.9, 0.7, 0.7, 0.1]]}, r"scores has shape \(1, 4\)"),
        ({"scores": [0.9, np.nan, 0.7, 0.1]}, "scores holds a value that is missing"),
        ({"cost": [0.9, np.inf, 0.7, 0.1]}, "cost holds"),
        ({"propensity": 1.0}, "not between 0 and 1"),
        ({"propensity": [0.5, 0.0, 0.5, 0.5]}, "not between 0 and 1"),
        ({"propensity": [0.5, 0.5]}, "propensity has shape"),
    ],
)
def test_what_cannot_be_is_refused(change, says):
    given = {"scores": SCORES, "treatment": TREATMENT, "outcome": OUTCOME} | change
    with pytest.raises(InputError, match=says):
        Trial.of(**given)


def test_rows_are_sorted_by_score_and_within_ties_by_everything():
    rng = np.random.default_rng(4)
    scores = rng.integers(0, 30, 500) / 7
    treated, outcome = rng.integers(0, 2, 500), rng.integers(0, 3, 500).astype(float)
    found, again = Trial.of(scores, treated, outcome), rng.permutation(500)
    order = np.lexsort((outcome, np.full(500, treated.mean()), treated, -scores))
    assert (found.scores == scores[order]).all()
    assert (found.outcome == outcome[order]).all()
    mixed = Trial.of(scores[again], treated[again], outcome[again])
    assert (mixed.outcome == found.outcome).all()
    assert (mixed.treated == found.treated).all()
