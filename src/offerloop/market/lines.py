"""Order lines of one week as arrays, before they become a table."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from offerloop.arrays import Ints


@dataclass(frozen=True)
class Lines:
    """Arrays of shape (lines,); money in minor units, of the whole line."""

    customer: Ints
    """Position of the customer."""
    trip: Ints
    """Number of the customer's shopping trip in the week, from 0."""
    product: Ints
    category: Ints
    units: Ints
    list_minor: Ints
    shelf_minor: Ints
    """At the shelf's price of the week, before any offer."""
    cost_minor: Ints
    """What the shop paid for the goods."""
    day: Ints
    """The day of the week; Monday is 0."""
    returned: NDArray[np.bool_]
    """Whether the goods come back a week later."""

    @property
    def order(self) -> Ints:
        """A number of the order within the week, the same for its lines."""
        return self.customer * 64 + self.trip

    def with_more(self, units: Ints) -> Lines:
        """The same with units added to some lines."""
        n = self.units + units
        grown = {name: getattr(self, name) // self.units * n for name in ("list_minor", "shelf_minor", "cost_minor")}
        return replace(self, units=n, **grown)

    @classmethod
    def joined(cls, parts: list[Lines]) -> Lines:
        """Several groups of customers behind each other."""
        return cls(**{name: np.concatenate([getattr(one, name) for one in parts]) for name in cls.__annotations__})

    def shifted(self, places: int) -> Lines:
        """The same with the positions of customers moved up."""
        return replace(self, customer=self.customer + places)
