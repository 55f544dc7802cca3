"""Features in standard deviations from their mean, clipped: lines are not extended far beyond what was seen."""

from __future__ import annotations

import numpy as np

from offerloop.arrays import Floats

LIMIT = 2.5
"""Standard deviations beyond which a feature says no more."""


def mean_and_spread(table: Floats) -> Floats:
    """Return means and standard deviations (2, p) of columns (n, p); 1 instead of the latter where nothing varies."""
    spread = table.std(axis=0)
    return np.stack([table.mean(axis=0), np.where(spread > 0, spread, 1.0)])


def deviations(table: Floats, scale: Floats) -> Floats:
    """Return columns (n, p) in the standard deviations of `mean_and_spread`, clipped at LIMIT."""
    return clipped((table - scale[0]) / scale[1])


def clipped(z: Floats) -> Floats:
    """Return standard deviations, clipped at LIMIT."""
    return np.clip(z, -LIMIT, LIMIT)
