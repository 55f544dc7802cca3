"""All campaigns as one problem: a candidate for each customer, campaign and offer, a limit for each budget and cap.

A customer gets at most one offer of each campaign, at most one for each category, and at most so many of all
campaigns. What several offers bring a customer is taken to add up. The solver keeps whole numbers, so no limit is
exceeded by one unit. Its plan can miss the best one by a small gap, in which an order of the campaigns may do better:
of both, the better one is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, permutations

import numpy as np
import polars as pl

from offerloop.allocation import COST, COUNT, CandidateRows, Limit, Problem, Solution, ranks, solve
from offerloop.arrays import Floats, Ints
from offerloop.decision.campaign_case import CampaignCase, HeldOffers
from offerloop.decision.nested_limits import PlanLimit
from offerloop.money import MICRO

ORDERS = 6
"""Orders that a joint plan is compared with at most: all orders of up to three campaigns, else the first ones."""
PROVED = 1e-12
"""Share of the bound within which a plan is the best one."""


@dataclass(frozen=True, eq=False)
class Solved:
    """A plan of some campaigns."""

    rows: dict[str, Ints]
    """The rows of each campaign's effects that are taken, ascending."""
    prices: Floats
    """(limits,): profit that one more minor unit of each budget, or one more contact, would bring."""
    profit: float
    """The profit by the estimates that choose."""
    bound: float


def amounts(limits: Sequence[PlanLimit]) -> list[int]:
    """What each limit allows, budgets in millionths of a minor unit."""
    return [one.at_most * one.scale for one in limits]


