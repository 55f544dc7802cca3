"""Orders of earlier days: their basket as it was, its price under the offers of that day, and refunds of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from offerloop.offers import Basket, OfferLeft, OfferSet, Priced, StackingPolicy, price, refund_kept, refund_repriced
from offerloop.serving.baskets import basket_of
from offerloop.serving.shop_offers import offers_as_bought
from offerloop.store import Purchase


@dataclass(frozen=True)
class BoughtBasket:
    """The basket of an order, and what it was priced under."""

    basket: Basket
    offers: OfferSet
    policy: StackingPolicy
    bought_at: int
    left: Mapping[str, OfferLeft]
    """What the ledger had left of offers with limits, by their ids."""

    @classmethod
    def of(cls, shop: Path, purchase: Purchase, offers_text: str) -> BoughtBasket:
        """Return the basket of an order whose file of offers read so. Raises InputError where its run is gone."""
        written = json.loads(purchase.basket)
        further = ((campaign, offer) for campaign, offer in written.get("further_offers", ()))
        own = ((purchase.campaign_id or "", purchase.offer_id or ""), *further)
        offers, policy = offers_as_bought(shop, purchase.version, own, offers_text)
        left = {name: OfferLeft(**one) for name, one in written.get("left", {}).items()}
        return cls(basket_of(written, None), offers, policy, purchase.bought_at, left)

    def price(self, basket: Basket) -> Priced:
        """Price a basket as on the day of the purchase."""
        return price(basket, self.offers, self.bought_at, self.policy, self.left.get)

    def refund_minor(
        self, rule: str, returned: Mapping[int, int], before: Mapping[int, int], given_back_minor: int
    ) -> int:
        """Return what is to be given back now, "kept" or "repriced". InputError for units that were not bought."""
        priced = self.price(self.basket)
        if rule == "kept":
            return refund_kept(priced, returned, before).total_minor
        return refund_repriced(priced, self.basket, returned, self.price, before, given_back_minor)
