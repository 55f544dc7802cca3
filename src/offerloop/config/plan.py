"""`[plan]`: what campaigns share, and whether they are solved together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from offerloop.config.section import ConfigSection
from offerloop.message import Message

Contacts = Annotated[int, Field(ge=0)]


class Plan(ConfigSection):
    """`[plan]`: limits that several campaigns share, and whether campaigns are solved together."""

    campaigns: Literal["jointly", "in order"] = "jointly"
    """`jointly`: all campaigns are solved as one problem; `in order`: an earlier campaign chooses its customers first,
    and later ones get what it leaves of shared limits."""
    total_budget: str | None = None
    """The most that all campaigns whose budgets count money may cost together, each offer counted by the
    `budget_basis` of its campaign."""
    team_budgets: dict[str, str] = Field(default_factory=dict)
    """Team = the most that the campaigns which name it as their `team` may cost together."""
    offers_per_customer: int = Field(default=1, ge=1)
    """The most offers of one customer in one period; a run plans for 1, `offerloop allocate` for any number
    (`most_offers`)."""
    contacts: Contacts | None = None
    """The most customers that the plan may contact in one period."""
    contacts_by_channel: dict[str, Contacts] = Field(default_factory=dict)
    """Channel = the most customers that the plan may contact by offers of that `channel`."""

    @field_validator("offers_per_customer")
    @classmethod
    def _one_offer(cls, value: int) -> int:
        if value > 1:
            raise ValueError(
                Message(
                    "a run gives each customer at most one offer a period, because effects are learned from "
                    "single offers; leave it at 1, or use 'offerloop allocate' with most_offers"
                )
            )
        return value
