"""A campaign that people wrote here: the one that a page is of, and how it is named and counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from offerloop.store import WrittenCampaign, find_campaign
from offerloop.web.console.page_request import PageRequest


def named_campaign(request: PageRequest) -> WrittenCampaign:
    """Return the campaign that the field `id` names. Raises HttpProblem where there is none."""
    return request.needed("id", lambda name: request.worker.database.read(lambda one: find_campaign(one, name)))


def title_of(campaign: WrittenCampaign) -> str:
    """Return its title, or its id where it has none."""
    return str(campaign.text.body.get("title") or campaign.campaign_id)


def unit_of(body: Mapping[str, Any], currency: str) -> str:
    """Return what a campaign's budget is in: a unit of its own, or the shop's currency."""
    return str(body.get("budget_unit") or currency)