def used(case: CampaignCase, rows: Ints, limits: Sequence[PlanLimit]) -> list[int]:
    """What rows of a campaign take of each limit, in the units of `amounts`."""
    amounts = []
    for limit in limits:
        counted = rows[np.isin(case.offer[rows], _places(case, limit))]
        cost = int(case.cost[counted].sum()) * (MICRO // case.unit)
        amounts.append(len(counted) if limit.counts_contacts else cost)
    return amounts


def _places(case: CampaignCase, limit: PlanLimit) -> list[int]:
    """Positions of the campaign's offers that a limit counts."""
    return [place for place, offer in enumerate(case.offers) if (case.campaign.id, offer) in limit.offers]


def together(
    cases: Sequence[CampaignCase],
    limits: Sequence[PlanLimit],
    left: Sequence[int],
    held: HeldOffers | None = None,
    most: int = 1,
) -> Solved:
    """The plan of one problem.

    `left` is what may be used of each limit, `held` what customers have of other campaigns. Each gets at most `most`
    offers.
    """
    rows = [np.arange(one.effects.height) if held is None else np.flatnonzero(one.is_open(held)) for one in cases]
    unit = max(one.unit for one in cases)
    start = np.cumsum([0, *(len(one.offers) for one in cases)])
    pairs = list(zip(cases, rows, strict=True))
    if len(cases) == 1 and len(rows[0]) == cases[0].effects.height:
        candidates, solutions = cases[0].candidates, cases[0].solutions
    else:
        solutions = {}
        candidates = CandidateRows.of(
            ranks(pl.concat([one.effects["customer_id"][pair] for one, pair in pairs])),
            np.concatenate([one.offer[pair] + first for (one, pair), first in zip(pairs, start, strict=False)]),
            np.concatenate([one.profit[pair] for one, pair in pairs]),
            {COST: np.concatenate([one.cost[pair] * (unit // one.unit) for one, pair in pairs])},
        )
    plan_limits, places = _limits(cases, limits, left, unit)
    if plan_limits not in solutions:
        offers, most = max(int(start[-1]), 1), max(min(most, len(cases)), 1)
        excluding = exclusions(cases) if most > 1 else ()
        solutions[plan_limits] = solve(Problem(candidates.block.pieces(), offers, plan_limits, most, excluding))
    solution = solutions[plan_limits]
    chosen, ends = candidates.chosen(solution.choice), np.cumsum([len(own_rows) for own_rows in rows])
    parts = np.split(chosen, np.searchsorted(chosen, ends[:-1]))
    first = [0, *ends[:-1].tolist()]
    taken = {one.campaign.id: pair[part - a] for (one, pair), part, a in zip(pairs, parts, first, strict=True)}
    return Solved(taken, _prices(solution, limits, places, unit), solution.profit, solution.bound)


def _limits(
    cases: Sequence[CampaignCase], limits: Sequence[PlanLimit], left: Sequence[int], unit: int
) -> tuple[tuple[Limit, ...], list[int]]:
    """The solver's limits, and which of `limits` each is; of those that count the same only the tightest."""
    start = np.cumsum([0, *(len(one.offers) for one in cases)])
    tightest: dict[tuple[str, tuple[int, ...]], tuple[int, int]] = {}
    for which, (limit, amount) in enumerate(zip(limits, left, strict=True)):
        counted = [first + place for one, first in zip(cases, start, strict=False) for place in _places(one, limit)]
        if not counted and start[-1]:
            continue
        at_most = amount if limit.counts_contacts else amount // (MICRO // unit)
        key = COUNT if limit.counts_contacts else COST, tuple(int(one) for one in counted)
        tightest[key] = min(tightest.get(key, (at_most, which)), (at_most, which))
    of_plan = (
        Limit("budget", at_most, measure, None if len(counted) == start[-1] else counted)
        for (measure, counted), (at_most, _) in tightest.items()
    )
    return tuple(of_plan), [which for _, which in tightest.values()]


def _prices(solution: Solution, limits: Sequence[PlanLimit], places: list[int], unit: int) -> Floats:
    """(limits,): shadow prices for each unit of `at_most`; 0 for a limit that another one makes void."""
    prices = np.zeros(len(limits))
    for place, price in zip(places, solution.prices, strict=True):
        prices[place] = price if limits[place].counts_contacts else price * unit
    return prices


def one_after_the_other(cases: Sequence[CampaignCase], limits: Sequence[PlanLimit], most: int = 1) -> Solved:
    """The plan in which each campaign chooses from what the earlier ones leave of customers and limits.

    A limit's price is that of the first campaign which would use more of it; the bound is that of this order.
    """
    left, parts, prices, held = amounts(limits), list[Solved](), np.zeros(len(limits)), no_offers(cases, most)
    for case in cases:
        part = together([case], limits, left, held)
        parts.append(part)
        left, held = leave(case, part.rows[case.campaign.id], limits, left, held)
        prices = np.where(prices > 0, prices, part.prices)
    rows = {name: some for part in parts for name, some in part.rows.items()}
    return Solved(rows, prices, sum(one.profit for one in parts), sum(one.bound for one in parts))


def leave(
    case: CampaignCase, rows: Ints, limits: Sequence[PlanLimit], left: Sequence[int], held: HeldOffers
) -> tuple[list[int], HeldOffers]:
    """What a campaign's plan leaves of each limit, and the offers that customers have by now."""
    rest = [amount - less for amount, less in zip(left, used(case, rows, limits), strict=True)]
    return rest, held.with_offers(case, rows)


def no_offers(cases: Sequence[CampaignCase], most: int) -> HeldOffers:
    """No offer of any customer, who may get `most`."""
    keys = cases[0].effects.select("customer_id", pl.col("category").cast(pl.String))
    return HeldOffers(keys.clear(), most)


def exclusions(cases: Sequence[CampaignCase]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two numbers of each offer: a customer gets at most one offer of a campaign, and at most one of a category."""
    campaigns = tuple(place for place, one in enumerate(cases) for _ in one.offers)
    named = [category for one in cases for category in one.categories]
    numbers = {category: place for place, category in enumerate(named)}
    return campaigns, tuple(place if one is None else numbers[one] for place, one in enumerate(named))


def best_together(cases: Sequence[CampaignCase], limits: Sequence[PlanLimit], most: int = 1) -> Solved:
    """The joint plan, or that of an order which has more profit; with the prices and the bound of the joint one."""
    joint = together(cases, limits, amounts(limits), most=most)
    if len(cases) == 1 or joint.profit >= joint.bound - PROVED * abs(joint.bound):
        return joint
    orders = [one_after_the_other(order, limits, most) for order in islice(permutations(cases), ORDERS)]
    best = max([joint, *orders], key=lambda one: one.profit)
    return replace(joint, rows=best.rows, profit=best.profit)
