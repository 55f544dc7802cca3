"""Plans within one budget against trying everything, on many small problems."""

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_up_campaigns import campaign, effects, within

from offerloop.allocation.candidates import CandidateRows, budget_unit
from offerloop.allocation.frontier import FrontierSteps, cheapest
from offerloop.allocation.infeasibility import InfeasibleError
from offerloop.allocation.one_budget import solve_one_budget
from offerloop.allocation.problem import COST, Block, InMemory, Limit, Problem
from offerloop.allocation.solving import solve
from offerloop.errors import ConfigError, ContractError
from offerloop.money import MICRO
from offerloop.offers import NOTHING

WAYS = {"walk": solve_one_budget, "as it suits": solve}
units = st.sampled_from([1, 7, 333_333_333, 10**13 + 7])
costs = st.integers(-4, 12)
profits = st.one_of(st.floats(-5, 20), st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.7, 1.4, 2.1, 7.7]))
ways = pytest.mark.parametrize("way", WAYS)


def made(rows, unit=1):
    """Rows are (customer, profit, cost)."""
    customer, profit, cost = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    measures = {COST: np.array([one * unit for one in cost], dtype=np.int64)}
    offer = np.arange(len(rows), dtype=np.int64)
    return CandidateRows.of(np.array(customer, dtype=np.int64), offer, np.array(profit, dtype=np.float64), measures)


@st.composite
def problems(draw, costs=costs):
    """Up to four customers with a few candidates each, in any order, costs in units of any size; and a budget."""
    unit = draw(units)
    rows = draw(st.lists(st.tuples(st.integers(0, 3), profits, costs), max_size=10))
    least = sum(min(0, *(cost for one, _, cost in rows if one == customer)) for customer in {row[0] for row in rows})
    budget = (least + draw(st.integers(0, 60))) * unit + draw(st.sampled_from([0, 1]))
    return rows, unit, budget


def every_plan(rows, unit):
    """(profit, cost, rows taken) of each."""
    customers = sorted({row[0] for row in rows})
    choices = [[None, *(k for k, row in enumerate(rows) if row[0] == one)] for one in customers]
    for plan in itertools.product(*choices):
        taken = [one for one in plan if one is not None]
        yield sum(rows[one][1] for one in taken), unit * sum(rows[one][2] for one in taken), taken


# Rounding puts these two candidates on one line or not, depending on how slopes are compared
NEARLY_STRAIGHT = ([(0, 5.599999999999999, 8), (0, 2.1, 3), (0, 7.699999999999998, 11), (0, 7.7, 11)], 1, 7)
STRAIGHT = ([(0, 2.0, 2), (0, 1.0, 1)], 1, 1)
EARNS = ([(0, -1.0, -4), (1, 5.0, 4)], 1, 0)


@ways
@given(case=problems())
@example(NEARLY_STRAIGHT)
@example(STRAIGHT)
@example(EARNS)
def test_budget_holds_and_profit_is_within_a_step_of_the_bound(way, case):
    rows, unit, budget = case
    candidates = made(rows, unit)
    plan = WAYS[way](within(candidates, budget))
    taken = candidates.chosen(plan.choice).tolist()
    assert plan.used == (sum(rows[one][2] * unit for one in taken),)
    assert plan.used[0] <= budget
    assert len({rows[one][0] for one in taken}) == len(taken)
    assert plan.profit == pytest.approx(sum(rows[one][1] for one in taken), abs=1e-9)
    best = max(profit for profit, cost, _ in every_plan(rows, unit) if cost <= budget)
    slack = 1e-7 * max(1.0, abs(plan.bound))
    assert plan.bound + slack >= best >= plan.profit - slack
    step = max((abs(row[1]) for row in rows), default=0.0)
    assert plan.profit + slack >= plan.bound - 2 * step
    assert plan.gap >= 0


@ways
@given(case=problems(costs=st.integers(0, 12)))
def test_without_negative_costs_the_plan_misses_the_bound_by_less_than_one_customer(way, case):
    rows, unit, budget = case
    plan = WAYS[way](within(made(rows, unit), budget))
    best = max((row[1] for row in rows), default=0.0)
    assert plan.profit >= plan.bound - max(best, 0.0) - 1e-7 * max(1.0, plan.bound)
    assert all(rows[one][1] > 0 for one in made(rows, unit).chosen(plan.choice))


@given(problems(), st.integers(0, 60))
def test_more_budget_never_lowers_the_bound(case, more):
    rows, unit, budget = case
    less, richer = (solve_one_budget(within(made(rows, unit), one)) for one in (budget, budget + more * unit))
    assert less.bound <= richer.bound + 1e-9
    assert less.prices >= richer.prices


