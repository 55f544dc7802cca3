"""An estimate is a value with its 95 % interval; nothing is shown without one, or with more digits than it knows."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z95 = 1.959964


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, se: float) -> Estimate:
        """From a standard error."""
        return cls(value, value - Z95 * se, value + Z95 * se)

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

    def times(self, factor: float) -> Estimate:
        """The same in another unit; the factor is above zero."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)

    def text(self, unit: str = "") -> str:
        """``"1.2 points [0.8, 1.6]"``: rounded to two significant digits of the interval."""
        step = known_step(self.high - self.low)
        shown = [number(part, step) for part in (self.value, self.low, self.high)]
        return f"{shown[0]}{unit} [{shown[1]}, {shown[2]}]"


def se_of(found: Estimate) -> float:
    """The standard error of a symmetric interval."""
    return (found.high - found.low) / 2 / Z95


def known_step(width: float) -> float:
    """The unit of the second significant digit of an interval's width."""
    return 10.0 ** (math.floor(math.log10(width)) - 1) if width > 0 else 0.01


def number(value: float, step: float) -> str:
    """A number rounded to a power of ten, with a true minus sign."""
    places = max(0, -math.floor(math.log10(step) + 0.5))
    rounded = round(value / step) * step
    return signed(f"{abs(rounded):,.{places}f}", negative=rounded < 0)


def signed(size: str, *, negative: bool) -> str:
    """The text of a size with a minus sign before it."""
    return f"−{size}" if negative and size.strip("0.,") else size
