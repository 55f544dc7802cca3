"""The plan against trying everything, on many small problems."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_up import campaign, effects

from offerloop.allocation.hull import solve
from offerloop.allocation.problem import Problem
from offerloop.errors import ConfigError
from offerloop.money import MICRO

units = st.sampled_from([1, 7, 333_333_333, 10**13 + 7])
costs = st.integers(0, 12)
profits = st.one_of(st.floats(-5, 20), st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.7, 1.4, 2.1, 7.7]))


@st.composite
def problems(draw):
    """Up to four customers with up to four candidates each, in any order, costs in units of any size."""
    unit = draw(units)
    rows = draw(st.lists(st.tuples(st.integers(0, 3), profits, costs), max_size=10))
    budget = draw(st.integers(0, 60)) * unit + draw(st.sampled_from([-1, 0, 1]))
    return made(rows, max(budget, 0), unit)


def made(rows, budget, unit=1):
    customer, profit, cost = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    return Problem(
        customer=np.array(customer, dtype=np.int64),
        profit=np.array(profit, dtype=np.float64),
        cost=np.array([one * unit for one in cost], dtype=np.int64),
        budget=budget,
        customer_ids=np.arange(4),
    )


def optimum(problem):
    """Profit of the best plan within the budget, by trying every one."""
    by_customer = [[None, *np.flatnonzero(problem.customer == one).tolist()] for one in range(4)]
    best = 0.0
    for choice in itertools.product(*by_customer):
        taken = [one for one in choice if one is not None]
        if sum(problem.cost[taken].tolist()) <= problem.budget:
            best = max(best, float(problem.profit[taken].sum()))
    return best


# Rounding puts these two candidates on one line or not, depending on how slopes are compared
NEARLY_STRAIGHT = made([(0, 5.599999999999999, 8), (0, 2.1, 3), (0, 7.699999999999998, 11), (0, 7.7, 11)], 7)

STRAIGHT = made([(0, 2.0, 2), (0, 1.0, 1)], 1)


@settings(max_examples=1000, deadline=None)
@given(problems())
@example(NEARLY_STRAIGHT)
@example(STRAIGHT)
def test_budget_holds_and_profit_is_within_a_step_of_the_bound(problem):
    plan = solve(problem)
    slack = 1e-9 * max(1.0, plan.bound)
    assert sum(problem.cost[plan.chosen].tolist()) == plan.cost <= problem.budget
    assert len(set(problem.customer[plan.chosen].tolist())) == len(plan.chosen)
    assert (problem.profit[plan.chosen] > 0).all()
    assert plan.profit == pytest.approx(float(problem.profit[plan.chosen].sum()))
    best, step = optimum(problem), max(problem.profit.max(initial=0.0), 0.0)
    assert plan.bound + slack >= best >= plan.profit - slack
    assert plan.profit + slack >= plan.bound - step
    assert 0 <= plan.gap <= 1 + slack


@settings(max_examples=200, deadline=None)
@given(problems(), st.integers(0, 60), st.integers(0, 60))
def test_more_budget_never_lowers_the_bound(problem, one, other):
    unit = max(problem.cost.max(initial=1), 1)
    less, more = (
        solve(Problem(problem.customer, problem.profit, problem.cost, int(budget * unit), problem.customer_ids))
        for budget in sorted((one, other))
    )
    assert less.bound <= more.bound + 1e-9
    assert less.shadow_price >= more.shadow_price


@settings(max_examples=200, deadline=None)
@given(problems())
def test_shadow_price_is_what_one_more_unit_brings(problem):
    plan = solve(problem)
    richer = solve(Problem(problem.customer, problem.profit, problem.cost, problem.budget + 1, problem.customer_ids))
    gain = richer.bound - plan.bound
    assert gain == pytest.approx(plan.shadow_price, rel=1e-6, abs=1e-9 * max(1.0, plan.bound))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0.1, 20), st.integers(1, 12)), max_size=10), st.data())
def test_row_order_does_not_matter(rows, data):
    returns = [profit / cost for _, profit, cost in rows]
    rows = [row for row, one in zip(rows, returns, strict=True) if returns.count(one) == 1]
    budget = data.draw(st.integers(0, 40))
    shuffled = data.draw(st.permutations(rows))
    plans = [solve(made(order, budget)) for order in (rows, shuffled)]
    chosen = [sorted(order[one] for one in plan.chosen) for order, plan in zip((rows, shuffled), plans, strict=True)]
    assert chosen[0] == chosen[1]
    assert plans[0].bound == pytest.approx(plans[1].bound)


@settings(max_examples=200, deadline=None)
@given(problems())
def test_steps_walk_up_to_the_unlimited_plan(problem):
    """The last step of each customer is the candidate of highest profit."""
    plan = solve(Problem(problem.customer, problem.profit, problem.cost, 10**20, problem.customer_ids))
    last = {int(problem.customer[one]): float(problem.profit[one]) for one in plan.steps}
    best = {}
    for customer, profit in zip(problem.customer.tolist(), problem.profit.tolist(), strict=True):
        if profit > 0:
            best[customer] = max(best.get(customer, 0.0), profit)
    assert last == best
    assert plan.shadow_price == 0.0
    assert plan.profit == pytest.approx(plan.bound)


def test_a_case_worked_by_hand():
    """Steps by return: customer 0 to its first (10 for 2), customer 1 (6 for 2), customer 0 to its second (4 for 2)."""
    rows = [(0, 10.0, 2), (0, 14.0, 4), (1, 6.0, 2), (2, -1.0, 0), (1, 5.0, 3)]
    found = {budget: solve(made(rows, budget)) for budget in (0, 1, 2, 3, 4, 5, 6, 100)}
    assert {budget: plan.chosen.tolist() for budget, plan in found.items()} == {
        0: [], 1: [], 2: [0], 3: [0], 4: [0, 2], 5: [0, 2], 6: [1, 2], 100: [1, 2],
    }  # fmt: skip
    assert [found[budget].shadow_price for budget in (1, 3, 5, 6)] == [5.0, 3.0, 2.0, 0.0]
    assert [found[budget].bound for budget in (1, 3, 5, 6)] == [5.0, 13.0, 18.0, 20.0]
    assert found[6].steps.tolist() == [0, 2, 1]


def test_what_costs_nothing_is_taken_without_a_budget():
    plan = solve(made([(0, 1.0, 0), (0, 3.0, 0), (1, 9.0, 1), (2, 0.0, 0)], 0))
    assert plan.chosen.tolist() == [1]
    assert plan.cost == 0


def test_nothing_to_choose_from():
    plan = solve(made([], 100))
    assert (plan.chosen.tolist(), plan.cost, plan.profit, plan.bound, plan.gap) == ([], 0, 0.0, 0.0, 0.0)


def test_a_dear_step_that_does_not_fit_leaves_room_for_cheaper_customers():
    plan = solve(made([(0, 100.0, 10), (1, 3.0, 1), (2, 2.0, 1)], 2))
    assert plan.chosen.tolist() == [1, 2]


@pytest.mark.parametrize("basis, column, unit", [
    ("liability", "cost_liability_minor", 1),
    ("expected", "cost_expected_micro", MICRO),
])  # fmt: skip
def test_budget_counts_what_the_campaign_says(basis, column, unit):
    table = effects(1)
    problem = Problem.of(table, campaign(budget_basis=basis), 1000)
    assert problem.cost.tolist() == table[column].to_list()
    assert problem.budget == 1000 * unit
    assert problem.customer_ids[problem.customer].tolist() == table["customer_id"].to_list()
    plan = solve(problem)
    assert 0 < table[plan.chosen][column].sum() <= 1000 * unit
    assert table[plan.chosen]["customer_id"].is_unique().all()


def test_a_liability_without_limit_is_refused_unless_expected_costs_count():
    table = effects(1).with_columns(cost_liability_minor=None).cast({"cost_liability_minor": int})
    sentence = "campaign 'one': the offer '[abc]' has no 'max_discount'.*give it one, or set budget_basis"
    with pytest.raises(ConfigError, match=sentence):
        Problem.of(table, campaign(), 1000)
    assert Problem.of(table, campaign(budget_basis="expected"), 1000).cost.min() > 0