@given(problems())
def test_shadow_price_is_what_one_more_unit_brings(case):
    rows, unit, budget = case
    plan, richer = (solve_one_budget(within(made(rows, unit), one)) for one in (budget, budget + 1))
    gain = richer.bound - plan.bound
    assert gain == pytest.approx(plan.prices[0], rel=1e-6, abs=1e-9 * max(1.0, abs(plan.bound)))


@ways
@given(case=problems(), data=st.data())
def test_row_order_does_not_matter(way, case, data):
    """Ties included: the lower id first, then the earlier offer."""
    rows, unit, budget = case
    shuffled = data.draw(st.permutations(range(len(rows))))
    offer = np.arange(len(rows))
    found = []
    for order in (list(range(len(rows))), shuffled):
        columns = [np.array([rows[one][k] for one in order]) for k in range(3)]
        cost = {COST: np.array([rows[one][2] * unit for one in order], dtype=np.int64)}
        customer, profit = columns[0].astype(np.int64), columns[1].astype(np.float64)
        candidates = CandidateRows.of(customer, offer[order].astype(np.int64), profit, cost)
        plan = WAYS[way](within(candidates, budget))
        found.append(sorted(order[one] for one in candidates.chosen(plan.choice)))
    assert found[0] == found[1]


@given(problems())
def test_the_walk_ends_at_the_plan_without_a_budget(case):
    rows, unit, _ = case
    candidates = made(rows, unit)
    first, steps = candidates.walk()
    profit = sum(rows[one][1] for one in first) + steps.profit.sum()
    assert profit == pytest.approx(max(profit for profit, _, _ in every_plan(rows, unit)), abs=1e-9)
    assert (np.diff(steps.slope) <= 0).all()


def test_a_case_worked_by_hand():
    """Steps by return: customer 0 to its first (10 for 2), customer 1 (6 for 2), customer 0 to its second (4 for 2)."""
    candidates = made([(0, 10.0, 2), (0, 14.0, 4), (1, 6.0, 2), (2, -1.0, 0), (1, 5.0, 3)])
    found = {budget: solve_one_budget(within(candidates, budget)) for budget in (0, 1, 2, 3, 4, 5, 6, 100)}
    assert {budget: candidates.chosen(plan.choice).tolist() for budget, plan in found.items()} == {
        0: [], 1: [], 2: [0], 3: [0], 4: [0, 2], 5: [0, 2], 6: [1, 2], 100: [1, 2],
    }  # fmt: skip
    assert [found[budget].prices[0] for budget in (1, 3, 5, 6)] == [5.0, 3.0, 2.0, 0.0]
    assert [found[budget].bound for budget in (1, 3, 5, 6)] == [5.0, 13.0, 18.0, 20.0]


def test_steps_by_hand():
    """A free offer first; the offer of cost 2 lies below the line from there to the offer of cost 3."""
    profit, cost = np.array([[1.0, 2, 7, 9], [-1, -1, 4, -np.inf]]), np.array([[0, 2, 3, 5], [0, 1, 2, 3]])
    block = Block(np.arange(2), profit, {COST: cost})
    assert cheapest(block).tolist() == [0, NOTHING]
    steps = FrontierSteps.between(block, cheapest(block), 0.0)
    assert list(zip(steps.row, steps.slot, steps.cost, steps.slope, strict=True)) == [
        (0, 2, 3, 2.0), (1, 2, 2, 2.0), (0, 3, 2, 1.0),
    ]  # fmt: skip


def test_what_costs_nothing_is_taken_without_a_budget():
    candidates = made([(0, 1.0, 0), (0, 3.0, 0), (1, 9.0, 1), (2, 0.0, 0)])
    plan = solve_one_budget(within(candidates, 0))
    assert (candidates.chosen(plan.choice).tolist(), plan.used) == ([1], (0,))


@ways
def test_nothing_to_choose_from(way):
    plan = WAYS[way](within(made([]), 100))
    assert (plan.choice.size, plan.used, plan.profit, plan.bound, plan.gap) == (0, (0,), 0.0, 0.0, 0.0)


@ways
def test_a_dear_step_that_does_not_fit_leaves_room_for_cheaper_customers(way):
    candidates = made([(0, 100.0, 10), (1, 3.0, 1), (2, 2.0, 1)])
    assert candidates.chosen(WAYS[way](within(candidates, 2)).choice).tolist() == [1, 2]


def test_a_budget_below_what_any_plan_costs_is_refused():
    with pytest.raises(InfeasibleError, match="'budget' would have to be at least -4 of cost, not -10 of cost"):
        solve(within(made([(0, 1.0, -4), (1, 5.0, 3)]), -10))


