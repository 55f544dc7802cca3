"""What customers did in the period of a read-out, written shard by shard and added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from uuid import uuid4

import narwhals as nw
import polars as pl

from offerloop.commands.readout.inputs import BuyerOrders, PastRun, Period
from offerloop.commands.readout.shards.draw import ExplorationDraw
from offerloop.commands.readout.shards.groups import GroupKey, GroupSums, ReadoutSums, sums_by_group
from offerloop.commands.readout.shards.outcomes import ReadoutBasis, outcomes
from offerloop.commands.readout.shards.panel import Comparisons, panel
from offerloop.commands.readout.shards.tables import before, bought_by, places, spent
from offerloop.engine import Frame, ShardedTables, ShardRows, collect
from offerloop.tables import PROFILES

_FIRST = "first_"
"""How names begin of tables of the days that the forecast is for."""


@dataclass(frozen=True)
class MeasuredCustomers:
    """The sums of all shards, and the files with what each customer did."""

    sums: ReadoutSums
    parts: Sequence[Path]

    def write(self, path: Path) -> None:
        """Write the table OUTCOMES, sorted by customer within each shard."""
        pl.scan_parquet(list(self.parts), glob=False, hive_partitioning=False).sink_parquet(path)


@dataclass(frozen=True)
class OutcomeReader:
    """A function of a shard's tables that writes what its customers did to a file and returns the sums."""

    run: PastRun
    basis: ReadoutBasis
    comparisons: Comparisons
    period: Period
    start: Period
    """The days of the period that the forecast is for."""
    place: Path

    def __call__(self, tables: ShardRows) -> tuple[ReadoutSums, Path]:
        """Read the tables of `measure`."""
        self.run.checked(PROFILES, tables["profiles"])
        done = outcomes(self.run, self.basis, self.period, tables)
        path = self.place / f"{uuid4().hex}.parquet"
        done.write_parquet(path)
        rows = panel(self.run, self.basis, done, tables)
        groups = dict(self.comparisons.of(rows, tables)) | dict(self._forecast(rows, tables))
        return ReadoutSums(groups, self.comparisons.agrees(rows)), path

    def _forecast(self, rows: pl.DataFrame, tables: ShardRows) -> Iterator[tuple[GroupKey, GroupSums]]:
        """Yield the plan's profit over the days of its forecast, with the covariate of the whole period."""
        if self.start.last < self.period.last:
            first_days = {**tables, **{name: tables[f"{_FIRST}{name}"] for name in ("bought", "spent")}}
            done = outcomes(self.run, self.basis, self.start, first_days)
            of_start = panel(self.run, self.basis, done, tables).drop("x")
            rows = of_start.join(rows.select("customer_id", "x"), on="customer_id", how="left")
        yield from sums_by_group("forecast", self.comparisons.planned(rows), ("profit_minor",))


def measure(
    run: PastRun,
    orders: BuyerOrders,
    periods: tuple[Period, Period],
    basis: ReadoutBasis,
    draw: ExplorationDraw,
    tables: ShardedTables,
) -> MeasuredCustomers:
    """Measure the customers of `tables`, which has what was decided and what was bought in the period.

    `periods` are the whole one and its days that the forecast is for.
    """
    engine, (period, start) = tables.engine, periods
    by_profit = {name: engine.keep(table) for name, table in places(run, engine).items()}
    ranked = sum(int(collect(table.select(nw.len())).item()) for table in by_profit.values())
    more: dict[str, Frame] = {"profiles": run.profiles(engine), "spent": spent(orders, period), **by_profit}
    if basis.reaches_back:
        more["before"] = before(run, orders, period)
    if start.last < period.last:
        more[f"{_FIRST}bought"] = bought_by(orders, start.first, start.last)
        more[f"{_FIRST}spent"] = spent(orders, start)
    comparisons = Comparisons(draw, basis, ranked)
    reader = OutcomeReader(run, basis, comparisons, period, start, engine.new_folder())
    sums, parts = zip(*tables.with_tables(more).each(reader), strict=True)
    return MeasuredCustomers(reduce(add, sums), parts)
