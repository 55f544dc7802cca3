"""The rows of a trial that lies on an engine: in memory where they are few, else a sample and shards of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import narwhals as nw
import polars as pl

from offerloop.commands.uplift.arms import arm_names
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.engine import Engine, EngineChoice, Frame, Shards, collect, engine_of, is_small
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.workspace import (
    InputTable,
    TrialScorer,
    check_cells,
    empty_cells,
    numbered,
    table_on_engine,
    table_rows,
)


@dataclass(frozen=True)
class ShardColumns:
    """The columns of a shard, which is written under names that every engine takes."""

    names: tuple[str, ...]
    key: str
    """The column with the ids of customers."""
    has_whole_ids: bool
    """Whether the ids are whole numbers that were written as 17.0."""

    def selected(self, frame: Frame) -> Frame:
        """The rows under those names, with `customer_id` to split them by."""
        return frame.select(customer_id=nw.col(self.key), **{cell: nw.col(name) for cell, name in self._cells()})

    def restored(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of a shard as they were, in the order of their ids: an engine keeps none."""
        named = rows.drop("customer_id").rename(dict(self._cells())).sort(self.key)
        return numbered(named.cast({self.key: pl.Int64}) if self.has_whole_ids else named)

    def _cells(self) -> Iterator[tuple[str, str]]:
        return zip(_plain_names(len(self.names)), self.names, strict=True)


@dataclass(frozen=True)
class TrialShards:
    """A trial of more customers than are to be in memory."""

    path: Path
    columns: ShardColumns
    sizes: Mapping[str, int]
    """Rows of each arm."""
    sample: pl.DataFrame
    """All rows of customers who were drawn by a hash of their ids."""
    others: Shards
    """The shards of everybody else."""

    def customers(self, arms: Sequence[str]) -> int:
        """The number of customers in some arms."""
        return sum(self.sizes[name] for name in arms)

    def scores(self, scorer: TrialScorer) -> pl.DataFrame:
        """Return one row per customer of the table, in no order: see `TrialScorer.scores`."""
        frame, names = self._scores(scorer)
        return collect(frame).rename(names)

    def write_scores(self, scorer: TrialScorer, path: Path) -> None:
        """Write the scores to a Parquet file without holding them in memory."""
        frame, names = self._scores(scorer)
        plain = self.others.engine.new_folder() / "scores.parquet"
        self.others.engine.write(frame, plain)
        pl.scan_parquet(plain).rename(names).sink_parquet(path)
        plain.unlink()

    def _scores(self, scorer: TrialScorer) -> tuple[Frame, dict[str, str]]:
        """Return the scores under names that every engine takes, and what these stand for."""
        sampled = scorer.scores(self.sample)
        names = dict(zip(_plain_names(sampled.width), sampled.columns, strict=True))
        own = self.others.engine.table(_under_plain_names(sampled))
        return nw.concat([own, self.others.map(_Scored(scorer, self.columns))]), names


@dataclass(frozen=True)
class _Scored:
    """The scores of a shard, under names that every engine takes."""

    scorer: TrialScorer
    columns: ShardColumns

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        table = self.columns.restored(rows)
        first = table[self.columns.key].head(1).to_list()
        # Each shard draws its own numbers: with one seed, the k-th customers of all shards would share their number.
        seed = crc32(f"{self.scorer.seed} {first}".encode())
        return _under_plain_names(replace(self.scorer, seed=seed).scores(table))


def _plain_names(number: int) -> list[str]:
    """Return names of columns that Spark and DuckDB take: no dots, and none that differ in case alone."""
    return [f"c{place}" for place in range(number)]


def _under_plain_names(table: pl.DataFrame) -> pl.DataFrame:
    return table.rename(dict(zip(table.columns, _plain_names(table.width), strict=True)))


def read_trial(
    table: InputTable, request: UpliftRequest, engine: EngineChoice | None
) -> tuple[pl.DataFrame, Path, TrialShards | None]:
    """Return the rows to learn from, what messages call them, and the shards where these rows are not all.

    Raises InputError for what cannot be read.
    """
    session = getattr(table, "sparkSession", None)
    if engine is None and session is None:
        return *table_rows(table, ids=request.names), None
    running = engine_of(session if engine is None else engine)
    where = table_on_engine(table, running)
    assert where is not None
    frame, path = where
    names = tuple(frame.collect_schema())
    request.check(list(names), path)
    rows = check_cells(frame, request.treatment, request.numbers, (), path)
    if is_small(rows):
        return *_in_memory(table, frame, path, request), None
    key = _key(request, rows, path, is_named=engine is not None)
    shards = _in_shards(frame, path, rows, request, key, running)
    return shards.sample, path, shards


