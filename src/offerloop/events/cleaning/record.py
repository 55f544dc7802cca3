"""What cleaning did to all sources, in the tables that a run writes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from offerloop.engine import Frame, collect
from offerloop.events.cleaning.clean import LOSSES, Cleaned, loss_row, quality_row, summed
from offerloop.message import Message
from offerloop.tables import QUALITY, QUALITY_BY_DAY, REJECTED


class CleaningRecord:
    """What each rule did to each source; `keep` computes rejected rows, which are dropped where it is None."""

    def __init__(self, keep: Callable[[Frame], Frame] | None) -> None:
        self._keep = keep
        self.quality_rows: list[dict[str, Any]] = []
        self._losses: list[dict[str, Any]] = []
        self._daily: list[pl.DataFrame] = []
        self._rejected: list[Frame] = []

    def add(self, cleaned: Cleaned) -> None:
        """Add what the rules did to one source."""
        self.quality_rows.extend(cleaned.quality)
        if self._keep is not None:
            self._rejected.extend(self._keep(part) for part in cleaned.rejected)
        self._daily.extend(cleaned.daily)
        self._losses.extend(cleaned.losses)

    def add_quality(self, table: str, rule: str, action: str, rows: int, why: Message) -> None:
        """Add one row of the data-quality table."""
        self.quality_rows.append(quality_row(table, rule, action, rows, why))

    def leave_out(self, table: str, rule: str, rows: int, why: Message) -> None:
        """Add a row on rows that are left out after they were counted as kept, and take them off the kept ones."""
        self.add_quality(table, rule, "left out", rows, why)
        self.quality_rows = [
            {**row, "rows": row["rows"] - rows} if (row["table"], row["action"]) == (table, "kept") else row
            for row in self.quality_rows
        ]

    def add_loss(self, table: str, column: str, rule: str, rows: int, sales_minor: int | None) -> None:
        """Add rows that are left out, with what was paid for them."""
        self._losses.append(loss_row(table, column, rule, rows, sales_minor))

    def quality(self) -> pl.DataFrame:
        """The data-quality table: source, rule, action and rows."""
        return QUALITY.check(pl.DataFrame(self.quality_rows))

    def quality_by_day(self) -> pl.DataFrame:
        """What the rules did to order lines, by local day."""
        keys = ["order_day", "rule", "action"]
        rows = summed([QUALITY_BY_DAY.empty(), *self._daily], keys, ["rows"])
        return QUALITY_BY_DAY.check(rows.sort(keys))

    def rejected(self, oldest_day: int | None) -> pl.DataFrame:
        """All rows that were left out, with table and rule; from `oldest_day` on where there is a retention."""
        rows = pl.concat([REJECTED.empty(), *(collect(part) for part in self._rejected)])
        if oldest_day is not None:
            rows = rows.filter(pl.col("order_day") >= oldest_day)  # a row without a day may be old
        return REJECTED.check(rows).sort("table", "rule", "row")

    def losses(self) -> pl.DataFrame:
        """Rows that are left out, by table, column and rule, with what was paid for them."""
        return pl.DataFrame(self._losses, schema=LOSSES)
