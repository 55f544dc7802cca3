"""All campaigns as one problem: a candidate for each customer, campaign and offer, a limit for each budget and cap.

A customer gets at most one offer of each campaign, at most one for each category, and at most so many of all
campaigns. Where that is more than one, the candidates are sets of offers (`offer_sets`). The solver keeps whole
numbers, so no limit is exceeded by one unit. Its plan can miss the best one by a small gap, in which an order of the
campaigns may do better: of both, the better one is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, permutations

import numpy as np
import polars as pl

from offerloop.allocation import COST, COUNT, CandidateRows, Limit, Problem, Solution, ranks, solve
from offerloop.arrays import Bools, Floats, Ints
from offerloop.decision.campaign_case import CampaignCase, HeldOffers, Parts
from offerloop.decision.nested_limits import PlanLimit
from offerloop.decision.offer_sets import MOST_PAIRS, SingleOffers, side_by_side
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


def limit_capacities(limits: Sequence[PlanLimit]) -> list[int]:
    """Return what each limit allows (limits,), budgets in millionths of a minor unit."""
    return [one.at_most * one.scale for one in limits]


def limit_usage(case: CampaignCase, rows: Ints, limits: Sequence[PlanLimit]) -> list[int]:
    """Return what rows of a campaign take of each limit (limits,), in the units of `limit_capacities`."""
    amounts = []
    for limit in limits:
        counted = rows[np.isin(case.offer[rows], _places(case, limit))]
        cost = int(case.cost[counted].sum()) * (MICRO // case.unit)
        amounts.append(len(counted) if limit.counts_contacts else cost)
    return amounts


def _places(case: CampaignCase, limit: PlanLimit) -> list[int]:
    """Positions of the campaign's offers that a limit counts."""
    return [place for place, offer in enumerate(case.offers) if (case.campaign.id, offer) in limit.offers]


def solve_jointly(
    cases: Sequence[CampaignCase],
    limits: Sequence[PlanLimit],
    remaining: Sequence[int],
    already_assigned: Parts = (),
    max_offers: int = 1,
) -> Solved:
    """Return the plan of one problem.

    `remaining` is what may still be used of each limit (limits,), in the units of `limit_capacities`,
    `already_assigned` what customers have of other campaigns: each then gets at most one offer more, and `max_offers`
    in all. Raises InfeasibleError where the limits cannot all be met (`allocation.solve` does).
    """
    if max_offers > 1 and (already_assigned or len(cases) > 1):
        return _solve_offer_sets(cases, limits, remaining, already_assigned, max_offers)
    held = HeldOffers.of(already_assigned, cases[0], max_offers)
    rows = [np.flatnonzero(one.is_open(held)) if already_assigned else np.arange(one.effects.height) for one in cases]
    unit = max(one.unit for one in cases)
    pairs = list(zip(cases, rows, strict=True))
    start = np.cumsum([0, *(len(one.offers) for one in cases)])
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
    plan_limits, places = _limits(cases, limits, remaining, unit)
    if plan_limits not in solutions:
        solutions[plan_limits] = solve(Problem(candidates.block.pieces(), max(int(start[-1]), 1), plan_limits))
    solution = solutions[plan_limits]
    taken = _by_campaign(pairs, candidates.chosen(solution.choice))
    return Solved(taken, _prices(solution, limits, places, unit), solution.profit, solution.bound)


def _solve_offer_sets(
    cases: Sequence[CampaignCase],
    limits: Sequence[PlanLimit],
    remaining: Sequence[int],
    already_assigned: Parts,
    max_offers: int,
) -> Solved:
    """Return the plan of one problem whose candidates are sets of offers."""
    held = HeldOffers.of(already_assigned, cases[0], max_offers)
    pairs = [(one, np.flatnonzero(one.is_open(held) & (one.profit > 0))) for one in cases]
    parts, n_assigned = [*already_assigned, *pairs], sum(len(rows) for _, rows in already_assigned)
    unit = max(one.unit for one, _ in parts)
    offers = SingleOffers.of(parts, unit)
    rows = np.arange(n_assigned, len(offers.profit))
    allowed = on_frontier(parts) if too_many_pairs(pairs) else None
    sets = offers.of_each(rows, 1 if already_assigned else max_offers, allowed)
    without = None
    if already_assigned:
        without = offers.of_customers(np.arange(n_assigned))[offers.customer[rows]]
        sets = np.column_stack([without, sets])
    counted = np.stack([_is_counted(parts, one) for one in limits], axis=1)
    contacts = np.array([one.counts_contacts for one in limits])
    worth, used_of_sets = offers.worth(sets), offers.used(sets, counted, contacts)
    if without is not None:
        worth, used_of_sets = worth - offers.worth(without), used_of_sets - offers.used(without, counted, contacts)
    plan_limits, places = _limits_of_sets(limits, remaining, used_of_sets, unit)
    measures = {one.measure: used_of_sets[:, place] for one, place in zip(plan_limits, places, strict=True)}
    candidates = side_by_side(offers.customer[sets[:, -1 if already_assigned else 0]], worth, measures)
    solution = solve(Problem(candidates.block.pieces(), candidates.offers, plan_limits))
    members = np.unique(sets[candidates.chosen(solution.choice)])
    taken = _by_campaign(pairs, members[members >= n_assigned] - n_assigned)
    return Solved(taken, _prices(solution, limits, places, unit), solution.profit, solution.bound)


