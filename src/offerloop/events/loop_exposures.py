"""What a loop gave in its earlier periods, which counts beside the exposures that the shop itself logged before it."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import polars as pl

from offerloop.engine import Engine, Frame, collect, distinct
from offerloop.errors import SourceError
from offerloop.evaluation import bucket
from offerloop.message import Message

COLUMNS = ("customer_id", "offer_id", "shown_day", "propensity")
EXAMPLES = 3
"""Ids that an error names."""
KEPT = 0.25
"""Share of the customers of whom what was shown before an alarm still counts."""


@dataclass(frozen=True)
class LoopExposures:
    """Exposures of a loop."""

    table: pl.DataFrame
    """COLUMNS: one row per customer and period, offer_id "none" where deliberately nothing was given."""
    first_day: int
    """Epoch day on which the loop began; the shop's own exposures count before it."""
    alarms: tuple[int, ...] = ()
    """Epoch days on which something had changed: of what was shown before, KEPT of the customers count."""

    def beside(self, logged: Frame, engine: Engine) -> Frame:
        """Exposures of the shop before the loop began, and those of the loop."""
        before = collect(logged.filter(nw.col("shown_day") < self.first_day))
        if self.table.is_empty():
            return engine.table(self._lately(before))
        if before.is_empty():
            return engine.table(self._lately(self.table))
        missing = [name for name in COLUMNS if name not in before.columns]
        before = before.with_columns(pl.lit(None).alias(name) for name in missing).select(COLUMNS)
        own = self.table.cast({"customer_id": before.schema["customer_id"]})
        return engine.table(self._lately(pl.concat([before.cast(own.schema), own])))

    def check_ids(self, lines: Frame, engine: Engine) -> None:
        """Raise SourceError where none of its customers is among those of the order lines."""
        own = self.table.select(pl.col("customer_id").cast(pl.String)).unique().sort("customer_id")
        buyers = lines.select(nw.col("customer_id").cast(nw.String))
        kept = buyers.join(engine.table(own), on="customer_id", how="semi")
        if own.is_empty() or not collect(kept.head(1)).is_empty():
            return
        examples = collect(distinct(buyers, "customer_id").sort("customer_id").head(EXAMPLES), "customer_id")
        now, before = ([f"'{one}'" for one in ids["customer_id"]] for ids in (examples, own.head(EXAMPLES)))
        raise SourceError(
            Message(
                "none of the {n} customers for whom the loop decided before is in the order lines: ids are now like "
                "{now} and were like {before}; let 'customer_id' hold the same ids as before, or move the loop's "
                "journal and folder away to begin another loop",
                n=own.height,
                now=now,
                before=before,
            )
        )

    def _lately(self, shown: pl.DataFrame) -> pl.DataFrame:
        """Without what earlier alarms made doubtful."""
        for day in self.alarms:
            ids = shown["customer_id"].unique().drop_nulls()
            kept = ids.filter(pl.Series([bucket(str(one), f"alarm-{day}") < KEPT for one in ids], dtype=pl.Boolean))
            shown = shown.filter((pl.col("shown_day") >= day) | pl.col("customer_id").is_in(kept.implode()))
        return shown
