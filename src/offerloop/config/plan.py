"""`[plan]`: what campaigns share, and whether they are solved together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from offerloop.config.section import ConfigSection

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
    """The most offers of one customer in one period, at most one of each campaign; what several bring is taken to add
    up."""
    contacts: Contacts | None = None
    """The most contacts of the plan in one period; each offer counts as one."""
    contacts_by_channel: dict[str, Contacts] = Field(default_factory=dict)
    """Channel = the most contacts by offers of that `channel`."""
