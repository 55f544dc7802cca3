"""How far a budget reaches, for the candidates of a contest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.response.terms import Floats

HALVINGS = 60


@dataclass(frozen=True)
class Spending:
    """What may be spent on each customer on average; None for as much as pays."""

    per_customer: float | None = None

    def best(self, profit: Floats, cost: Floats | None) -> Floats:
        """(n, K): 1 for the offer of each row with the most profit less the price of budget times cost.

        Profit and cost (n, K) are 0 for no offer. The price is the lowest at which expected cost keeps to the budget.
        """
        if cost is None or self.per_customer is None:
            return _chosen(profit)
        spent = np.maximum(cost, 0.0)
        if self._mean(_chosen(profit), spent) <= self.per_customer:
            return _chosen(profit)
        low, high = 0.0, 1.0
        while self._mean(_chosen(profit - high * spent), spent) > self.per_customer and high < 1e12:
            high *= 2
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            fits = self._mean(_chosen(profit - middle * spent), spent) <= self.per_customer
            low, high = (low, middle) if fits else (middle, high)
        return _chosen(profit - high * spent)

    def same(self, offers: int, mean_cost: Floats | None) -> Floats:
        """(K, K): each offer to as large a random share of the customers as the budget allows; mean cost (K,)."""
        share = np.ones(offers)
        if mean_cost is not None and self.per_customer is not None:
            share = np.minimum(1.0, self.per_customer / np.maximum(mean_cost, 1e-12))
        found = np.diag(share)
        found[1:, 0] = 1 - share[1:]
        found[0] = np.eye(offers)[0]
        return found

    @staticmethod
    def _mean(chosen: Floats, cost: Floats) -> float:
        return float((chosen * cost).sum() / len(cost))


def _chosen(worth: Floats) -> Floats:
    """(n, K): 1 for the largest of each row, the first of equal ones."""
    return np.eye(worth.shape[1])[worth.argmax(axis=1)]
