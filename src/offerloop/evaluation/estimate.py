"""An estimate is a value with its 95 % interval; nothing is shown without one, or with more digits than it knows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

Z95 = 1.959964
"""What the size of a standard normal variable exceeds with a probability of 5 %."""
Z_ONE_SIDED = 1.281552
"""What a standard normal variable exceeds with a probability of 10 %."""
_FINER = 3
"""Further digits of an end beside zero, at most; what is nearer to zero is a matter of rounding in the computer."""
NO_WIDTH = 1e-9
"""An interval narrower than this, relative to its value, was never measured."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, se: float) -> Estimate:
        """Build it from a standard error."""
        return cls(value, value - Z95 * se, value + Z95 * se)

    @classmethod
    def from_bounds(cls, value: float, low: float | None, high: float | None) -> Estimate:
        """Build it from a table, in which the ends are empty where nothing measured an interval."""
        return cls(value, value if low is None else low, value if high is None else high)

    @classmethod
    def of_share(cls, hits: int, size: int) -> Estimate:
        """Share of `hits` among `size` with Wilson's interval (E. B. Wilson 1927)."""
        share, weight = hits / size, Z95 * Z95 / size
        middle = (share + weight / 2) / (1 + weight)
        half = Z95 * math.sqrt(share * (1 - share) / size + weight / (4 * size)) / (1 + weight)
        return cls(share, max(0.0, middle - half), min(1.0, middle + half))

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    @property
    def has_interval(self) -> bool:
        """Whether an interval was measured: what the shop assumes comes without one."""
        return self.high - self.low > NO_WIDTH * max(1.0, abs(self.value))

    @property
    def is_nothing(self) -> bool:
        """Whether it is exactly zero, up to rounding."""
        return not self.has_interval and abs(self.value) <= NO_WIDTH

    @property
    def ends(self) -> tuple[float, float] | tuple[None, None]:
        """Both ends as a table holds them: empty without an interval. Exactly nothing is exactly that."""
        return (self.low, self.high) if self.has_interval or self.is_nothing else (None, None)

    def times(self, factor: float) -> Estimate:
        """Return the estimate in another unit; the factor is above zero."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)

    def negated(self) -> Estimate:
        """Return the estimate with the opposite sign: what one brings less, where this is what it brings more."""
        return Estimate(-self.value, -self.high, -self.low)

    def text(self, unit: str = "") -> str:
        """``"1.2 points [0.8, 1.6]"``: rounded to two significant digits of the interval."""
        return " ".join(self.parts(unit))

    def parts(self, unit: str = "") -> tuple[str, str]:
        """Return the value with its unit, and the interval in brackets."""
        step = known_step(self.high - self.low)
        low, high = self.end_texts(step)
        return f"{number(self.value, step)}{unit}", f"[{low}, {high}]"

    def end_texts(self, step: float) -> tuple[str, str]:
        """Both ends rounded to a step; one beside zero that would round to zero is shown more finely."""
        low, high = (
            next((step / 10**n for n in range(_FINER + 1) if math.isinf(end) or round(end / step * 10**n)), step)
            for end in (self.low, self.high)
        )
        return number(self.low, low), number(self.high, high)


def se_of(estimate: Estimate) -> float:
    """The standard error of a symmetric interval."""
    return (estimate.high - estimate.low) / 2 / Z95


def known_step(width: float) -> float:
    """The unit of the second significant digit of an interval's width; 0.01 where that is zero or unbounded."""
    return 10.0 ** (math.floor(math.log10(width)) - 1) if 0 < width < math.inf else 0.01


def number(value: float, step: float) -> str:
    """A number rounded to a power of ten, with a true minus sign; ∞ where it is unbounded."""
    if math.isinf(value):
        return signed("∞", negative=value < 0)
    places = max(0, -math.floor(math.log10(step) + 0.5))
    rounded = round(value / step) * step
    return signed(f"{abs(rounded):,.{places}f}", negative=rounded < 0)


def signed(size: str, *, negative: bool) -> str:
    """The text of a size with a minus sign before it."""
    return f"−{size}" if negative and size.strip("0.,") else size


def widening(comparisons: int) -> float:
    """Return how much wider a 95 % interval becomes when it is to hold for so many comparisons at once."""
    return NormalDist().inv_cdf(1 - 0.025 / max(comparisons, 1)) / Z95


def top_less_bottom(realised: list[Estimate]) -> Estimate:
    """Return the realised response of the last group less that of the first."""
    first, last = realised[0], realised[-1]
    half = (((first.high - first.low) / 2) ** 2 + ((last.high - last.low) / 2) ** 2) ** 0.5
    value = last.value - first.value
    return Estimate(value, value - half, value + half)
