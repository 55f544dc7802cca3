"""The chance of overspending against draws of who redeems."""

import numpy as np
import polars as pl
import pytest

from offerloop.decision.forecast import chance_of_overspending
from offerloop.money import MICRO


def plan(n, contact=0):
    rng = np.random.default_rng(n)
    p, cost = rng.uniform(0.05, 0.6, n), rng.integers(50, 500, n)
    expected = np.ceil((p * cost + contact) * MICRO).astype(np.int64)
    table = pl.DataFrame({"p_redeem": p, "cost_expected_micro": expected, "contact_cost_minor": [contact] * n})
    return table, p, cost


@pytest.mark.parametrize("contact", [0, 7])
@pytest.mark.parametrize("slack", [-0.03, 0.0, 0.02, 0.05])
def test_it_is_that_of_draws(slack, contact):
    table, p, cost = plan(400, contact)
    budget = int((1 + slack) * (p @ cost + contact * len(p)))
    draws = (np.random.default_rng(1).random((20_000, len(p))) < p) @ cost + contact * len(p)
    assert chance_of_overspending(table, budget) == pytest.approx(np.mean(draws > budget), abs=0.02)


def test_costs_that_are_sure_leave_no_chance():
    table, *_ = plan(3)
    sure = table.with_columns(p_redeem=pl.lit(1.0))
    spend = sure["cost_expected_micro"].sum() / MICRO
    assert chance_of_overspending(sure, int(spend) + 1) == 0
    assert chance_of_overspending(sure, int(spend) - 1) == 1
    assert chance_of_overspending(table.clear(), 0) == 0
