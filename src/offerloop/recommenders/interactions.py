"""Who bought what and how long ago, as integer codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from offerloop.errors import ContractError, EvidenceError

Ids = NDArray[Any]
"""Customer or product ids: integers, or text of fixed width."""
Codes = NDArray[np.int64]
"""Positions in a sorted array of ids; -1 where the id is not there."""
Csr = Any  # scipy.sparse.csr_matrix, which has no types


@dataclass(frozen=True)
class Interactions:
    """Purchase days before `as_of_day`: one event per customer, product and day.

    Events are sorted, so purchases in any order give the same object.
    """

    customers: Ids
    """Sorted; everyone who bought one of `products`."""
    products: Ids
    """Sorted; every product that was bought, or bought by enough customers."""
    rows: Codes
    """Customer of each event, a position in `customers`."""
    columns: Codes
    """Product of each event, a position in `products`."""
    age_days: NDArray[np.int64]
    """Days from each event to `as_of_day`, at least 1."""
    as_of_day: int
    """Epoch day; nothing of this day or later is known."""

    @classmethod
    def build(cls, purchases: pl.DataFrame, as_of_day: int, *, min_buyers: int = 1) -> Self:
        """From customer_id, product_id and order_day (epoch day); rows from `as_of_day` on are ignored.

        Units are not read: they say little about liking, and goods sold by measure would drown all others.
        Products with fewer than `min_buyers` customers are left out. Raises EvidenceError when nothing is
        left.
        """
        past = pl.col("order_day") < as_of_day
        seen = purchases.lazy().filter(past).select("customer_id", "product_id", "order_day").unique()
        if min_buyers > 1:
            seen = seen.filter(pl.col("customer_id").n_unique().over("product_id") >= min_buyers)
        events = seen.sort("customer_id", "product_id", "order_day").collect()
        if events.is_empty():
            raise EvidenceError(
                f"before {day(as_of_day)} no product had {min_buyers} or more buyers, so nothing can be "
                "recommended as of that day; give older order lines"
            )
        code = events.select((pl.col("customer_id", "product_id").rank("dense") - 1).cast(pl.Int64))
        return cls(
            customers=as_ids(events["customer_id"].unique().sort()),
            products=as_ids(events["product_id"].unique().sort()),
            rows=code["customer_id"].to_numpy(),
            columns=code["product_id"].to_numpy(),
            age_days=as_of_day - events["order_day"].to_numpy(),
            as_of_day=as_of_day,
        )

    def customer_codes(self, ids: ArrayLike) -> Codes:
        """The row of each customer, -1 for an unknown one."""
        return _positions(self.customers, as_ids(ids))

    def product_codes(self, ids: ArrayLike) -> Codes:
        """The column of each product, -1 for an unknown one."""
        return _positions(self.products, as_ids(ids))

    def counts(self, within_days: int | None = None) -> Csr:
        """Number of purchase days, in all or in the last `within_days`; float32, customers x products."""
        recent = np.ones(len(self.rows)) if within_days is None else self.age_days <= within_days
        return self._matrix(recent.astype(np.float64))

    def decayed(self, time_constant_days: float) -> Csr:
        """Sum over purchase days of ``exp(-age / time_constant)``; float32, customers x products."""
        return self._matrix(np.exp(-self.age_days / time_constant_days))

    def _matrix(self, weights: NDArray[np.float64]) -> Csr:
        shape = (len(self.customers), len(self.products))
        matrix = sparse.csr_matrix((weights, (self.rows, self.columns)), shape=shape)
        matrix.eliminate_zeros()
        return matrix.astype(np.float32)


def as_ids(ids: ArrayLike | pl.Series) -> Ids:
    """Ids as an array that can be searched: text gets a fixed width."""
    found = ids.to_numpy() if isinstance(ids, pl.Series) else np.asarray(ids)
    return found.astype(np.str_) if found.dtype == object else found


def _positions(known: Ids, wanted: Ids) -> Codes:
    if wanted.size and (wanted.dtype.kind in "iu") != (known.dtype.kind in "iu"):
        raise ContractError(f"ids are {known.dtype.name} when fitting and {wanted.dtype.name} when scoring")
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, at, -1)


def day(epoch_day: int) -> date:
    """The date of an epoch day, for messages."""
    return date(1970, 1, 1) + timedelta(days=epoch_day)