def _by_campaign(pairs: Parts, chosen: Ints) -> dict[str, Ints]:
    """Rows of each campaign, from positions (ascending) among the rows of all, one campaign behind the other."""
    ends = np.cumsum([len(rows) for _, rows in pairs])
    parts = np.split(chosen, np.searchsorted(chosen, ends[:-1]))
    first = [0, *ends[:-1].tolist()]
    return {case.campaign.id: rows[part - a] for (case, rows), part, a in zip(pairs, parts, first, strict=True)}


def too_many_pairs(parts: Parts) -> bool:
    """Whether customers have so many pairs of these offers that sets are made of those `on_frontier` alone."""
    number = pl.concat([case.effects["customer_id"][rows] for case, rows in parts]).unique_counts().to_numpy()
    return int((number.astype(np.int64) * (number - 1) // 2).sum()) > MOST_PAIRS


def on_frontier(parts: Parts) -> Bools:
    """(m,): which offers are the best of their campaign for their customer at some price of its budget."""
    return np.concatenate([case.is_on_frontier[some] for case, some in parts])


def _is_counted(parts: Parts, limit: PlanLimit) -> Bools:
    """(m,): which offers a limit counts."""
    return np.concatenate([np.isin(case.offer[rows], _places(case, limit)) for case, rows in parts])


def _limits_of_sets(
    limits: Sequence[PlanLimit], remaining: Sequence[int], used_of_sets: Ints, unit: int
) -> tuple[tuple[Limit, ...], list[int]]:
    """The solver's limits, and which of `limits` each is; of those that count the same only the tightest."""
    tightest: dict[bytes, tuple[int, int]] = {}
    for which, (limit, amount) in enumerate(zip(limits, remaining, strict=True)):
        if used_of_sets[:, which].any():
            at_most = amount if limit.counts_contacts else amount // (MICRO // unit)
            key = used_of_sets[:, which].tobytes()
            tightest[key] = min(tightest.get(key, (at_most, which)), (at_most, which))
    of_plan = tuple(Limit("budget", at_most, f"limit {which}") for at_most, which in tightest.values())
    return of_plan, [which for _, which in tightest.values()]


def _limits(
    cases: Sequence[CampaignCase], limits: Sequence[PlanLimit], remaining: Sequence[int], unit: int
) -> tuple[tuple[Limit, ...], list[int]]:
    """The solver's limits, and which of `limits` each is; of those that count the same only the tightest."""
    start = np.cumsum([0, *(len(one.offers) for one in cases)])
    tightest: dict[tuple[str, tuple[int, ...]], tuple[int, int]] = {}
    for which, (limit, amount) in enumerate(zip(limits, remaining, strict=True)):
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


def solve_in_order(cases: Sequence[CampaignCase], limits: Sequence[PlanLimit], max_offers: int = 1) -> Solved:
    """The plan in which each campaign chooses from what the earlier ones leave of customers and limits.

    A limit's price is that of the first campaign which would use more of it; the bound is that of this order.
    """
    parts, solved, prices = list[tuple[CampaignCase, Ints]](), list[Solved](), np.zeros(len(limits))
    for case in cases:
        part = solve_jointly([case], limits, remaining_capacities(limits, parts, max_offers), parts, max_offers)
        solved.append(part)
        parts.append((case, part.rows[case.campaign.id]))
        prices = np.where(prices > 0, prices, part.prices)
    rows = {case.campaign.id: some for case, some in parts}
    return Solved(rows, prices, sum(one.profit for one in solved), sum(one.bound for one in solved))


def with_interaction_costs(parts: Parts, max_offers: int) -> list[CampaignCase]:
    """Return each campaign with what its offers cost customers who have the others' rows as well."""
    if max_offers == 1:
        return [case for case, _ in parts]
    pairs = zip(parts, held_beside(parts, max_offers), strict=True)
    return [case.with_held_offers(held) for (case, _), held in pairs]


def held_beside(parts: Parts, max_offers: int) -> list[HeldOffers]:
    """Return what customers of each campaign have of the others."""
    return [HeldOffers.of([one for one in parts if one[0] is not case], case, max_offers) for case, _ in parts]


def remaining_capacities(limits: Sequence[PlanLimit], parts: Parts, max_offers: int) -> list[int]:
    """Return what plans of some campaigns leave of each limit."""
    priced = with_interaction_costs(parts, max_offers)
    uses = [limit_usage(case, rows, limits) for case, (_, rows) in zip(priced, parts, strict=True)]
    return [amount - sum(each) for amount, *each in zip(limit_capacities(limits), *uses, strict=True)]


def best_of_joint_and_ordered(
    cases: Sequence[CampaignCase], limits: Sequence[PlanLimit], max_offers: int = 1
) -> Solved:
    """The joint plan, or that of an order which has more profit; with the prices and the bound of the joint one."""
    joint = solve_jointly(cases, limits, limit_capacities(limits), max_offers=max_offers)
    if len(cases) == 1 or joint.profit >= joint.bound - PROVED * abs(joint.bound):
        return joint
    orders = [solve_in_order(order, limits, max_offers) for order in islice(permutations(cases), ORDERS)]
    best = max([joint, *orders], key=lambda one: one.profit)
    return replace(joint, rows=best.rows, profit=best.profit)
