import numpy as np
import pytest

from offerloop.response.estimators.ridge_t import RidgeT, predict_out_of_fold


def made_up(n=3000, seed=2):
    """Outcomes that are linear in the features, by other slopes for each of two actions."""
    rng = np.random.default_rng(seed)
    features = rng.normal(50, 10, (n, 2)) * [1.0, 0.01]
    action = rng.integers(0, 2, n)
    truth = np.stack([3 + features @ [0.2, 5.0], 4 + features @ [0.1, -5.0]], axis=1)
    outcome = truth[np.arange(n), action] + rng.normal(0, 0.5, n)
    return features, action, outcome[:, None], truth


def test_each_action_has_its_own_slopes_whatever_the_units():
    features, action, outcomes, truth = made_up()
    found = RidgeT.fit(features, action, outcomes, 2, penalty=1e-6).predict(features)
    assert found.shape == (3000, 2, 1)
    np.testing.assert_allclose(found[..., 0], truth, atol=0.15)


def test_a_penalty_draws_slopes_to_zero_and_leaves_the_level():
    features, action, outcomes, _ = made_up()
    found = RidgeT.fit(features, action, outcomes, 2, penalty=1e12)
    for k in range(2):
        assert found.predict(features)[:, k, 0] == pytest.approx(outcomes[action == k].mean(), abs=1e-3)


def test_an_action_that_nobody_had_gets_the_mean_of_all():
    features, action, outcomes, _ = made_up()
    assert RidgeT.fit(features, action, outcomes, 3).predict(features)[:, 2, 0] == pytest.approx(outcomes.mean())


def test_a_feature_without_spread_does_no_harm():
    features, action, outcomes, _ = made_up()
    wider = np.column_stack([features, np.full(len(features), 7.0)])
    one, other = (RidgeT.fit(x, action, outcomes, 2).predict(x) for x in (features, wider))
    np.testing.assert_allclose(one, other)


def test_no_row_sees_an_outcome_of_its_own_fold():
    features, action, outcomes, _ = made_up(200)
    fold = np.arange(200) % 5
    changed = outcomes.copy()
    changed[fold == 3] += 1000
    one, other = (predict_out_of_fold(features, action, y, 2, fold) for y in (outcomes, changed))
    np.testing.assert_array_equal(one[fold == 3], other[fold == 3])
    assert (one[fold != 3] != other[fold != 3]).all()


@pytest.mark.parametrize("strange", [1.0, -1e6, 1e12, 1e18])
def test_one_row_unlike_all_others_is_predicted_nothing_beyond_them(strange):
    """What is learned where a column is constant, or nearly so beside one row, says nothing of that row."""
    features, action, outcomes, _ = made_up(500)
    rare = np.zeros(500)
    rare[17] = strange
    wider = np.column_stack([features, rare, np.where(rare == 0, features[:, 0], strange)])
    found = predict_out_of_fold(wider, action, outcomes, 2, np.arange(500) % 5)
    assert np.abs(found - outcomes.mean()).max() < 10 * outcomes.std()
