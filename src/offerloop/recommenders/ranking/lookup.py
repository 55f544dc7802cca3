"""Facts about pairs, found by the pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.histories import Codes

Facts = dict[str, NDArray[np.float32]]
"""One value per pair, customer or product, by name."""


@dataclass(frozen=True)
class PairFacts:
    """What is known of some pairs (first, second)."""

    keys: Codes
    """``first * width + second``, ascending, each once."""
    width: int
    facts: Facts
    absent: Mapping[str, float]
    """The value where a pair is not known; of the facts not named here, NaN."""

    def of(self, first: Codes, second: Codes) -> Facts:
        """The facts of wanted pairs."""
        wanted = first * self.width + second
        at = np.minimum(np.searchsorted(self.keys, wanted), max(len(self.keys) - 1, 0))
        is_listed = self.keys[at] == wanted if len(self.keys) else np.zeros(len(wanted), dtype=np.bool_)
        facts: Facts = {}
        for name, values in self.facts.items():
            filled = np.full(len(wanted), self.absent.get(name, np.nan), dtype=np.float32)
            filled[is_listed] = values[at[is_listed]]
            facts[name] = filled
        return facts


def stretches(keys: Codes) -> tuple[Codes, Codes]:
    """First and last position of each run of equal keys; `keys` ascend and none is negative."""
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    return first, np.append(first, len(keys))[1:] - 1