def _in_memory(table: InputTable, frame: Frame, path: Path, request: UpliftRequest) -> tuple[pl.DataFrame, Path]:
    """All rows as without an engine; of a folder or a frame of Spark, which have no order, in that of their cells."""
    if not (path.is_dir() or hasattr(table, "sparkSession")):
        return table_rows(table, ids=request.names)
    rows = collect(frame)
    order = [name for name in (request.id, *rows.columns) if name is not None]
    return table_rows(rows.sort(list(dict.fromkeys(order))), ids=request.names)[0], path


def _in_shards(frame: Frame, path: Path, rows: int, request: UpliftRequest, key: str, engine: Engine) -> TrialShards:
    _check_rows(frame, key, rows, request, path)
    columns = ShardColumns(tuple(frame.collect_schema()), key, _has_whole_ids(frame, key))
    sampled, others = Shards.of(columns.selected(frame), engine, rows).parted()
    counts = collect(frame.group_by(request.treatment).agg(n=nw.len()))
    sizes: dict[str, int] = {}
    for name, n in zip(arm_names(counts[request.treatment]), counts["n"], strict=True):
        sizes[name] = sizes.get(name, 0) + n
    return TrialShards(path, columns, sizes, columns.restored(sampled), others)


def _has_whole_ids(frame: Frame, key: str) -> bool:
    """Return whether ids are floats that are whole numbers, which `table_rows` writes as such in memory."""
    if not frame.collect_schema()[key].is_float():
        return False
    broken = (nw.col(key) != nw.col(key).round()).cast(nw.Int64).sum()
    return not collect(frame.select(n=broken))["n"][0]


def _key(request: UpliftRequest, rows: int, path: Path, *, is_named: bool) -> str:
    """Return the column with the ids, which a sample is drawn by.

    Raises InputError for what needs all rows in memory; `is_named` says that it was asked for with --engine.
    """
    wrong = {
        "--observational": request.observational,
        "--cluster": request.cluster is not None,
        "--treated-at": request.treated_at is not None,
    }
    for option, is_wanted in wrong.items():
        if is_wanted:
            raise InputError(_needs_all_rows(option, rows, path, is_named=is_named))
    if request.id is None:
        raise InputError(
            Message(
                "'{path}' has {n} rows, of which a sample is drawn by the ids of customers; name their column with "
                "--id",
                path=str(path),
                n=rows,
            )
        )
    return request.id


def _needs_all_rows(option: str, rows: int, path: Path, *, is_named: bool) -> Message:
    """Say that an option needs all rows in memory, where an engine was named or where the table is a frame of Spark."""
    if is_named:
        return Message(
            "'{path}' has {n} rows, which --engine adds up in parts, and {option} needs them all at once; "
            "leave --engine out",
            path=str(path),
            n=rows,
            option=option,
        )
    return Message(
        "'{path}' has {n} rows, which Spark adds up in parts, and {option} needs them all at once; "
        "collect the rows first",
        path=str(path),
        n=rows,
        option=option,
    )


def _check_rows(frame: Frame, key: str, rows: int, request: UpliftRequest, path: Path) -> None:
    """Raise InputError for ids that are empty or stand in several rows, and for propensities that are none."""
    wrong = {"ids": nw.col(key).is_null()}
    if request.propensity is not None:
        own = nw.col(request.propensity).cast(nw.Float64)
        wrong["propensities"] = (own <= 0) | (own > 1)
    sums = {name: one.cast(nw.Int64).sum() for name, one in wrong.items()}
    counts = collect(frame.select(customers=nw.col(key).n_unique(), **sums)).row(0, named=True)
    if n := int(counts["ids"]):
        raise InputError(empty_cells(key, n, path))
    if counts["customers"] < rows:
        raise _repeated(frame, key, path)
    if n := int(counts.get("propensities", 0)):
        raise InputError(
            Message(
                "'{path}': '{propensity}' is not above 0 and at most 1 in {n} row, and the probability of what was "
                "given is; correct it",
                plural="'{path}': '{propensity}' is not above 0 and at most 1 in {n} rows, and the probability of what "
                "was given is; correct it",
                path=str(path),
                propensity=request.propensity or "",
                n=n,
            )
        )


def _repeated(frame: Frame, key: str, path: Path) -> InputError:
    """Say that customers have several rows, and in how many rows they stand."""
    several = frame.group_by(key).agg(n=nw.len()).filter(nw.col("n") > 1)
    n = int(collect(several.select(n=nw.col("n").sum()))["n"][0])
    return InputError(
        Message(
            "'{path}': '{id}' names the same customers in {n} rows; a trial has one row for each customer, so add the "
            "rows of a customer up",
            path=str(path),
            id=key,
            n=n,
        )
    )
