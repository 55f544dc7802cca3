"""What sums say is what the rows say that they are sums of."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from offerloop.evaluation.estimate import se_of
from offerloop.response import (
    NO_OFFER_TERMS,
    ClusterSums,
    DecisionFromSums,
    Evidence,
    MeanSums,
    OfferTerms,
    Spending,
    arm_differences,
    by_arm,
    known_depths,
    mean_estimate,
    mean_of_parts,
    study_trial,
)
from offerloop.response.estimators.ridge_t import RidgeTLearner
from offerloop.response.trial.verdict import p_value_of_best

DEPTHS = (NO_OFFER_TERMS, *(OfferTerms(f"{depth}", "percent", depth) for depth in (0.1, 0.2)))


def trial(seed=1, n=1_500, effects=(0.0, 0.3, 0.32), own=0.0):
    rng = np.random.default_rng(seed)
    x, action = rng.normal(size=(n, 3)), rng.integers(0, 3, n)
    effect = np.array(effects)[action] + own * x[:, 0] * (action > 0)
    return Evidence(x, action, x[:, 1] + effect + rng.normal(size=n), np.full((n, 3), 1 / 3), DEPTHS)


@pytest.mark.parametrize("own", [0.0, 0.8])
@pytest.mark.parametrize("paid", [None, (0.0, 0.05, 0.2)])
def test_sums_decide_and_forecast_as_rows_do(own, paid):
    value = trial(own=own)
    cost = None if paid is None else replace(value, outcome=np.array(paid)[value.action])
    study = study_trial(value, cost, Spending(), 1, {"ridge_t": RidgeTLearner()})
    policies = {"ridge_t": study.selection.policies["ridge_t"][:1]}
    selection = replace(study.selection, fold=study.selection.fold[:1], policies=policies)
    costs = () if paid is None else (selection.expense,)
    rows = np.column_stack([selection.alone, selection.by_choice["ridge_t"], *costs])
    parts = [MeanSums.of(rows[selection.fold[0] == fold]) for fold in range(5)]
    sums = DecisionFromSums(parts, "ridge_t", 3, known_depths(DEPTHS) if paid is None else None)
    assert sums.decision == selection.decide()
    assert sums.decision.policy == ("targeted" if own else "everyone")
    gains = np.einsum("nk,nk->n", selection.forecast(), selection.gain)
    assert sums.forecast.value == pytest.approx(gains.mean())
    se_of_rows = np.hypot(gains.std(ddof=1) / np.sqrt(len(gains)), np.sqrt(study.forecast_selection_variance))
    assert se_of(sums.forecast) == pytest.approx(se_of_rows, rel=0.1)
    candidates = rows[:, 1:4]
    errors = candidates.std(axis=0, ddof=1) / np.sqrt(len(rows))
    chosen = 2 if own else sums.decision.offer - 1
    assert sums.p_value == pytest.approx(p_value_of_best(candidates, errors, chosen), rel=1e-6, abs=0)


@pytest.mark.parametrize("households", [400, 2])
def test_errors_of_clusters_are_those_of_rows(households):
    rng = np.random.default_rng(4)
    whose = rng.integers(0, households, 1_500)
    rows = rng.normal(size=(1_500, 3)) + 5 + rng.normal(size=(households, 1))[whose]
    parts = [MeanSums.of(rows[own], whose[own]) for own in (whose % 2 == 0, whose % 2 == 1)]
    weights = np.array([1.0, -0.5, 0.0])
    sums, expected = parts[0] + parts[1], mean_estimate(rows @ weights, whose)
    assert asdict(sums.estimate(weights)) == pytest.approx(asdict(expected))
    assert asdict(mean_of_parts(parts, [weights, weights])) == pytest.approx(asdict(expected))
    assert asdict((sums - parts[1]).estimate(weights)) == pytest.approx(asdict(parts[0].estimate(weights)))
    assert expected.high - expected.low > 1.1 * (mean_estimate(rows @ weights).high - mean_estimate(rows @ weights).low)


@pytest.mark.parametrize("effect, policy", [(0.4, "everyone"), (0.0, "nothing")])
def test_clusters_widen_a_forecast_and_its_p_value(effect, policy):
    rng = np.random.default_rng(8)
    whose = rng.integers(0, 300, 3_000)
    gain = effect - 0.02 + rng.normal(size=3_000) + 0.5 * rng.normal(size=300)[whose]
    rows = np.column_stack([0 * gain, gain, gain - 0.05])  # nothing, an offer, and a choice of customers
    folds = [whose % 5 == part for part in range(5)]
    one = DecisionFromSums([MeanSums.of(rows[own], whose[own]) for own in folds], "ridge_t", 2)
    alone = DecisionFromSums([MeanSums.of(rows[own]) for own in folds], "ridge_t", 2)
    assert one.decision.policy == alone.decision.policy == policy
    if policy == "everyone":
        assert one.forecast.value == pytest.approx(alone.forecast.value)
        assert se_of(one.forecast) > 1.3 * se_of(alone.forecast)
        assert one.wider == pytest.approx(se_of(mean_estimate(gain, whose)) / se_of(mean_estimate(gain)), rel=1e-6)
        assert 1 > one.p_value > alone.p_value
    else:
        assert (one.wider, alone.wider) == (1.0, 1.0)


def test_columns_that_differ_by_rounding_are_alike():
    profit = np.random.default_rng(6).normal(30, 10, 900)
    rows = np.column_stack([0 * profit, profit, profit * (1 + 1e-15)])  # nothing, an offer, and a choice of all for it
    sums = DecisionFromSums([MeanSums.of(rows[part::3]) for part in range(3)], "ridge_t", 2)
    assert {one.policy for one in (sums.decision, *sums.by_others)} == {"everyone"}


def by_rows(value, arm, column):
    """The difference of an arm from no offer, and the rows of what moves it."""
    feature, sides = value.features[:, column], [value.action == arm, value.action == 0]
    means = [feature[side].mean() for side in sides]
    moves = [(feature - mean) * side / side.sum() for mean, side in zip(means, sides, strict=True)]
    return means[0] - means[1], moves[0] - moves[1]


def test_sums_of_arms_tell_their_differences_and_errors_as_rows_do():
    value, drawn = trial(), np.random.default_rng(9).integers(0, 500, 1_500)
    whose = np.unique(drawn, return_inverse=True)[1]
    value = replace(value, features=np.column_stack([value.features, np.ones(value.size)]))  # the last varies nowhere
    arms = [MeanSums.of(value.features[value.action == k]) for k in range(3)]
    sides = ClusterSums.of(by_arm(value.features, value.action, 3), whose)
    for clusters in (None, sides):
        found = arm_differences(arms, clusters)
        assert [abs(one.z) for one in found] == sorted((abs(one.z) for one in found), reverse=True)
        assert {(one.column, one.arm) for one in found} == {(column, arm) for column in range(3) for arm in (1, 2)}
        for one in found:
            gap, rows = by_rows(value, one.arm, one.column)
            moves = rows if clusters is None else np.bincount(whose, rows)
            own, control = (value.features[value.action == k, one.column] for k in (one.arm, 0))
            assert one.z == pytest.approx(gap / np.sqrt(moves @ moves))
            assert one.sds == pytest.approx(gap / np.sqrt((own.var() + control.var()) / 2))
