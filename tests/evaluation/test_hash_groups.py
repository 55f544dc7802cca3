import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from offerloop.evaluation.hash_groups import ExclusiveGroup, Experiment, Holdout, bucket, in_holdout

# growthbook/growthbook, packages/sdk-js/test/cases.json (MIT), cases of "hash" with version 2
PUBLISHED = [
    ("seed", "a", 0.0505),
    ("seed", "b", 0.2696),
    ("foo", "ab", 0.2575),
    ("foo", "def", 0.2019),
    ("89123klj", "8952klfjas09ujkasdf", 0.124),
    ("90850943850283058242805", "123", 0.7516),
    ("()**(%$##$%#$#", '___)((*":&', 0.0128),
]
IDS = [str(number) for number in range(20_000)]


@pytest.mark.parametrize("seed, value, expected", PUBLISHED)
def test_published_hashes(seed, value, expected):
    assert bucket(value, seed) == expected


def test_buckets_are_uniform():
    found = np.array([bucket(one, "holdout") for one in IDS])
    counts = np.bincount((found * 20).astype(int), minlength=20)
    assert stats.chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_share_of_customers(share):
    held = np.mean([in_holdout(one, "holdout", share) for one in IDS])
    assert abs(held - share) < 4 * np.sqrt(share * (1 - share) / len(IDS))


@given(st.text(), st.text(), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_keeps_everyone(customer, seed, one, other):
    small, large = sorted((one, other))
    assert in_holdout(customer, seed, large) or not in_holdout(customer, seed, small)


@given(st.text(), st.text())
def test_no_share_is_nobody_and_all_is_everyone(customer, seed):
    assert not in_holdout(customer, seed, 0.0)
    assert in_holdout(customer, seed, 1.0)


def test_related_seeds_draw_independent_groups():
    groups = [np.array([bucket(one, f"experiment-{k}") < 0.3 for one in IDS]) for k in range(4)]
    for one, other in itertools.combinations(groups, 2):
        table = np.histogram2d(one, other, bins=2)[0]
        assert stats.chi2_contingency(table).pvalue > 0.001


# Experiments.


@given(st.integers(2, 5), st.floats(0, 1), st.floats(0, 1), st.text(min_size=1))
def test_an_arm_keeps_its_customers_when_the_coverage_grows(n_arms, one, other, customer):
    small, large = sorted((one, other))
    before = Experiment("trial", n_arms, coverage=small, version=2).assign({"id": customer})
    after = Experiment("trial", n_arms, coverage=large, version=2).assign({"id": customer})
    assert after == before or not before.in_experiment


def test_arms_have_their_shares():
    trial = Experiment("trial", 3, weights=(0.2, 0.3, 0.5), coverage=0.6, version=2)
    found = [trial.assign({"id": one}) for one in IDS]
    counts = [sum(one.in_experiment and one.arm == arm for one in found) for arm in range(3)]
    expected = [0.12 * len(IDS), 0.18 * len(IDS), 0.3 * len(IDS)]
    rest = len(IDS) - sum(counts)
    assert stats.chisquare([*counts, rest], [*expected, len(IDS) - sum(expected)]).pvalue > 0.001


def test_slices_of_an_exclusive_group_share_nobody():
    slices = [ExclusiveGroup("prices", 0, 0.3), ExclusiveGroup("prices", 0.3, 0.7), ExclusiveGroup("prices", 0.7, 1)]
    assert all(sum(one.holds(customer) for one in slices) == 1 for customer in IDS[:2000])


def test_nobody_of_the_holdout_takes_part():
    kept = Holdout("always", 0.1)
    trial = Experiment("trial", holdout=kept, version=2)
    held = [one for one in IDS if kept.holds(one)]
    assert len(held) > 1500
    assert not any(trial.assign({"id": one}).in_experiment for one in held)


def test_a_stopped_experiment_draws_nobody_but_gives_the_winner_to_all_who_took_part():
    assert not Experiment("trial", stopped=True).assign({"id": "7"}).in_experiment
    found = Experiment("trial", stopped=True, force=1).assign({"id": "7"})
    assert (found.arm, found.in_experiment, found.by_hash) == (1, True, False)


def test_whole_numbers_are_the_ids_that_they_look_like():
    trial = Experiment("trial", 4, version=2)
    assert trial.assign({"id": 12}) == trial.assign({"id": "12"}) == trial.assign({"id": 12.0})


@pytest.mark.parametrize(
    "wrong, words",
    [
        pytest.param({"weights": (0.7, 0.6)}, "sum 1", id="sum"),
        pytest.param({"weights": (0.5, 0.3, 0.2)}, "needs 2 weights", id="number"),
        pytest.param({"weights": (1.5, -0.5)}, "below 0", id="negative"),
        pytest.param({"ranges": ((0, 0.5),)}, "1 ranges", id="ranges"),
        pytest.param({"coverage": 1.2}, "between 0 and 1", id="coverage"),
        pytest.param({"version": 3}, "no version 3", id="version"),
    ],
)
def test_an_experiment_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        Experiment("trial", **wrong)


def test_a_holdout_is_a_share():
    with pytest.raises(ValueError, match="between 0 and 1"):
        Holdout("always", 5)
