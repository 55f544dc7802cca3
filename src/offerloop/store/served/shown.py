"""Customers to whom offers were shown and when, and the newest decisions, by indexes on the decisions on record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from offerloop.store.schema import decisions


@dataclass(frozen=True)
class CampaignShown:
    """The decisions that gave an offer of a campaign."""

    n_customers: int
    first_ms: int
    last_ms: int


def shown_by_campaign(connection: Connection, campaigns: Iterable[str]) -> dict[str, CampaignShown]:
    """Count the customers who were shown an offer of a campaign, by any plan; a campaign without any is left out."""
    at, customers = decisions.c.at_ms, func.count(decisions.c.customer_key.distinct())
    shown: dict[str, CampaignShown] = {}
    for campaign in sorted(campaigns):
        of_campaign = select(customers, func.min(at), func.max(at)).where(decisions.c.campaign_id == campaign)
        n_customers, first_ms, last_ms = connection.execute(of_campaign).one()
        if n_customers:
            shown[campaign] = CampaignShown(n_customers, first_ms, last_ms)
    return shown


@dataclass(frozen=True)
class DecisionListed:
    """A decision as a log shows it."""

    decision_id: str
    at_ms: int
    arm: str | None
    campaign_id: str | None
    offer_id: str
    failure: str | None
    answer: str


def newest_decisions(connection: Connection, limit: int, before_ms: int | None = None) -> list[DecisionListed]:
    """Return the decisions of before an instant, the newest first."""
    columns = [getattr(decisions.c, name) for name in DecisionListed.__dataclass_fields__]
    query = select(*columns).order_by(decisions.c.at_ms.desc(), decisions.c.decision_id.desc()).limit(limit)
    if before_ms is not None:
        query = query.where(decisions.c.at_ms < before_ms)
    return [DecisionListed(**row._mapping) for row in connection.execute(query)]
