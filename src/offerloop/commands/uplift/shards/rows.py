"""The rows of a trial that lies on an engine: in memory where they are few, else a sample and shards of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import narwhals as nw
import polars as pl

from offerloop.commands.uplift.arms import arm_names, same_arms
from offerloop.commands.uplift.balance import FEW_CLUSTERS
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.shards.checks import check_rows_on_engine
from offerloop.commands.uplift.trial import PreparedTrial
from offerloop.engine import FIT_CUSTOMERS, Engine, EngineChoice, Frame, Shards, collect, engine_of, is_small
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.response import ColumnEncoding, PropensityModel, has_overlap
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
    ids: str | None
    """The column with the ids of customers."""
    cluster: str | None
    """The column with the clusters, which are whole in a shard."""
    has_whole_ids: bool
    """Whether what `key` holds are whole numbers that were written as 17.0."""

    @property
    def key(self) -> str:
        """The column that names the rows."""
        return self.ids or self.cluster or ""

    def selected(self, frame: Frame) -> Frame:
        """The rows under those names, with `customer_id` to split them by."""
        split = nw.col(self.cluster or self.key)
        return frame.select(customer_id=split, **{cell: nw.col(name) for cell, name in self._cells()})

    def restored(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of a shard as they were, in the order of their ids, or of all cells: an engine keeps none."""
        order = [self.key] if self.ids else list(dict.fromkeys((self.key, *self.names)))
        named = rows.drop("customer_id").rename(dict(self._cells())).sort(order)
        return numbered(named.cast({self.key: pl.Int64}) if self.has_whole_ids else named)

    def _cells(self) -> Iterator[tuple[str, str]]:
        return zip(_plain_names(len(self.names)), self.names, strict=True)


@dataclass(frozen=True, eq=False)
class RowOverlap:
    """Which rows of a table that is no trial can be compared: those that every arm was likely enough for."""

    encoding: ColumnEncoding
    model: PropensityModel
    share: float
    """Share of such rows in the sample."""

    @classmethod
    def of(cls, trial: PreparedTrial, sample: pl.DataFrame, treatment: str) -> RowOverlap:
        """Learn the propensities of a sample, of which `trial` holds the rows that can be compared."""
        arms = same_arms(trial.arms, sample[treatment])
        features = trial.encoding.matrix(sample.filter(arms.kept))
        model = PropensityModel.fit(features, arms.action, len(arms.names))
        return cls(trial.encoding, model, trial.value.size / len(features))

    def kept(self, table: pl.DataFrame) -> pl.DataFrame:
        """The rows that can be compared."""
        return table.filter(pl.Series(has_overlap(self.model.predict(self.encoding.matrix(table))), dtype=pl.Boolean))


@dataclass(frozen=True)
class TrialShards:
    """A trial of more customers than are to be in memory."""

    path: Path
    columns: ShardColumns
    sizes: Mapping[str, int]
    """Rows of each arm."""
    clusters: Mapping[str, int]
    """Clusters of each arm; empty where none are named."""
    sample: pl.DataFrame
    """All rows of customers, or of whole clusters, who were drawn by a hash of their ids."""
    others: Shards
    """The shards of everybody else."""
    overlap: RowOverlap | None = None
    """None for a trial."""

    def comparable(self, trial: PreparedTrial, request: UpliftRequest) -> TrialShards:
        """Return the same with the overlap of a table that is no trial, by the study of its sample."""
        if trial.design != "observational":
            return self
        return replace(self, overlap=RowOverlap.of(trial, self.sample, request.treatment))

    def customers(self, arms: Sequence[str]) -> int:
        """The number of customers in some arms; of those who can be compared about as many as by the sample's share."""
        share = 1.0 if self.overlap is None else self.overlap.share
        return round(share * sum(self.sizes[name] for name in arms))

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
        scorer = replace(scorer, key=self.columns.key)
        sampled = scorer.scores(self.sample if self.overlap is None else self.overlap.kept(self.sample))
        names = dict(zip(_plain_names(sampled.width), sampled.columns, strict=True))
        own = self.others.engine.table(_under_plain_names(sampled))
        return nw.concat([own, self.others.map(_Scored(scorer, self.columns, self.overlap))]), names


