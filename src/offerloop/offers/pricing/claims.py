"""Which units of a basket an offer may still use.

A unit that an offer of single units has used (the ones to buy and the ones to get, those of a bundle, the cheapest) is
used: no other such offer takes it, in whatever lane. Inside a lane, an offer that does not stack with another leaves
what that one has used, and works on the others. What has used a unit is kept beside its price as bits: the first for
offers of single units, then two for each lane, for offers that stack and for those that do not.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Uses(IntEnum):
    """What an effect needs to itself."""

    LINES = 0
    """All units of its lines, together."""
    EACH = 1
    """Every unit of its lines on its own, so that it can do without some."""
    SOME = 2
    """Some units, which it chooses."""


LINES, EACH, SOME = Uses
"""The same as names of the module, which Python finds several times as fast as those of a class of choices."""


class UnitClaim(NamedTuple):
    """The bits that an offer sets on the units that it uses, and those on units that it does not touch."""

    marks: int
    avoids: int

    @property
    def of_units_alone(self) -> UnitClaim:
        """Without what holds inside a lane, for rules that know no lanes."""
        return UnitClaim(self.marks & TAKEN, self.avoids & TAKEN)


NO_CLAIM = UnitClaim(0, 0)
"""Everything may be used again."""
TAKEN = 1
"""The bit of a unit that an offer of single units has used."""


def claim_of(lane: int, uses: Uses, *, stackable: bool, limited: bool, alone: bool) -> UnitClaim:
    """Return the claim of an effect in a lane; `alone` where its offer has no other effect, `limited` by a stock."""
    if uses is LINES or (uses is EACH and not alone):
        return NO_CLAIM
    stacks, stands = 2 << 2 * lane, 4 << 2 * lane
    marks, avoids = (stacks, stands) if stackable else (stands, stacks | stands)
    if uses is SOME and not limited:
        return UnitClaim(marks | TAKEN, (avoids if alone else 0) | TAKEN)
    return UnitClaim(marks, avoids)
