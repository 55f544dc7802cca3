"""Limits that cannot be held are named, with how far they would have to give way, at any size and by bounded work."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from limit_cases import KINDS, made
from scipy.optimize import linprog

from offerloop.allocation import elastic, many_limits
from offerloop.allocation.elastic import NEGLIGIBLE, Elastic, weights_of
from offerloop.allocation.exact import solve_exactly
from offerloop.allocation.infeasibility import InfeasibleError, infeasibility_of
from offerloop.allocation.near_ties import NearTies
from offerloop.allocation.on_disk import OnDisk
from offerloop.allocation.problem import COST, COUNT, Block, Limit, Problem
from offerloop.allocation.solving import solve
from offerloop.engine.duckdb import DuckDBEngine

REGIONS = 4


def shop(n: int, *limits: Limit, seed: int = 1) -> Problem:
    """Three offers for each customer, who live in four regions; costs in cents."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(50, 600, (n, 3))
    region = rng.integers(0, REGIONS, n)
    block = Block(np.arange(n), cost * rng.uniform(-0.8, 2, (n, 3)), {COST: cost}, None, {"region": region})
    return Problem(block.pieces(), 3, limits)


def in_region(number: int, region: int = 0, name: str = "north") -> Limit:
    """At least so many offers."""
    return Limit(name, -number, COUNT, None, "region", tuple(-int(one == region) for one in range(REGIONS)))


def sentence(problem: Problem) -> str:
    with pytest.raises(InfeasibleError) as raised:
        solve(problem)
    return str(raised.value)


def reached(problem: Problem, budget: int) -> int:
    """How many customers of the north the budget pays an offer for."""
    block = problem.blocks.some(problem.blocks.customers)
    least = np.sort(block.measures[COST].min(axis=1)[block.groups["region"] == 0])
    return int((np.cumsum(least) <= budget).sum())


def needed(problem: Problem, number: int) -> int:
    """The least cost of so many offers in the north."""
    block = problem.blocks.some(problem.blocks.customers)
    least = np.sort(block.measures[COST].min(axis=1)[block.groups["region"] == 0])
    return int(least[:number].sum())


@pytest.mark.parametrize("n", [1_500, 3_000, 12_000])
def test_a_budget_that_is_too_small_for_a_minimum_is_named_with_what_it_reaches(n):
    budget = Limit("budget", 1_000, unit=(100, "USD"))
    problem = shop(n, budget, in_region(300))
    most, least = reached(problem, 1_000), needed(problem, 300)
    assert sentence(problem) == (
        "the limits cannot all be held: 'north' and 'budget' clash: "
        f"'north' reaches at most {most} offers, not 300 offers, or 'budget' would have to be at least "
        f"{least / 100:,.2f} USD, not 10.00 USD"
    )


def test_a_minimum_beyond_the_customers_is_named_alone():
    said = sentence(shop(2_000, Limit("budget", 10**9), in_region(1_990)))
    assert re.search(
        r"held: 'north' reaches at most \d+ offers, not 1,990 offers, whatever the other limits are$", said
    )


def test_minimums_that_share_a_cap_are_named_with_it():
    said = sentence(
        shop(2_000, Limit("contacts", 500, COUNT), *(in_region(200, region, f"region {region}") for region in range(4)))
    )
    assert said.count("reaches at most 100 offers") == 3
    assert "'contacts' would have to be at least 800 offers, not 500 offers" in said


def test_independent_conflicts_are_all_named():
    budget = Limit("budget", 100)
    south = Limit("south", -10, COUNT, (0,), "region", (0, -1, 0, 0))
    none = Limit("no first offers in the south", 0, COUNT, (0,), "region", (0, 1, 0, 0))
    said = sentence(shop(2_000, budget, in_region(200), south, none))
    assert "'south' and 'no first offers in the south' clash" in said
    assert "'north' and 'budget' clash" in said


