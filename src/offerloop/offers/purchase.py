"""What an offer asks of a purchase as a whole: how it is paid, where it goes, how good the customer is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from offerloop.offers.attributes import AttributeTest
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.shortfall import NotApplicable, Shortfall

NAMES_OF_A_PURCHASE = (
    "paid_with", "not_paid_with", "regions", "not_regions", "loyalty_tiers", "not_loyalty_tiers",
)  # fmt: skip
"""Fields that hold names, with the same name in a file."""


@dataclass(frozen=True)
class PurchaseConditions:
    """All that are given must hold; of several names any will do."""

    paid_with: frozenset[str] = frozenset()
    """Payment methods."""
    not_paid_with: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    """Regions such as "DE", to which "DE-BY" belongs too (ISO 3166-2)."""
    not_regions: frozenset[str] = frozenset()
    loyalty_tiers: frozenset[str] = frozenset()
    not_loyalty_tiers: frozenset[str] = frozenset()
    min_lifetime_minor: int = 0
    """What the customer has spent at least before this purchase."""
    attributes: tuple[AttributeTest, ...] = ()
    """What free attributes of the basket must be."""

    def missing(self, basket: Basket) -> Shortfall | None:
        """Return what does not hold; what is not known of a purchase holds only where it is excluded."""
        for why, wanted, barred, names in self._named(basket):
            if wanted and not wanted & names:
                return Shortfall(why, names=tuple(sorted(wanted)))
            if barred & names:
                return Shortfall(why)
        short = self.min_lifetime_minor - (basket.customer.lifetime_minor or 0)
        if self.min_lifetime_minor and short > 0:
            return Shortfall(NotApplicable.LIFETIME, minor=short)
        return next(
            (
                Shortfall(NotApplicable.ATTRIBUTE, names=(test.name,))
                for test in self.attributes
                if not test.holds(basket.attributes)
            ),
            None,
        )

    def _named(self, basket: Basket) -> Iterator[tuple[NotApplicable, frozenset[str], frozenset[str], frozenset[str]]]:
        """(reason, wanted, barred, what the purchase has)."""
        yield NotApplicable.PAYMENT, self.paid_with, self.not_paid_with, _names_of(basket.payment)
        yield NotApplicable.REGION, self.regions, self.not_regions, _with_wider(basket.region)
        yield (
            NotApplicable.LOYALTY, self.loyalty_tiers, self.not_loyalty_tiers, _names_of(basket.customer.loyalty_tier)
        )  # fmt: skip

    @property
    def is_for_some_customers(self) -> bool:
        """Whether it chooses by what customers are, and not only by how they buy."""
        return bool(self.loyalty_tiers or self.not_loyalty_tiers or self.min_lifetime_minor)


ANY_PURCHASE = PurchaseConditions()


def _names_of(name: str | None) -> frozenset[str]:
    return frozenset() if name is None else frozenset([name])


def _with_wider(region: str | None) -> frozenset[str]:
    """Return a region and those that it lies in: "DE-BY" and "DE"."""
    return frozenset() if region is None else frozenset(_wider(region.split("-")))


def _wider(parts: list[str]) -> Iterable[str]:
    return ("-".join(parts[:n]) for n in range(1, len(parts) + 1))
