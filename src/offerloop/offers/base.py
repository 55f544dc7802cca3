"""What every offer has, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from offerloop.money import round_up

NO_OFFER = "none"
"""The offer_id that stands for deliberately giving nothing."""


EACH_CATEGORY = "each category"
"""Scope of offers that stand once for every known category."""


@dataclass(frozen=True)
class Assumption:
    """What the shop expects of an offer whose effect no data show. Shown as assumed wherever it appears."""

    p_redeem: Fraction
    """Probability that a customer who gets it redeems it."""
    value_minor: int | None
    """Incremental margin per customer before the offer's cost, the same for everyone."""
    incremental: Fraction | None
    """Instead of a value: share of redemptions in a basket that would not have been bought otherwise. The value is
    then p_redeem x incremental x the margin of the customer's usual basket."""


@dataclass(frozen=True)
class Contact:
    """How the customer hears of an offer."""

    channel: str = "any"
    """Such as "e-mail" or "app"; "any" when the shop's own systems decide."""
    cost_minor: int = 0
    """What telling one customer costs us, redeemed or not."""
    quiet: tuple[str, str] | None = None
    """Local times of day, "21:00" and "08:00", between which nobody is told."""


ANY_CHANNEL = Contact()
"""The contact of an offer that says nothing of it."""


class Offer(Protocol):
    """One promotion that a customer may get."""

    @property
    def offer_id(self) -> str:
        """Unique within a campaign."""

    @property
    def kind(self) -> str:
        """Name of the kind in the catalogue."""

    @property
    def category(self) -> str | None:
        """The category it is limited to, or None for all."""

    @property
    def depth(self) -> Fraction | None:
        """Share taken off the list price, when the offer is a plain percentage of what it covers."""

    @property
    def share_off(self) -> Fraction | None:
        """Share taken off what it covers, whatever the kind; None for an amount."""

    @property
    def threshold_minor(self) -> int:
        """The least basket that it holds for."""

    @property
    def most_minor(self) -> int | None:
        """The largest discount one customer can get from it, or None when there is no limit."""

    @property
    def funded_share(self) -> Fraction:
        """Share of the discount that a supplier pays."""

    @property
    def assumed(self) -> Assumption | None:
        """The shop's expectation, when one is configured."""

    @property
    def contact(self) -> Contact:
        """How the customer hears of it."""

    def label(self) -> str:
        """What a customer would read, short."""


def liability_minor(offer: Offer) -> int | None:
    """The most that the offer can cost us: our own share of its largest discount, rounded up to a minor unit, and
    the contact.
    """
    most = offer.most_minor
    return None if most is None else round_up(most * (1 - offer.funded_share)) + offer.contact.cost_minor
