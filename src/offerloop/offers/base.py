"""What every offer has, whatever its kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from offerloop.message import Message
from offerloop.money import round_up
from offerloop.offers.conditions import NO_CONDITIONS, Conditions
from offerloop.offers.form import Unit, term
from offerloop.offers.kinds.wording import amount_text
from offerloop.offers.pricing.effects.base import Effect
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import ALONE_IN_ITS_LANE, Lane, Stacking

NO_OFFER = "none"
"""The offer_id that stands for deliberately giving nothing."""
NOTHING = -1
"""The position of no offer, wherever offers are numbered."""


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


@dataclass(frozen=True)
class Given:
    """Something that an offer adds to a basket instead of taking money off."""

    text: Message | str
    """What a customer reads."""
    product_id: str | None = None
    quantity: int = 1
    worth_minor: int = 0
    """What it costs the shop."""


@dataclass(frozen=True, kw_only=True)
class Offer(ABC):
    """One promotion that a customer may get; its kind says what it does."""

    offer_id: str
    """Unique within a campaign, and within a file of offers."""
    scope: Scope = term("on", Message("applies to", context="term of an offer"), Unit.SCOPE, default=EVERYTHING)
    conditions: Conditions = NO_CONDITIONS
    stacking: Stacking = ALONE_IN_ITS_LANE
    funded_share: Fraction = field(default=Fraction(0))
    """Share of the discount that a supplier pays."""
    assumed: Assumption | None = None
    """The shop's expectation, when one is configured."""
    contact: Contact = ANY_CHANNEL
    currency: str = ""
    """The currency of its amounts; empty where it has none."""
    other_currencies: tuple[Offer, ...] = ()
    """The same offer with its amounts in other currencies."""

    kind: ClassVar[str]
    """Name in the catalogue."""
    lane: ClassVar[Lane]
    """Where it is applied unless its stacking says otherwise."""

    @abstractmethod
    def effects(self) -> Sequence[tuple[Effect, Scope]]:
        """What it does to prices, in order."""

    @abstractmethod
    def label(self) -> Message:
        """What a customer would read, short."""

    def label_with_minimum(self) -> Message:
        """Return the label, with the least that has to be spent where the offer has such a condition."""
        if not self.conditions.min_minor:
            return self.label()
        least = amount_text(self.conditions.min_minor, self.currency)
        return Message("{label}, minimum spend {least}", context="label of an offer", label=self.label(), least=least)

    def gives(self) -> Sequence[Given]:
        """What it adds to the basket."""
        return ()

    def in_currency(self, currency: str) -> Offer:
        """Return the offer with its amounts in a currency; the offer itself where it has none in it."""
        return next((one for one in self.other_currencies if one.currency == currency), self)

    @property
    def covers(self) -> Scope:
        """What it is on, also where that stands in parts of it."""
        return self.scope

    @property
    def category(self) -> str | None:
        """The one category it is limited to, or None."""
        return next(iter(self.covers.categories)) if len(self.covers.categories) == 1 else None

    @property
    def depth(self) -> Fraction | None:
        """Share taken off the list price, when the offer is a plain percentage of what it covers."""
        return None

    @property
    def is_like_shelf_price(self) -> bool:
        """Whether it is a plain percentage of one category, from one unit on, as a price cut on the shelf is."""
        needs_more = self.conditions.has_least_spend or self.conditions.min_count
        return self.depth is not None and self.category is not None and not needs_more

    @property
    def share_off(self) -> Fraction | None:
        """Share taken off what it covers, whatever the kind; None for an amount."""
        return self.depth

    @property
    def threshold_minor(self) -> int:
        """The least basket that it holds for."""
        return self.conditions.min_minor

    @property
    def most_minor(self) -> int | None:
        """The largest discount one customer can get from it in one basket, or None when there is no limit."""
        return None

    @property
    def limiting_term(self) -> str | None:
        """The term that would limit its cost where `most_minor` is None; None where no term could."""
        return None

    @property
    def in_lane(self) -> Lane:
        """Where it is applied."""
        return self.stacking.lane or self.lane


def liability_minor(offer: Offer) -> int | None:
    """The most that the offer can cost us: our own share of its largest discount, rounded up to a minor unit, and
    the contact.
    """
    most = offer.most_minor
    return None if most is None else round_up(most * (1 - offer.funded_share)) + offer.contact.cost_minor
