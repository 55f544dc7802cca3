"""A configuration for a part of the customers, who have their share of every amount."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from offerloop.money import to_minor, to_text

if TYPE_CHECKING:
    from offerloop.config.model import Config
    from offerloop.config.sections.campaign import Campaign


def for_part(config: Config, share: Fraction) -> Config:
    """Return the configuration for customers who are such a share of all.

    Each budget and cap is that share of the whole, rounded down, so that parts never use more than the whole together.
    That of business as usual is a bound for all together, and stays.
    """
    currency = config.shop.currency
    plan = config.plan
    changed = {
        "campaigns": tuple(_campaign(one, currency, share) for one in config.campaigns),
        "plan": plan.model_copy(
            update={
                "total_budget": None if plan.total_budget is None else _part(plan.total_budget, currency, share),
                "team_budgets": {name: _part(one, currency, share) for name, one in plan.team_budgets.items()},
                "contacts": None if plan.contacts is None else int(plan.contacts * share),
                "contacts_by_channel": {name: int(one * share) for name, one in plan.contacts_by_channel.items()},
            }
        ),
    }
    return config.model_copy(update=changed)


def _campaign(campaign: Campaign, currency: str, share: Fraction) -> Campaign:
    unit = campaign.unit(currency)
    changed = {
        "budget": _part(campaign.budget, unit, share),
        "explore_budget": _part(campaign.explore_budget, unit, share),
        "offer_budgets": {name: _part(one, unit, share) for name, one in campaign.offer_budgets.items()},
    }
    return campaign.model_copy(update=changed)


def _part(amount: str, unit: str, share: Fraction) -> str:
    return to_text(int(to_minor(amount, unit) * share), unit)
