"""What most customers bought lately, of all or of the customer's own segment."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import polars as pl
from scipy import sparse

from offerloop.recommenders.base import RECENT_DAYS, HistoryRecommender, Scores, recent_buyers
from offerloop.recommenders.histories import Codes, Histories, Ids, as_ids
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
        self._shares = np.asarray(share[None, :], dtype=np.float32)
        self._segments = segment_codes(interactions, interactions.customers)
        inside = self._segments >= 0
        if inside.any():
            row, size = np.flatnonzero(inside), np.bincount(self._segments[inside])
            member = sparse.csr_matrix((np.ones(len(row)), (self._segments[row], row)), (len(size), len(inside)))
            bought = interactions.counts(self.window_days).astype(np.bool_)
            theirs = (member @ bought).toarray() + self.prior_customers * share
            own = theirs / (size + self.prior_customers)[:, None]
            self._shares = np.vstack([own, share]).astype(np.float32)
        self.alike = None if inside.any() else self._shares[0]

    def _score(self, histories: Histories) -> Scores:
        """Who has no segment, or an unknown one, gets the share of all, the last row."""
        scores: Scores = self._shares[segment_codes(self.interactions, histories.customers)]
        return scores


def segment_codes(interactions: Interactions, customers: Ids) -> Codes:
    """The segment of each customer, numbered in their order; -1 where none is known."""
    segments = interactions.context.segments
    if segments is None:
        return np.full(len(customers), -1)
    numbered = segments.drop_nulls("segment").unique("customer_id").sort("customer_id")
    code = numbered["segment"].rank("dense").cast(pl.Int64).to_numpy() - 1
    if not len(code):
        return np.full(len(customers), -1)
    at = np.searchsorted(as_ids(numbered["customer_id"]), customers)
    at = np.minimum(at, len(code) - 1)
    return np.where(as_ids(numbered["customer_id"])[at] == customers, code[at], -1)
