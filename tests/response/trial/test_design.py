import numpy as np
import pytest
from scipy.stats import binomtest, chi2, multinomial
from statsmodels.multivariate.manova import MANOVA

from offerloop.errors import EvidenceError
from offerloop.response import (
    MeanSums,
    arm_differences,
    complete_propensities,
    covariate_balance_p,
    draw_folds,
    modelled_propensities,
    plan_columns,
    plan_p,
    rows_with_overlap,
    sample_ratio_p,
)


def arms(seed, n=4_000, pull=0.0):
    """Two features; treatment by chance, or pulled by the first."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    chance = 1 / (1 + np.exp(-pull * x[:, 0]))
    return x, (rng.random(n) < chance).astype(np.int64), chance


def sums(features, action, offers):
    return [MeanSums.of((features - features.mean(axis=0))[action == k]) for k in range(offers)]


def test_p_values_of_random_arms_are_uniform():
    found = [
        (covariate_balance_p(sums(x, a, 2)), sample_ratio_p(a, np.full(2, 0.5)))
        for x, a, _ in (arms(seed, 500) for seed in range(300))
    ]
    for p in np.array(found).T:
        assert 0.01 < np.mean(p < 0.05) < 0.10
        assert 0.4 < p.mean() < 0.6


def test_sizes_of_arms_have_exact_p_values():
    action = np.repeat([0, 1], [40, 62])
    assert sample_ratio_p(action, np.full(2, 0.5)) == pytest.approx(binomtest(40, 102).pvalue)
    assert sample_ratio_p(action, np.full((102, 2), 0.5)) == pytest.approx(binomtest(40, 102).pvalue)
    few = np.repeat([0, 1, 2], [2, 6, 9])
    sizes = [(i, j, 17 - i - j) for i in range(18) for j in range(18 - i)]
    shares = np.array([0.5, 0.25, 0.25])
    chance = np.array([multinomial.pmf(one, 17, shares) for one in sizes])
    statistic = ((np.array(sizes) - 17 * shares) ** 2 / shares).sum(axis=1)
    least = ((np.array([2, 6, 9]) - 17 * shares) ** 2 / shares).sum()
    assert sample_ratio_p(few, shares) == pytest.approx(chance[statistic >= least - 1e-9].sum(), abs=0.005)


def test_sizes_of_three_arms_of_which_only_the_own_propensity_is_known_keep_to_their_level():
    rng, found = np.random.default_rng(1), []
    for _ in range(300):
        chance = np.where(rng.random((600, 1)) < 0.5, [0.5, 0.4, 0.1], [0.5, 0.1, 0.4])
        action = (rng.random((600, 1)) > chance.cumsum(axis=1)).sum(axis=1)
        known = complete_propensities(chance[np.arange(600), action], action, np.bincount(action) / 600)
        found.append(plan_p(np.bincount(action), MeanSums.of(plan_columns(action, known))))
    assert 0.02 < np.mean(np.array(found) < 0.05) < 0.09


def test_rows_of_a_cluster_are_drawn_into_one_fold():
    whose = np.array([7, 2, 7, 4, 9, 2, 4, 11])
    fold = draw_folds(8, 3, np.random.default_rng(1), whose)
    assert sorted(set(fold)) == [0, 1, 2]
    assert all(len(set(fold[whose == one])) == 1 for one in whose)
    assert sorted(draw_folds(8, 8, np.random.default_rng(1), whose)) == list(range(8))


def test_sizes_by_shares_of_each_row_keep_to_their_level():
    rng, found = np.random.default_rng(1), []
    for _ in range(300):
        own = rng.choice([0.05, 0.5, 0.9], 400)
        found.append(sample_ratio_p((rng.random(400) < own).astype(np.int64), np.column_stack([1 - own, own])))
    assert 0.02 < np.mean(np.array(found) < 0.05) < 0.09


@pytest.mark.parametrize(("offers", "columns"), [(2, 3), (3, 3), (4, 2)])
def test_balance_is_that_of_a_multivariate_analysis_of_variance(offers, columns):
    rng = np.random.default_rng(offers)
    x, action = rng.normal(size=(60, columns)), rng.integers(0, offers, 60)
    oracle = MANOVA(x, np.column_stack([np.ones(60), np.eye(offers)[action][:, 1:]]))
    contrast = [("arms", np.eye(offers)[1:], None)]
    expected = oracle.mv_test(contrast).results["arms"]["stat"].loc["Wilks' lambda", "Pr > F"]
    assert covariate_balance_p(sums(x, action, offers)) == pytest.approx(expected)
    with_constant = np.column_stack([x, np.ones(60)])  # a column that varies nowhere tells nothing
    assert covariate_balance_p(sums(with_constant, action, offers)) == pytest.approx(expected)


def test_arms_that_chance_did_not_make_are_noticed():
    x, action, _ = arms(1, pull=0.5)
    assert covariate_balance_p(sums(x, action, 2)) < 1e-6
    worst = arm_differences(sums(x, action, 2))[0]
    assert (worst.column, worst.arm) == (0, 1)
    assert worst.z > 6
    assert worst.sds > 0.3


def test_lost_rows_show_in_the_sizes_of_the_arms():
    _, action, _ = arms(2)
    kept = np.r_[action[action == 0], action[action == 1][300:]]
    assert sample_ratio_p(kept, np.full(2, 0.5)) < 1e-3
    assert sample_ratio_p(np.array([0, 1, 1]), np.array([1.0, 0.0])) == 0.0


def test_modelled_chances_are_near_the_true_ones():
    x, action, chance = arms(3, 20_000, pull=0.8)
    found = modelled_propensities(x, action, 2, seed=1)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert np.abs(found[:, 1] - chance).mean() < 0.02


def test_an_arm_of_two_stores_is_in_every_model_of_propensities():
    """Where both were in one fold, the model of the others gave their arm no propensity there."""
    store = np.repeat(np.arange(10), 40)
    x = np.random.default_rng(8).normal(size=(400, 2))
    found = [modelled_propensities(x, (store < 2).astype(int), 2, seed, store) for seed in range(30)]
    assert min(one[:, 1].mean() for one in found) > 0.15
    assert min(one[store < 2, 1].max() for one in found) > 0.1
    assert max(np.median(one[store < 2, 0]) for one in found) < 0.95


def test_poor_overlap_is_refused_with_what_data_would_help():
    x, action, _ = arms(4, pull=8.0)
    chance = modelled_propensities(x, action, 2, seed=1)
    with pytest.raises(EvidenceError, match=r"the propensity of an offer is below.*random share"):
        rows_with_overlap(chance, action, ["none", "coupon"])


def test_rows_without_a_chance_are_trimmed():
    x, action, _ = arms(5, pull=1.5)
    chance = modelled_propensities(x, action, 2, seed=1)
    kept = rows_with_overlap(chance, action, ["none", "coupon"])
    assert 0.5 < kept.mean() < 1
    assert chance[kept].min() >= 0.05


def test_sizes_are_judged_the_same_without_one_arm_which_follows_from_the_others():
    rng = np.random.default_rng(3)
    treated = np.where(rng.normal(size=6_000) > 0, 0.6, 0.3)
    uniform = rng.random(6_000)
    action = np.where(uniform > treated, 0, np.where(uniform < treated / 2, 1, 2))
    propensity = np.where(action == 0, 1 - treated, treated / 2)
    planned = complete_propensities(propensity, action, np.bincount(action) / 6_000)
    off = (np.bincount(action) - planned.sum(axis=0))[1:]
    covariance = (np.diag(planned.sum(axis=0)) - planned.T @ planned)[1:, 1:]
    expected = chi2.sf(off @ np.linalg.solve(covariance, off), 2)
    assert sample_ratio_p(action, planned) == pytest.approx(expected, rel=1e-9)
