"""What most customers bought lately, of all or of the customer's own segment."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import polars as pl
from scipy import sparse

from offerloop.recommenders.base import RECENT_DAYS, HistoryRecommender, Scores, recent_buyers
from offerloop.recommenders.histories import Codes, Histories, Ids, as_ids, positions
from offerloop.recommenders.interactions import Interactions


class Popularity(HistoryRecommender):
    """Affinity = distinct buyers in the last `window_days`, as a share of all customers.

    Where customers have segments, the share in the customer's own one counts, drawn towards the share of all as if
    `prior_customers` more of them were in it; so a small segment differs only where it has reason to.
    """

    name: ClassVar[str] = "popularity"

    def __init__(self, *, window_days: int = RECENT_DAYS, prior_customers: float = 200.0) -> None:
        self.window_days = window_days
        self.prior_customers = prior_customers

    def _learn(self, interactions: Interactions) -> None:
        share = recent_buyers(interactions, self.window_days) / len(interactions.customers)
        self._segmented, self._codes = _segments(interactions.context.segments)
        code = self._segment_codes(interactions.customers)
        row = np.flatnonzero(code >= 0)
        size = np.bincount(code[row], minlength=self._codes.max(initial=-1) + 1)
        member = sparse.csr_matrix((np.ones(len(row)), (code[row], row)), (len(size), len(code)))
        bought = interactions.counts(self.window_days).astype(np.bool_)
        theirs = (member @ bought).toarray() + self.prior_customers * share
        own = theirs / (np.maximum(size, 1) + self.prior_customers)[:, None]
        own[size == 0] = share
        self._shares = np.vstack([own, share]).astype(np.float32)
        self.alike = None if len(row) else self._shares[-1]

    def _score(self, histories: Histories) -> Scores:
        """Who has no segment, an unknown one, or one of no fitted customer gets the share of all, the last row."""
        scores: Scores = self._shares[self._segment_codes(histories.customers)]
        return scores

    def _segment_codes(self, customers: Ids) -> Codes:
        """The segment of each customer by number; -1 where none is known."""
        at = positions(self._segmented, customers)
        return np.append(self._codes, -1)[at]


def _segments(segments: pl.DataFrame | None) -> tuple[Ids, Codes]:
    """Customers who have a segment, ascending, and the numbers of their segments."""
    none = np.empty(0, np.int64)
    if segments is None:
        return none, none
    numbered = segments.drop_nulls("segment").unique("customer_id").sort("customer_id")
    return as_ids(numbered["customer_id"]), numbered["segment"].rank("dense").cast(pl.Int64).to_numpy() - 1
