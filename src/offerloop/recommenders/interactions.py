"""Who bought what and how long ago, as integer codes, with what is known of products and customers besides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from offerloop.errors import EvidenceError
from offerloop.message import Message
from offerloop.recommenders.context import Context
from offerloop.recommenders.histories import EVENT, Codes, Histories, Ids, as_ids, positions


@dataclass(frozen=True)
class Interactions(Histories):
    """Everything known before `as_of_day`: the histories of all customers, sorted by their ids.

    Purchases in any order give the same object.
    """

    products: Ids
    """Sorted; every product that was bought, or bought by enough customers."""
    as_of_day: int
    """Epoch day; nothing of this day or later is known."""
    context: Context = field(default_factory=Context)
    min_buyers: int = 1
    rare: tuple[Ids, Ids] = (np.empty(0, np.int64), np.empty(0, np.int64))
    """Customers, ascending, and products of purchases that were left out because too few bought the product."""

    @classmethod
    def build(
        cls, purchases: pl.DataFrame, as_of_day: int, *, min_buyers: int = 1, context: Context | None = None
    ) -> Self:
        """Build it from customer_id, product_id and order_day (epoch day); rows from `as_of_day` on are ignored.

        Units are not read: they say little about liking, and goods sold by measure would drown all others.
        Products with fewer than `min_buyers` customers are left out, and ratings of what nobody bought. Raises
        EvidenceError when nothing is left.
        """
        context = context or Context()
        past = purchases.filter(pl.col("order_day") < as_of_day).select(EVENT).sort(EVENT)
        past = past.filter(_firsts(past))
        is_first = _firsts(past.select(EVENT[:2]))
        buyers = past.filter(is_first).group_by("product_id").len()
        is_rare = past["product_id"].is_in(buyers.filter(pl.col("len") < min_buyers)["product_id"].implode())
        events, rare = past.filter(~is_rare), past.filter(is_rare & is_first)
        if events.is_empty():
            raise EvidenceError(_nothing(as_of_day, min_buyers))
        customers, products = (as_ids(events[name].unique().sort()) for name in ("customer_id", "product_id"))
        return cls(
            customers=customers,
            rows=events["customer_id"].rle_id().cast(pl.Int64).to_numpy(),
            columns=events["product_id"].rank("dense").cast(pl.Int64).to_numpy() - 1,
            age_days=as_of_day - events["order_day"].to_numpy(),
            n_products=len(products),
            rated=_rated(context.ratings, customers, products, as_of_day),
            products=products,
            as_of_day=as_of_day,
            context=context,
            min_buyers=min_buyers,
            rare=(as_ids(rare["customer_id"]), as_ids(rare["product_id"])),
        )

    def before(self, as_of_day: int) -> Self:
        """What was known at an earlier day. Raises EvidenceError when that was nothing."""
        past = self.age_days > self.as_of_day - as_of_day
        row, column, age = self.rows[past], self.columns[past], self.age_days[past] - (self.as_of_day - as_of_day)
        first = np.flatnonzero(np.diff(row * self.n_products + column, prepend=-1))
        few = np.bincount(column[first], minlength=self.n_products) < self.min_buyers
        rare = first[few[column[first]]]
        kept = ~few[column]
        if not kept.any():
            raise EvidenceError(_nothing(as_of_day, self.min_buyers))
        customer_rows, row_code = _renumbered(row[kept], len(self.customers))
        sold, column_code = _renumbered(column[kept], self.n_products)
        customers, products = self.customers[customer_rows], self.products[sold]
        return replace(
            self,
            customers=customers,
            rows=row_code,
            columns=column_code,
            age_days=age[kept],
            n_products=len(products),
            rated=_rated(self.context.ratings, customers, products, as_of_day),
            products=products,
            as_of_day=as_of_day,
            rare=(self.customers[row[rare]], self.products[column[rare]]),
        )

    def histories(self, events: pl.DataFrame) -> tuple[Histories, tuple[Ids, Ids]]:
        """The histories of customers, of the fit or not, and their purchases of what this does not know, as in `rare`.

        `events` has customer_id, product_id, order_day and value; a row with a value is a rating.
        """
        past = events.filter(pl.col("order_day") < self.as_of_day)
        bought = past.filter(pl.col("value").is_null()).select(EVENT).unique().sort(EVENT)
        rated = past.drop_nulls("value").rename({"order_day": "rated_day"})
        customers = as_ids(bought["customer_id"].unique().sort())
        row, column = (
            positions(customers, as_ids(bought["customer_id"])),
            positions(self.products, as_ids(bought["product_id"])),
        )
        is_known, age = column >= 0, self.as_of_day - bought["order_day"].to_numpy()
        ratings = _rated(None if rated.is_empty() else rated, customers, self.products, self.as_of_day)
        rare = bought.filter(pl.Series(~is_known)).select(EVENT[:2]).unique().sort("customer_id", "product_id")
        return (
            Histories(customers, row[is_known], column[is_known], age[is_known], self.n_products, ratings),
            (as_ids(rare["customer_id"]), as_ids(rare["product_id"])),
        )

    def product_codes(self, ids: ArrayLike) -> Codes:
        """The column of each product, -1 for an unknown one."""
        return positions(self.products, as_ids(ids))


def _firsts(ordered: pl.DataFrame) -> pl.Series:
    """Which rows of a sorted table are the first of their kind."""
    differs = (pl.col(name) != pl.col(name).shift(1) for name in ordered.columns)
    return ordered.select(pl.any_horizontal(*differs).fill_null(value=True)).to_series()


def _renumbered(codes: Codes, n: int) -> tuple[Codes, Codes]:
    """Which codes from 0 to n - 1 are there, and the number of each among these."""
    is_there = np.bincount(codes, minlength=n) > 0
    return np.flatnonzero(is_there), (np.cumsum(is_there) - 1)[codes]


def day(epoch_day: int) -> date:
    """The date of an epoch day, for messages."""
    return date(1970, 1, 1) + timedelta(days=epoch_day)


def _nothing(as_of_day: int, min_buyers: int) -> Message:
    """Say that no product had enough buyers."""
    return Message(
        "before {day} no product had {least} or more buyers, so nothing can be recommended as of that day; give older "
        "order lines",
        day=day(as_of_day).isoformat(),
        least=min_buyers,
    )


def _rated(ratings: pl.DataFrame | None, customers: Ids, products: Ids, as_of_day: int) -> tuple[Codes, Codes, Ids]:
    """The last rating of each customer and product before the day, by codes."""
    if ratings is None:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    past = ratings.filter(pl.col("rated_day") < as_of_day).sort("customer_id", "product_id", "rated_day", "value")
    last = past.unique(["customer_id", "product_id"], keep="last", maintain_order=True)
    row, column = (
        positions(customers, as_ids(last["customer_id"])),
        positions(products, as_ids(last["product_id"])),
    )
    is_known = (row >= 0) & (column >= 0)
    return row[is_known], column[is_known], last["value"].to_numpy()[is_known].astype(np.float32)
