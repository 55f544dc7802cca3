"""Sets of offers of different campaigns that a customer can have together, and what they come to.

What an offer costs beside others is in `offers_beside`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.allocation import CandidateRows, ranks
from offerloop.arrays import Bools, Floats, Ints
from offerloop.decision.campaign_case import Parts
from offerloop.decision.offers_beside import interaction_discount, own_cost_micro

NONE = -1
"""The member of a set that is none."""
MOST_PAIRS = 5_000_000
"""Pairs of offers of one customer up to which sets are made of all offers: some hundred megabytes."""


@dataclass(frozen=True, eq=False)
class SingleOffers:
    """Candidates (m,) of several campaigns, one campaign behind the other."""

    customer: Ints
    """Positions of their customers."""
    case: Ints
    """Position of the campaign."""
    category: Ints
    """Number of the one category that the offer is limited to, or `NONE`."""
    growth: Floats
    discount: Floats
    own_share: Floats
    """Share of the discount that we pay."""
    profit: Floats
    """What each is worth alone."""
    loss: Floats
    """What a minor unit of discount more lowers that by."""
    cost: Ints
    """What each takes from budgets alone."""
    is_expected: Bools
    """Whether its budget counts expected costs."""

    @classmethod
    def of(cls, parts: Parts, unit: int = 1) -> SingleOffers:
        """Build them; `cost` is in such parts of a minor unit."""
        numbers: dict[str, int] = {}
        categories = [
            [NONE if one is None else numbers.setdefault(one, len(numbers)) for one in case.categories]
            for case, _ in parts
        ]
        own = [1 - case.effects["funded_share"].to_numpy()[rows] for case, rows in parts]
        weight = [case.effects["cost_weight"].to_numpy()[rows] for case, rows in parts]
        by_offer = zip(categories, parts, strict=True)
        expected = [case.campaign.budget_basis == "expected" for case, _ in parts]
        return cls(
            ranks(pl.concat([case.effects["customer_id"][rows] for case, rows in parts])),
            np.repeat(np.arange(len(parts)), [len(rows) for _, rows in parts]),
            np.concatenate([np.array(each, dtype=np.int64)[case.offer[rows]] for each, (case, rows) in by_offer]),
            np.concatenate([case.growth[rows] for case, rows in parts]),
            np.concatenate([case.effects["discount_minor"].to_numpy()[rows] for case, rows in parts]),
            np.concatenate(own),
            np.concatenate([case.profit[rows] for case, rows in parts]),
            np.concatenate(own) * np.concatenate(weight),
            np.concatenate([case.cost[rows] * (unit // case.unit) for case, rows in parts]),
            np.repeat(expected, [len(rows) for _, rows in parts]),
        )

    def with_one_more(self, sets: Ints, allowed: Bools) -> Ints:
        """(sets, n + 1): each of the `sets` (sets, n) with one more of the `allowed`, of a later campaign, and for a
        category that none of it is limited to."""
        rows = np.flatnonzero(allowed)
        left = pl.DataFrame({"set": np.arange(len(sets)), "customer": self.customer[sets[:, -1]]})
        right = pl.DataFrame({"row": rows, "customer": self.customer[rows]})
        joined = left.join(right, on="customer", maintain_order="left_right")
        members = np.column_stack([sets[joined["set"].to_numpy()], joined["row"].to_numpy()])
        return members[self._go_together(members)]

    def _go_together(self, members: Ints) -> Bools:
        """(sets,): whether the last member of each set may be beside the others."""
        others, last = members[:, :-1], members[:, -1:]
        same = (self.category[others] == self.category[last]) & (self.category[last] != NONE)
        return np.asarray((self.case[others] < self.case[last]).all(axis=1) & ~same.any(axis=1))

    def interaction_discount_of(self, sets: Ints) -> Floats:
        """(sets, n): discount of each member on what the others bring."""
        growth = np.where(sets == NONE, 0.0, self.growth[sets])
        is_limited = self.category[sets] != NONE
        of_everything = np.where(is_limited, 0.0, growth)
        of_all, of_unlimited = (one.sum(axis=1, keepdims=True) for one in (growth, of_everything))
        others = np.where(is_limited, of_unlimited, of_all - growth)
        return np.where(sets == NONE, 0.0, interaction_discount(self.discount[sets], growth, others))

    def worth(self, sets: Ints) -> Floats:
        """(sets,): what the offers of each set are worth together."""
        each = self.profit[sets] - self.loss[sets] * self.interaction_discount_of(sets)
        return np.asarray(np.where(sets == NONE, 0.0, each).sum(axis=1))

    def used(self, sets: Ints, counted: Bools, counts_contacts: Bools) -> Ints:
        """(sets, limits): what each set takes of each limit; `counted` (m, limits) says what each limit counts."""
        more = own_cost_micro(self.own_share[sets], self.interaction_discount_of(sets))
        cost = self.cost[sets] + np.where(self.is_expected[sets], more, 0)
        used = np.zeros((len(sets), len(counts_contacts)), dtype=np.int64)
        for place, contacts in enumerate(counts_contacts):
            hit = counted[sets, place] & (sets != NONE)
            used[:, place] = np.where(hit, 1 if contacts else cost, 0).sum(axis=1)
        return used

    def of_customers(self, rows: Ints) -> Ints:
        """(customers, n): those of the rows that each customer has, `NONE` behind them."""
        customer = self.customer[rows]
        place = rank_within_customer(customer)
        sets = np.full((int(self.customer.max(initial=-1)) + 1, int(place.max(initial=-1)) + 1), NONE)
        sets[customer, place] = rows
        return sets

    def of_each(self, rows: Ints, most: int, allowed: Bools | None = None) -> Ints:
        """(sets, most): all sets of up to `most` offers that begin with one of the `rows`, but for those worth no more
        than without one of their offers; several in one set are of the `allowed` (m,), all by default."""
        level, allowed = rows[:, None], np.ones(len(self.customer), dtype=np.bool_) if allowed is None else allowed
        levels = [_padded(level, most)]
        for _ in range(most - 1):
            level = self.with_one_more(level[allowed[level[:, 0]]], allowed)
            level = level[self._gains(level)]
            levels.append(_padded(level, most))
        return np.concatenate(levels)

    def _gains(self, sets: Ints) -> Bools:
        """(sets,): whether each set is worth more than it is without any one of its offers."""
        worth, gains = self.worth(sets), np.ones(len(sets), dtype=np.bool_)
        for place in range(sets.shape[1]):
            fewer = sets.copy()
            fewer[:, place] = NONE
            gains &= worth > self.worth(fewer)
        return gains


def _padded(sets: Ints, most: int) -> Ints:
    return np.pad(sets, ((0, 0), (0, most - sets.shape[1])), constant_values=NONE)


def side_by_side(customer: Ints, worth: Floats, measures: dict[str, Ints]) -> CandidateRows:
    """Lay sets out as candidates of their customers, of whom each takes one at most."""
    return CandidateRows.of(customer, rank_within_customer(customer), worth, dict(measures))


def rank_within_customer(customer: Ints) -> Ints:
    """(rows,): the position of each row among those of its customer."""
    order = np.argsort(customer, kind="stable")
    ordered, place = customer[order], np.empty(len(customer), dtype=np.int64)
    place[order] = np.arange(len(customer)) - np.searchsorted(ordered, ordered)
    return place
