"""Intervals of figures that have no formula for their spread: customers drawn again, with replacement."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from offerloop.errors import InputError
from offerloop.evaluation.estimate import Estimate
from offerloop.message import Message

REPLICATES, FEWEST = 200, 39
"""Replicates unless asked otherwise, and at least: of fewer even the widest interval covers less than 95 %."""


def bootstrap(
    statistic: Callable[[NDArray[np.float64]], float],
    stratum: NDArray[np.int64],
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Estimate:
    """The statistic and its 95 % percentile interval (Efron 1979): see `bootstraps`."""
    return bootstraps(lambda counts: (statistic(counts),), stratum, replicates=replicates, seed=seed)[0]


def bootstraps(
    statistics: Callable[[NDArray[np.float64]], Sequence[float]],
    stratum: NDArray[np.int64],
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> list[Estimate]:
    """Several statistics of the same samples with their 95 % percentile intervals, one replicate in memory at a time.

    `statistics` gets how often each customer counts, shape (customers,): once each for the value, as often as drawn
    in a replicate. `stratum`, shape (customers,), holds 0, 1, ...; each stratum keeps its size. The interval goes
    from the (replicates + 1) * 0.025-th smallest replicate to the (replicates + 1) * 0.975-th, so that few replicates
    do not make it too narrow; replicates in which the statistic is NaN are left out. A value of NaN has no
    interval. Raises InputError for fewer than FEWEST replicates.
    """
    if replicates < FEWEST:
        raise InputError(
            Message(
                "{replicates} replicates cannot give a 95 % interval; draw {fewest} or more",
                replicates=replicates,
                fewest=FEWEST,
            )
        )
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(stratum == one) for one in range(int(stratum.max()) + 1)]
    counts = np.ones(len(stratum))
    own = statistics(counts)
    if np.isnan(own).all():
        return [Estimate(value, np.nan, np.nan) for value in own]
    values = np.empty((replicates, len(own)))
    for replicate in range(replicates):
        for some in members:
            drawn = rng.integers(len(some), size=len(some))
            counts[some] = np.bincount(drawn, minlength=len(some))
        values[replicate] = statistics(counts)
    ends = np.nanquantile(values, [0.025, 0.975], axis=0, method="weibull")
    return [
        Estimate(value, np.nan, np.nan) if np.isnan(value) else Estimate(value, float(low), float(high))
        for value, low, high in zip(own, *ends, strict=True)
    ]
