"""What the plan has for customers whom a hash leaves out of it: the holdout, and those with business as usual.

The plan is solved for all others, so that its budget is spent on who can get an offer. What it would give the customers
who are left out follows from what limits were priced at: each gets the offers of most profit beyond these prices, as
the others do but for a few at the margin. So it hardly depends on who is left out, and both sides can be compared by
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import polars as pl

from offerloop.arrays import Ints
from offerloop.decision.campaign_case import KEYS, PLAN, CampaignCase
from offerloop.decision.rules import SAME, ranked_buyers
from offerloop.evaluation import buckets


class PolicySent(Protocol):
    """What a campaign sends."""

    @property
    def policy(self) -> str:
        """The name `plan`, or that of the reference policy that replaces it."""

    @property
    def plan(self) -> pl.DataFrame:
        """The effects rows that were chosen."""


def choices_left_out(
    sent: Sequence[tuple[PolicySent, CampaignCase, CampaignCase]],
    prices: pl.DataFrame,
    nobody: pl.DataFrame,
    most_offers: int = 1,
) -> pl.DataFrame:
    """KEYS of what campaigns that are sent have for customers who are left out, at most `most_offers` each.

    Each campaign comes with the candidates of these customers, and with those that its plan was chosen from. `prices`
    are OFFER_PRICES, `nobody` effects without a row.
    """
    parts = [_of_campaign(policy, case, whole, prices) for policy, case, whole in sent]
    empty = nobody.select(*KEYS, pl.lit(None, pl.String).alias("category"), pl.lit(0.0).alias("net_minor"))
    left = pl.concat([empty, *parts]).sort("net_minor", *KEYS, descending=[True, False, False, False])
    taken = [left.clear()]
    for _ in range(most_offers):
        best = left.unique("customer_id", keep="first", maintain_order=True)
        left = left.join(best, on=["customer_id", "campaign_id"], how="anti")
        left = left.join(best, on=["customer_id", "category"], how="anti")
        taken.append(best)
    return pl.concat(taken).select(KEYS).sort("customer_id", maintain_order=True)


def _of_campaign(
    policy: PolicySent, case: CampaignCase, solved: CampaignCase, prices: pl.DataFrame
) -> pl.DataFrame:  # fmt: skip
    """KEYS, category and net_minor of a campaign's candidates that it would take."""
    keys = ["campaign_id", "offer_id"]
    priced = case.keys().join(prices, on=keys, how="left", maintain_order="left")
    price, contact = (priced[name].fill_null(0.0).to_numpy() for name in ("budget_price", "contact_price"))
    net = case.profit - price * case.cost / case.unit - contact
    rows = np.flatnonzero(net > 0) if policy.policy == PLAN else _by_rule(policy, case, solved)
    category = case.effects["category"][rows].cast(pl.String)
    return case.keys(rows).with_columns(category, net_minor=pl.Series(net[rows]))


def _by_rule(policy: PolicySent, case: CampaignCase, solved: CampaignCase) -> Ints:
    """Rows that a simpler policy takes: the same share of those whom it concerns as among all others."""
    if policy.policy == SAME:
        return _of_same_offer(policy, case, solved)
    depths = policy.plan["depth"].drop_nulls()
    ranked, everybody = (ranked_buyers(one.effects, depths) for one in (case, solved))
    return ranked[: round(len(ranked) * policy.plan.height / max(len(everybody), 1))]


def _of_same_offer(policy: PolicySent, case: CampaignCase, solved: CampaignCase) -> Ints:
    offer = policy.plan["offer_id"].unique().implode()
    is_of_case, is_of_others = (one.effects["offer_id"].cast(pl.String).is_in(offer) for one in (case, solved))
    rows = np.flatnonzero(is_of_case.to_numpy())
    place = buckets(case.effects["customer_id"][rows], SAME)
    return rows[place < policy.plan.height / max(int(is_of_others.sum()), 1)]
