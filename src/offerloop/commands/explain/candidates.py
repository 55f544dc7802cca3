"""What could have been given to one customer, what the plan makes of it under its budgets, and why not the others.

Under one budget with shadow price p the plan gives a customer the candidate with the highest

    net = profit - p x cost, where the cost is counted as the budget counts it,

when that is above zero. With several limits p is the sum of the prices of all budgets that the offer counts in, and the
price of a contact is subtracted as well. Campaigns that are solved together compete by `net`. Where a customer has
offers of several campaigns, each counts beside those that the plan recorded of the others (in order: of the earlier
ones): with what it costs on their purchases, and less what they cost on its own. The last offers at the margin of the
budget can differ, because offers are whole: the recorded choice is then called within rounding, and never more than one
step of the customer's own offers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from offerloop.commands.explain.findings import NamedOffer, OfferTermFacts
from offerloop.decision import counted_growth, interaction_discount
from offerloop.message import unpacked
from offerloop.money import MICRO
from offerloop.offers import NO_OFFER
from offerloop.tables import PLAN, USUAL
from offerloop.workspace import CampaignRead, RunRead

SHOWN = 5
PRICE_STEP = 1e-6
"""What the shadow price of a summary is rounded to."""

Key = tuple[str, str]


@dataclass(frozen=True)
class OfferOption:
    """One offer for one customer. Money in minor units, unrounded."""

    campaign: CampaignRead
    offer_id: str
    terms: OfferTermFacts
    value: float
    growth: float
    """What it brings, as a share of what the customer buys without it."""
    discount: float
    held_out_discount: float
    cost: float
    """The expected cost that is ours."""
    most: int | None
    """What a budget of liabilities counts."""
    most_of_one_use: int | None
    profit: float
    profit_low: float | None
    profit_high: float | None
    held_out: float
    p_redeem: float
    funded_share: float
    cost_weight: float
    """1 where cost lowers profit, 0 where its budget is of another unit."""
    contact_cost: float
    """The part of `cost` that is paid for the contact, whoever redeems."""
    margin: float
    basis: str
    budget_price: float
    """What a unit of all its budgets together brings elsewhere."""
    contact_price: float
    """What the contact brings elsewhere."""
    lost_beside: float = 0.0
    """What the plan's other offers for the customer cost on what it brings, and that brings elsewhere."""

    @property
    def key(self) -> Key:
        """The ids of the campaign and of the offer."""
        return self.campaign.id, self.offer_id

    @property
    def budget_cost(self) -> float:
        """Return what it takes from its campaign's budget."""
        return self.cost if self.campaign.budget_basis == "expected" else float(self.most or 0)

    @property
    def net(self) -> float:
        """Profit less what its budget and its contact are worth elsewhere."""
        return self.profit - self.worth_elsewhere

    @property
    def worth_elsewhere(self) -> float:
        """Return what its budget and its contact bring with other customers, and what is lost by offers beside it."""
        return self.budget_price * self.budget_cost + self.contact_price + self.lost_beside

    @property
    def price(self) -> float:
        """Return the same for each unit of its budget; 0 where it takes none."""
        return self.worth_elsewhere / self.budget_cost if self.budget_cost else 0.0

    @property
    def tolerance(self) -> float:
        """Return the error of `net` that comes from writing the shadow price with six digits."""
        return PRICE_STEP * self.budget_cost + 1e-9

    def excludes(self, other: OfferOption) -> bool:
        """Return whether no customer gets both: they are of one campaign, or for one category."""
        category = self.terms.category
        return self.campaign.id == other.campaign.id or (category is not None and category == other.terms.category)

    def beside(self, held: Sequence[OfferOption]) -> OfferOption:
        """The same for a customer who has other offers as well; see `decision.offers_beside`."""
        others = [one for one in held if not (one.terms.category and self.terms.category)]
        met, own = sum(one.growth for one in others), 1 - self.funded_share
        taken_off = interaction_discount(self.discount, self.growth, met)
        more, more_held_out = own * taken_off, own * interaction_discount(self.held_out_discount, self.growth, met)
        lost = self.cost_weight * more
        return replace(
            self,
            discount=self.discount + taken_off,
            cost=self.cost + more,
            profit=self.profit - lost,
            profit_low=None if self.profit_low is None else self.profit_low - lost,
            profit_high=None if self.profit_high is None else self.profit_high - lost,
            held_out=self.held_out - self.cost_weight * more_held_out,
            lost_beside=sum(one.lost_on(self.growth) for one in others),
        )

    def lost_on(self, growth: float) -> float:
        """Return what the offer costs, and that brings elsewhere, on purchases that another one brings."""
        counted = self.budget_price if self.campaign.budget_basis == "expected" else 0.0
        more = (1 - self.funded_share) * interaction_discount(self.discount, self.growth, growth)
        return (self.cost_weight + counted) * more


