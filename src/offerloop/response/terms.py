"""What an estimator knows of an offer: its terms, as columns beside the customer's features.

An offer whose depth lies between two tested depths of the same family is interpolated; so is one between no
offer, whose depth is 0, and the lowest tested depth. One beyond them is refused: no data speak about it. So is one
whose maximum limits it more than its neighbours are limited, as it would bring less than they, and one that is limited
less than either of them, as it would cost more.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from offerloop.arrays import Floats
from offerloop.errors import EvidenceError
from offerloop.message import Message
from offerloop.offers import NO_OFFER


@dataclass(frozen=True)
class WantedAttribute:
    """An attribute of products that has one of some values, or is a number within bounds."""

    name: str
    among: tuple[str | float, ...] = ()
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class CoveredGoods:
    """What an offer covers, as far as order lines tell: what is as each field that is given says, of several names one.

    Its fields are named as those of a `Scope`, in forms that JSON holds.
    """

    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    least_minor: int | None = None
    """Shelf price of a unit, inclusive."""
    most_minor: int | None = None
    """Shelf price of a unit, inclusive."""
    attributes: tuple[WantedAttribute, ...] = ()
    only_full_price: bool = False
    """Whether nothing may be off already."""
    but: CoveredGoods | None = None
    """Without these."""


EVERYTHING = CoveredGoods()
Family = tuple[str, float, CoveredGoods, bool, Hashable]


@dataclass(frozen=True)
class OfferTerms:
    """One offer; no offer at all has depth 0 and no kind."""

    offer_id: str
    kind: str = ""
    depth: float = 0.0
    """Share of the price that is taken off, from 0 to 1, or any number that says how much is given."""
    threshold: float = 0.0
    """What must be spent, in minor units."""
    goods: CoveredGoods = EVERYTHING
    most: float = 0.0
    """What a share off comes to at most, in minor units; 0 for no limit."""
    amount: bool = False
    """Whether its depth is money instead of a share."""
    particulars: Hashable = ()
    """All else that tells it from other offers but for its depth, such as conditions and the channel."""

    def is_limited_more(self, other: OfferTerms) -> bool:
        """Whether its maximum is lower than another share off's, and counts from a smaller purchase on.

        Maxima are whole minor units, so that one unit may be rounding.
        """
        if not self.most or self.amount:
            return False
        rounded = self.most + 1.0
        return not other.most or (self.most < other.most and rounded * other.depth < other.most * self.depth)

    @property
    def family(self) -> Family:
        """What two offers share that differ in depth alone."""
        return self.kind, self.threshold, self.goods, self.amount, self.particulars


NO_OFFER_TERMS = OfferTerms(NO_OFFER)


@dataclass(frozen=True)
class Coding:
    """How terms become columns; only what differs between the tested offers has one."""

    tested: tuple[OfferTerms, ...]
    families: tuple[Family, ...]

    @classmethod
    def of(cls, tested: Sequence[OfferTerms]) -> Coding:
        """Build it from the tested offers, no offer among them."""
        return cls(tuple(tested), tuple(dict.fromkeys(one.family for one in tested if one.kind)))

    @property
    def monotone(self) -> bool:
        """Whether some offers differ in depth alone, so that more depth must not bring less."""
        return any(sum(one.family == family for one in self.tested) > 1 for family in self.families)

    def columns(self, offers: Sequence[OfferTerms]) -> Floats:
        """(offers, 2 + families): the depth, which family, and the threshold; of one family the depth alone.

        Raises EvidenceError for an offer that `weights` refuses.
        """
        self.weights(offers)
        depth = np.array([one.depth for one in offers])
        if len(self.families) < 2:
            return depth[:, None]
        member = [[float(one.family == family) for family in self.families] for one in offers]
        threshold = [one.threshold for one in offers]
        return np.column_stack([depth, np.array(member), np.array(threshold)])

    def weights(self, offers: Sequence[OfferTerms]) -> Floats:
        """(tested, offers): how each offer is made up of tested ones: itself, or its two neighbours in depth.

        Raises EvidenceError for an offer beyond the tested depths of its family.
        """
        weights = np.zeros((len(self.tested), len(offers)))
        for column, offer in enumerate(offers):
            weights[:, column] = self._weights(offer)
        return weights

    def _weights(self, offer: OfferTerms) -> Floats:
        same = [k for k, one in enumerate(self.tested) if one.family == offer.family or not one.kind]
        if exact := [k for k in same if replace(self.tested[k], offer_id="") == replace(offer, offer_id="")]:
            return np.eye(len(self.tested))[exact[0]]
        depths = {k: self.tested[k].depth for k in same}
        below = max((k for k in same if depths[k] <= offer.depth), key=lambda k: depths[k], default=None)
        above = min((k for k in same if depths[k] >= offer.depth), key=lambda k: depths[k], default=None)
        if below is None or above is None:
            raise EvidenceError(_beyond(offer, [one for one in self.tested if one.family == offer.family]))
        neighbours = (self.tested[below], self.tested[above])
        is_tighter = all(offer.is_limited_more(one) for one in neighbours)
        if is_tighter or any(one.is_limited_more(offer) for one in neighbours):
            raise EvidenceError(_beyond(offer, []))
        row = np.zeros(len(self.tested))
        row[above] = (offer.depth - depths[below]) / ((depths[above] - depths[below]) or 1.0)
        row[below] = 1 - row[above] if below != above else 1.0
        return row


def _beyond(offer: OfferTerms, family: list[OfferTerms]) -> Message:
    if not family:
        return Message(
            "no tested offer is like '{offer}', so nothing is known of its effect; test it on a random share",
            offer=offer.offer_id,
        )
    return Message(
        "the offer '{offer}' has depth {depth}, beyond what was tested ({tested}); choose a depth between them, or "
        "test this one on a random share",
        offer=offer.offer_id,
        depth=offer.depth,
        tested=sorted({one.depth for one in family}),
    )
