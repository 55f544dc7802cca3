"""Decide which campaigns are sent, and to whom: solved together or in order, each campaign by its own launch decision.

Jointly: all campaigns are solved together. While some campaign's plan is not to be sent, the one of least held-out
profit is taken out and the others are solved again, so that nothing holds customers or money that it does not use.
In order: a campaign that is not sent leaves all its customers and its part of shared limits to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from offerloop.allocation import Limit, Solution
from offerloop.arrays import Floats, Ints
from offerloop.decision.campaign_case import CampaignCase, HeldOffers
from offerloop.decision.forecast import Forecast, forecast_campaign, held_out
from offerloop.decision.joint import (
    Solved,
    best_of_joint_and_ordered,
    held_beside,
    limit_capacities,
    remaining_capacities,
    solve_jointly,
    with_interaction_costs,
)
from offerloop.decision.nested_limits import PlanLimit
from offerloop.decision.policy_choice import least_errors, may_be_sent
from offerloop.offers import NOTHING


@dataclass(frozen=True, eq=False)
class DecidedCampaign:
    """What was decided of one campaign."""

    case: CampaignCase
    rows: Ints
    """Rows of its effects, ascending, that its plan takes, whether it is sent or not."""
    send: bool
    pays_alone: bool
    """Whether it is not sent although it would be if there were no other campaign."""
    held: HeldOffers
    """What customers have of other campaigns. One that is not sent when all are solved jointly is shown as if it were
    the only campaign."""
    prices: Floats
    """(limits,): see `Solved`."""
    own_price: float
    """The price of the campaign's own budget."""
    missed: float
    """Estimated profit that the plans solved with this one may lack together."""
    priced: CampaignCase
    """The case with what its offers cost beside those of other campaigns."""

    @property
    def profit(self) -> float:
        """Return the profit by the estimates that choose."""
        return float(self.priced.profit[self.rows].sum())

    def forecast(self, *, explores: bool) -> Forecast:
        """The plan's value for the customers whom other campaigns leave."""
        kept = np.flatnonzero(self.priced.is_open(self.held))
        case = self.priced.without(self.held)
        rows = np.searchsorted(kept, self.rows)
        return forecast_campaign(
            case,
            rows,
            self._solution(case, rows),
            send=self.send,
            pays_alone=self.pays_alone,
            explores=explores,
            least_errors=least_errors(case),
        )

    def _solution(self, case: CampaignCase, rows: Ints) -> Solution:
        """The campaign's own part of what was solved."""
        is_taken = np.zeros(case.effects.height + 1, dtype=np.bool_)  # the last place is that of no candidate
        is_taken[rows] = True
        hit = is_taken[case.candidates.row]
        choice = np.where(hit.any(axis=1), hit.argmax(axis=1), NOTHING)[:, None]
        own = Limit("budget", case.budget_minor * case.unit)
        taken, profit = int(case.cost[rows].sum()), float(case.profit[rows].sum())
        return Solution(choice, (own,), (self.own_price / case.unit,), (taken,), profit, profit + self.missed)


@dataclass(frozen=True, eq=False)
class SendingDecision:
    """All campaigns, in the order of the configuration."""

    parts: tuple[DecidedCampaign, ...]
    solved: Literal["jointly", "in order"]

    @property
    def sent(self) -> tuple[DecidedCampaign, ...]:
        """Campaigns whose plan is sent."""
        return tuple(one for one in self.parts if one.send)

    @property
    def profit(self) -> float:
        """Return the profit of what is sent, by the estimates that choose."""
        return sum(one.profit for one in self.sent)


def decide_jointly(cases: Sequence[CampaignCase], limits: Sequence[PlanLimit], max_offers: int) -> SendingDecision:
    """Solve all campaigns together, with `max_offers` offers for each customer, without those that are not sent."""
    active, by_campaign = [one for one in cases if not one.is_paused], dict[str, DecidedCampaign]()
    while active:
        solved = best_of_joint_and_ordered(active, limits, max_offers)
        rows = [(one, solved.rows[one.campaign.id]) for one in active]
        others = zip(active, held_beside(rows, max_offers), strict=True)
        parts = [_decided(one, solved, limits, held) for one, held in others]
        by_campaign |= {one.case.campaign.id: one for one in parts}
        failing = [one for one in parts if len(one.rows) and not one.send]
        if not failing:
            break
        worst = min(failing, key=lambda one: held_out(one.priced, one.rows).value)
        active.remove(worst.case)
    sent = {name for name, part in by_campaign.items() if part.send}
    parts = [by_campaign[one.campaign.id] if one.campaign.id in sent else _alone(one, limits) for one in cases]
    return SendingDecision(tuple(parts), "jointly")


def decide_in_order(cases: Sequence[CampaignCase], limits: Sequence[PlanLimit], max_offers: int = 1) -> SendingDecision:
    """Solve campaigns one after the other; `max_offers` offers for each customer."""
    parts, sent = list[DecidedCampaign](), list[tuple[CampaignCase, Ints]]()
    for case in cases:
        solved = solve_jointly([case], limits, remaining_capacities(limits, sent, max_offers), sent, max_offers)
        part = _decided(case, solved, limits, HeldOffers.of(sent, case, max_offers))
        if part.send:
            sent.append((case, part.rows))
        parts.append(part)
    priced = iter(with_interaction_costs(sent, max_offers))
    return SendingDecision(tuple(replace(one, priced=next(priced)) if one.send else one for one in parts), "in order")


def better_of(joint: SendingDecision, ordered: SendingDecision) -> SendingDecision:
    """The decision of more profit by the estimates that choose, and of equals the joint one.

    Campaigns decide on their launch one by one, so an order can send more than all campaigns together.
    """
    return joint if joint.profit >= ordered.profit else ordered


def _alone(case: CampaignCase, limits: Sequence[PlanLimit]) -> DecidedCampaign:
    """Return the decision on a campaign that is not sent, as if there were no other."""
    solved = solve_jointly([case], limits, limit_capacities(limits))
    part = _decided(case, solved, limits, HeldOffers.of((), case, 1))
    return replace(part, send=False, pays_alone=part.send)


def _decided(case: CampaignCase, solved: Solved, limits: Sequence[PlanLimit], held: HeldOffers) -> DecidedCampaign:
    rows = solved.rows[case.campaign.id]
    own = next(n for n, one in enumerate(limits) if one.kind == "campaign" and one.campaign_id == case.campaign.id)
    missed = max(solved.bound - solved.profit, 0.0)
    price = float(solved.prices[own])
    priced = case.with_held_offers(held)
    send = not case.is_paused and may_be_sent(priced, rows)
    return DecidedCampaign(case, rows, send, False, held, solved.prices, price, missed, priced)