@dataclass(frozen=True)
class PlanChoice:
    """What the plan records for a customer, and what its own rule gives when it is applied again."""

    recorded: OfferOption | None
    recomputed: OfferOption | None
    agreement: str
    """exact, rounding, or unexplained."""
    further: tuple[OfferOption, ...] = ()
    """Offers of other campaigns that the plan has beside it."""
    is_full: bool = True
    """Whether the customer could get no more offers."""

    def instead_of(self, candidate: OfferOption) -> OfferOption | None:
        """Return what the plan has in place of a candidate: what excludes it, otherwise that of least net."""
        of_all = [one for one in (self.recorded, *self.further) if one is not None]
        least = min(of_all, key=lambda one: one.net, default=None)
        return next((one for one in of_all if one.excludes(candidate)), least)

    def replaces_first(self, candidate: OfferOption) -> bool:
        """Return whether a candidate could be given in place of the recorded offer."""
        first = self.recorded
        if first is None or candidate.key == first.key or any(one.excludes(candidate) for one in self.further):
            return False
        return self.is_full or first.excludes(candidate)


def candidates_of(run: RunRead, customer: int | str, planned: Collection[Key]) -> list[OfferOption]:
    """Return all offers with a known effect on the customer, best profit first, beside the `planned` of the others."""
    terms = run.offers.select("campaign_id", "offer_id", "funded_share", "margin", "cost_weight", "contact_cost_minor")
    rows = run.rows("effects", customer).join(terms, on=["campaign_id", "offer_id"])
    campaigns = {one.id: one for one in run.campaigns}
    alone = [_candidate(row, campaigns[row["campaign_id"]], run) for row in rows.iter_rows(named=True)]
    held = [one for one in alone if one.key in planned]
    beside = [one.beside(_held_beside(one, held, run)) for one in alone]
    return sorted(beside, key=lambda one: (-one.profit, *one.key))


def _held_beside(candidate: OfferOption, held: Sequence[OfferOption], run: RunRead) -> list[OfferOption]:
    """Return which of the plan's offers for the customer would be beside a candidate: all that it does not replace, and
    of campaigns in order those that chose before."""
    others = [one for one in held if not one.excludes(candidate)]
    if not candidate.campaign.solved_jointly:
        order = [campaign.id for campaign in run.campaigns]
        others = [one for one in others if _is_before(one, candidate, order)]
    if len(others) >= run.most_offers:
        others.remove(min(others, key=lambda one: one.net))
    return others


