import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from offerloop.evaluation.assignment import bucket, in_holdout

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
