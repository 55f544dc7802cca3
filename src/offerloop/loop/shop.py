"""What the loop asks of a shop, simulated or real: what can be seen before a period, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from offerloop.arrays import Floats, Ints, Names
from offerloop.tables import ARMS

ARM = np.dtype(f"<U{max(map(len, ARMS))}")
"""Of arrays of arms, by the names that they have everywhere."""
LATELY = 0.5
"""Of what a customer was told lately, how much a period's offer counts one period later."""


@dataclass(frozen=True)
class Menu:
    """The offers of a campaign; arrays of shape (offers,)."""

    ids: tuple[str, ...]
    group: Ints
    """Offers of one kind and depth are alike: positions from 0."""
    share_off: Floats
    """What is taken off, 0 where it is an amount."""
    threshold_minor: Floats
    off_minor: Floats
    most_minor: Floats
    own_share: Floats
    """Of the discount, what the shop pays itself."""
    liability_minor: Ints
    """The most that an offer can cost, which the budget counts."""

    @property
    def groups(self) -> int:
        """How many there are."""
        return int(self.group.max()) + 1


@dataclass(frozen=True)
class Sight:
    """What is known of the customers before a period."""

    spend: Floats
    """(customers,): usual value at list price of a period, minor units."""
    scope: Floats
    """(customers, offers): of that, what each offer covers."""
    traits: Floats
    """(customers, p): whatever else tells what they will spend."""
    told: Floats
    """(customers,): offers told lately, older ones counting less (LATELY)."""


@dataclass(frozen=True)
class Pulse:
    """How the shop ran in a period, whatever was given: a change of it may be news."""

    product: Ints
    """(products,): numbers of what was sold, ascending."""
    units: Floats
    """(products,)."""
    cut: Floats
    """(products,): share of the list price that was taken off for everybody."""
    orders: int


@dataclass(frozen=True)
class Period:
    """One period that is over."""

    sight: Sight
    """Before it."""
    given: Ints
    """(customers,): position of the offer, NOTHING of `offers` for none."""
    chance: Floats
    """(customers, offers): with which each could have been given."""
    value_minor: Floats
    """(customers,): margin before the cost of offers."""
    cost_minor: Floats
    """(customers,): what offers cost the shop, contacts aside."""
    planned: Ints | None = None
    """(customers,): what the plan had for them; None where there was none."""
    arm: Names | None = None
    """(customers,): PLAN, HOLDBACK or EXPLORE."""
    held: float = 0.0
    """Share of planned offers that was held back."""
    profit_minor: Floats | None = None
    """(customers,): value less all that coupons and contacts cost, whoever got them; None where nothing is compared."""
    watched: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)
    """What guardrails compare, by name: dividend and divisor, each (customers,)."""
    pulse: Pulse | None = None
