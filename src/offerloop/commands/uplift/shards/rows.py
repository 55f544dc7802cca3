"""The rows of a trial that lies on an engine: in memory where they are few, else a sample and shards of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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

    def selected(self, frame: Frame) -> Frame:
        """The rows under those names, with `customer_id` to split them by."""
        return frame.select(customer_id=nw.col(self.key), **{cell: nw.col(name) for cell, name in self._cells()})

    def restored(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of a shard as they were, in the order of their ids: an engine keeps none."""
        return numbered(rows.drop("customer_id").rename(dict(self._cells())).sort(self.key))

    def _cells(self) -> Iterator[tuple[str, str]]:
        return ((f"c{place}", name) for place, name in enumerate(self.names))


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

    def scores(self, scorer: TrialScorer) -> Frame:
        """One row per customer of the table, in no order: see `TrialScorer.scores`."""
        sampled = self.others.engine.table(scorer.scores(self.sample))
        return nw.concat([sampled, self.others.map(_Scored(scorer, self.columns))])


@dataclass(frozen=True)
class _Scored:
    """The scores of a shard."""

    scorer: TrialScorer
    columns: ShardColumns

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        return self.scorer.scores(self.columns.restored(rows))


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
    shards = _in_shards(frame, path, rows, request, running)
    return shards.sample, path, shards


def _in_memory(table: InputTable, frame: Frame, path: Path, request: UpliftRequest) -> tuple[pl.DataFrame, Path]:
    """All rows as without an engine; of a folder or a frame of Spark, which have no order, in that of their cells."""
    if not (path.is_dir() or hasattr(table, "sparkSession")):
        return table_rows(table, ids=request.names)
    rows = collect(frame)
    order = [name for name in (request.id, *rows.columns) if name is not None]
    return table_rows(rows.sort(list(dict.fromkeys(order))), ids=request.names)[0], path


def _in_shards(frame: Frame, path: Path, rows: int, request: UpliftRequest, engine: Engine) -> TrialShards:
    key = _key(request, rows, path)
    _check_rows(frame, key, request, path)
    columns = ShardColumns(tuple(frame.collect_schema()), key)
    sampled, others = Shards.of(columns.selected(frame), engine, rows).parted()
    sample = columns.restored(sampled)
    if n := n_repeated(sample, key):
        raise repeated(key, n, path)
    counts = collect(frame.group_by(request.treatment).agg(n=nw.len()))
    sizes: dict[str, int] = {}
    for name, n in zip(arm_names(counts[request.treatment]), counts["n"], strict=True):
        sizes[name] = sizes.get(name, 0) + n
    return TrialShards(path, columns, sizes, sample, others)


def _key(request: UpliftRequest, rows: int, path: Path) -> str:
    """The column with the ids, which a sample is drawn by. Raises InputError for what needs all rows in memory."""
    wrong = {
        "--observational": request.observational,
        "--cluster": request.cluster is not None,
        "--treated-at": request.treated_at is not None,
    }
    for option, is_named in wrong.items():
        if is_named:
            raise InputError(
                Message(
                    "'{path}' has {n} rows, which --engine adds up in parts, and {option} needs them all at once; "
                    "leave --engine out",
                    path=str(path),
                    n=rows,
                    option=option,
                )
            )
    if request.id is None:
        raise InputError(
            Message(
                "'{path}' has {n} rows, of which --engine draws a sample by the ids of customers; name their column "
                "with --id",
                path=str(path),
                n=rows,
            )
        )
    return request.id


def _check_rows(frame: Frame, key: str, request: UpliftRequest, path: Path) -> None:
    """Raise InputError for ids that are empty, and for propensities that are none."""
    wrong = {"ids": nw.col(key).is_null()}
    if request.propensity is not None:
        own = nw.col(request.propensity).cast(nw.Float64)
        wrong["propensities"] = (own <= 0) | (own > 1)
    counts = collect(frame.select(**{name: one.cast(nw.Int64).sum() for name, one in wrong.items()})).row(0, named=True)
    if n := int(counts["ids"]):
        raise InputError(
            Message(
                "'{path}': '{name}' is empty in {n} row; fill it in or leave the row out",
                plural="'{path}': '{name}' is empty in {n} rows; fill it in or leave the rows out",
                path=str(path),
                name=key,
                n=n,
            )
        )
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


def n_repeated(rows: pl.DataFrame, key: str) -> int:
    """Return in how many rows the id of a customer stands who has several."""
    return int(rows[key].is_duplicated().sum())


def repeated(key: str, n: int, path: Path) -> InputError:
    """Say that customers have several rows."""
    return InputError(
        Message(
            "'{path}': '{id}' names the same customers in {n} rows; a trial has one row for each customer, so add the "
            "rows of a customer up",
            path=str(path),
            id=key,
            n=n,
        )
    )
