"""Which lines of a basket an offer is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.attributes import AttributeTest
from offerloop.offers.pricing.basket import Basket

DIMENSIONS = ("products", "categories", "brands", "shops")
"""From the narrowest; the names of fields of `Scope` and of `Basket.places`."""


@dataclass(frozen=True)
class Scope:
    """Lines that match every dimension that is given; inside one, any of its names."""

    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    shops: frozenset[str] = frozenset()
    least_minor: int | None = None
    """Shelf price of a unit, inclusive."""
    most_minor: int | None = None
    """Shelf price of a unit, inclusive."""
    but: Scope | None = None
    """Without the lines of this scope: "all drinks except alcohol"."""
    attributes: tuple[AttributeTest, ...] = ()
    """What free attributes of a line must be."""
    only_full_price: bool = False
    """Without what is below its list price, and what a flash sale or a product offer has reduced."""

    @property
    def is_everything(self) -> bool:
        """Whether every line belongs to it."""
        return self == EVERYTHING

    def of_each(self, categories: Sequence[str]) -> Sequence[Scope]:
        """Return it within each category, without those of which it excepts everything.

        Raises InputError where it excepts all of them.
        """
        excepted = frozenset[str]() if self.but is None else self.but.categories
        is_whole = self.but == Scope(categories=excepted)
        left = [one for one in categories if not (is_whole and one in excepted)]
        if categories and not left:
            raise InputError(
                Message("an offer on each category has all of them in 'except', so that nothing is left; take one out")
            )
        return [replace(self, categories=frozenset([one])) for one in left]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of its products, categories, brands and shops."""
        return tuple(name for dimension in DIMENSIONS for name in sorted(getattr(self, dimension)))

    @property
    def narrowest(self) -> tuple[str, frozenset[str]] | None:
        """The first dimension that is given, and its names."""
        return next(((name, getattr(self, name)) for name in DIMENSIONS if getattr(self, name)), None)

    def lines(self, basket: Basket) -> Sequence[int]:
        """Positions of its live lines, in order."""
        if self._only is not None:
            dimension, name = self._only
            return basket.places[dimension].get(name, ())
        cached = basket.scoped.get(id(self))
        if cached is None or cached[0] is not self:
            cached = basket.scoped[id(self)] = (self, self._find_lines(basket))
        return cached[1]

    @cached_property
    def _only(self) -> tuple[str, str] | None:
        """The one name that decides it, and its dimension."""
        if self.narrowest is None or len(self.narrowest[1]) > 1:
            return None
        dimension, names = self.narrowest
        alone = sum(bool(getattr(self, other)) for other in DIMENSIONS) == 1 and not self.attributes
        plain = self.least_minor is None and self.most_minor is None and self.but is None and not self.only_full_price
        return (dimension, next(iter(names))) if alone and plain else None

    def _find_lines(self, basket: Basket) -> Sequence[int]:
        places: Sequence[int] = basket.live
        for name in DIMENSIONS:
            names = getattr(self, name)
            if names:
                inside = _inside(basket.places[name], names)
                places = inside if places is basket.live else [place for place in places if place in set(inside)]
        if self.but is not None:
            left_out = set(self.but.lines(basket))
            places = [place for place in places if place not in left_out]
        if self.least_minor is None and self.most_minor is None and not (self.only_full_price or self.attributes):
            return places
        return [place for place in places if self._holds(basket, place)]

    def _holds(self, basket: Basket, place: int) -> bool:
        line = basket.lines[place]
        if self.least_minor is not None and line.unit_minor < self.least_minor:
            return False
        if self.most_minor is not None and line.unit_minor > self.most_minor:
            return False
        if self.only_full_price and line.reduced:
            return False
        return all(test.holds(line.attributes) for test in self.attributes)


def _inside(places: Mapping[str, Sequence[int]], names: frozenset[str]) -> Sequence[int]:
    if len(names) == 1:
        (name,) = names
        return places.get(name, ())
    return sorted({place for name in names & places.keys() for place in places[name]})


EVERYTHING = Scope()