@pytest.mark.parametrize("cast", [np.float64, np.float32])
def test_a_sample_brackets_the_price_of_many_customers(cast):
    """Enough customers that most are decided by the bracket alone, in blocks; checked against the whole walk."""
    rng = np.random.default_rng(3)
    profit = rng.normal(2.0, 4.0, (70_000, 3)).astype(cast)
    cost = rng.integers(-2, 40, (70_000, 3)).astype(np.int32)
    problem = Problem.of(profit, cost, 300_000)
    plan = solve(problem)
    whole = solve_one_budget(Problem(InMemory((problem.blocks.some(problem.blocks.customers),)), 3, problem.limits))
    assert plan.used[0] <= 300_000
    assert plan.gap < 1e-6
    assert plan.bound == pytest.approx(whole.bound, rel=1e-9)
    picked = plan.choice[:, 0] != NOTHING
    rows, slots = np.flatnonzero(picked), plan.choice[picked, 0]
    assert cost[rows, slots].sum(dtype=np.int64) == plan.used[0]
    assert profit[rows, slots].sum(dtype=np.float64) == pytest.approx(plan.profit, rel=1e-9)


def test_a_bracket_that_misses_is_moved():
    """Customers in the sampled places are nothing like the others."""
    rng = np.random.default_rng(4)
    n = 70_000
    cost, profit = rng.integers(1, 40, (n, 2)), rng.uniform(0, 1, (n, 2))
    profit[::2] *= 1_000
    problem = Problem.of(profit, cost, 100_000)
    plan = solve(problem)
    assert plan.used[0] <= 100_000
    assert plan.gap < 1e-6


@pytest.mark.parametrize("basis, column", [("liability", "cost_liability_minor"), ("expected", "cost_expected_micro")])
def test_budget_counts_what_the_campaign_says(basis, column):
    table = effects(1)
    chosen_campaign = campaign(budget_basis=basis)
    candidates, unit = CandidateRows.of_effects(table, chosen_campaign), budget_unit(chosen_campaign)
    assert unit == (MICRO if basis == "expected" else 1)
    plan = solve(within(candidates, 1000 * unit))
    rows = candidates.chosen(plan.choice)
    assert 0 < table[rows][column].sum() == plan.used[0] <= 1000 * unit
    assert table[rows]["customer_id"].is_unique().all()


def test_a_liability_without_limit_is_refused_unless_expected_costs_count():
    table = effects(1).with_columns(cost_liability_minor=None).cast({"cost_liability_minor": pl.Int64})
    sentence = "campaign 'one': nothing limits what the offer '[abc]' can cost; limit it.*or set budget_basis"
    with pytest.raises(ConfigError, match=sentence):
        CandidateRows.of_effects(table, campaign())
    assert CandidateRows.of_effects(table, campaign(budget_basis="expected")).block.measures[COST].max() > 0


def test_a_limit_counts_sums_beyond_the_exact_range_of_floats():
    cost = np.full((3, 1), 2**53 + 1, dtype=np.int64)
    plan = solve(
        Problem(Block(np.arange(3), np.ones((3, 1)), {COST: cost}).pieces(), 1, (Limit("budget", 3 * 2**53 + 2),))
    )
    assert plan.used == (2 * (2**53 + 1),)


def test_customers_who_are_all_alike_have_a_price():
    plan = solve(Problem.of(np.full((5_000, 1), 12.4), np.full((5_000, 1), 49), 49_000))
    assert plan.used == (49_000,)
    assert plan.bound == pytest.approx(12_400)
    assert plan.prices[0] == pytest.approx(12.4 / 49)


def test_a_sample_of_nothing_but_strangers_costs_a_few_passes_more():
    n = 100_000
    big = np.arange(n) % 32_768 % (n // int(2 * n ** (2 / 3))) == 0
    cost, profit = np.ones((n, 1), dtype=np.int64), np.ones((n, 1))
    cost[big] = 100
    profit[big] = 100.0 + np.arange(big.sum())[:, None] % 7
    plan = solve(Problem.of(profit, cost, int(cost.sum() * 1.5)))
    assert plan.used == (int(cost.sum()),)


@pytest.mark.parametrize("profit, cost, sentence", [
    (np.ones((2, 1)), np.full((2, 1), 1.9), "costs must be whole numbers"),
    (np.full((2, 1), np.nan), np.ones((2, 1), dtype=np.int64), "a profit is not a number"),
])  # fmt: skip
def test_what_cannot_be_counted_is_refused(profit, cost, sentence):
    with pytest.raises(ContractError, match=sentence):
        Problem.of(profit, cost, 10)
