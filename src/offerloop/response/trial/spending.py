"""How far a budget reaches, or how many customers may be treated, for the candidates of a model selection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints


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
        return _at_lowest_price(profit, spent, limit)

    def same(self, offers: int, mean_cost: Floats | None) -> Floats:
        """(K, K): each offer to as large a random share of the customers as the limit allows; mean cost (K,)."""
        share = np.ones(offers)
        if self.most_treated is not None:
            share = np.full(offers, self.most_treated)
        elif mean_cost is not None and self.per_customer is not None:
            share = np.minimum(1.0, self.per_customer / np.maximum(mean_cost, 1e-12))
        probabilities = np.diag(share)
        probabilities[1:, 0] = 1 - share[1:]
        probabilities[0] = np.eye(offers)[0]
        return probabilities


def _at_lowest_price(profit: Floats, spent: Floats, budget: float) -> Ints:
    """Return the offers (n,) at the lowest price at which the mean of `spent` keeps to a budget.

    Every row begins with the best offer that uses nothing, and takes its upgrades as long as they bring more than the
    price: the greedy solution of the multiple-choice knapsack problem (Sinha and Zoltners 1979). Rows that are equally
    good at that price are drawn, as many as the budget leaves, not left out together.
    """
    n = len(spent)
    choice, drawn = np.where(spent > 0, -np.inf, profit).argmax(axis=1), np.random.default_rng(0).permutation(n)
    steps = list(_upgrades(profit, spent, choice, drawn))
    rows, offers, more, price = (np.concatenate(one) for one in zip(*steps, strict=True))
    order = np.argsort(-price)
    taken = order[np.cumsum(more[order]) / n <= budget]
    choice[rows[taken]] = offers[taken]
    return choice


def _upgrades(profit: Floats, spent: Floats, choice: Ints, rows: Ints) -> Iterator[tuple[Ints, Ints, Floats, Floats]]:
    """Yield the rows that have an upgrade, its offer, how much more that uses, and the profit of each unit more.

    That is the offer with the most profit for a unit. Each upgrade of a row brings less than the one before.
    """
    offers, most = choice[rows], np.full(len(rows), np.inf)
    while len(rows):
        gain, more = (one[rows] - one[rows, offers][:, None] for one in (profit, spent))
        price = np.divide(gain, more, out=np.full_like(more, -np.inf), where=more > 0)
        each, offers = np.arange(len(rows)), price.argmax(axis=1)
        # By rounding an upgrade may seem as good as the one before, and would then be taken without it.
        most, used = np.minimum(price[each, offers], np.nextafter(most, -np.inf)), more[each, offers]
        pays = most > 0
        rows, offers, most = rows[pays], offers[pays], most[pays]
        yield rows, offers, used[pays], most


def _total(spent: Floats, chosen: Ints) -> float:
    return float(spent[np.arange(len(chosen)), chosen].sum())
