"""Random numbers that depend on what they are for, not on how many were drawn before.

A draw is a hash of the world's seed, its purpose, the week and the places concerned (customer, category, product), so
that two versions of a week differ only where the offers make them differ: common random numbers. The hash is
SplitMix64 (Steele, Lea and Flood 2014), applied once for each part of the key.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offerloop.arrays import Floats

Keys = NDArray[np.uint64]
_STEP, _FIRST, _SECOND = (np.uint64(one) for one in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def mixed(state: Keys) -> Keys:
    """SplitMix64's output function of each state."""
    with np.errstate(over="ignore"):
        mixed_state = state + _STEP
        mixed_state = (mixed_state ^ (mixed_state >> np.uint64(30))) * _FIRST
        mixed_state = (mixed_state ^ (mixed_state >> np.uint64(27))) * _SECOND
        return mixed_state ^ (mixed_state >> np.uint64(31))


class Noise:
    """The random numbers of one world."""

    def __init__(self, seed: int) -> None:
        self._seed = mixed(np.array([seed], dtype=np.uint64))

    def world(self, number: int) -> Noise:
        """The same customers under other luck."""
        other = Noise(0)
        other._seed = mixed(self._seed ^ np.uint64(number + 1))
        return other

    def keys(self, purpose: str, week: int, *places: NDArray[np.integer]) -> Keys:
        """Whole numbers of 64 bits; `places` are broadcast against each other."""
        key = mixed(self._seed ^ np.uint64(int.from_bytes(purpose.encode()[:8], "big")))
        key = mixed(key ^ np.uint64(week + (1 << 20)))
        for place in places:
            key = mixed(key ^ (place.astype(np.uint64) + np.uint64(1)))
        return key

    def uniform(self, purpose: str, week: int, *places: NDArray[np.integer]) -> Floats:
        """Between 0 and 1, neither included."""
        return ((self.keys(purpose, week, *places) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53

    def normal(self, purpose: str, week: int, *places: NDArray[np.integer]) -> Floats:
        """Draw from the standard normal distribution."""
        from scipy.special import ndtri

        return ndtri(self.uniform(purpose, week, *places))

    def gumbel(self, purpose: str, week: int, *places: NDArray[np.integer]) -> Floats:
        """Standard Gumbel: the noise under which the best of several choices is a multinomial logit."""
        return -np.log(-np.log(self.uniform(purpose, week, *places)))
