import numpy as np
import pytest

from offerloop.response.trial.response_types import (
    TYPES,
    cost_that_changes_nothing,
    has_response_types,
    response_type_rows,
    response_type_shares,
)


def test_each_row_is_shared_out_between_the_types():
    without, given = np.array([0.1, 0.5, 0.9]), np.array([0.4, 0.5, 0.2])
    rows = response_type_rows(without, given, given - without)
    np.testing.assert_allclose(sum(rows.values()), 1)
    np.testing.assert_allclose(rows["persuadable"], [0.3, 0, 0])
    np.testing.assert_allclose(rows["sleeping_dog"], [0, 0, 0.7])
    np.testing.assert_allclose(rows["sure_thing"], [0.1, 0.5, 0.2])


def test_only_what_happens_or_does_not_has_types():
    assert has_response_types(np.array([0.0, 1.0, 0.0]))
    assert has_response_types(np.array([0.0, 12.5, 12.5]))
    assert not has_response_types(np.array([0.0, 12.5, 3.0]))
    assert not has_response_types(np.array([1.0, 2.0, 2.0]))


def test_shares_are_found_in_a_trial_whose_types_are_known():
    """A tenth is persuaded, a twentieth put off, three tenths buy anyway; models know who is which by a sign."""
    rng = np.random.default_rng(1)
    n = 60_000
    kind = rng.choice(4, n, p=[0.1, 0.3, 0.55, 0.05])
    treated = rng.random(n) < 0.5
    bought = np.where(treated, np.isin(kind, (0, 1)), np.isin(kind, (1, 3))).astype(float)
    scores = np.column_stack([np.where(treated, 0, 2 * bought), np.where(treated, 2 * bought, 0)])
    effect = np.where(kind == 3, -1.0, 1.0)
    found = response_type_shares(scores, 1, effect)
    for name, true in zip(TYPES, (0.1, 0.3, 0.55, 0.05), strict=True):
        assert found[name].low <= true <= found[name].high
    assert sum(one.value for one in found.values()) == pytest.approx(1)


def test_a_share_that_is_scaled_lies_in_its_interval():
    """Nearly everybody buys, fewer with the offer where it is predicted to help: a share below 0 is cut."""
    rng = np.random.default_rng(4)
    treated = rng.random(4_000) < 0.5
    bought = (rng.random(4_000) < np.where(treated, 0.94, 0.97)).astype(float)
    scores = np.column_stack([np.where(treated, 0.97, 2 * bought - 0.97), np.where(treated, 2 * bought - 0.94, 0.94)])
    found = response_type_shares(scores, 1, np.ones(4_000))
    assert found["persuadable"].value == 0
    assert all(one.low <= one.value <= one.high for one in found.values())
    assert sum(one.value for one in found.values()) == pytest.approx(1)


def rows_of(n, seed, effect, fixed):
    """A trial of a half: amounts that are often 0; each costs a tenth of it, or each treated customer the same."""
    rng = np.random.default_rng(seed)
    treated = rng.random(n) < 0.5
    amount = rng.gamma(2.0, 10.0, n) * (rng.random(n) < 0.3) * np.where(treated, 1 + effect, 1.0)
    cost = np.where(treated, 1.0 if fixed else 0.1 * amount, 0.0)
    paid = 2 * cost
    return paid, paid * (amount == 0), 2 * amount * treated, 2 * amount * ~treated


def test_the_share_of_a_discount_that_changes_nothing():
    """Who buys for a quarter more with the offer bought four fifths of that anyway, and so much of the discount."""
    hits = []
    for seed in range(200):
        found = cost_that_changes_nothing(*rows_of(2_000, seed, 0.25, fixed=False))
        hits.append(found.share.low <= 0.8 <= found.share.high)
        assert 0 <= found.share.low <= found.share.high <= 1
    assert np.mean(hits) > 0.9


def test_what_is_paid_to_who_does_nothing_changes_nothing():
    """Seven in ten buy nothing at a fixed cost; of the others an eighth of the purchases comes by the offer."""
    found = cost_that_changes_nothing(*rows_of(60_000, 1, 1 / 7, fixed=True))
    assert found.share.low <= 0.7 + 0.3 * 7 / 8 <= found.share.high
    assert found.per_customer.value == pytest.approx(found.share.value, abs=0.02)


def test_an_offer_that_does_harm_is_paid_for_nothing():
    found = cost_that_changes_nothing(*rows_of(20_000, 1, -0.3, fixed=False))
    assert found.share.value == 1
    assert found.share.high == 1
    assert cost_that_changes_nothing(*(np.zeros(4),) * 4) is None


def test_shares_of_a_rare_type_stay_within_0_and_1():
    rng = np.random.default_rng(3)
    for _ in range(50):
        treated, bought = rng.random(400) < 0.5, (rng.random(400) < 0.02).astype(float)
        scores = np.column_stack([2 * bought * ~treated, 2 * bought * treated])
        found = response_type_shares(scores, 1, rng.normal(size=400))
        assert all(0 <= one.low <= one.high <= 1 and 0 <= one.value <= 1 for one in found.values())
        assert sum(one.value for one in found.values()) == pytest.approx(1)
