"""What campaigns have spent by the ledger, beside their budgets and what was expected of the offers shown so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from offerloop.money import MICRO
from offerloop.serving.pacing import PacedCampaign
from offerloop.store import CampaignShown, redeemed_minor, shown_by_campaign

DAY_MS = 86_400_000
LOW_SHARE = 0.05
"""The share of a budget below which a campaign is reported as low."""
AHEAD = 1.2
"""Costs above this multiple of what was expected are reported."""
MANY = 100
"""Customers with an offer from whom on costs are compared with what was expected."""


@dataclass(frozen=True)
class CampaignSpend:
    """How far the budget of a campaign is used, minor units."""

    campaign_id: str
    budget_minor: int
    spent_minor: int
    """Redemptions in the ledger."""
    n_shown: int
    """Customers to whom an offer was shown."""
    expected_minor: int
    """What their offers were expected to cost."""
    days: float
    """Days from the first of these decisions to the last, at least one."""

    @property
    def left_minor(self) -> int:
        """What is left of the budget."""
        return max(0, self.budget_minor - self.spent_minor)

    @property
    def days_left(self) -> float | None:
        """After how many days the budget is used up at the pace so far; None where nothing was spent."""
        return None if self.spent_minor <= 0 else self.left_minor / (self.spent_minor / self.days)

    @property
    def is_low(self) -> bool:
        """Whether little is left."""
        return self.spent_minor > 0 and self.left_minor < LOW_SHARE * self.budget_minor

    @property
    def is_ahead(self) -> bool:
        """Whether offers cost clearly more than was expected of those shown so far."""
        return self.n_shown >= MANY and self.spent_minor > AHEAD * self.expected_minor


def campaign_spending(connection: Connection, campaigns: Sequence[PacedCampaign]) -> tuple[CampaignSpend, ...]:
    """Return how far the budgets of a plan's campaigns are used."""
    names = [one.campaign_id for one in campaigns]
    spent, shown = redeemed_minor(connection, names), shown_by_campaign(connection, names)
    return tuple(_spend(one, spent[one.campaign_id], shown.get(one.campaign_id)) for one in campaigns)


def _spend(campaign: PacedCampaign, spent_minor: int, shown: CampaignShown | None) -> CampaignSpend:
    n_shown, days = 0, 1.0
    if shown is not None:
        n_shown, days = shown.n_customers, max(1.0, (shown.last_ms - shown.first_ms) / DAY_MS)
    return CampaignSpend(
        campaign.campaign_id, campaign.budget_micro // MICRO, spent_minor, n_shown,
        round(n_shown * campaign.mean_cost_micro / MICRO), days,
    )  # fmt: skip
