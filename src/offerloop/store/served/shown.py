"""Customers to whom offers were shown and when, and the newest decisions, by indexes on the decisions on record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, tuple_, union_all

from offerloop.store.schema import decisions, further_shown


@dataclass(frozen=True)
class CampaignShown:
    """The decisions that gave an offer of a campaign."""

    n_customers: int
    first_ms: int
    last_ms: int


def shown_by_campaign(connection: Connection, campaigns: Iterable[str]) -> dict[str, CampaignShown]:
    """Count the customers who were shown an offer of a campaign, by any plan; a campaign without any is left out."""
    shown: dict[str, CampaignShown] = {}
    for campaign in sorted(campaigns):
        offers = union_all(
            *(
                select(table.c.at_ms, table.c.customer_key).where(table.c.campaign_id == campaign)
                for table in (decisions, further_shown)
            )
        ).subquery()
        at, customers = offers.c.at_ms, func.count(offers.c.customer_key.distinct())
        of_campaign = select(customers, func.min(at), func.max(at))
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


def newest_decisions(connection: Connection, limit: int, before: str | None = None) -> list[DecisionListed]:
    """Return the newest decisions first, or those before the one of an id; many may be of one instant."""
    columns = [getattr(decisions.c, name) for name in DecisionListed.__dataclass_fields__]
    query = select(*columns).order_by(decisions.c.at_ms.desc(), decisions.c.decision_id.desc()).limit(limit)
    if before is not None:
        at_ms = connection.scalar(select(decisions.c.at_ms).where(decisions.c.decision_id == before))
        query = query.where(tuple_(decisions.c.at_ms, decisions.c.decision_id) < (at_ms, before))
    return [DecisionListed(**row._mapping) for row in connection.execute(query)]
