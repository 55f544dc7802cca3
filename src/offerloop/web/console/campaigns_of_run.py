"""The campaigns of a run as pages show them, read from its summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from offerloop.evaluation import Estimate
from offerloop.message import Message, followed, quoted, unpacked
from offerloop.money import to_minor
from offerloop.web.console.cells import Badge, MinorAmount, Named
from offerloop.workspace import RunRead, sent_or_best

SENT = Badge("send", Message("sent", context="state of a campaign"), "good")
NOT_SENT = Badge("do not send", Message("not sent", context="state of a campaign"), "neutral")
BASES = {
    "transferred": Message("forecast from shelf prices"),
    "estimated": Message("measured on offers shown at random"),
    "learned": Message("learned from the shop's data", context="what a forecast rests on"),
    "measured": Message("measured by an earlier read-out", context="what a forecast rests on"),
    "assumed": Message("assumed by the shop"),
    "mixed": Message("partly assumed by the shop", context="what a forecast rests on"),
    "none": Message("not known", context="what a forecast rests on"),
}


@dataclass(frozen=True)
class CampaignForecast:
    """What a run decided about a campaign: as it is sent, or its best plan where nothing is."""

    id: str
    title: str
    is_sent: bool
    customers: int
    currency: str
    """What its profit is in."""
    budget_unit: str
    """What its budget and costs are in: money, or units such as seats."""
    budget_minor: int
    budget_basis: str
    """How an offer counts against the budget: liability or expected."""
    spend_minor: int
    liability_minor: int | None
    """The most that its offers can cost; None where the cost of one has no limit."""
    profit: Estimate
    basis: str
    sentence: str
    """The decision in full."""

    @property
    def at_most(self) -> MinorAmount | None:
        """The most that its offers can cost."""
        return None if self.liability_minor is None else MinorAmount(self.liability_minor, self.budget_unit)

    @property
    def remark(self) -> Message | str:
        """A remark beside figures of a plan that is not sent; empty where it is."""
        if not self.is_known:
            return Message("nothing shows what its offers do, so no plan can be made")
        return "" if self.is_sent else Message("of its best plan, which is not sent: it is not sure to pay")

    @property
    def is_known(self) -> bool:
        """Whether the effect of any of its offers is known, or assumed."""
        return self.basis != "none"

    @property
    def state(self) -> Badge:
        """Whether it is sent."""
        return SENT if self.is_sent else NOT_SENT


def forecasts(run: RunRead) -> list[CampaignForecast]:
    """Return the campaigns of a run in their order."""
    return [_forecast(one, run.currency) for one in run.summary["campaigns"]]


def _forecast(campaign: Mapping[str, Any], currency: str) -> CampaignForecast:
    sent = sent_or_best(campaign)
    unit = str(campaign.get("budget_unit", currency))
    ends = {end: None if text is None else float(to_minor(text, currency)) for end, text in sent["profit"].items()}
    return CampaignForecast(
        id=str(campaign["id"]),
        title=str(campaign["title"]),
        is_sent=bool(campaign["send"]),
        customers=int(campaign["customers_sent"] if campaign["send"] else campaign["customers_planned"]),
        currency=currency,
        budget_unit=unit,
        budget_minor=to_minor(campaign["budget"], unit),
        budget_basis=str(campaign["budget_basis"]),
        spend_minor=to_minor(sent["expected_spend"], unit),
        liability_minor=None if sent["liability"] is None else to_minor(sent["liability"], unit),
        profit=Estimate.from_bounds(ends["value"] or 0.0, ends["low"], ends["high"]),
        basis=str(campaign["basis"]),
        sentence=str(campaign["sentence"]),
    )


def customers_with_offer(run: RunRead, campaigns: list[CampaignForecast]) -> int:
    """Return how many customers get an offer of the campaigns that are sent, those with several counted once."""
    further = run.further().select(pl.len()).collect().item()
    return sum(one.customers for one in campaigns if one.is_sent) - int(further)


def decision_sentence(campaigns: list[CampaignForecast]) -> Message:
    """Return the decision of a run: what is sent, whether its effect is assumed, and what is not sent."""
    sent, kept = (quoted([one.title for one in campaigns if one.is_sent is is_sent]) for is_sent in (True, False))
    if not sent:
        return Message("Nothing is sent: no campaign is forecast to pay.")
    said = Message("{sent}: sent to the customers for whom a profit is forecast.", sent=sent)
    assumed = quoted([one.title for one in campaigns if one.is_sent and one.basis == "assumed"])
    if assumed:
        said = followed(said, Message("What {titles} would change is assumed, not measured.", titles=assumed))
    if not kept:
        return said
    return followed(said, Message("{kept}: not sent.", context="decision", kept=kept))


def offer_names(run: RunRead) -> dict[tuple[str, str], Named]:
    """Return the words for each offer of a run, by the ids of its campaign and of itself."""
    rows = run.offers.select("campaign_id", "offer_id", "label_message").iter_rows()
    return {(str(campaign), str(offer)): Named(str(offer), unpacked(label)[0]) for campaign, offer, label in rows}


def campaign_names(run: RunRead) -> dict[str, Named]:
    """Return the title of each campaign of a run by its id."""
    return {one.id: Named(one.id, Message("{text}", context="pattern", text=one.title)) for one in run.campaigns}
