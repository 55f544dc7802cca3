import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from offerloop.response import Spending


@given(st.integers(0, 200), st.floats(0.01, 3))
def test_expected_cost_keeps_to_the_budget_and_profit_is_the_best_at_one_price(seed, budget):
    rng = np.random.default_rng(seed)
    profit, cost = rng.normal(1, 2, size=(40, 4)), rng.gamma(1, 1, size=(40, 4))
    profit[:, 0] = cost[:, 0] = 0
    chosen = Spending(budget).best(profit, cost)
    assert (chosen.sum(axis=1) == 1).all()
    spent, gained = (chosen * cost).sum() / 40, (chosen * profit).sum()
    assert spent <= budget + 1e-12
    free = Spending().best(profit, cost)
    assert gained <= (free * profit).sum() + 1e-9
    if (free * cost).sum() / 40 <= budget:
        np.testing.assert_array_equal(chosen, free)


def test_nobody_gets_what_loses():
    assert Spending().best(np.array([[0.0, -1.0], [0.0, 2.0]]), None).tolist() == [[1, 0], [0, 1]]


def test_one_offer_for_all_goes_to_as_many_as_the_budget_reaches():
    table = Spending(0.5).same(3, np.array([0.0, 1.0, 0.2]))
    np.testing.assert_allclose(table, [[1, 0, 0], [0.5, 0.5, 0], [0, 0, 1]])


@given(st.integers(0, 200), st.floats(0.01, 3))
def test_the_price_is_the_lowest_that_keeps_to_the_budget(seed, budget):
    rng = np.random.default_rng(seed)
    profit, cost = rng.normal(1, 2, size=(200, 4)), rng.gamma(1, 1, size=(200, 4))
    profit[:, 0] = cost[:, 0] = 0
    worth = (Spending(budget).best(profit, cost) * np.stack([profit, cost])).sum(axis=(1, 2))

    def at(price):
        return np.eye(4)[(profit - price * cost).argmax(axis=1)]

    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if (at(middle) * cost).sum() <= 200 * budget else (middle, high)
    if (at(0.0) * cost).sum() > 200 * budget:
        np.testing.assert_allclose(worth, (at(high) * np.stack([profit, cost])).sum(axis=(1, 2)))


def test_a_share_of_the_customers_bounds_who_is_treated_whatever_each_costs():
    profit = np.column_stack([np.zeros(10), np.arange(10.0) - 2, np.arange(10.0) - 3])
    chosen = Spending(most_treated=0.3).choice(profit, None)
    assert chosen.tolist() == [0] * 7 + [1] * 3
    assert Spending(most_treated=0.9).choice(profit, None).tolist() == [0] * 3 + [1] * 7
    assert Spending(most_treated=0.3).same(3, None)[1:, 0].tolist() == [0.7, 0.7]
    hundred = np.column_stack([np.zeros(100), np.arange(100.0)])
    assert Spending(most_treated=0.29).choice(hundred, None).sum() == 29  # 0.29 * 100 is below 29 in floats


def test_customers_who_are_equally_good_are_drawn_as_far_as_the_limit_reaches():
    profit = np.column_stack([np.zeros(1000), np.where(np.arange(1000) < 700, 0.3, 0.1)])
    chosen = Spending(most_treated=0.2).choice(profit, None)
    assert chosen.sum() == 200
    assert chosen[700:].sum() == 0
    assert 0 < chosen[:350].sum() < 200
    paid = Spending(per_customer=0.1).choice(profit, np.column_stack([np.zeros(1000), np.full(1000, 0.5)]))
    assert paid.sum() == 200


def test_every_fold_keeps_to_the_limit_so_that_a_mix_of_choices_does():
    rng = np.random.default_rng(1)
    fold = rng.integers(0, 5, 1_000)
    profit = np.column_stack([np.zeros(1_000), rng.normal(fold, 0.1)])
    chosen = Spending(most_treated=0.2).choice_within(fold, profit, None)
    for one in range(5):
        assert 0.19 < chosen[fold == one].mean() <= 0.2
    paid = Spending(per_customer=0.2).choice_within(fold, profit, np.column_stack([np.zeros(1_000), np.ones(1_000)]))
    assert paid.tolist() == chosen.tolist()
