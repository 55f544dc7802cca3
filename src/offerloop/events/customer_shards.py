"""Clean events by shards of customers, for shops whose customers do not fit into the memory of one machine together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import narwhals as nw
import polars as pl

from offerloop.engine import Engine, Frame, collect
from offerloop.events.clean_events import Events

LAZY = ("customers", "audiences", "redemptions", "browsing", "exposures")
"""Lazy tables of customers, beside their order lines."""
IN_MEMORY = ("no_consent", "bulk_buyers")
"""Tables of customers that are in memory."""
LINES = "order_lines"
OF_THE_SHOP = ("products", "campaigns", "coupon_products")
"""Tables that every shard reads whole."""


_MADE: WeakKeyDictionary[Engine, set[Path]] = WeakKeyDictionary()
"""Folders of shards by the engine that made them, with which they end."""


@dataclass(frozen=True)
class CustomerShards:
    """Files of clean events, a folder for each shard of each table, where all that computes reaches them."""

    place: Path
    customers: tuple[int, ...]
    """How many customers of each shard have order lines."""

    @classmethod
    def of(cls, events: Events, engine: Engine, number: int) -> CustomerShards:
        """Split the tables of customers into so many shards. Raises OSError when the disk refuses."""
        place = engine.new_folder()
        _MADE.setdefault(engine, set()).add(place)
        tables = {LINES: events.order_lines, **{name: getattr(events, name) for name in LAZY}}
        tables |= {name: engine.table(getattr(events, name)) for name in IN_MEMORY}
        for name, table in tables.items():
            engine.partition(table, place / name, number)
        for name in OF_THE_SHOP:
            engine.write(getattr(events, name), place / f"{name}.parquet")
        frames = (engine.read(_folder(place, LINES, shard)) for shard in range(number))
        customers = (collect(one.select(n=nw.col("customer_id").n_unique()))["n"][0] for one in frames)
        return cls(place, tuple(int(one or 0) for one in customers))

    def last_as_long_as(self, engine: Engine) -> bool:
        """Return whether the files are this engine's, and so are there; those of an earlier one may be gone."""
        return self.place in _MADE.get(engine, ())

    def some(self, events: Events, engine: Engine, shards: Iterable[int]) -> Events:
        """Return the events of the customers of some shards, on the engine."""
        chosen = list(shards)

        def part(name: str, whole: Frame) -> Frame:
            columns = whole.collect_schema().names()
            return nw.concat([engine.read(_folder(self.place, name, one)).select(*columns) for one in chosen])

        lazy: dict[str, Any] = {name: part(name, getattr(events, name)) for name in LAZY}
        small: dict[str, Any] = {
            name: pl.concat([_rows(_folder(self.place, name, one)) for one in chosen]) for name in IN_MEMORY
        }
        return replace(events, line_parts=(part(LINES, events.order_lines),), read_so_far=None, **lazy, **small)

    def read(self, shard: int, facts: Events) -> Events:
        """Return the events of a shard's customers, in memory as far as they are read.

        `facts` is what `without_tables` gives of the whole shop.
        """
        lazy: dict[str, Any] = {name: _lazy(_folder(self.place, name, shard) / "*.parquet") for name in LAZY}
        small: dict[str, Any] = {name: _rows(_folder(self.place, name, shard)) for name in IN_MEMORY}
        whole: dict[str, Any] = {name: _lazy(self.place / f"{name}.parquet") for name in OF_THE_SHOP}
        lines = _lazy(_folder(self.place, LINES, shard) / "*.parquet")
        return replace(facts, line_parts=(lines,), **lazy, **small, **whole)


def _folder(place: Path, table: str, shard: int) -> Path:
    return place / table / f"shard={shard}"


def without_tables(events: Events) -> Events:
    """Return what is true of the whole shop, with empty tables, so that it can travel to who reads shards."""
    nothing = nw.from_native(pl.LazyFrame())
    lazy: dict[str, Any] = dict.fromkeys((*LAZY, *OF_THE_SHOP), nothing)
    tables: dict[str, Any] = dict.fromkeys(
        ("returned", "quality", "quality_by_day", "rejected", "losses", *IN_MEMORY), pl.DataFrame()
    )
    return replace(events, line_parts=(nothing,), notes=(), read_so_far=None, **lazy, **tables)


def _lazy(files: Path) -> Frame:
    return nw.from_native(pl.scan_parquet(files, hive_partitioning=False))


def _rows(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "*.parquet", hive_partitioning=False)
