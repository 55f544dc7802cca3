"""The files of a made-up shop that `offerloop init` reads: orders, products, exposures and offers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from equal_spend import Effects
from foreign_offers import Planted, listed, taken_off
from offerloop.arrays import Ints
from offerloop.config import SourceName
from offerloop.offers import NO_OFFER

if TYPE_CHECKING:
    from foreign_true_form import Form

ZERO = date(2024, 1, 1)
"""A Monday: day 0 of the orders."""


class World(Protocol):
    """A shop with a random log of its offers, whose truth is known."""

    @property
    def size(self) -> int:
        """Number of customers."""
        ...

    @property
    def offers(self) -> tuple[Planted, ...]:
        """All of its offers."""
        ...

    def truth(self) -> Effects:
        """Return true value and cost of each offer in the week after the log."""
        ...

    def form(self) -> Form | None:
        """Return the form of its responses; None where what is known of customers says nothing of it."""
        ...

    def write(self, folder: Path) -> dict[SourceName, str]:
        """Write the shop's files and return their places."""
        ...


def names(offers: Sequence[Planted]) -> list[str]:
    """Return the ids of no offer and of each offer."""
    return [NO_OFFER, *(one.name for one in offers)]


def write_files(
    folder: Path, lines: pl.DataFrame, products: pl.DataFrame, offers: Sequence[Planted], action: Ints, week: int
) -> dict[SourceName, str]:
    """Write what was bought and shown.

    `lines` have order_id, place (of the customer), product, category, quantity, worth (minor units), day and offer
    (position, -1 for none); `action` (customers, periods) is 0 for no offer, else 1 + position; the log begins in
    `week`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[SourceName, pl.DataFrame] = {
        "order_lines": _orders(lines, offers),
        "products": products,
        "exposures": _exposures(names(offers), action, week),
        "offers": listed(offers),
    }
    for name, table in tables.items():
        table.write_csv(folder / f"{name}.csv")
    return {name: str(folder / f"{name}.csv") for name in tables}


def _orders(lines: pl.DataFrame, offers: Sequence[Planted]) -> pl.DataFrame:
    off = taken_off(offers)
    noon = pl.lit(datetime.combine(ZERO, datetime.min.time())) + pl.duration(days="day", hours=12)
    return lines.select(
        "order_id",
        pl.format("c{}", "place").alias("customer_id"),
        pl.col("product").alias("product_id"),
        "quantity",
        (pl.col("worth") / 100).alias("list_value"),
        (off / 100).alias("discount"),
        ((pl.col("worth") - off) / 100).alias("paid"),
        noon.dt.strftime("%Y-%m-%d %H:%M:%S").alias("at"),
    )


def _exposures(ids: Sequence[str], action: Ints, week: int) -> pl.DataFrame:
    n, periods = action.shape
    days = [ZERO + timedelta(days=7 * (week + t)) for t in range(periods)]
    return pl.DataFrame(
        {
            "customer_id": np.repeat([f"c{i}" for i in range(n)], periods),
            "offer_id": np.array(ids)[action.ravel()],
            "propensity": np.full(n * periods, 1 / len(ids)),
            "at": np.tile([f"{one} 00:00:00" for one in days], n),
        }
    )
