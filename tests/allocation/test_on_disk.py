"""Customers in files: the same plan as in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from offerloop.allocation.on_disk import ITEMS, OnDisk
from offerloop.allocation.problem import COST, COUNT, Block, Limit, Problem
from offerloop.allocation.solving import solve
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import SourceError

N, OFFERS = 40_000, 4


def block(seed: int = 1) -> Block:
    rng = np.random.default_rng(seed)
    cost = rng.integers(1, 300, (N, OFFERS)).astype(np.int32)
    profit = (cost * rng.gamma(2.0, 0.4, (N, OFFERS)) - 20).astype(np.float32)
    return Block(np.arange(N), profit, {COST: cost}, None, {"region": rng.integers(0, 3, N).astype(np.int8)})


def lists(table: np.ndarray) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(table.ravel()), table.shape[1])


def written(one: Block, folder: Path, files: int = 3, group: int = 5_000, **changed: pa.Array) -> Path:
    """In several files of several row groups each."""
    columns = {
        "customer_id": pa.array(one.customer),
        "profit": lists(one.profit),
        **{name: lists(table) for name, table in one.measures.items()},
        **{name: pa.array(codes) for name, codes in one.groups.items()},
    }
    table = pa.table(columns | changed)
    for part, rows in enumerate(np.array_split(np.arange(one.size), files)):
        pq.write_table(table.take(pa.array(rows)), folder / f"part-{part}.parquet", row_group_size=group)
    return folder


def budget_of(one: Block) -> int:
    return int(0.2 * one.measures[COST].max(axis=1).sum())


def test_one_budget_gives_the_plan_that_memory_gives(tmp_path):
    one = block()
    limits = (Limit("budget", budget_of(one)),)
    held = solve(Problem(one.pieces(), OFFERS, limits))
    read = solve(Problem(OnDisk(DuckDBEngine(), written(one, tmp_path)), OFFERS, limits))
    assert (read.choice == held.choice).all()
    assert read.used == held.used
    assert read.profit == pytest.approx(held.profit)
    assert read.bound == pytest.approx(held.bound)


def test_small_row_groups_are_read_several_together(tmp_path):
    class CountingEngine(DuckDBEngine):
        def map(self, function, items):
            passes.append([sum(batch.rows for batch in item) for item in items])
            return super().map(function, items)

    one, passes = block(), []
    limits = (Limit("budget", budget_of(one)),)
    blocks = OnDisk(CountingEngine(), written(one, tmp_path, group=500))
    assert len(blocks.batches) > 80
    assert (solve(Problem(blocks, OFFERS, limits)).choice == solve(Problem(one.pieces(), OFFERS, limits)).choice).all()
    assert all(len(rows) <= 1.5 * ITEMS and max(rows) <= N // ITEMS and sum(rows) == N for rows in passes)
    assert passes


def test_large_row_groups_are_read_one_by_one(tmp_path):
    blocks = OnDisk(DuckDBEngine(), written(block(), tmp_path, group=N // 20 + N // 40))
    assert [len(item) for item in blocks._items()] == [1] * len(blocks.batches)


def test_many_limits_hold_on_disk(tmp_path):
    one = block()
    limits = (
        Limit("budget", budget_of(one)),
        Limit("offer 0", N // 20, COUNT, (0,)),
        Limit("north", budget_of(one) // 5, COST, None, "region", (1, 0, 0)),
    )
    plan = solve(Problem(OnDisk(DuckDBEngine(), written(one, tmp_path), groups=("region",)), OFFERS, limits))
    assert not plan.broken
    assert plan.gap < 1e-4


def test_a_file_that_is_not_parquet_is_named(tmp_path):
    (tmp_path / "part.parquet").write_text("no", encoding="utf-8")
    with pytest.raises(SourceError, match=r"part\.parquet' cannot be read as Parquet"):
        solve(Problem(OnDisk(DuckDBEngine(), tmp_path), OFFERS, (Limit("budget", 1),)))


def test_a_folder_without_rows_is_named(tmp_path):
    with pytest.raises(SourceError, match="holds no rows of Parquet"):
        solve(Problem(OnDisk(DuckDBEngine(), tmp_path), OFFERS, (Limit("budget", 1),)))


def test_empty_cells_are_named(tmp_path):
    one = block()
    holes = pa.FixedSizeListArray.from_arrays(pa.array([None, *one.profit.ravel()[1:].tolist()], pa.float32()), OFFERS)
    place = written(one, tmp_path, profit=holes)
    with pytest.raises(SourceError, match=r"the column 'profit' of '.*' has empty cells; fill them"):
        solve(Problem(OnDisk(DuckDBEngine(), place), OFFERS, (Limit("budget", 10),)))


def test_lists_of_any_length_are_refused(tmp_path):
    one = block()
    place = written(one, tmp_path, profit=pa.array(one.profit.tolist()))
    with pytest.raises(
        SourceError, match=r"the column 'profit' of '.*' must have the type of lists of one fixed length"
    ):
        solve(Problem(OnDisk(DuckDBEngine(), place), OFFERS, (Limit("budget", 10),)))


def test_negative_costs_on_disk_buy_budget(tmp_path):
    one = block()
    earns = np.array(one.measures[COST])
    earns[::7, 0] = -50
    one = replace(one, measures={COST: earns})
    plan = solve(Problem(OnDisk(DuckDBEngine(), written(one, tmp_path)), OFFERS, (Limit("budget", 0),)))
    assert plan.used[0] <= 0 < plan.profit


def test_costs_that_are_no_whole_numbers_and_profits_that_are_no_numbers_are_named(tmp_path):
    one = block()
    for name, table, sentence in (
        ("cost", one.measures[COST] + 0.5, "must hold whole numbers, not double"),
        ("profit", np.full_like(one.profit, np.nan), "holds something that is no number"),
        ("cost", one.measures[COST][:, :2], "differ in length"),
    ):
        place = written(one, tmp_path, **{name: lists(table)})
        with pytest.raises(SourceError, match=sentence):
            solve(Problem(OnDisk(DuckDBEngine(), place), OFFERS, (Limit("budget", 10),)))


def test_a_file_without_costs_is_named(tmp_path):
    place = written(block(), tmp_path)
    with pytest.raises(SourceError, match="has no column 'points'"):
        solve(Problem(OnDisk(DuckDBEngine(), place, ("cost", "points")), OFFERS, (Limit("budget", 10),)))
