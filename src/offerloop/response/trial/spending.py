"""How far a budget reaches, or how many customers may be treated, for the candidates of a model selection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints

HALVINGS = 60


@dataclass(frozen=True)
class Spending:
    """The limit per customer on average; none for as much as pays."""

    per_customer: float | None = None
    """The budget per customer."""
    most_treated: float | None = None
    """Share of the customers that may be treated, whatever each costs."""

    @property
    def limit(self) -> float | None:
        """What may be used per customer, in the unit of `used`."""
        return self.per_customer if self.most_treated is None else self.most_treated

    def used(self, profit: Floats, cost: Floats | None) -> Floats | None:
        """Return what each offer to each customer uses of the limit (n, K); None where nothing is limited."""
        if self.most_treated is not None:
            return np.tile(np.arange(profit.shape[1]) > 0, (len(profit), 1)).astype(np.float64)
        return None if cost is None or self.per_customer is None else np.maximum(cost, 0.0)

    def best(self, profit: Floats, cost: Floats | None) -> Floats:
        """Return 1 for the offer that `choice` gives each row, and 0 for the others (n, K)."""
        return np.eye(profit.shape[1])[self.choice(profit, cost)]

    def choice_within(self, fold: Ints, profit: Floats, cost: Floats | None) -> Ints:
        """Return the choice (n,) of each fold (n,) by itself, so that every fold keeps to the limit.

        A policy of parts of several choices then keeps to it, too; and no fold is given more than the others because
        the models of these were fitted on its good luck.
        """
        if self.limit is None:
            return self.choice(profit, cost)
        chosen = np.empty(len(fold), dtype=np.int64)
        for held_fold in np.unique(fold):
            rows = fold == held_fold
            chosen[rows] = self.choice(profit[rows], None if cost is None else cost[rows])
        return chosen

    def choice(self, profit: Floats, cost: Floats | None) -> Ints:
        """Return the offer of each row (n,) with the most profit less the price of budget times cost.

        Profit and cost (n, K) are 0 for no offer. The price is the lowest at which expected cost keeps to the budget,
        or the customers that are treated to their share. Of equally good offers the first is taken.
        """
        free = profit.argmax(axis=1)
        spent, limit = self.used(profit, cost), self.limit
        if spent is None or limit is None or _total(spent, free) / len(spent) <= limit:
            return free
        price, chosen = 1.0, (profit - spent).argmax(axis=1)
        while _total(spent, chosen) / len(spent) > limit and price < 1e12:
            price *= 2
            chosen = (profit - price * spent).argmax(axis=1)
        return _at_lowest_price(profit, spent, limit, price, (free, chosen))

    def same(self, offers: int, mean_cost: Floats | None) -> Floats:
        """(K, K): each offer to as large a random share of the customers as the limit allows; mean cost (K,)."""
        share = np.ones(offers)
        if self.most_treated is not None:
            share = np.full(offers, self.most_treated)
        elif mean_cost is not None and self.per_customer is not None:
            share = np.minimum(1.0, self.per_customer / np.maximum(mean_cost, 1e-12))
        covariance = np.diag(share)
        covariance[1:, 0] = 1 - share[1:]
        covariance[0] = np.eye(offers)[0]
        return covariance


def _at_lowest_price(profit: Floats, spent: Floats, budget: float, high: float, ends: tuple[Ints, Ints]) -> Ints:
    """Return the offers (n,) at the lowest price between 0 and `high` at which the mean of `spent` keeps to a budget.

    `ends` are the offers at these two prices. Worth is linear in the price, so an offer that is the best at both ends
    is the best between them: such rows need no further look, and few others remain after some halvings. Rows that are
    equally good at that price are drawn, as many as the budget leaves, not left out together.
    """
    low, n, fixed, (below, above) = 0.0, len(spent), 0.0, ends
    choice, rows = above.copy(), np.arange(n)
    for _ in range(HALVINGS):
        choice[rows], differs = above, below != above
        fixed += _total(spent[~differs], above[~differs])
        rows, profit, spent, below, above = (one[differs] for one in (rows, profit, spent, below, above))
        middle = (low + high) / 2
        chosen = (profit - middle * spent).argmax(axis=1)
        fits = (fixed + _total(spent, chosen)) / n <= budget
        low, high, below, above = (low, middle, below, chosen) if fits else (middle, high, chosen, above)
    choice[rows] = above
    alike = np.random.default_rng(0).permutation(len(rows))
    more = spent[alike, below[alike]] - spent[alike, above[alike]]
    drawn = alike[np.cumsum(more) <= budget * n - fixed - _total(spent, above)]
    choice[rows[drawn]] = below[drawn]
    return choice


def _total(spent: Floats, chosen: Ints) -> float:
    return float(spent[np.arange(len(chosen)), chosen].sum())
