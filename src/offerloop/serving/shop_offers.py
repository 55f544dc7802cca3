"""The offers under which baskets are priced: those for everybody, and the one that a customer was given."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from offerloop.offers import DEFAULT_POLICY, CodeList, Offer, OfferSet, StackingPolicy, read_code_list
from offerloop.serving.policy import Policy
from offerloop.workspace import open_run, read_offers_file

OFFERS_FILE = "offers.toml"
"""Name of the file in a shop's folder that holds the offers for everybody."""
CODES_FILE = "codes.csv"
"""Name of the file in a shop's folder that says which codes stand for which offers, and whose they are."""


OwnOffers = tuple[tuple[str, str], ...]
"""What a customer was given: campaign and id of each offer."""
MOST_SETS = 1_000
"""Sets of offers that are kept ready for pricing; customers with several offers make many."""


@dataclass(frozen=True)
class ShopOffers:
    """Offers of a shop, made ready for pricing once."""

    everyone: tuple[Offer, ...] = ()
    policy: StackingPolicy = DEFAULT_POLICY
    personal: Mapping[tuple[str, str], Offer] = field(default_factory=dict)
    """Offers of campaigns by campaign and id."""
    text: str = ""
    """The file that holds the offers for everybody, as it was read."""
    codes: CodeList = field(default_factory=lambda: CodeList({}))
    """Codes apart from ids of offers."""
    _sets: dict[OwnOffers, OfferSet] = field(default_factory=dict)

    @property
    def text_hash(self) -> str:
        """The SHA-256 of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def for_customer(self, own: OwnOffers) -> OfferSet:
        """Return the offers of a customer who was given some; of those with the same id the first one counts."""
        offers = self._sets.get(own)  # another thread may clear them at any time
        if offers is None:
            personal = [self.personal[key] for key in reversed(own) if key in self.personal]
            own_by_id = {offer.offer_id: offer for offer in personal}
            everyone = [offer for offer in self.everyone if offer.offer_id not in own_by_id]
            offers = OfferSet.of((*everyone, *own_by_id.values()))
            if len(self._sets) >= MOST_SETS:
                self._sets.clear()
            self._sets[own] = offers
        return offers


def open_shop_offers(shop: Path, policy: Policy | None) -> ShopOffers:
    """Read the offers of a shop's folder and of the policy that is served.

    Raises InputError for a file of offers or of codes that cannot be read.
    """
    personal = {} if policy is None else open_run(policy.run_folder).full_offers
    path, listed = shop / OFFERS_FILE, shop / CODES_FILE
    codes = CodeList.of(read_code_list(listed)) if listed.is_file() else CodeList({})
    if not path.is_file():
        return ShopOffers(personal=personal, codes=codes)
    offers_file = read_offers_file(path)
    return ShopOffers(offers_file.offers, offers_file.policy, personal, path.read_text(encoding="utf-8-sig"), codes)


def offers_as_bought(shop: Path, version: str | None, own: OwnOffers, text: str) -> tuple[OfferSet, StackingPolicy]:
    """Return the offers of an order of an earlier day: from the run that was served, and the file as it was then."""
    offers = offers_then(None if version is None else shop / "runs" / version, text)
    return offers.for_customer(own), offers.policy


@lru_cache(maxsize=8)
def offers_then(run_folder: Path | None, text: str) -> ShopOffers:
    """Return the offers of an earlier day: those of the run that was served, and the file as it was then."""
    personal = {} if run_folder is None else open_run(run_folder).full_offers
    if not text:
        return ShopOffers(personal=personal)
    offers_file = read_offers_file(tomllib.loads(text), of_the_past=True)
    return ShopOffers(offers_file.offers, offers_file.policy, personal, text)
