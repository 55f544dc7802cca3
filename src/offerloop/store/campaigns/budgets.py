"""Budgets that change while a campaign runs: proposed by one person, approved by others, and then due at their time.

A proposal belongs to a revision, which stays, so that what is served goes on until a run has planned with the new
budget. An edit of the campaign carries over what was approved and drops what was not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from offerloop.store.connect import StaleError, clock
from offerloop.store.schema import campaign_budgets

if TYPE_CHECKING:
    from offerloop.store.campaigns.written import BudgetChange, WrittenCampaign


@dataclass(frozen=True)
class ProposedBudget:
    """Another budget from an instant on, which waits for approval."""

    proposal_id: str
    campaign_id: str
    at: int
    """An epoch second."""
    budget: str
    person: str
    """Who proposed it."""
    approved_by: frozenset[str]


def propose_budget(
    connection: Connection, campaign: WrittenCampaign, proposal_id: str, change: BudgetChange, person: str,
    reviewers: int,
) -> None:  # fmt: skip
    """Keep a proposal in place of one for the same instant; without reviewers it counts at once."""
    same = (campaign_budgets.c.campaign_id == campaign.campaign_id) & (campaign_budgets.c.at == change.at)
    connection.execute(delete(campaign_budgets).where(same & campaign_budgets.c.approved_at.is_(None)))
    row = {
        "proposal_id": proposal_id, "campaign_id": campaign.campaign_id, "revision": campaign.revision,
        "at": change.at, "budget": change.budget, "person": person, "approved_by": "[]",
        "approved_at": None if reviewers else clock(connection),
    }  # fmt: skip
    connection.execute(insert(campaign_budgets).values(row))


def proposed_budgets(connection: Connection, campaign: WrittenCampaign) -> list[ProposedBudget]:
    """Return what waits for approval, by its time."""
    of_revision = (campaign_budgets.c.campaign_id == campaign.campaign_id) & (
        campaign_budgets.c.revision == campaign.revision
    )
    waiting = select(campaign_budgets).where(of_revision & campaign_budgets.c.approved_at.is_(None))
    return [_proposed(row) for row in connection.execute(waiting.order_by(campaign_budgets.c.at))]


def approve_budget(connection: Connection, proposed: ProposedBudget, person: str, reviewers: int) -> None:
    """Add an approval; with enough of them the budget counts. Raises StaleError where somebody else was faster."""
    approved_by = sorted(proposed.approved_by | {person})
    counts = len(approved_by) >= reviewers
    changed = {"approved_by": json.dumps(approved_by), "approved_at": clock(connection) if counts else None}
    if connection.execute(update(campaign_budgets).where(_unchanged(proposed)).values(changed)).rowcount == 0:
        raise StaleError


def decline_budget(connection: Connection, proposed: ProposedBudget) -> None:
    """Drop a proposal. Raises StaleError where somebody else was faster."""
    if connection.execute(delete(campaign_budgets).where(_unchanged(proposed))).rowcount == 0:
        raise StaleError


def _unchanged(proposed: ProposedBudget) -> ColumnElement[bool]:
    return (
        (campaign_budgets.c.proposal_id == proposed.proposal_id)
        & (campaign_budgets.c.approved_by == json.dumps(sorted(proposed.approved_by)))
        & campaign_budgets.c.approved_at.is_(None)
    )


def approved_budgets(connection: Connection) -> Sequence[Row[Any]]:
    """Return the rows of the budgets that were approved, in the order of that."""
    approved = select(campaign_budgets).where(campaign_budgets.c.approved_at.is_not(None))
    return connection.execute(approved.order_by(campaign_budgets.c.approved_at, campaign_budgets.c.proposal_id)).all()


def _proposed(row: Row[Any]) -> ProposedBudget:
    return ProposedBudget(
        row.proposal_id, row.campaign_id, row.at, row.budget, row.person, frozenset(json.loads(row.approved_by))
    )
