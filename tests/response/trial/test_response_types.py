import numpy as np
import pytest

from offerloop.response.trial.response_types import (
    TYPES,
    cost_of_sure_things,
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


def test_the_share_of_cost_that_goes_to_sure_things():
    """Who would buy with chance .3 without and .6 with the offer bought anyway in half of the redemptions."""
    cost = np.array([2.0, 2.0, 0.0, 4.0])
    found = cost_of_sure_things(cost, np.ones(4), np.full(4, 0.3), np.full(4, 0.6))
    assert found.share.value == pytest.approx(0.5)
    assert found.per_customer.value == pytest.approx(1.0)
    assert cost_of_sure_things(np.zeros(4), np.ones(4), np.full(4, 0.3), np.full(4, 0.6)) is None
