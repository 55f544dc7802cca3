"""What would have to be different for one customer's decision to be another one."""

from __future__ import annotations

import polars as pl

from offerloop.commands.explain.candidates import PRICE_STEP, OfferOption, PlanChoice, runner_up
from offerloop.commands.explain.findings import (
    AnyPurchaseChange,
    BreakEvenChange,
    CampaignChange,
    DecisionChange,
    LimitsChange,
    OfferProfit,
    PriceChange,
    PurchaseChange,
    RunnerUpChange,
)
from offerloop.money import MICRO
from offerloop.response import QUARTER_DAYS
from offerloop.tables import HOLDOUT, USUAL
from offerloop.workspace import CampaignRead, RunRead

JUST_BELOW = 1 - 1e-9
"""At a price of exactly the return of an offer the plan is indifferent; a hair below it the offer is given."""


RULED = {
    "holdout": "random", "explore": "random", "usual": "random", "held_back": "random",
    "no_consent": "consent", "outside": "audience",
}  # fmt: skip
"""Reasons that no figure could change, and what could."""


def changes(run: RunRead, reason: str, choice: PlanChoice, candidates: list[OfferOption]) -> DecisionChange:
    """Return what would change the decision, by the reason for it."""
    live = [one for one in candidates if one.campaign.send]
    if reason in RULED:
        return DecisionChange(RULED[reason])
    if reason == "best_profit" and choice.recorded is not None:
        return _runner_up(choice, choice.recorded, candidates)
    if reason == "budget_spent":
        return _price(run, live)
    if reason == "no_offer_pays":
        return _break_even(run, live)
    if reason == "no_basis":
        return _purchase(run)
    return _campaign(run, candidates)


def _campaign(run: RunRead, candidates: list[OfferOption]) -> DecisionChange:
    """Name the campaigns with a known effect on the customer that are not sent, and all where there is none."""
    unsent = [one.id for one in run.campaigns if not one.send]
    with_effect = {one.campaign.id for one in candidates}
    named = [one for one in unsent if one in with_effect] or unsent
    return CampaignChange("campaign", _named(candidates[0]) if candidates else None, tuple(named))


def _named(candidate: OfferOption) -> OfferProfit:
    return OfferProfit(candidate.campaign.id, candidate.offer_id, candidate.terms, candidate.profit, candidate.basis)


def _runner_up(choice: PlanChoice, chosen: OfferOption, candidates: list[OfferOption]) -> DecisionChange:
    second = runner_up(candidates, choice)
    lead = chosen.net - (second.net if second else 0.0)
    return RunnerUpChange(
        kind="runner_up",
        runner_up=_named(second) if second else None,
        lead_minor=lead,
        share_of_value=lead / chosen.value if chosen.value > 0 else None,
    )


def _price(run: RunRead, live: list[OfferOption]) -> DecisionChange:
    """The shadow price, and with it the budget, at which the customer's first offer would be given."""
    returns = [one for one in live if one.profit > 0 and one.budget_cost > 0 and one.price > 0]
    nearest = max(returns, key=lambda one: one.profit / one.budget_cost / one.price, default=None)
    if nearest is None or nearest.net >= -nearest.tolerance:
        return DecisionChange("rounding")
    price = nearest.profit / nearest.budget_cost
    sent = [one for one in run.campaigns if one.send]
    if not _has_own_price(nearest) or (len(sent) > 1 and nearest.campaign.solved_jointly):
        return LimitsChange("limits", _named(nearest), price, nearest.price)
    return PriceChange(
        "price",
        _named(nearest),
        price,
        nearest.price,
        budget_minor=budget_at(run, nearest.campaign, price * JUST_BELOW),
        budget_now_minor=nearest.campaign.budget_minor,
    )


def _has_own_price(candidate: OfferOption) -> bool:
    """Return whether its campaign's budget is the only limit with a price."""
    return abs(candidate.price - candidate.campaign.shadow_price) <= PRICE_STEP


def budget_at(run: RunRead, campaign: CampaignRead, price: float) -> float:
    """The budget that the campaign would use up at a shadow price, over everyone to whom earlier ones leave room.

    Customers in the holdout or with business as usual take nothing from it, nor does a loop's holdback, a random share
    of all others.
    """
    earlier = [one.id for one in run.campaigns[: run.campaigns.index(campaign)] if one.send]
    planned = run.planned().filter(pl.col("campaign_id").is_in(earlier))
    taken = planned.group_by("customer_id").len().filter(pl.col("len") >= run.most_offers).select("customer_id")
    left_out = run.table("assignments").filter(pl.col("arm").is_in([HOLDOUT, USUAL])).select("customer_id")
    counted = (
        pl.col("cost_expected_micro") / MICRO
        if campaign.budget_basis == "expected"
        else pl.col("cost_liability_minor").cast(pl.Float64)
    )
    profitable = run.table("effects").filter((pl.col("campaign_id") == campaign.id) & (pl.col("profit_minor") > 0))
    net = (pl.col("profit_minor") - price * pl.col("counted")).alias("net")
    open_to = profitable.join(taken, on="customer_id", how="anti").join(left_out, on="customer_id", how="anti")
    valued = open_to.with_columns(counted.alias("counted")).with_columns(net)
    best = valued.filter(pl.col("net") > 0).group_by("customer_id").agg(pl.col("counted").sort_by("net").last())
    return (1 - run.held_back) * float(best.select(pl.col("counted").sum()).collect().item())


def break_even_supplier_share(candidate: OfferOption) -> float | None:
    """Share of the discount from which the offer pays: value = (1 - share) x discount + cost of the contact.

    None where it would not even pay if suppliers paid all of the discount.
    """
    left = candidate.value - candidate.contact_cost
    if left < 0:
        return None
    return max(0.0, 1 - left / candidate.discount) if candidate.discount > 0 else 0.0


def break_even_margin(candidate: OfferOption) -> float | None:
    """Margin from which the offer pays, its value being in proportion to it; None at no margin."""
    if candidate.basis != "transferred" or candidate.value <= 0:
        return None
    needed = candidate.margin * candidate.cost / candidate.value
    return needed if needed <= 1 else None


def _break_even(run: RunRead, live: list[OfferOption]) -> DecisionChange:
    """The offer that would pay first if suppliers paid more."""
    if not live:
        return _campaign(run, live)
    shares = [(break_even_supplier_share(one), one) for one in live]
    share, first = min(shares, key=lambda pair: (pair[0] is None, pair[0] or 0.0, -pair[1].profit))
    return BreakEvenChange(
        kind="break_even",
        offer=_named(first),
        supplier_share=share,
        supplier_share_now=first.funded_share,
        margin=break_even_margin(first),
        margin_now=first.margin,
        value_minor=first.value,
    )


def _purchase(run: RunRead) -> DecisionChange:
    """Categories with an offer whose effect could be told from purchases; of offers shown at random from any."""
    sent = [one.id for one in run.campaigns if one.send]
    live = run.offers.filter(pl.col("campaign_id").is_in(sent))
    if "estimated" in live["basis"]:
        return AnyPurchaseChange("any_purchase", QUARTER_DAYS)
    transferred = live.filter(pl.col("basis") == "transferred")
    return PurchaseChange("purchase", tuple(transferred["category"].drop_nulls().unique().sort()))
