"""What is priced: a basket of one customer, in minor units of one currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.money import TOO_MUCH
from offerloop.offers.attributes import NO_ATTRIBUTES, Attributes
from offerloop.offers.computed import Computed


@dataclass(frozen=True)
class BasketLine:
    """Some units of one product."""

    product_id: str
    quantity: int
    unit_minor: int
    """Shelf price of one unit, before any offer."""
    categories: tuple[str, ...] = ()
    brand: str | None = None
    shop: str | None = None
    """Who sells it, where a platform has several shops."""
    list_minor: int | None = None
    """List price of one unit; None when it is the shelf price."""
    floor_minor: int = 0
    """What one unit must cost at least, whatever the offers."""
    lowest_minor: int | None = None
    """Lowest price of the last 30 days, which the EU wants shown beside an announced reduction (Directive 98/6/EC,
    article 6a)."""
    tax: Fraction = Fraction(0)
    """Rate of the tax on it: 0.19 for 19 %."""
    selected: bool = True
    """Whether it is to be paid now; a line that is not counts for nothing."""
    attributes: Attributes = NO_ATTRIBUTES
    """What else is known of it, such as its colour."""
    gift: bool = False
    """Whether it is what an offer gives: it costs nothing and counts for nothing."""
    extra_minor: int = 0
    """How many of its units cost one minor unit more, where an amount that was paid does not divide by the units."""

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise InputError(
                Message(
                    "the quantity of '{product_id}' must be 1 or more, not {value}",
                    product_id=self.product_id,
                    value=str(self.quantity),
                )
            )
        if self.quantity * max(self.unit_minor, 1) >= TOO_MUCH:
            raise InputError(
                Message(
                    "'{product_id}' is too large an amount: {value} units",
                    product_id=self.product_id,
                    value=str(self.quantity),
                )
            )
        if self.unit_minor < 0 or self.floor_minor < 0:
            raise InputError(
                Message("the price and the floor of '{product_id}' must not be below zero", product_id=self.product_id)
            )
        if self.list_minor is not None and self.list_minor < self.unit_minor:
            raise InputError(Message("the price of '{product_id}' is above its list price", product_id=self.product_id))

    @property
    def counts(self) -> bool:
        """Whether it is to be paid now and is no gift."""
        return self.selected and not self.gift

    @property
    def amount_minor(self) -> int:
        """The amount of all units at their shelf price."""
        return self.quantity * self.unit_minor + self.extra_minor

    @property
    def floor(self) -> int:
        """The floor of one unit; a shelf price below it is not raised."""
        return min(self.floor_minor, self.unit_minor)

    @Computed
    def content(self) -> tuple[object, ...]:
        """What it is but for names, to be compared with others; what is seldom given comes last, as text."""
        rest: tuple[object, ...] = (self.list_minor, self.lowest_minor, self.tax, self.gift, self.extra_minor)
        return self.unit_minor, self.quantity, self.floor_minor, self.selected, "" if rest == _NOTHING else repr(rest)

    @property
    def names(self) -> tuple[object, ...]:
        """What names it gives, to be compared with others."""
        return self.product_id, self.categories, repr((self.brand, self.shop, self.attributes))

    @property
    def reduced(self) -> bool:
        """Whether the shelf price is below the list price."""
        return self.list_minor is not None and self.unit_minor < self.list_minor


_NOTHING: tuple[object, ...] = (None, None, BasketLine.tax, False, 0)


@dataclass(frozen=True)
class Shipment:
    """One parcel, or what one shop sends, and what that costs before any offer."""

    price_minor: int
    shop: str | None = None
    """Who sends it; None for the platform, or where it does not matter."""
    method: str | None = None
    """Such as "express"."""
    tax: Fraction = Fraction(0)
    """Rate of the tax on it."""

    def __post_init__(self) -> None:
        if self.price_minor < 0:
            raise InputError(Message("the shipping must not be below zero"))


@dataclass(frozen=True)
class Customer:
    """The customer who buys, as far as conditions of offers ask."""

    customer_id: str | None = None
    segments: frozenset[str] = frozenset()
    orders_before: int | None = None
    """Orders before this one; None when nobody knows."""
    loyalty_tier: str | None = None
    """Such as "gold"."""
    lifetime_minor: int | None = None
    """What the customer has spent before this purchase; None when nobody knows."""


@dataclass(frozen=True)
class OfferUsage:
    """Units that went at the price of a flash sale so far."""

    sold: int = 0
    by_customer: int = 0


@dataclass(frozen=True)
class Basket:
    """Lines, shipping and who buys them where."""

    currency: str
    lines: tuple[BasketLine, ...]
    shipping_minor: int = 0
    customer: Customer = field(default_factory=Customer)
    bought_in: str | None = None
    """The channel of the purchase, such as "app" or "store"."""
    codes: frozenset[str] = frozenset()
    """Ids of the offers whose coupon the customer has presented."""
    usage: Mapping[str, OfferUsage] = field(default_factory=dict)
    """The use of offers with a stock or a limit per customer, by offer_id."""
    tax_included: bool = True
    """Whether prices include the tax of their line."""
    payment: str | None = None
    """The payment method."""
    region: str | None = None
    """Where it is delivered, such as "DE" or "DE-BY"."""
    attributes: Attributes = NO_ATTRIBUTES
    """What else is known of the purchase, such as gift wrapping."""
    shipments: tuple[Shipment, ...] = ()
    """Where there are several, or their method or tax is known: then `shipping_minor` is what they cost together."""

    def __post_init__(self) -> None:
        if self.shipping_minor < 0:
            raise InputError(Message("the shipping must not be below zero"))
        total = sum([one.price_minor for one in self.shipments])
        if self.shipments and self.shipping_minor not in (0, total):
            raise InputError(Message("the shipping is not what the shipments cost together"))
        if self.shipments:
            object.__setattr__(self, "shipping_minor", total)

    def with_lines(self, lines: tuple[BasketLine, ...]) -> Basket:
        """The same with other lines; all else was checked when this basket was made."""
        other, own = object.__new__(Basket), vars(self)
        vars(other).update({name: own[name] for name in _FIELDS}, lines=lines)
        return other

    def in_order(self, places: Sequence[int]) -> Basket:
        """The same with its lines in another order; a range is the order in which they stand."""
        return self if isinstance(places, range) else self.with_lines(tuple([self.lines[place] for place in places]))

    @Computed
    def all_shipments(self) -> tuple[Shipment, ...]:
        """The shipments, at least one."""
        return self.shipments or (Shipment(self.shipping_minor),)

    def shipments_of(self, shops: frozenset[str], methods: frozenset[str] = frozenset()) -> Sequence[int]:
        """Positions of the shipments of some shops and methods; one whose shop is not known may be of any."""
        if not (shops or methods):
            return range(len(self.all_shipments))
        return [
            place
            for place, shipment in enumerate(self.all_shipments)
            if (not shops or shipment.shop is None or shipment.shop in shops)
            and (not methods or shipment.method in methods)
        ]

    @Computed
    def live(self) -> tuple[int, ...]:
        """Positions of the lines that are to be paid."""
        return tuple([place for place, line in enumerate(self.lines) if line.selected and not line.gift])

    def sum_of(self, places: Sequence[int], amounts: Sequence[int]) -> int:
        """What some live lines cost together, where lines that are not live cost nothing."""
        return sum(amounts) if places is self.live else sum([amounts[place] for place in places])

    @Computed
    def ties(self) -> list[list[int]]:
        """Positions of live lines that say the same but for their names."""
        if len({line.content for line in self.lines}) == len(self.lines):
            return []
        groups: dict[object, list[int]] = {}
        for place in self.live:
            groups.setdefault(self.lines[place].content, []).append(place)
        return [group for group in groups.values() if len(group) > 1]

    @Computed
    def has_floors(self) -> bool:
        """Whether any line must cost something."""
        return any(line.floor_minor for line in self.lines)

    @Computed
    def live_bits(self) -> int:
        """The same as bits."""
        return sum([1 << place for place in self.live])

    @Computed
    def places(self) -> dict[str, dict[str, list[int]]]:
        """Positions of live lines by product, category, brand and shop."""
        products: dict[str, list[int]] = {}
        categories: dict[str, list[int]] = {}
        brands: dict[str, list[int]] = {}
        shops: dict[str, list[int]] = {}
        for place in self.live:
            line = self.lines[place]
            products.setdefault(line.product_id, []).append(place)
            for category in dict.fromkeys(line.categories):
                categories.setdefault(category, []).append(place)
            if line.brand is not None:
                brands.setdefault(line.brand, []).append(place)
            if line.shop is not None:
                shops.setdefault(line.shop, []).append(place)
        return {"products": products, "categories": categories, "brands": brands, "shops": shops}

    @Computed
    def scoped(self) -> dict[int, tuple[object, Sequence[int]]]:
        """The lines of each scope that was asked for, by its identity, with the scope itself."""
        return {}

    @Computed
    def bits(self) -> dict[int, tuple[Sequence[int], int]]:
        """Positions as bits, by the identity of the positions, with these."""
        return {id(self.live): (self.live, self.live_bits)}

    def bits_of(self, places: Sequence[int]) -> int:
        """Return positions as bits."""
        cached = self.bits.get(id(places))
        if cached is None:
            bits = 0
            for place in places:
                bits |= 1 << place
            cached = self.bits[id(places)] = (places, bits)
        return cached[1]

    @Computed
    def amounts(self) -> tuple[int, ...]:
        """(lines,): at shelf prices; 0 for a line that is not to be paid."""
        return tuple([line.amount_minor if line.counts else 0 for line in self.lines])


_FIELDS = tuple([one.name for one in fields(Basket)])
