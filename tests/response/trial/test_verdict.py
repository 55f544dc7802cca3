"""The verdict on a policy: pays, may pay, does not pay; by its forecast, and corrected for choosing the best."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

import offerloop.response.trial.study as study_module
from offerloop.evaluation.estimate import Estimate
from offerloop.response import NO_OFFER_TERMS, Evidence, OfferTerms, Spending, study_trial
from offerloop.response.estimators.dr_learner import DRLearner
from offerloop.response.estimators.outcome import OutcomeModel
from offerloop.response.estimators.r_learner import RLearner
from offerloop.response.estimators.ridge_t import RidgeTLearner
from offerloop.response.trial.spread import mean_estimate
from offerloop.response.trial.verdict import (
    FollowUp,
    conclusion,
    follow_up_by_arms,
    follow_up_trial,
    least_error,
    p_value_of_best,
    skew_of_gain,
)

RIDGE = {"ridge_t": RidgeTLearner()}
DEPTHS = tuple(OfferTerms(f"{depth:.0%}", "percent", depth) for depth in (0.1, 0.2, 0.3))


def kinds(number):
    return tuple(OfferTerms(f"arm {k}", f"arm {k}", 1.0) for k in range(number))


def trial(seed, offers, effects, n=2_000, cost=None):
    rng = np.random.default_rng(seed)
    x, action = rng.normal(size=(n, 3)), rng.permutation(n) % (len(offers) + 1)
    y = x[:, 1] + np.array([0.0, *effects])[action] + rng.normal(size=n)
    chance = np.full((n, len(offers) + 1), 1 / (len(offers) + 1))
    value = Evidence(x, action, y, chance, (NO_OFFER_TERMS, *offers))
    return value, None if cost is None else replace(value, outcome=np.array([0.0, *cost])[action])


def test_the_best_of_independent_candidates_is_lucky_as_often_as_the_formula_of_sidak_says():
    rows = np.random.default_rng(1).normal(size=(50_000, 3))
    rows -= rows.mean(axis=0)
    errors = rows.std(axis=0) / np.sqrt(len(rows))
    rows[:, 1] += 2.2 * errors[1]
    assert p_value_of_best(rows, errors, 1) == pytest.approx(1 - norm.cdf(2.2) ** 3, abs=2e-4)


def test_candidates_that_are_one_are_counted_once():
    rows = np.random.default_rng(2).normal(0.1, 1.0, size=(400, 1))
    errors = np.full(4, 0.05)
    alone = p_value_of_best(rows, errors[:1], 0)
    assert p_value_of_best(np.repeat(rows, 4, axis=1), errors, 2) == pytest.approx(alone)
    assert alone == pytest.approx(norm.sf(rows.mean() / 0.05))


def test_what_has_no_error_is_no_luck():
    assert p_value_of_best(np.zeros((10, 2)), np.array([0.0, 0.0]), 0) == 1.0
    assert p_value_of_best(np.ones((10, 2)), np.array([0.0, 0.0]), 0) == 0.0


def test_skewed_outcomes_of_a_small_control_group_look_good_as_seldom_as_they_should():
    rng, found = np.random.default_rng(8), []
    action = np.repeat([0, 1], [160, 640])
    everybody = np.tile([0.0, 1.0], (len(action), 1))
    for _ in range(1_500):
        spend = rng.lognormal(0, 1, len(action)) * (rng.random(len(action)) < 0.3)
        treated, control = spend[160:], spend[:160]
        error = np.sqrt(treated.var() / 640 + control.var() / 160)
        skew = skew_of_gain(Evidence(np.zeros((800, 1)), action, spend, np.zeros((1, 2)), ()), everybody)
        gain = np.full((2, 1), treated.mean() - control.mean()) + np.array([[-1.0], [1.0]])
        found.append([p_value_of_best(gain, np.array([error]), 0, skew=one) <= 0.025 for one in (0.0, skew)])
    plain, corrected = np.mean(found, axis=0)
    assert plain > 0.04
    assert corrected < 0.025
    assert skew_of_gain(Evidence(np.zeros((800, 1)), action, spend, np.zeros((1, 2)), ()), everybody[:, ::-1]) == 0


@pytest.mark.parametrize("share", [0.4, 0.6])
def test_an_offer_for_a_random_share_of_the_customers_gains_with_the_skewness_of_one_for_everybody(share):
    rng = np.random.default_rng(8)
    action = np.repeat([0, 1], [160, 640])
    profit = Evidence(np.zeros((800, 1)), action, rng.lognormal(0, 1, 800), np.zeros((1, 2)), ())
    everybody = np.tile([0.0, 1.0], (800, 1))
    assert skew_of_gain(profit, everybody) < -0.1
    assert skew_of_gain(profit, np.tile([1 - share, share], (800, 1))) == skew_of_gain(profit, everybody)


def test_a_control_group_that_bought_nothing_by_chance_proves_nothing():
    """200 of 20,200 customers are the control, of whom 13 in 100 such trials have no buyer at a rate of 1 %."""
    rng = np.random.default_rng(4)
    action, bought = np.repeat([0, 1], [200, 20_000]), np.r_[np.zeros(200), rng.random(20_000) < 0.01]
    chance = np.tile([0.01, 0.99], (len(action), 1))
    value = Evidence(rng.normal(size=(len(action), 1)), action, bought, chance, (NO_OFFER_TERMS, *kinds(1)))
    study = study_trial(value, None, Spending(), 1, {"outcome": OutcomeModel()})
    assert study.p_value > 0.1
    assert study.forecast_profit.low < 0 < study.forecast_profit.high


def test_a_control_group_of_usual_spread_is_taken_at_its_own():
    rng = np.random.default_rng(4)
    action, rows = np.repeat([0, 1], [400, 400]), rng.normal(size=800)
    assert least_error(rows, action, np.tile([0.0, 1.0], (800, 1)), 0.4) == 0
    assert least_error(rows, action, np.tile([0.5, 0.5], (800, 1)), -0.6) == pytest.approx(0.5 / np.sqrt(200), rel=0.1)


def test_a_trial_of_the_part_shows_the_forecast_in_80_of_100_cases():
    """Half of the customers are given the offer, which is worth .5 at a standard deviation of 2."""
    rng = np.random.default_rng(3)
    action = rng.integers(0, 2, 100_000)
    profit = Evidence(np.zeros((len(action), 1)), action, 2 * rng.normal(size=len(action)), np.zeros((1, 2)), ())
    policy = np.tile([0.0, 1.0], (len(action), 1))
    n = follow_up_trial(Estimate.of(0.5, 0.4), profit, policy).customers
    power = norm.sf(1.96 - 0.5 / (2 * 2 / np.sqrt(n)))
    assert power == pytest.approx(0.8, abs=0.02)
    assert follow_up_trial(Estimate.of(-0.1, 0.4), profit, policy) is None
    assert follow_up_trial(Estimate.of(0.5, 0.4), profit, policy, wider=2.0).customers == pytest.approx(4 * n, rel=0.1)


def test_a_trial_of_chosen_customers_holds_none_who_get_nothing_either_way():
    """The tenth of the customers that is chosen gains 2 at a standard deviation of 4, all others vary by 1 alone."""
    rng = np.random.default_rng(8)
    action, chosen = rng.integers(0, 2, 100_000), rng.random(100_000) < 0.1
    outcome = np.where(chosen, 4.0, 1.0) * rng.normal(size=len(action)) + 2 * chosen * action
    profit = Evidence(np.zeros((len(action), 1)), action, outcome, np.zeros((1, 2)), ())
    found = follow_up_trial(Estimate.of(0.2, 0.4), profit, np.column_stack([~chosen, chosen]).astype(float))
    assert norm.sf(1.96 - 2 / (2 * 4 / np.sqrt(found.customers))) == pytest.approx(0.8, abs=0.03)
    assert found.chosen_from == pytest.approx(10 * found.customers, rel=0.1)


def test_a_further_trial_has_fifty_customers_on_each_side_at_least():
    forecast, share = Estimate(0.05, -0.012, 0.112), np.array([0.995, 0.005])
    trial = follow_up_by_arms(forecast, np.zeros(2), np.full(2, 100.0), share)
    assert trial == FollowUp(100, 20_000)


def test_a_candidate_that_clearly_loses_has_no_occasion_to_look_good():
    """The second of two arms; one that loses by less than sqrt(2 log log 50,000) = 2.18 errors still counts."""
    rows = np.random.default_rng(1).normal(size=(50_000, 2))
    errors = rows.std(axis=0) / np.sqrt(len(rows))
    for loss, candidates in ((2.1, 2), (2.3, 1)):
        moved = rows - rows.mean(axis=0) + errors * [2.2, -loss]
        assert p_value_of_best(moved, errors, 0) == pytest.approx(1 - norm.cdf(2.2) ** candidates, abs=2e-4)


def test_the_three_verdicts():
    clear, unclear = Estimate(1.0, 0.2, 1.8), Estimate(0.5, -0.3, 1.3)
    assert conclusion(clear, 0.01, FollowUp(100, 500), 1_000) == "pays"
    assert conclusion(clear, 0.04, FollowUp(100, 500), 1_000) == "may_pay"
    assert conclusion(unclear, 0.1, FollowUp(100, 9_000), 1_000) == "may_pay"
    assert conclusion(unclear, 0.4, FollowUp(100, 11_000), 1_000) == "does_not_pay"
    assert conclusion(Estimate(-0.1, -0.9, 0.7), 0.9, None, 1_000) == "does_not_pay"


def test_what_pays_has_a_forecast_above_zero_and_what_does_not_is_not_recommended():
    for seed in range(15):
        study = study_trial(*trial(seed, kinds(2), (0.1, 0.0), n=1_000), Spending(), seed, RIDGE)
        assert (study.conclusion == "pays") <= (study.forecast_profit.low > 0)
        assert (study.verdict == "nothing") == (study.conclusion != "pays")


def test_of_offers_that_cannot_be_told_apart_the_least_expensive_is_given():
    """All bring .5 more than they cost; .1, .2 and .4 of cost are known."""
    value, cost = trial(1, kinds(3), (0.9, 0.7, 0.6), cost=(0.4, 0.2, 0.1))
    study = study_trial(value, cost, Spending(), 1, RIDGE)
    assert study.decision.near_ties == (1, 2, 3)
    assert study.decision.offer == 3
    assert study.verdict == "everyone"


def test_of_depths_that_cannot_be_told_apart_the_lowest_is_given():
    value, _ = trial(2, DEPTHS, (0.5, 0.5, 0.5))
    study = study_trial(value, None, Spending(), 2, RIDGE)
    assert study.decision.offer == 1


def test_an_offer_that_is_clearly_better_is_given_though_it_is_expensive():
    value, cost = trial(3, kinds(2), (1.5, 0.4), cost=(0.4, 0.1))
    study = study_trial(value, cost, Spending(), 3, RIDGE)
    assert (study.decision.offer, study.decision.near_ties) == (1, (1,))


def pays(draws, arms, rows=400, estimators=None):
    """How often something pays of arms without any effect."""
    found = [
        study_trial(*trial(seed, kinds(arms), (0.0,) * arms, rows), Spending(), seed, estimators or RIDGE).conclusion
        for seed in range(draws)
    ]
    return sum(one == "pays" for one in found)


def test_three_arms_without_effect_seldom_pay():
    """2.5 % are expected at most; of 40 draws 6 would be too many even for a chance of 1 in 1,000."""
    assert pays(40, 3) <= 5


def test_a_large_table_tells_the_same_of_its_arms_whatever_the_seed(monkeypatch):
    monkeypatch.setattr(study_module, "MOST_ROWS", 600)
    value, _ = trial(4, kinds(2), (0.5, 0.2), n=1_500)
    estimators = {"outcome": OutcomeModel(), "ridge_t": RidgeTLearner()}
    first, second = (study_trial(value, None, Spending(), seed, estimators) for seed in (1, 2))
    assert first.compared.profit.size == 600
    assert first.judged.profit.size == 1_500
    np.testing.assert_array_equal(first.effect, second.effect)
    assert first.forecast_profit == second.forecast_profit


def test_a_nearly_constant_column_has_no_say():
    """A column that rounding alone makes vary in the training rows, and that is another number elsewhere."""
    rng = np.random.default_rng(5)
    value, _ = trial(5, kinds(1), (0.3,), n=500)
    column = np.full((500, 1), 0.1) + 1e-17 * rng.normal(size=(500, 1))
    seen = replace(value, features=np.column_stack([value.features, column]))
    others = np.column_stack([value.features, np.full((500, 1), 7.0)])
    for estimator in (RLearner(), DRLearner(), RidgeTLearner()):
        effects = estimator.fit(seen, 1).effects(others, value.offers)
        np.testing.assert_allclose(effects, estimator.fit(value, 1).effects(value.features, value.offers), atol=1e-9)


def test_a_rare_customer_is_not_predicted_an_effect_of_any_size():
    value, _ = trial(6, kinds(1), (0.3,), n=500)
    seen = replace(value, features=np.column_stack([value.features, np.r_[1e-6, np.zeros(499)]]))
    others = np.column_stack([value.features[:5], np.full(5, 1e6)])
    for estimator in (RLearner(), DRLearner()):
        assert np.abs(estimator.fit(seen, 1).effects(others, value.offers)).max() < 10


def test_errors_of_few_clusters_are_those_of_student():
    rng = np.random.default_rng(7)
    hits = []
    for _ in range(300):
        whose = np.repeat(np.arange(6), 30)
        rows = rng.normal(size=6)[whose] + 0.3 * rng.normal(size=180)
        found = mean_estimate(rows, whose)
        hits.append(found.low <= 0 <= found.high)
    assert 0.91 <= np.mean(hits) <= 0.99
    assert mean_estimate(rows, np.zeros(180, dtype=np.int64)).high == np.inf
