"""Plans under every kind of limit, beside those of the exact solver."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from limit_cases import KINDS, SAFE, made

from offerloop.allocation.exact import solve_exactly
from offerloop.allocation.infeasibility import InfeasibleError
from offerloop.allocation.many_limits import solve_many_limits
from offerloop.allocation.problem import COST, COUNT, Block, InMemory, Limit, Problem
from offerloop.allocation.solution import Solution
from offerloop.allocation.solving import solve


def fast(problem: Problem) -> Solution | None:
    """Without the exact solver; None where it finds no plan."""
    try:
        return solve(problem, exactly=False)
    except InfeasibleError:
        return None


def best_customer(problem: Problem) -> float:
    profit = problem.blocks.some(problem.blocks.customers).profit
    return problem.most * float(np.where(np.isfinite(profit), profit, 0).max(initial=0.0))


def compared(kind: str, seed: int) -> tuple[str, float]:
    """How a plan compares with the best one, and what it misses of it; what must hold of every plan is asserted."""
    problem = made(kind, seed)
    best, ours = solve_exactly(problem), fast(problem)
    if best is None:
        assert ours is None
        return "impossible", 0.0
    if ours is None:
        assert kind not in SAFE
        return "missed", 0.0
    assert not ours.broken
    assert ours.bound >= best.profit - 1e-6
    assert best.profit >= ours.profit - 1e-6
    if kind in SAFE:
        assert ours.profit >= ours.bound - len(problem.limits) * best_customer(problem) - 1e-6
    missing = (best.profit - ours.profit) / max(abs(best.profit), 1.0)
    return "best" if missing < 1e-6 else "worse", missing


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_plans_keep_to_limits_and_lie_between_the_bounds(kind, seed):
    compared(kind, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_plans_come_near_the_best(kind):
    found = Counter(compared(kind, seed)[0] for seed in range(40))
    assert found["missed"] == 0
    assert found["best"] >= 4 * found["worse"]


@pytest.mark.soak
def test_of_a_thousand_problems_of_each_kind_hardly_one_is_missed():
    for kind in KINDS:
        results = [compared(kind, seed) for seed in range(1_000, 2_000)]
        found, gap = Counter(one for one, _ in results), np.mean([missing for _, missing in results])
        print(f"{kind}: {dict(found)}, mean gap {gap:.2%}")  # noqa: T201
        assert found["missed"] <= (0 if kind in SAFE else 0.01 * found.total())


def many(n: int = 4_000, seed: int = 1) -> Problem:
    """So many customers that prices decide all but a few; budgets, caps, minimum counts."""
    rng = np.random.default_rng(seed)
    appetite, depth = rng.gamma(1.5, 1, (n, 1)), np.linspace(0.05, 0.5, 5)
    cost = np.ceil(1000 * appetite * depth * rng.uniform(0.5, 1.5, (n, 5))).astype(np.int64)
    profit = appetite * 180 * (1 - np.exp(-4 * depth * rng.gamma(2, 0.5, (n, 1)))) - 0.15 * cost
    group = rng.integers(0, 3, n)
    limits = [Limit("budget", int(0.1 * cost.max(axis=1).sum()))]
    limits += [Limit(f"offer {k}", n // 12, COUNT, (k,)) for k in range(5)]
    limits += [
        Limit(f"group {g}", -n // 12, COUNT, None, "group", tuple(-int(g == x) for x in range(3))) for g in (0, 1)
    ]
    return Problem(Block(np.arange(n), profit, {COST: cost}, None, {"group": group}).pieces(), 5, tuple(limits))


def test_many_customers_are_decided_by_prices_and_the_rest_by_a_linear_program():
    plan = solve(many())
    assert not plan.broken
    assert plan.gap < 1e-4
    assert plan.prices[0] > 0


def test_a_customer_may_get_several_offers():
    plan = solve(replace(many(), most=2))
    assert not plan.broken
    assert plan.gap < 1e-4
    assert ((plan.choice >= 0).sum(axis=1) == 2).sum() > 100


def test_the_order_of_customers_does_not_matter():
    problem = many()
    block = problem.blocks.some(problem.blocks.customers)
    order = np.random.default_rng(0).permutation(block.size)
    plan, again = solve(problem), solve(replace(problem, blocks=block.of(order).pieces()))
    assert (plan.choice[order] == again.choice).all()


def test_shadow_prices_are_what_one_more_unit_brings():
    problem = many(20_000)
    budget = problem.limits[0]
    step = budget.at_most // 200
    more = replace(problem, limits=(replace(budget, at_most=budget.at_most + step), *problem.limits[1:]))
    plan, richer = solve(problem), solve(more)
    assert (richer.profit - plan.profit) / step == pytest.approx(plan.prices[0], rel=0.05)


def small(profit, cost, *limits, **kind):
    block = Block(np.arange(len(profit)), np.array(profit), {COST: np.array(cost)}, **kind)
    return Problem(InMemory((block,)), block.width, limits)


def test_what_clashes_is_named_with_how_much_it_must_give_way():
    at_least = Limit("at least five", -5, COUNT, weights=(-1,))
    said = (
        r"'at least five' and 'budget' clash: 'at least five' reaches at most 3 offers, not 5 offers, "
        r"or 'budget' would have to be at least 50 of cost, not 35 of cost"
    )
    with pytest.raises(InfeasibleError, match=said):
        solve(small([[1.0]] * 6, [[10]] * 6, Limit("budget", 35), at_least))


def test_where_the_fast_way_finds_nothing_the_exact_one_is_asked(monkeypatch):
    problem = made("minimum", 2)
    assert fast(problem) is not None
    monkeypatch.setattr("offerloop.allocation.solving.solve_many_limits", lambda _: None)
    assert fast(problem) is None
    assert not solve(problem).broken


def test_without_limits_everybody_gets_the_best():
    plan = solve(small([[1.0, 2.0], [-1.0, -2.0], [3.0, 1.0]], [[1, 1]] * 3))
    assert plan.choice[:, 0].tolist() == [1, -1, 0]
    assert plan.gap == 0


def test_a_candidate_that_is_not_there_is_never_chosen():
    at_least = Limit("at least one", -1, COUNT, weights=(-1,))
    plan = solve_many_limits(small([[-np.inf, -3.0]], [[0, 0]], at_least))
    assert plan is not None
    assert plan.choice.tolist() == [[1]]


def test_few_customers_with_many_offers_are_decided_too():
    rng = np.random.default_rng(5)
    profit, cost = rng.uniform(1, 2, (300, 11)), rng.integers(1, 9, (300, 11))
    plan = solve(small(profit, cost, Limit("budget", 300), Limit("cap", 50, COUNT, (0,))))
    assert not plan.broken
    assert plan.gap < 0.01


def test_a_clash_of_many_customers_names_the_budget():
    rng = np.random.default_rng(6)
    problem = Problem.of(rng.uniform(1, 2, (5_000, 1)), rng.integers(1, 9, (5_000, 1)), -1)
    with pytest.raises(InfeasibleError, match=r"'budget' would have to be at least 0 of cost, not -1 of cost"):
        solve(problem)