def _candidate(row: dict[str, Any], campaign: CampaignRead, run: RunRead) -> OfferOption:
    own = (1 - row["funded_share"]) * row["held_out_discount_minor"] + row["contact_cost_minor"]
    budget, contact = run.prices.get((campaign.id, row["offer_id"]), (campaign.shadow_price, 0.0))
    return OfferOption(
        campaign=campaign,
        offer_id=row["offer_id"],
        terms=terms_of(run, campaign.id, row["offer_id"]),
        value=row["value_minor"],
        growth=float(counted_growth(pl.Series([row.get("growth")], dtype=pl.Float64))[0]),
        discount=row["discount_minor"],
        held_out_discount=row["held_out_discount_minor"],
        cost=row["cost_expected_micro"] / MICRO,
        most=row["cost_liability_minor"],
        most_of_one_use=one_use_minor(run, campaign.id, row["offer_id"]),
        profit=row["profit_minor"],
        profit_low=row["profit_low_minor"],
        profit_high=row["profit_high_minor"],
        held_out=row["held_out_value_minor"] - row["cost_weight"] * own,
        p_redeem=row["p_redeem"],
        funded_share=row["funded_share"],
        cost_weight=row["cost_weight"],
        contact_cost=row["contact_cost_minor"],
        margin=row["margin"],
        basis=row["basis"],
        budget_price=budget,
        contact_price=contact,
    )


def at_most(counted: int | None, one_use: int | None) -> int | None:
    """Return the most that an offer can cost; None where it has no limit, or counts for more than one use of it."""
    return None if counted is None or one_use is None or counted > one_use else counted


def one_use_minor(run: RunRead, campaign_id: str, offer_id: str) -> int | None:
    """Return the most that one use of an offer can cost us; None without a limit."""
    most: int | None = run.offers.filter(campaign_id=campaign_id, offer_id=offer_id)["cost_liability_minor"].item()
    return most


def terms_of(run: RunRead, campaign_id: str, offer_id: str) -> OfferTermFacts:
    """Return an offer's terms; those of the table where the run has no full offer."""
    row = run.offers.filter(campaign_id=campaign_id, offer_id=offer_id).row(0, named=True)
    offer = run.full_offers.get((campaign_id, offer_id))
    if offer is not None:
        most = getattr(offer, "max_minor", offer.most_minor)
        return OfferTermFacts(row["kind"], offer.label_with_minimum(), row["category"], most)
    said = unpacked(row.get("label_message") or "[]")
    return OfferTermFacts(row["kind"], said[0] if said else row["label"], row["category"])


def choose(
    candidates: list[OfferOption],
    campaigns: Iterable[CampaignRead],
    planned: Sequence[Key],
    most_offers: int,
) -> PlanChoice:
    """Apply the plan's rule again and compare it with what the plan recorded: of several offers that of most net.

    The first of `planned` is the one whose reasons are told.
    """
    in_plan = sorted((one for one in candidates if one.key in planned), key=lambda one: -one.net)
    recorded = in_plan[0] if in_plan else None
    choice = _compared(candidates, campaigns, recorded.key if recorded else next(iter(planned), None), recorded)
    first = next((one for one in in_plan if one.key == planned[0]), recorded)
    further = tuple(one for one in in_plan if one is not first)
    return replace(choice, recorded=first, further=further, is_full=len(planned) >= most_offers)


def _compared(
    candidates: list[OfferOption], campaigns: Iterable[CampaignRead], planned: Key | None, recorded: OfferOption | None
) -> PlanChoice:
    sent = [one for one in candidates if one.campaign.send]
    turns = [sent] if all(one.campaign.solved_jointly for one in sent) else [_of(one, sent) for one in campaigns]
    best = (max(options, key=lambda one: one.net, default=None) for options in turns)
    recomputed = next((one for one in best if one is not None and one.net > 0), None)
    if planned == (recomputed.key if recomputed else None):
        return PlanChoice(recorded, recomputed, "exact")
    both = [one for one in (recorded, recomputed) if one is not None]
    return PlanChoice(recorded, recomputed, "rounding" if _within_one_step(both, recorded) else "unexplained")


def _of(campaign: CampaignRead, candidates: list[OfferOption]) -> list[OfferOption]:
    return [one for one in candidates if one.campaign.id == campaign.id]


