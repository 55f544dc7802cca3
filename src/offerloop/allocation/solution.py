"""A plan, what its limits are worth, and how much better any other could be."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.allocation.problem import Limit
from offerloop.arrays import Ints


@dataclass(frozen=True, eq=False)
class Solution:
    """A plan, with what its limits are worth and a bound on what any plan could bring."""

    choice: Ints
    """(customers, most): slots of the chosen candidates, -1 behind them; in the order of the blocks."""
    limits: tuple[Limit, ...]
    prices: tuple[float, ...]
    """Shadow prices: profit that one more unit of each limit would bring."""
    used: tuple[int, ...]
    """The use of each limit."""
    profit: float
    """The profit by the same estimates that chose: never a forecast."""
    bound: float
    """No plan within the limits has more profit."""

    @property
    def gap(self) -> float:
        """Share of the bound that the plan misses."""
        return max(0.0, (self.bound - self.profit) / abs(self.bound)) if self.bound else 0.0

    @property
    def broken(self) -> tuple[tuple[Limit, int], ...]:
        """Limits that the plan exceeds, and by how many units."""
        pairs = zip(self.limits, self.used, strict=True)
        return tuple((limit, used - limit.at_most) for limit, used in pairs if used > limit.at_most)
