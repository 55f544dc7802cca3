"""What promotions are, in plain Python: one short file per kind."""

from offerloop.offers.base import NO_OFFER, NOTHING, Assumption, Offer
from offerloop.offers.reading import OFFER_KINDS, read_offers

__all__ = ["NOTHING", "NO_OFFER", "OFFER_KINDS", "Assumption", "Offer", "read_offers"]
