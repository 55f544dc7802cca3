"""The offers under which baskets are priced: those for everybody, and the one that a customer was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from offerloop.offers import DEFAULT_POLICY, Offer, OfferSet, StackingPolicy
from offerloop.serving.policy import Policy, ServedOffer
from offerloop.workspace import open_run, read_offers_file

OFFERS_FILE = "offers.toml"
"""Name of the file in a shop's folder that holds the offers for everybody."""


@dataclass(frozen=True)
class ShopOffers:
    """Offers of a shop, made ready for pricing once."""

    everyone: tuple[Offer, ...] = ()
    policy: StackingPolicy = DEFAULT_POLICY
    personal: Mapping[tuple[str, str], Offer] = field(default_factory=dict)
    """Offers of campaigns by campaign and id."""
    _sets: dict[tuple[str, str] | None, OfferSet] = field(default_factory=dict)

    def for_customer(self, given: ServedOffer | None) -> OfferSet:
        """Return the offers of a customer who was given that one."""
        place = None if given is None else (given.campaign_id, given.offer_id)
        if place not in self._sets:
            own = () if place is None or place not in self.personal else (self.personal[place],)
            everyone = [one for one in self.everyone if one.offer_id not in {its.offer_id for its in own}]
            self._sets[place] = OfferSet.of((*everyone, *own))
        return self._sets[place]


def open_shop_offers(shop: Path, policy: Policy | None) -> ShopOffers:
    """Read the offers of a shop's folder and of the policy that is served.

    Raises InputError for a file of offers that cannot be read.
    """
    personal = {} if policy is None else open_run(policy.run_folder).full_offers
    path = shop / OFFERS_FILE
    if not path.is_file():
        return ShopOffers(personal=personal)
    known = read_offers_file(path)
    return ShopOffers(known.offers, known.policy, personal)
