"""What promotions are, in plain Python: one short file per kind."""

from offerloop.offers.base import NO_OFFER, Assumption, Offer
from offerloop.offers.reading import OFFER_KINDS, read_offers

__all__ = ["NO_OFFER", "OFFER_KINDS", "Assumption", "Offer", "read_offers"]
