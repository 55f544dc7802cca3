"""The same policies at several budgets, and the blanket offer at several depths, from one past."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from offerloop.market.periods import PERIOD_COLUMNS, Setting, beside, past, policy_of, twin, weeks
from offerloop.market.policies import Rule, blanket
from offerloop.market.simulation import Market

BLANKET = "blanket"
ENDLESS_MINOR = 10**9
"""What a blanket offer of any depth may take off: its percentage alone limits it."""


@dataclass(frozen=True)
class SweepLevels:
    """What is tried of each kind of policy."""

    times: tuple[float, ...]
    """Budgets, as multiples of the preset's."""
    percents: tuple[float, ...] = ()
    """Depths of a blanket offer on everything for everybody, which the shop pays itself."""


def sweep(
    setting: Setting, names: Sequence[str], levels: SweepLevels, world: int, on_step: Callable[[], None]
) -> pl.DataFrame:
    """PERIOD_COLUMNS and `level` (a multiple of the budget, or a depth in per cent): a row for each and each period.

    What learns learns once, whatever the budget. `on_step` is called after each week played and each block learned
    from.
    """
    start, log = past(setting, names, world)
    plain = twin(start, setting, world, on_step)

    def tried() -> Iterator[tuple[str, float, float, Market, Rule]]:
        for name in names:
            rule = policy_of(name, start, log, setting, on_step).rule
            yield from ((name, times, times, start, rule) for times in levels.times)
        yield from ((BLANKET, percent, 1.0, with_blanket(start, percent), blanket) for percent in levels.percents)

    tables = []
    for name, level, times, market, rule in tried():
        table = weeks(market, rule, setting, world, lambda _: on_step(), times)[1]
        tables.append(beside(table, plain, name, world).select(*PERIOD_COLUMNS, level=pl.lit(float(level))))
    return pl.concat(tables)


def with_blanket(market: Market, percent: float) -> Market:
    """The same market, whose blanket offer takes off so many per cent of everything, without a maximum."""
    other, terms = market.branch(), market.terms
    last = np.arange(terms.size) == terms.size - 1
    other.terms = replace(
        terms,
        percent=np.where(last, percent, terms.percent),
        most_minor=np.where(last, ENDLESS_MINOR, terms.most_minor),
    )
    return other
