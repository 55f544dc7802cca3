"""What customers bought around their exposures, computed where their purchases are: in shards of customers."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import polars as pl

from offerloop.engine import Engine, Frame, Shards, collect
from offerloop.response import EXPOSURE_FEATURES, Margins, exposure_features, exposure_outcomes, running_sums

FIRST = {name: f"first_{name}" for name in EXPOSURE_FEATURES}
"""Names of the features before the oldest of the exposures that a row is looked at with."""
_ROW, _DAYS = "_row", ("shown_day", "until_day", "first_day")


def facts_of(daily: Frame, rows: pl.DataFrame, margins: Margins, engine: Engine) -> pl.DataFrame:
    """Outcomes, features, and features before `first_day` of each row (customer_id, shown_day, until_day, first_day).

    `daily` are the daily sums of their customers, many rows for each of them, which stay in shards.
    """
    schema = daily.collect_schema()
    exposed = rows.select("customer_id", *_DAYS).with_row_index(_ROW).cast(dict.fromkeys((_ROW, *_DAYS), pl.Int64))
    empty = [nw.lit(None, kind).alias(name) for name, kind in schema.items() if name != "customer_id"]
    names = [*schema, _ROW, *_DAYS]
    bought = daily.with_columns(nw.lit(None, nw.Int64).alias(name) for name in (_ROW, *_DAYS)).select(names)
    both = nw.concat([bought, engine.table(exposed).with_columns(empty).select(names)])
    return collect(Shards.of(both, engine).map(_OfShard(margins)), _ROW).drop(_ROW)


@dataclass(frozen=True)
class _OfShard:
    """The facts of the exposures of a shard, from its purchases."""

    margins: Margins

    def __call__(self, both: pl.DataFrame) -> pl.DataFrame:
        rows = both.filter(pl.col(_ROW).is_not_null())
        days = running_sums(both.filter(pl.col(_ROW).is_null()).drop(_ROW, *_DAYS), self.margins)
        first = rows.select("customer_id", shown_day="first_day")
        return pl.concat(
            [
                rows.select(_ROW), exposure_outcomes(days, rows), exposure_features(days, rows),
                exposure_features(days, first).rename(FIRST),
            ],
            how="horizontal",
        )  # fmt: skip