@dataclass(frozen=True)
class _Scored:
    """The scores of a shard, under names that every engine takes."""

    scorer: TrialScorer
    columns: ShardColumns
    overlap: RowOverlap | None

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        table = self.columns.restored(rows)
        if self.overlap is not None:
            table = self.overlap.kept(table)
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
    clusters = () if request.cluster is None else (request.cluster,)
    rows = check_cells(frame, request.treatment, request.numbers, clusters, path)
    if is_small(rows):
        return *_in_memory(table, frame, path, request), None
    shards = _in_shards(frame, path, rows, request, running)
    _check_clusters(frame, shards, request, is_named=engine is not None)
    return shards.sample, path, shards


def _in_memory(table: InputTable, frame: Frame, path: Path, request: UpliftRequest) -> tuple[pl.DataFrame, Path]:
    """All rows as without an engine; of a folder or a frame of Spark, which have no order, in that of their cells."""
    if not (path.is_dir() or hasattr(table, "sparkSession")):
        return table_rows(table, ids=request.names)
    rows = collect(frame)
    order = [name for name in (request.id, *rows.columns) if name is not None]
    return table_rows(rows.sort(list(dict.fromkeys(order))), ids=request.names)[0], path


def _in_shards(frame: Frame, path: Path, rows: int, request: UpliftRequest, engine: Engine) -> TrialShards:
    key = request.id or request.cluster
    if key is None:
        raise InputError(
            Message(
                "'{path}' has {n} rows, of which a sample is drawn by the ids of customers; name their column with "
                "--id",
                path=str(path),
                n=rows,
            )
        )
    check_rows_on_engine(frame, rows, request, path)
    columns = ShardColumns(tuple(frame.collect_schema()), request.id, request.cluster, _has_whole_ids(frame, key))
    sampled, others = Shards.of(columns.selected(frame), engine, rows).parted(FIT_CUSTOMERS)
    sizes = _by_arm(frame, request.treatment, nw.len())
    own = nw.col(request.cluster).n_unique() if request.cluster else None
    clusters = {} if own is None else _by_arm(frame, request.treatment, own)
    return TrialShards(path, columns, sizes, clusters, columns.restored(sampled), others)


def _by_arm(frame: Frame, treatment: str, number: nw.Expr) -> dict[str, int]:
    """Return a number of each arm, added up over the ways in which it is written."""
    counts = collect(frame.group_by(treatment).agg(n=number))
    sums: dict[str, int] = {}
    for name, n in zip(arm_names(counts[treatment]), counts["n"], strict=True):
        sums[name] = sums.get(name, 0) + n
    return sums


def _has_whole_ids(frame: Frame, key: str) -> bool:
    """Return whether ids are floats that are whole numbers, which `table_rows` writes as such in memory."""
    if not frame.collect_schema()[key].is_float():
        return False
    broken = (nw.col(key) != nw.col(key).round()).cast(nw.Int64).sum()
    return not collect(frame.select(n=broken))["n"][0]


def _check_clusters(frame: Frame, shards: TrialShards, request: UpliftRequest, *, is_named: bool) -> None:
    """Raise InputError for so few clusters that the sample or the others have hardly any.

    `is_named` says that this was asked for with --engine, rather than by a frame of Spark.
    """
    if request.cluster is None:
        return
    number = int(collect(frame.select(n=nw.col(request.cluster).n_unique()))["n"][0])
    sampled = shards.sample[request.cluster].n_unique()
    if min(sampled, number - sampled) >= FEW_CLUSTERS:
        return
    if is_named:
        raise InputError(
            Message(
                "'{path}' has {n} different '{column}' (--cluster), too few to learn from {least} of them and to judge "
                "by {least} others; leave --engine out",
                path=str(shards.path),
                column=request.cluster,
                n=number,
                least=FEW_CLUSTERS,
            )
        )
    raise InputError(
        Message(
            "'{path}' has {n} different '{column}' (--cluster), too few to learn from {least} of them and to judge by "
            "{least} others; collect the rows first",
            path=str(shards.path),
            column=request.cluster,
            n=number,
            least=FEW_CLUSTERS,
        )
    )
