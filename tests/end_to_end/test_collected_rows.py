"""Rows that come from the engine into the memory of the program: they grow neither with what customers buy nor, in a
large shop, with the customers."""

import polars as pl
import pytest

from offerloop import flow
from offerloop.config import load_config
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events.columns import times
from offerloop.flow import large_shop
from support.collected import heights
from support.small_shop import write_small_shop


@pytest.fixture(autouse=True)
def few_cells(monkeypatch):
    """The form of times is looked for in so many cells at most, fewer than the shop has."""
    monkeypatch.setattr(times, "_SAMPLE", 100)


def rows_of_a_run(folder, copies):
    """Heights of all that is collected where every order was placed so many times on its day."""
    folder.mkdir()
    path = write_small_shop(folder, customers=30, weeks=8)
    path.write_text(path.read_text() + "\n[response]\nmin_lines_per_product = 1\n")
    config = load_config(path)
    lines = pl.read_csv(folder / "lines.csv", infer_schema=False)
    again = [lines.with_columns(pl.col("order") + f"-{copy}") for copy in range(copies)]
    pl.concat(again).write_csv(folder / "lines.csv")
    with heights() as collected:
        flow.plan(config, DuckDBEngine(shards=3), flow.at_once)
    return lines.height * copies, collected


def test_rows_that_are_collected_do_not_grow_with_the_order_lines(tmp_path):
    few, rows = rows_of_a_run(tmp_path / "few", 3)
    many, more_rows = rows_of_a_run(tmp_path / "many", 6)
    assert many == 2 * few
    assert more_rows == rows
    assert max(rows) < few / 2


def rows_of_a_large_shop(folder, customers):
    """Most rows that are collected at once where customers beyond the first ones follow what these decided."""
    folder.mkdir()
    config = load_config(write_small_shop(folder, customers=customers, weeks=8))
    with heights() as collected:
        found = flow.plan(config, DuckDBEngine(shards=customers // 40), flow.at_once)
    assert found.others.customers > customers - 150
    return max(collected)


def test_rows_that_are_collected_do_not_grow_with_the_customers_of_a_large_shop(tmp_path, monkeypatch):
    monkeypatch.setattr(large_shop, "PLANNED_CUSTOMERS", 60)
    few, many = rows_of_a_large_shop(tmp_path / "few", 200), rows_of_a_large_shop(tmp_path / "many", 480)
    assert many < 1.3 * few
