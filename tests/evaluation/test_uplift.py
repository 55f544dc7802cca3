"""Metrics of a score on trials whose answers are known by construction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation.trial import Trial
from offerloop.evaluation.uplift import (
    areas_of_total,
    auuc,
    qini,
    uplift_curve,
)

AREAS = {
    "qini": lambda trial: qini(trial, replicates=39),
    "qini, perfect": lambda trial: qini(trial, "perfect", replicates=39),
    "auuc": lambda trial: auuc(trial, replicates=39),
    "auuc, perfect": lambda trial: auuc(trial, "perfect", replicates=39),
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
    assert auuc(constant, "total").value == pytest.approx(0.5)
    for found, random in ((auuc(trial, "total"), 0.5), (auuc(trial, "perfect"), 0)):
        assert found.low <= random <= found.high


def test_a_score_that_knows_the_effect_is_clearly_better_than_random(shop):
    trial = of_shop(shop, "x")
    assert qini(trial).is_clear
    assert auuc(trial, "perfect").is_clear


def test_a_score_turned_round_turns_the_qini_round(shop):
    shop = shop | {"worst": -shop["x"]}
    assert qini(of_shop(shop, "worst")).high < 0


def test_an_effect_of_nothing_has_no_shares():
    trial = Trial.of([4, 3, 2, 1], [1, 0, 1, 0], [0, 0, 0, 0], cost=[1, 0, 1, 0])
    for metric in (qini, auuc):
        for scale in ("total", "perfect"):
            with pytest.raises(EvidenceError, match="exactly 0"):
                metric(trial, scale)


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


def test_both_areas_of_the_same_samples_are_those_of_each_alone(shop):
    trial = of_shop(shop, "x")
    both = areas_of_total(trial, replicates=39)
    for one, area in zip(both, (qini, auuc), strict=True):
        alone = area(trial, "total", replicates=39)
        assert (one.value, one.low, one.high) == pytest.approx((alone.value, alone.low, alone.high))
        assert one.low < one.high
