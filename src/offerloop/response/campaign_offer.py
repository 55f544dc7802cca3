"""An offer of a campaign, and its rows in the tables of offers and effects, whatever its effects rest on."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from offerloop.message import packed
from offerloop.money import MICRO
from offerloop.offers import Offer, liability_minor
from offerloop.tables import EFFECTS


@dataclass(frozen=True)
class CampaignOffer:
    """One offer of one campaign."""

    campaign_id: str
    offer: Offer
    cost_weight: float
    """1 where cost is money like value, 0 where the budget counts something else."""
    margin: float
    """What is left of list price, of what the offer covers."""

    @property
    def follows_prices(self) -> bool:
        """Whether the response to shelf prices tells its effect."""
        return self.offer.assumed is None and self.offer.is_like_shelf_price

    @property
    def own_share(self) -> float:
        """Share of the discount that lowers our profit."""
        return self.cost_weight * float(1 - self.offer.funded_share)

    @property
    def contact_minor(self) -> float:
        """What telling the customer lowers our profit by."""
        return self.cost_weight * self.offer.contact.cost_minor

    def effects_table(self, frame: pl.DataFrame, basis: str) -> pl.DataFrame:
        """Return the table EFFECTS of this offer: `frame`, with what all rows share and what follows from the rest.

        The expected cost is that of the discount, in whole micro-units, rounded up, and of the contact.
        """
        offer = self.offer
        micro = (pl.col("discount_minor") * float(1 - offer.funded_share) * MICRO).ceil().cast(pl.Int64)
        micro = micro + offer.contact.cost_minor * MICRO
        frame = frame.with_columns(
            micro.alias("cost_expected_micro"),
            campaign_id=pl.lit(self.campaign_id),
            offer_id=pl.lit(offer.offer_id),
            cost_liability_minor=pl.lit(liability_minor(offer), dtype=pl.Int64),
            basis=pl.lit(basis),
            value_se_minor=pl.col("value_se_minor") if "value_se_minor" in frame.columns else pl.lit(0.0),
        ).with_columns(profit_minor=pl.col("value_minor") - self.cost_weight * pl.col("cost_expected_micro") / MICRO)
        return frame.select(EFFECTS.names)

    def offers_row(self, basis: str) -> dict[str, object]:
        """Return the row of OFFERS; `basis` is what its effects rest on."""
        offer = self.offer
        quiet, window = offer.contact.quiet, offer.conditions.window
        return {
            "campaign_id": self.campaign_id,
            "offer_id": offer.offer_id,
            "kind": offer.kind,
            "category": offer.category,
            "depth": None if offer.depth is None else float(offer.depth),
            "funded_share": float(offer.funded_share),
            "margin": self.margin,
            "cost_liability_minor": liability_minor(offer),
            "contact_cost_minor": offer.contact.cost_minor,
            "cost_weight": self.cost_weight,
            "channel": offer.contact.channel,
            "quiet_hours": None if quiet is None else "-".join(quiet),
            "label": str(offer.label_with_minimum()),
            "label_message": packed(offer.label_with_minimum()),
            "basis": basis,
            "starts_at": window.starts_at,
            "ends_at": window.ends_at,
        }
