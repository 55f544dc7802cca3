"""Metrics of a score on trials whose answers are known by construction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation.experiment import Moments, difference
from offerloop.evaluation.trial import Trial
from offerloop.evaluation.uplift import (
    aucc,
    auuc,
    calibration_by_decile,
    profit_at_budget,
    qini,
    uplift_at_k,
    uplift_curve,
)

AREAS = {
    "qini": lambda trial: qini(trial, replicates=39),
    "qini, perfect": lambda trial: qini(trial, "perfect", replicates=39),
    "auuc": lambda trial: auuc(trial, replicates=39),
    "auuc, perfect": lambda trial: auuc(trial, "perfect", replicates=39),
    "aucc": lambda trial: aucc(trial, replicates=39),
    "profit": lambda trial: profit_at_budget(trial, 3.0, replicates=39),
    "uplift at 0.4": lambda trial: uplift_at_k(trial, 0.4),
}


@st.composite
def trials(draw):
    """Columns of a small trial with few distinct scores; a customer of each arm does what the other should."""
    n = draw(st.integers(12, 30))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    treatment = rng.permutation(np.arange(n) % 2)
    outcome = np.where(treatment, rng.random(n) < 0.8, rng.random(n) < 0.3).astype(float)
    outcome[np.argmax(treatment)], outcome[np.argmin(treatment)] = 0, 1
    return {
        "scores": rng.integers(0, draw(st.integers(2, 40)), n).astype(float),
        "treatment": treatment,
        "outcome": outcome,
        "propensity": rng.uniform(0.3, 0.7, n),
        "cost": treatment * rng.uniform(0.5, 1.5, n),
    }


def answer(metric, columns):
    """The estimate, or the words of the refusal."""
    try:
        return metric(Trial.of(**columns))
    except EvidenceError as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", AREAS)
@given(trials(), st.randoms())
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_changes_nothing(name, columns, random):
    order = random.sample(range(len(columns["scores"])), len(columns["scores"]))
    shuffled = {key: values[order] for key, values in columns.items()}
    assert answer(AREAS[name], columns) == answer(AREAS[name], shuffled)


@pytest.mark.parametrize("name", AREAS)
@given(trials())
@settings(max_examples=25, deadline=None)
def test_only_the_order_of_scores_counts(name, columns):
    stretched = columns | {"scores": np.exp(columns["scores"] / 7) - 50}
    assert answer(AREAS[name], columns) == answer(AREAS[name], stretched)


@given(trials())
@settings(max_examples=25, deadline=None)
def test_a_score_for_all_is_a_random_order(columns):
    trial = Trial.of(**columns | {"scores": np.zeros(len(columns["scores"]))})
    for metric, random in (("qini", 0), ("qini, perfect", 0), ("auuc, perfect", 0)):
        found = AREAS[metric](trial)
        assert (found.value, found.low, found.high) == pytest.approx((random, random, random), abs=1e-9)


@given(trials())
@settings(max_examples=25, deadline=None)
def test_a_perfect_score_has_all_of_the_perfect_area(columns):
    treated, bought = columns["treatment"] == 1, columns["outcome"] == 1
    first = Trial.of(**columns | {"scores": np.where(treated, 1, -1) * bought})
    assert qini(first, "perfect", replicates=39).value == pytest.approx(1)
    backwards = Trial.of(**columns | {"scores": -np.where(treated, 1, -1) * bought})
    assert qini(backwards, replicates=39).value < 0 < qini(first, replicates=39).value


@pytest.fixture(scope="module")
def shop():
    """Scores x, effects of x on the chance to buy, and a score that knows nothing."""
    rng = np.random.default_rng(5)
    x, noise, treatment = rng.random(6_000), rng.random(6_000), rng.random(6_000) < 0.4
    bought = rng.random(6_000) < 0.1 + 0.5 * x * treatment
    return {"x": x, "noise": noise, "treatment": treatment, "outcome": bought, "cost": treatment * 1.0}


def of_shop(shop, name):
    return Trial.of(shop[name], shop["treatment"], shop["outcome"], cost=shop["cost"])


@pytest.mark.parametrize("scale", ["none", "total", "perfect"])
def test_a_score_that_knows_nothing_has_a_qini_of_0(shop, scale):
    found = qini(of_shop(shop, "noise"), scale, replicates=100)
    assert found.low <= 0 <= found.high


def test_a_score_that_knows_nothing_gains_in_proportion(shop):
    trial = of_shop(shop, "noise")
    constant = Trial.of(np.zeros(6_000), shop["treatment"], shop["outcome"], cost=shop["cost"])
    assert aucc(constant).value == auuc(constant, "total").value == pytest.approx(0.5)
    for found, random in ((auuc(trial, "total"), 0.5), (auuc(trial, "perfect"), 0), (aucc(trial), 0.5)):
        assert found.low <= random <= found.high


def test_a_score_that_knows_the_effect_is_clearly_better_than_random(shop):
    trial = of_shop(shop, "x")
    assert qini(trial).is_clear
    assert auuc(trial, "perfect").is_clear
    assert aucc(trial).low > 0.5
    assert uplift_at_k(trial, 0.2).low > uplift_at_k(of_shop(shop, "noise"), 0.2).high


def test_a_score_turned_round_turns_the_qini_round(shop):
    shop = shop | {"worst": -shop["x"]}
    assert qini(of_shop(shop, "worst")).high < 0


def test_uplift_of_everyone_is_the_difference_of_the_arms(shop):
    found = uplift_at_k(of_shop(shop, "x"), 1.0)
    arms = [Moments.of(shop["outcome"][arm]) for arm in (shop["treatment"], ~shop["treatment"])]
    plain = difference(*arms)
    assert (found.value, found.low, found.high) == pytest.approx((plain.value, plain.low, plain.high), rel=1e-9)


def test_customers_tied_at_the_cut_count_in_part():
    """Half of the second four are in: two treated with 4 for the two with 1 above them."""
    trial = Trial.of(np.repeat([3, 2, 1], 4), np.tile([1, 0], 6), np.repeat([1, 4, 9], 4) * np.tile([1, 0], 6))
    assert uplift_at_k(trial, 0.5).value == pytest.approx((1 + 1 + 4 / 2 + 4 / 2) / 3)
    assert uplift_at_k(trial, 2 / 3).value == pytest.approx((1 + 1 + 4 + 4) / 4)


def test_propensities_undo_an_uneven_draw():
    rng = np.random.default_rng(2)
    x = rng.random(20_000)
    chance = 0.1 + 0.8 * x
    treated = rng.random(20_000) < chance
    outcome = 100 * x + 2.0 * treated + rng.normal(0, 1, 20_000)
    found = uplift_at_k(Trial.of(x, treated, outcome, propensity=chance), 0.5)
    assert found.low <= 2 <= found.high
    assert uplift_at_k(Trial.of(x, treated, outcome), 0.5).low > 4
    half = uplift_at_k(Trial.of(np.zeros(20_000), treated, outcome, propensity=chance), 0.5)
    assert half.low <= 2 <= half.high


def made(n_pairs, value, cost, baseline=0.0):
    """A treated and a control customer for each score; the treated bring and cost the same each time."""
    scores = np.repeat(np.arange(n_pairs)[::-1], 2)
    treatment = np.tile([1, 0], n_pairs)
    return Trial.of(scores, treatment, baseline + np.repeat(value, 2) * treatment, cost=np.repeat(cost, 2) * treatment)


def test_a_budget_brings_its_share_of_the_profit():
    trial = made(50, np.full(50, 5.0), np.full(50, 2.0), baseline=7.0)
    found = profit_at_budget(trial, 80.0, replicates=39)
    assert (found.value, found.low, found.high) == pytest.approx((120, 120, 120))


def test_a_budget_for_more_than_everyone_treats_everyone():
    trial = made(50, np.full(50, 5.0), np.full(50, 2.0))
    assert profit_at_budget(trial, 10_000, replicates=39).value == pytest.approx(100 * (5 - 2))


def test_the_best_customers_come_first():
    value = np.repeat([10.0, 1.0], 20)
    assert profit_at_budget(made(40, value, np.ones(40)), 40, replicates=39).value == pytest.approx(40 * (10 - 1))
    found = profit_at_budget(made(40, value[::-1], np.ones(40)), 40, replicates=39)
    assert found.value == pytest.approx(0, abs=1e-9)


def test_area_under_the_cost_curve_by_hand():
    """Two scores of 20 pairs: the first half brings 3 of 4 and costs 1 of 3, along straight lines."""
    value, cost = np.repeat([3.0, 1.0], 20), np.repeat([1.0, 2.0], 20)
    trial = made(40, value, cost)
    two = Trial.of(trial.scores >= 20, trial.treated, trial.outcome, cost=trial.cost)
    assert aucc(two, replicates=39).value == pytest.approx((3 * 1 / 2 + (3 + 4) / 2 * 2) / (3 * 4))


def test_predictions_that_are_right_are_realised_in_every_decile():
    effect = np.repeat(np.arange(200.0), 2)
    treatment = np.tile([0, 1], 200)
    deciles = calibration_by_decile(Trial.of(effect, treatment, 5 + effect * treatment))
    assert [one.decile for one in deciles] == list(range(1, 11))
    assert [one.n_customers for one in deciles] == [40] * 10
    for one in deciles:
        assert one.realised.value == pytest.approx(one.predicted)
        assert one.realised.low < one.predicted < one.realised.high


def test_tied_predictions_stay_together():
    scores = np.repeat([1.0, 2.0, 3.0], [30, 60, 10])
    deciles = calibration_by_decile(Trial.of(scores, np.arange(100) % 2, np.zeros(100)))
    assert [(one.decile, one.n_customers, one.predicted) for one in deciles] == [(2, 30, 1), (7, 60, 2), (10, 10, 3)]


def test_too_few_customers_for_an_interval():
    trial = Trial.of(np.arange(40.0), np.arange(40) >= 30, np.zeros(40))
    with pytest.raises(EvidenceError, match="the best 20% of customers"):
        uplift_at_k(trial, 0.2)
    with pytest.raises(EvidenceError, match="decile 1 of the predictions"):
        calibration_by_decile(trial)


def test_an_effect_of_nothing_has_no_shares():
    trial = Trial.of([4, 3, 2, 1], [1, 0, 1, 0], [0, 0, 0, 0], cost=[1, 0, 1, 0])
    for metric in (qini, auuc):
        for scale in ("total", "perfect"):
            with pytest.raises(EvidenceError, match="exactly 0"):
                metric(trial, scale)
    with pytest.raises(EvidenceError, match="no ratio"):
        aucc(trial)


@pytest.mark.parametrize("metric", [qini, auuc])
def test_rounding_is_no_effect(metric):
    trial = Trial.of(np.arange(31.0), np.arange(31) % 2, np.full(31, 0.7), propensity=np.linspace(0.2, 0.7, 31))
    assert uplift_curve(trial).end != 0
    with pytest.raises(EvidenceError, match="exactly 0"):
        metric(trial, "total")


def test_what_cannot_be_asked():
    trial = Trial.of([4, 3, 2, 1], [1, 0, 1, 0], [2.5, 1, 1, 0])
    for metric in (qini, auuc):
        with pytest.raises(InputError, match="outcomes 0 and 1 only"):
            metric(trial, "perfect")
    with pytest.raises(InputError, match="no costs"):
        aucc(trial)
    with pytest.raises(InputError, match="no costs"):
        profit_at_budget(trial, 1)
    for share in (0, 1.1, np.nan):
        with pytest.raises(InputError, match="not between 0 and 1"):
            uplift_at_k(trial, share)
    for budget in (0, np.nan):
        with pytest.raises(InputError, match="not above 0"):
            profit_at_budget(trial, budget)
