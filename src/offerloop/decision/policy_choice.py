"""The choice between a campaign's plan and simpler reference policies.

The plan gives each customer the offer with the highest estimated profit within the budget. The two reference policies
are the same offer for all and the most likely buyers at one depth, each for as many customers as the budget allows.

A policy is eligible if its held-out profit meets the campaign's `send` rule (proven, expected or likely). The plan is
sent if it is eligible and no eligible reference policy is significantly better. Otherwise the eligible reference policy
with the highest held-out profit is sent, if there is one.

Sending whichever policy has the highest held-out profit would be worse: the plan's estimates are already shrunk towards
what is equal for all customers, and the difference of two held-out values is noisier than the difference itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from offerloop.arrays import Ints
from offerloop.decision.alternatives.reference_policies import LIKELY, SAME, ranked_buyers, same_offer
from offerloop.decision.campaign_case import PLAN, CampaignCase
from offerloop.decision.forecast import held_out, profit_difference
from offerloop.evaluation import Z95, Z_ONE_SIDED, buckets, se_of

HOPEFUL = 0.6
"""Standard errors that the forecast of a plan which needs no proof must be above zero. In 120 shops of 500 to 5,000
customers in which offers do nothing it was more than that in three (docs/concepts/allocation.md)."""
LIKELY_TO_PAY = Z_ONE_SIDED
"""The same where a plan only has to be likely to pay, and its log would show a growth but shows none: a one-sided test
at 10 %, like that by which the log would show it. A loop decides every period from nearly the same log, so that a plan
which is sent by luck goes on being sent (docs/decisions/loop.md)."""
LEAST_ERRORS = {"proven": Z95, "expected": HOPEFUL, "likely": LIKELY_TO_PAY}
"""How many standard errors above zero the held-out profit of a plan must at most be to be sent, by `send`."""
Ranked = Callable[[pl.DataFrame, Ints], Ints]
"""Rows of a reference policy, in the order in which they are taken, from the effects and the plan's rows."""


def may_be_sent(case: CampaignCase, chosen: Ints) -> bool:
    """Whether the held-out profit of a plan, rows of the case, meets the campaign's `send` rule."""
    profit = held_out(case, chosen)
    return profit.value > least_errors(case) * se_of(profit)


def least_errors(case: CampaignCase) -> float:
    """Return how many standard errors above zero the held-out profit of a plan that is sent must be."""
    if case.campaign.send == "likely" and not case.lacks_growth:
        return 0.0
    return LEAST_ERRORS[case.campaign.send]


def select_policy(case: CampaignCase, plan: Ints) -> CampaignCase:
    """Return the case unchanged, or restricted to a reference policy that should replace the plan.

    Whether anything is sent at all is decided later. `plan` holds the rows that the campaign's plan would take if there
    were no other campaign.
    """
    if case.policy != PLAN:
        return case
    rules = {name: affordable(case, rank(case.effects, plan)) for name, rank in _RULES.items()}
    eligible = {name: rows for name, rows in rules.items() if may_be_sent(case, rows)}
    better = eligible
    if may_be_sent(case, plan):
        better = {name: rows for name, rows in eligible.items() if profit_difference(case, plan, rows).high < 0}
    if not better:
        return case
    best = max(better, key=lambda name: held_out(case, better[name]).value)
    return restricted(case, best, better[best])


def restricted(case: CampaignCase, policy: str, rows: Ints) -> CampaignCase:
    """Return the case with only the rows that a reference policy takes, each with their mean profit, so that the
    solver prefers none of them.
    """
    kept = np.sort(rows)
    effects = case.effects[kept].with_columns(pl.col("profit_minor").mean())
    return replace(case, policy=policy, place=case.place[kept], effects=effects)


def affordable(case: CampaignCase, ranked: Ints) -> Ints:
    """Return the first rows that the campaign's budget pays for, ascending."""
    spent = np.cumsum(case.cost[ranked])
    return np.sort(ranked[spent <= case.budget_minor * case.unit])


def _same(effects: pl.DataFrame, plan: Ints) -> Ints:
    """Return the rows of the same offer for all, in an order drawn by hash."""
    del plan
    return drawn_order(effects, np.flatnonzero(same_offer(effects)))


def drawn_order(effects: pl.DataFrame, rows: Ints) -> Ints:
    """Return rows in the order in which the same offer for all takes customers, drawn by hash."""
    return rows[np.argsort(buckets(effects["customer_id"][rows], SAME), kind="stable")]


def _likely(effects: pl.DataFrame, plan: Ints) -> Ints:
    return ranked_buyers(effects, effects["depth"][plan].drop_nulls())


_RULES: dict[str, Ranked] = {SAME: _same, LIKELY: _likely}
