"""`[plan]`: what campaigns share, and whether they are solved together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from offerloop.config.sections.section import ConfigSection
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
    """The most offers of one customer in one period, at most one of each campaign and one for each category; what
    several bring is taken to add up, and each also costs on what the others bring."""
    contacts: Contacts | None = None
    """The most contacts of the plan in one period; each offer counts as one."""
    contacts_by_channel: dict[str, Contacts] = Field(default_factory=dict)
    """Channel = the most contacts by offers of that `channel`."""

    def shared_offer(self, offers: Iterable[tuple[str, str]]) -> Message | None:
        """Return which of the offers, by campaign and id, two campaigns have, where a customer could get both of them.

        A checkout tells offers apart by their ids, so that such a customer could use one of them alone.
        """
        campaign_by_offer: dict[str, str] = {}
        for campaign, offer in offers if self.offers_per_customer > 1 else ():
            other = campaign_by_offer.setdefault(offer, campaign)
            if other != campaign:
                return Message(
                    "the campaigns '{one}' and '{other}' both have an offer '{offer}', and a customer who gets both can"
                    " use only one of them; give each an 'id' of its own, or set plan.offers_per_customer = 1",
                    one=other,
                    other=campaign,
                    offer=offer,
                )
        return None
