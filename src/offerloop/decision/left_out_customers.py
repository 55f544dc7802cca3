"""What the plan has for customers who do not get it: the holdout, those with business as usual, a loop's holdback.

The plan is solved for all others, so that its budget is spent on who can get an offer. What it would give the customers
who are left out follows from what limits were priced at: each gets the offers of most profit beyond these prices, as
the others do but for a few at the margin. Where many customers are alike there, a plan takes some of them, in the order
of their ids as a rule: each customer who is left out gets what the next one in this order does. So it hardly depends on
who is left out, and both sides can be compared by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import polars as pl

from offerloop.arrays import Bools, Floats, Ints
from offerloop.decision.alternatives.reference_policies import SAME, ranked_buyers
from offerloop.decision.campaign_case import KEYS, OFFER_KEY, PLAN, CampaignCase, HeldOffers, Parts
from offerloop.decision.joint import on_frontier, too_many_pairs
from offerloop.decision.offer_sets import NONE, SingleOffers, side_by_side
from offerloop.evaluation import buckets

AT_MARGIN = 1e-6
"""Share of its profit up to which a candidate may differ from what its limits cost and count as equal to it."""

_NEXT_TO_NOTHING = 1e-9
"""Profit beyond prices that an offer counts as at most where it has none."""


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
    max_offers: int = 1,
    *,
    in_order: bool = False,
) -> pl.DataFrame:
    """KEYS of what campaigns that are sent have for customers who are left out, at most `max_offers` each.

    Each campaign comes with the candidates of these customers, and with those that its plan was chosen from. `prices`
    are OFFER_PRICES, `nobody` effects without a row. `in_order` is whether each campaign chose from what the ones
    before left of customers.
    """
    if not sent:
        return nobody.select(KEYS)
    cases = [case for _, case, _ in sent]
    wanted = [_of_campaign(policy, case, solved, prices) for policy, case, solved in sent]
    parts = [(case, rows) for case, (rows, _) in zip(cases, wanted, strict=True)]
    if in_order:
        turns = _in_turn(parts, [worth for _, worth in wanted], max_offers)
        return pl.concat([case.keys(rows) for case, rows in turns]).sort("customer_id", maintain_order=True)
    offers, net = SingleOffers.of(parts), np.concatenate([worth for _, worth in wanted])
    loss = offers.loss + offers.own_share * _expected_price(parts, prices)
    offers, rows = replace(offers, profit=_above_nothing(net), loss=loss), np.arange(len(net))
    of_plan, most = [(solved, np.flatnonzero(solved.profit > 0)) for _, _, solved in sent], min(max_offers, len(cases))
    is_bounded = most > 1 and any(map(too_many_pairs, (parts, of_plan)))
    sets = offers.of_each(rows, most, on_frontier(parts) if is_bounded else None)
    candidates = side_by_side(offers.customer[sets[:, 0]], offers.worth(sets), {})
    members = np.unique(sets[candidates.best()])
    keys = pl.concat([case.keys(rows) for case, rows in parts])
    return keys[members[members != NONE]].sort("customer_id", maintain_order=True)


def _in_turn(parts: Parts, net: Sequence[Floats], max_offers: int) -> Parts:
    """Return of each campaign's rows those that customers get whom the campaigns before leave room: the best of each.

    `net` is the profit of the rows beyond prices.
    """
    taken: list[tuple[CampaignCase, Ints]] = []
    for (case, rows), worth in zip(parts, net, strict=True):
        is_open = case.is_open(HeldOffers.of(taken, case, max_offers))[rows]
        table = case.effects[rows].select("customer_id", row=pl.Series(rows), net=pl.Series(worth)).filter(is_open)
        best = table.sort("net", "row", descending=[True, False]).unique("customer_id", keep="first")
        taken.append((case, best["row"].sort().to_numpy()))
    return taken


def _above_nothing(net: Floats) -> Floats:
    """Return profits raised above zero, in the same order: a simpler policy gives its offers whatever they are
    worth."""
    rank = (np.unique(net, return_inverse=True)[1] + 1.0) / max(len(net), 1)
    return np.where(net > 0, net, _NEXT_TO_NOTHING * rank)


def _expected_price(parts: Parts, prices: pl.DataFrame) -> Floats:
    """(rows,): the price of a minor unit of cost where budgets count expected costs, else 0."""
    priced = [case.keys(rows).join(prices, on=OFFER_KEY, how="left", maintain_order="left") for case, rows in parts]
    price = [one["budget_price"].fill_null(0.0).to_numpy() for one in priced]
    counts = [float(case.campaign.budget_basis == "expected") for case, _ in parts]
    return np.concatenate([each * count for each, count in zip(price, counts, strict=True)])


def _of_campaign(
    policy: PolicySent, case: CampaignCase, solved: CampaignCase, prices: pl.DataFrame
) -> tuple[Ints, Floats]:
    """Return the rows of a campaign's candidates that it would take, and their profit beyond the prices of limits."""
    net = _beyond_prices(case, prices)
    if policy.policy != PLAN:
        rows = _by_rule(policy, case, solved)
        return rows, net[rows]
    at_margin = _is_at_margin(case, net)
    taken = (net > 0) & ~at_margin
    if at_margin.any():
        taken[_like_the_next(policy.plan, case, solved, np.flatnonzero(at_margin), prices)] = True
    return np.flatnonzero(taken), net[taken]


def _beyond_prices(case: CampaignCase, prices: pl.DataFrame) -> Floats:
    """(rows,): the profit of each candidate beyond the prices of limits."""
    priced = case.keys().join(prices, on=OFFER_KEY, how="left", maintain_order="left")
    price, contact = (priced[name].fill_null(0.0).to_numpy() for name in ("budget_price", "contact_price"))
    return np.asarray(case.profit - price * case.cost / case.unit - contact)


def _is_at_margin(case: CampaignCase, net: Floats) -> Bools:
    """(rows,): whether a candidate brings as much as its limits cost."""
    return np.asarray(np.abs(net) < AT_MARGIN * case.profit)


def _like_the_next(
    plan: pl.DataFrame, case: CampaignCase, solved: CampaignCase, rows: Ints, prices: pl.DataFrame
) -> Ints:
    """Return which rows at the margin the plan has for the next customer there who can choose from the same offers."""
    net = _beyond_prices(solved, prices)
    at_margin = _is_at_margin(solved, net)
    with_better = solved.effects["customer_id"].filter((net > 0) & ~at_margin)
    could_have = solved.keys(np.flatnonzero(at_margin)).filter(~pl.col("customer_id").is_in(with_better.implode()))
    has_offer = plan.select(KEYS).with_columns(has_offer=pl.lit(value=True))
    could_have = could_have.join(has_offer, on=KEYS, how="left").with_columns(
        pl.col("has_offer").fill_null(value=False)
    )
    left_out = case.keys(rows).with_columns(row=pl.Series(rows))
    everybody = pl.concat([left_out, could_have], how="diagonal").sort("customer_id", "row", nulls_last=True)
    offers_to_choose = pl.col("offer_id").sort().str.join("\n").over("customer_id")
    next_has_offer = pl.col("has_offer").backward_fill().forward_fill().over(offers_to_choose, "offer_id")
    return everybody.filter(next_has_offer, pl.col("row").is_not_null())["row"].to_numpy()


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
