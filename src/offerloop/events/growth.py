"""Order lines in a folder that gains files: what is kept of those read before, so that only new files are read.

The tables must equal those of a full reading. So new files are added only where each of their orders and days is new,
they take nothing back that was sold before, and no setting looks at the history anew; all else raises RereadError.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from offerloop.config import Config
from offerloop.engine import Engine, Frame, collect, distinct, with_part
from offerloop.errors import RereadError
from offerloop.events.cleaning.clean import LOSSES, SCANNED, Cleaned, scans_row, summed
from offerloop.events.cleaning.large_quantities import MAY_BE_COUNTS, QuantitySums
from offerloop.events.cleaning.sold_sums import SoldSums
from offerloop.events.columns.read import Read
from offerloop.events.prices.order_discounts import has_coupons
from offerloop.events.prices.returns import RETURN, WITHOUT_SALE
from offerloop.message import Message
from offerloop.tables import REJECTED


@dataclass(frozen=True)
class ReadSoFar:
    """What order lines that were read leave behind for those of later files."""

    columns: tuple[str, ...]
    """Names and types of the columns, in the files and as they were read."""
    time_forms: frozenset[str]
    """See `Read`."""
    orders: tuple[Frame, ...]
    """Each `order_id` once, also of lines that were left out."""
    ids: Frame
    """Each `customer_id` and each `product_id` once, beside an empty cell."""
    days: pl.DataFrame
    """Lines (n) of each local day, before cleaning."""
    texts: pl.DataFrame | None
    """Lines (n) by product_id and text, where order lines have texts."""
    quality: Sequence[dict[str, Any]]
    daily: Sequence[pl.DataFrame]
    losses: Sequence[dict[str, Any]]
    rejected: pl.DataFrame
    scanned_minor: int
    """What the rules did, as `Cleaned` has it."""
    quantities: QuantitySums
    sold: SoldSums


def extendable(config: Config) -> bool:
    """Return whether new files of the order lines can ever be added to those that were read."""
    source, privacy = config.sources["order_lines"], config.privacy
    return (
        source.path is not None
        and source.path.is_dir()
        and not source.join
        and source.fill is None
        and not (privacy.suppress or privacy.pseudonymise or privacy.retention_days)
        and privacy.fit_without_consent
        and config.profiles.as_of is None
        and not config.clean.drop_non_merchandise
        and ("exposures" not in config.sources or has_coupons(source.columns))
    )


def of_files(config: Config, files: Sequence[Path], time_forms: Collection[str], engine: Engine) -> Config:
    """The configuration with some files alone of the folder of order lines, whose times are written as before."""
    source = config.sources["order_lines"]
    folder = engine.new_folder() / source.file.name
    for file in files:
        place = folder / file.relative_to(source.file)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(file.resolve())
    part = source.model_copy(update={"path": folder, "time_format": next(iter(time_forms), None)})
    return config.model_copy(update={"sources": {**config.sources, "order_lines": part}})


class LinesRead:
    """Order lines on their way through cleaning, beside what is kept of earlier files."""

    def __init__(self, lines: Frame, read: Read, config: Config, engine: Engine, earlier: ReadSoFar | None) -> None:
        """Raises RereadError where the lines are of another kind than earlier ones, or of the same orders."""
        self.earlier, self._engine, self._currency, self.ids = earlier, engine, config.shop.currency, lines
        """`ids` holds every `customer_id` and `product_id` that was read, in any of the files."""
        self.extendable = extendable(config) and read.is_row_by_row and len(read.time_forms) < 2
        self._columns = (*sorted(read.columns), *(f"{name} {kind}" for name, kind in lines.collect_schema().items()))
        self._time_forms = read.time_forms
        if earlier is not None:
            self._check_kind(read, earlier)
        self._orders: tuple[Frame, ...] = ()
        self._days, self._texts = pl.DataFrame(), pl.DataFrame()
        self._quantities = QuantitySums(0, 0, 0, 0)
        self._sold = SoldSums(pl.DataFrame(), pl.DataFrame(), 0)
        self._cleaned = Cleaned("order_lines", lines)
        if self.extendable:
            self.ids = engine.keep(_distinct(lines, earlier))
            self._new = engine.keep(distinct(lines, "order_id"))
            self._orders = with_part(() if earlier is None else earlier.orders, self._new)
            self._check_orders()

    def _check_kind(self, read: Read, earlier: ReadSoFar) -> None:
        if not self.extendable:
            raise RereadError(Message("what cells of the new files mean depends on the rows of other files"))
        if (self._columns, self._time_forms) != (earlier.columns, earlier.time_forms):
            raise RereadError(Message("the columns of the new files have other types than those before"))
        if read.n_unreadable:
            raise RereadError(Message("the new files hold cells that cannot be read"))

    def _check_orders(self) -> None:
        if self.earlier is None:
            return
        new, nobody = self._new, nw.col("order_id").is_null()
        again = [new.filter(nobody), *(new.join(one, on="order_id", how="semi") for one in self.earlier.orders)]
        if any(collect(one.head(1)).height for one in again):
            raise RereadError(Message("the new files hold lines of orders that earlier files hold too"))

    def with_days(self, days: pl.DataFrame) -> pl.DataFrame:
        """Lines (n) of each day, with those of earlier files."""
        self._days = days if self.earlier is None else summed([self.earlier.days, days], ["day"], ["n"])
        return self._days

    def with_texts(self, counts: pl.DataFrame) -> pl.DataFrame:
        """Lines (n) by product and text, with those of earlier files."""
        before = [] if self.earlier is None or self.earlier.texts is None else [self.earlier.texts]
        self._texts = summed([*before, counts], ["product_id", "text"], ["n"]) if before else counts
        return self._texts

    def with_sold(self, sold: SoldSums) -> SoldSums:
        """Sums of clean lines, with those of earlier files."""
        self._sold = sold if self.earlier is None else self.earlier.sold.with_others(sold)
        return self._sold

    def with_quantities(self, sums: QuantitySums) -> QuantitySums:
        """Sums over quantities, with those of earlier files."""
        self._quantities = sums if self.earlier is None else self.earlier.quantities.with_others(sums)
        return self._quantities

    def settle(self, cleaned: Cleaned) -> None:
        """Add what the rules did to earlier files. Raises RereadError where something was returned."""
        self._cleaned = cleaned
        if self.earlier is None:
            return
        if any(row["rows"] for row in cleaned.quality if row["rule"] in (RETURN, WITHOUT_SALE)):
            raise RereadError(Message("the new files hold returns, which change earlier sales"))
        keys, before = (
            [(row["rule"], row["action"]) for row in rows] for rows in (cleaned.quality, self.earlier.quality)
        )
        if keys != before:
            raise RereadError(Message("the columns of the new files have other types than those before"))
        large = keys.index((MAY_BE_COUNTS, "flagged"))
        of_all_files = cleaned.quality[large]
        cleaned.scanned_minor += self.earlier.scanned_minor
        cleaned.quality = [
            {**row, "rows": row["rows"] + counted["rows"]}
            for row, counted in zip(cleaned.quality, self.earlier.quality, strict=True)
        ]
        place = keys.index((SCANNED, "merged"))
        cleaned.quality[place] = scans_row(cleaned.quality[place]["rows"], cleaned.scanned_minor, self._currency)
        cleaned.quality[large] = of_all_files
        cleaned.daily = [*self.earlier.daily, *cleaned.daily]
        cleaned.rejected.append(self._engine.table(self.earlier.rejected))
        cleaned.losses = _losses([*self.earlier.losses, *cleaned.losses])

    def check_first(self, first_day: int, as_of_day: int) -> None:
        """Raise RereadError where clean lines are not all of later days than those of earlier files."""
        if self.earlier is not None and first_day < as_of_day:
            raise RereadError(Message("the new files hold orders of days that earlier files hold too"))

    @property
    def read_so_far(self) -> ReadSoFar | None:
        """What is kept for later files; None where none can be added."""
        if not self.extendable:
            return None
        done, texts = self._cleaned, None if self._texts.is_empty() else self._texts
        rejected = pl.concat([REJECTED.empty(), *map(collect, done.rejected)])
        return ReadSoFar(
            self._columns, self._time_forms, self._orders, self.ids, self._days, texts, done.quality, done.daily,
            done.losses, rejected, done.scanned_minor, self._quantities, self._sold,
        )  # fmt: skip


def _losses(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    keys, table = ["table", "column", "rule"], pl.DataFrame(rows, schema=LOSSES)
    sales = pl.when(pl.col("sales_minor").is_not_null().any()).then(pl.col("sales_minor").sum())
    return table.group_by(keys, maintain_order=True).agg(pl.col("rows").sum(), sales).to_dicts()


def _distinct(lines: Frame, earlier: ReadSoFar | None) -> Frame:
    """Each value of both columns of ids once, the other cell of its row empty."""
    kinds = lines.collect_schema()
    rows = lines.select("customer_id", "product_id")
    rows = rows if earlier is None else nw.concat([earlier.ids, rows])
    customers = distinct(rows, "customer_id").with_columns(product_id=nw.lit(None, kinds["product_id"]))
    products = distinct(rows, "product_id").with_columns(customer_id=nw.lit(None, kinds["customer_id"]))
    return nw.concat([customers, products.select("customer_id", "product_id")])