def test_the_passes_do_not_grow_with_the_customers(monkeypatch):
    passes, used_least = [], Elastic._used_least
    monkeypatch.setattr(Elastic, "_used_least", lambda self, prices: passes.append(1) or used_least(self, prices))
    for n in (2_000, 80_000):
        caps = (Limit(f"cap {offer}", n // 9, COUNT, (offer,)) for offer in range(3))
        assert infeasibility_of(shop(n, Limit("budget", n), in_region(n // 5), *caps)) is not None
        assert len(passes) <= 60
        passes.clear()


def test_passes_are_bounded_and_the_answer_is_a_bound_then(monkeypatch):
    monkeypatch.setattr(elastic, "FEWEST_PASSES", 2)
    monkeypatch.setattr(elastic, "MOST_PASSES", 2)
    problem = shop(2_000, Limit("budget", 1_000), in_region(300))
    found = Elastic(problem).violation(weights_of(2, range(2)), precise=True)
    assert found.least <= found.most
    assert found.proved
    assert "'north' and 'budget' clash" in sentence(problem)


def test_linear_programs_are_bounded_where_no_plan_is_found(monkeypatch):
    sizes = []
    relaxed = NearTies.relaxed
    monkeypatch.setattr(many_limits, "WIDEST", 9_000)
    monkeypatch.setattr(NearTies, "relaxed", lambda self: sizes.append(len(self.row)) or relaxed(self))
    exactly = (Limit("budget", 100_000), Limit("at least", -100_000, COST, weights=(-1,)))
    problem = shop(20_000, *exactly)
    block = problem.blocks.some(20_000)
    even = replace(problem, blocks=replace(block, measures={COST: 7 * block.measures[COST]}).pieces())
    said = sentence(even)
    assert "nothing proves that there is none: one is sure to exist if" in said
    assert max(sizes) <= 9_000


@pytest.mark.parametrize(("n", "cost", "gives_way"), [(12, 6_000, "budget"), (10, 5_000, "at least")])
def test_what_would_be_enough_is_enough(n, cost, gives_way):
    exactly = (Limit("budget", cost), Limit("at least", -cost, COST, weights=(-1,)))
    problem = shop(n, *exactly)
    block = problem.blocks.some(n)
    sevens = replace(problem, blocks=replace(block, measures={COST: 7 * block.measures[COST]}).pieces())
    said = sentence(sevens)
    if gives_way == "budget":
        more = re.search(r"'budget' allows ([\d,]+) of cost", said)
        changed = (replace(exactly[0], at_most=int(more[1].replace(",", ""))), exactly[1])
    else:
        less = re.search(r"'at least' asks for ([\d,]+) of cost", said)
        changed = (exactly[0], replace(exactly[1], at_most=-int(less[1].replace(",", ""))))
    assert not solve(replace(sevens, limits=changed)).broken


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_the_least_violation_is_that_of_the_linear_program(kind, seed):
    problem = made(kind, seed)
    number = len(problem.limits)
    search = Elastic(problem)
    found = search.violation(weights_of(number, range(number)), precise=True)
    block = problem.blocks.some(problem.blocks.customers)
    left = np.array([one.at_most for one in problem.limits], dtype=object)
    every = NearTies.of(block, np.asarray(block.profit, dtype=np.float64), np.inf, problem, left)
    assume(len(every.row) > 0)
    alone = np.zeros((every.customers, len(every.row)))
    alone[every.row, np.arange(len(every.row))] = 1
    rows = np.hstack(
        [np.vstack([alone, every.use.T / search.size[:, None]]), np.zeros((every.customers + number, number))]
    )
    rows[every.customers :, len(every.row) :] = -np.eye(number)
    bounds = [(0, 1)] * len(every.row) + [(0, None)] * number
    most = np.concatenate([np.full(every.customers, every.most), every.left / search.size])
    objective = np.concatenate([np.zeros(len(every.row)), np.ones(number)])
    oracle = linprog(objective, A_ub=rows, b_ub=most, bounds=bounds).fun
    assert found.least <= oracle + NEGLIGIBLE * (1 + oracle)
    assert found.most == pytest.approx(oracle, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_only_what_cannot_be_held_is_said_to_clash(kind, seed):
    problem = made(kind, seed)
    if infeasibility_of(problem) is not None:
        assert solve_exactly(problem) is None


def test_clashes_on_disk_are_those_of_memory(tmp_path):
    problem = shop(9_000, Limit("budget", 1_000), in_region(500))
    block = problem.blocks.some(9_000)
    lists = {
        name: pa.FixedSizeListArray.from_arrays(pa.array(table.ravel()), 3)
        for name, table in (("profit", block.profit), (COST, block.measures[COST]))
    }
    table = pa.table({"customer_id": block.customer, **lists, "region": block.groups["region"]})
    pq.write_table(table, tmp_path / "shop.parquet", row_group_size=2_000)
    on_disk = replace(problem, blocks=OnDisk(DuckDBEngine(), tmp_path, groups=("region",)))
    assert sentence(on_disk) == sentence(problem)


def test_the_command_says_which_limits_clash(command, tmp_path):
    n = 3_000
    problem = shop(n)
    block = problem.blocks.some(n)
    rows = pl.DataFrame(
        {
            "customer_id": np.repeat(block.customer, 3), "offer_id": ["a", "b", "c"] * n,
            "value": (block.profit + block.measures[COST]).ravel().round(2),
            "cost": (block.measures[COST] / 100).ravel(), "region": np.repeat(block.groups["region"], 3),
        }
    )  # fmt: skip
    rows.sample(fraction=1, shuffle=True, seed=1).write_csv(tmp_path / "table.csv")
    (tmp_path / "limits.toml").write_text(
        'budget = "10.00"\n[[limits]]\nname = "north"\nwhere = { region = 0 }\ncounts = "offers"\nat_least = 500\n'
    )
    code, shown, said = command(
        "allocate", tmp_path / "table.csv", "--limits", tmp_path / "limits.toml", "--out", tmp_path / "plan.csv"
    )
    assert (code, shown) == (2, "")
    assert f"'north' reaches at most {reached(problem, 1_000)} offers, not 500 offers" in said
    assert f"'budget' would have to be at least {needed(problem, 500) / 100:,.2f} USD, not 10.00 USD" in said
    assert not (tmp_path / "plan.csv").exists()


def test_a_band_says_how_much_wider_it_would_have_to_be(command, tmp_path):
    n = 100
    rows = pl.DataFrame(
        {"customer_id": range(n), "offer_id": "a", "value": 2.0, "cost": 1.0, "half": ["left", "right"] * (n // 2)}
    )
    rows.write_csv(tmp_path / "table.csv")
    (tmp_path / "limits.toml").write_text(
        '[[bands]]\ncolumn = "half"\nwithin = 0.1\n'
        '[[limits]]\nname = "left"\nwhere = { half = "left" }\ncounts = "offers"\nat_least = 40\n'
        '[[limits]]\nname = "right"\nwhere = { half = "right" }\ncounts = "offers"\nat_most = 20\n'
    )
    code, _, said = command(
        "allocate", tmp_path / "table.csv", "--limits", tmp_path / "limits.toml", "--out", tmp_path / "plan.csv"
    )
    assert code == 2
    assert "'left' reaches at most 25 offers, not 40 offers" in said
    assert "'right' would have to be at least 35 offers, not 20 offers" in said
    assert "'rate of half left over right' would have to give way by at least 0.3000 for each customer" in said


def test_amounts_are_rounded_to_the_safe_side_and_never_a_negative_zero():
    budget = Limit("budget", -1, unit=(10_000, "USD"))
    assert "'budget' would have to be at least 0.00 USD, not -0.0001 USD" in sentence(shop(2_000, budget))
    short = Limit("budget", 1_001, unit=(10_000, "USD"))
    said = sentence(shop(2_000, short, in_region(100)))
    needed_cents = -(-needed(shop(2_000), 100) // 100)
    assert f"at least {needed_cents / 100:,.2f} USD, not 0.1001 USD" in said
