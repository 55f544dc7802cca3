"""Errors that the effects of shown offers share, so that the difference of two policies has an error of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.response.shown.growth.expected_sales import TINY


@dataclass(frozen=True, eq=False)
class SharedErrors:
    """Errors that customers, or offers, have in common.

    The error of a value is that of the growth by its offer, plus the error of the customer's response times the
    derivative of the value by it. The two are independent.
    """

    customers: pl.Series
    """customer_id."""
    response: Floats
    """(customers, causes): see `Growth.response_errors`."""
    offers: tuple[str, ...]
    """Ids of the offers that were shown at random."""
    correlation: Floats
    """(offers, offers): of the errors of growth."""

    @classmethod
    def none(cls) -> Self:
        """Return those of no offer."""
        return cls(pl.Series("customer_id", [], pl.Null), np.zeros((0, 0)), (), np.zeros((0, 0)))

    @classmethod
    def of(cls, customers: pl.Series, response: Floats, made_of: Mapping[str, Floats], covariance: Floats) -> Self:
        """Build it from the covariance (K, K) of the growth by shown offers, of which offers are made (K,)."""
        parts = np.array([*made_of.values()])
        of_offers = parts @ covariance @ parts.T
        se = np.sqrt(np.maximum(np.diag(of_offers), TINY))
        correlation = of_offers / np.outer(se, se)
        np.fill_diagonal(correlation, 1.0)  # of an offer whose growth is sure, costs may be unsure
        return cls(customers, response, tuple(made_of), correlation)

    def places(self, customers: pl.Series) -> Ints:
        """(n,): the row of `response` of each customer, 0 where there is none."""
        if self.customers.is_empty():
            return np.zeros(len(customers), dtype=np.int64)
        rows = pl.DataFrame({"customer_id": self.customers, "row": np.arange(len(self.customers))})
        placed = customers.alias("customer_id").to_frame().join(rows, "customer_id", how="left", maintain_order="left")
        return placed["row"].fill_null(0).to_numpy()

    def of_offers(self, errors: Floats, offer: Ints) -> float:
        """Return the variance of a sum from the growth of its summands' offers: `offer` (n,) are places in `offers`,
        `errors` (n,) the standard errors of the summands.

        Errors count as one where this is more, so that a plan alone is not surer of itself by giving several offers.
        """
        by_offer = np.bincount(offer, errors, len(self.offers))
        return max(float(by_offer @ self.correlation @ by_offer), float(by_offer.sum()) ** 2)

    def of_responses(self, derivatives: Floats, customer: Ints) -> float:
        """Return the variance of a sum from the responses of its summands' customers: `customer` (n,) are rows of
        `response`, `derivatives` (n,) those of the summands by them.

        Errors count from their mean over the sum's own customers: how much these respond on average is judged on
        customers left out (`calibration`), and in the errors of growth. So a plan alone has none, and the difference of
        two plans that reach different customers has.
        """
        each = np.bincount(customer, derivatives, len(self.customers))
        if not each.any():
            return 0.0
        share = np.abs(each) / np.abs(each).sum()
        by_cause = (each - each.sum() * share) @ self.response
        return float(by_cause @ by_cause)