def _within_one_step(both: list[OfferOption], recorded: OfferOption | None) -> bool:
    """Return whether the two, in campaigns solved together, differ by less than one whole offer's budget is worth."""
    together = len({one.campaign.id for one in both}) == 1 or all(one.campaign.solved_jointly for one in both)
    if not together or not both:
        return len(both) == 2 and min(abs(one.net) / _step(one) for one in both) <= 1
    nets = [one.net if one is recorded else -one.net for one in both]
    return abs(sum(nets)) <= max(_step(one) for one in both)


def _step(candidate: OfferOption) -> float:
    """Return what one whole offer takes from the budget, at the budget's price."""
    return candidate.worth_elsewhere + candidate.tolerance


def why_not(
    candidate: OfferOption, choice: PlanChoice, campaigns: tuple[CampaignRead, ...], assigned: Collection[Key], arm: str
) -> str:
    """A code for what became of a candidate, by the plan first and the draw second."""
    if candidate.key in assigned:
        return {PLAN: "given", USUAL: "given_by_usual"}.get(arm, "given_at_random")
    chosen = choice.instead_of(candidate)
    if chosen is not None and candidate.key == chosen.key:
        return f"kept_back_{arm}"
    if not candidate.campaign.send:
        return "not_sent"
    if candidate.profit <= 0:
        return "negative"
    order = [campaign.id for campaign in campaigns]
    if chosen is not None and not candidate.campaign.solved_jointly and _is_before(chosen, candidate, order):
        return "taken"
    return _under_the_budget(candidate, chosen)


def _is_before(candidate: OfferOption, other: OfferOption, order: list[str]) -> bool:
    """Return whether a campaign chose its customers before another."""
    return order.index(candidate.campaign.id) < order.index(other.campaign.id)


def _competes(candidate: OfferOption, chosen: OfferOption) -> bool:
    """Return whether both were choices of the same problem."""
    return candidate.campaign.id == chosen.campaign.id or (
        candidate.campaign.solved_jointly and candidate.campaign.send
    )


def _under_the_budget(candidate: OfferOption, chosen: OfferOption | None) -> str:
    if candidate.net <= -candidate.tolerance:
        return "below_price"
    if chosen is None or not _competes(candidate, chosen) or candidate.net > chosen.net + candidate.tolerance:
        return "rounding"
    return "dearer" if candidate.profit > chosen.profit else "less_profit"


def shown(candidates: list[OfferOption], also: Iterable[OfferOption | None]) -> list[OfferOption]:
    """The best by profit, and those that the story needs."""
    wanted = {one.key for one in candidates[:SHOWN]} | {one.key for one in also if one is not None}
    return [one for one in candidates if one.key in wanted]


def runner_up(candidates: list[OfferOption], choice: PlanChoice) -> OfferOption | None:
    """The next best candidate that could be in place of what was recorded, or None when that is no offer."""
    if (chosen := choice.recorded) is None:
        return None
    others = [one for one in candidates if _competes(one, chosen) and choice.replaces_first(one)]
    best = max(others, key=lambda one: one.net, default=None)
    return best if best is not None and best.net > 0 else None


def untried(run: RunRead) -> tuple[NamedOffer, ...]:
    """Offers of campaigns that are sent, of which nothing shows what they would do."""
    sent = [one.id for one in run.campaigns if one.send]
    rows = run.offers.filter(pl.col("campaign_id").is_in(sent) & (pl.col("basis") == "unknown"))
    keys = rows.select("campaign_id", "offer_id").iter_rows()
    return tuple(NamedOffer(campaign, offer, terms_of(run, campaign, offer)) for campaign, offer in keys)


def key_of(campaign_id: str | None, offer_id: str) -> Key | None:
    """Return campaign and offer; None for no offer."""
    return None if campaign_id is None or offer_id == NO_OFFER else (campaign_id, offer_id)
