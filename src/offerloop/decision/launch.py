"""What a campaign sends: its plan, a simpler policy that customers left out say is better, or nothing.

The plan gives each customer the offer of most estimated profit within the budget. Two simpler policies stand beside it:
the same offer for all, and the most likely buyers at one depth, both to as many as the budget allows. A policy may be
sent when its held-out profit is as surely above zero as the campaign wants. The plan is what is sent, unless it may not
be, or a simpler policy that may be is ahead of it beyond noise; then the best of these by held-out profit is sent.

Taking whatever is ahead by the least would be worse: the plan's estimates are drawn to what is alike for all already,
and the difference of two held-out values is noisier than the difference itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from offerloop.arrays import Ints
from offerloop.decision.campaign_case import PLAN, CampaignCase
from offerloop.decision.forecast import held_out, is_sent, lead
from offerloop.decision.rules import LIKELY, SAME, ranked_buyers, same_offer
from offerloop.evaluation import bucket

Ranked = Callable[[pl.DataFrame, Ints], Ints]
"""Rows of a simple policy, in the order in which they are taken, from the effects and the plan's rows."""


def launchable(case: CampaignCase, plan: Ints) -> CampaignCase:
    """The case with what may be sent: as it is, or with the rows of a simpler policy as its only candidates.

    `plan` are the rows that the campaign's plan would take if there were no other campaign.
    """
    if case.policy != PLAN:
        return case
    rules = {name: _affordable(case, rank(case.effects, plan)) for name, rank in _RULES.items()}
    sent = {name: rows for name, rows in rules.items() if is_sent(case, rows)}
    if is_sent(case, plan):
        sent = {name: rows for name, rows in sent.items() if lead(case, plan, rows).high < 0}
    if not sent:
        return case
    best = max(sent, key=lambda name: held_out(case, sent[name]).value)
    return replace(case, policy=best, tables=tuple(_alike(one, sent[best]) for one in case.tables))


def _alike(effects: pl.DataFrame, rows: Ints) -> pl.DataFrame:
    """Only these rows, each as profitable as their mean: nothing is chosen between them.

    Divisions of the customers after the first have held-out values only, and no profit to choose by.
    """
    kept = effects[np.sort(rows)]
    return kept.with_columns(pl.col("profit_minor").mean()) if "profit_minor" in kept.columns else kept


def _affordable(case: CampaignCase, ranked: Ints) -> Ints:
    """The first rows that the campaign's budget pays for, ascending."""
    spent = np.cumsum(case.cost[ranked])
    return np.sort(ranked[spent <= case.budget_minor * case.unit])


def _same(effects: pl.DataFrame, plan: Ints) -> Ints:
    """Return the rows of the same offer for all, in an order drawn by hash."""
    del plan
    rows = np.flatnonzero(same_offer(effects))
    drawn = [bucket(str(one), SAME) for one in effects["customer_id"][rows]]
    return rows[np.argsort(drawn, kind="stable")]


def _likely(effects: pl.DataFrame, plan: Ints) -> Ints:
    return ranked_buyers(effects, effects["depth"][plan].drop_nulls())


_RULES: dict[str, Ranked] = {SAME: _same, LIKELY: _likely}
