"""What a budget, a supplier's share and an exploration share would bring: every combination played in the same world.

The weeks without offers are shared. What suppliers pay changes what offers cost and not what customers do, so each
share has a log of random weeks with the same purchases and costs of its own; the twin shop is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import polars as pl

from offerloop.market.periods import (
    PERIOD_COLUMNS,
    Learner,
    Setting,
    Week,
    before_log,
    beside,
    drawn_weeks,
    policy_of,
    twin,
    watched,
    weeks,
)
from offerloop.market.policies import Logged, Rule
from offerloop.market.preset import Preset
from offerloop.market.simulation import Market
from offerloop.market.terms import MarketTerms

LEVERS = ("budget", "supplier_share", "explore")


@dataclass(frozen=True)
class Levers:
    """The values that are asked for; none of a lever is the preset's own, or the policy's."""

    budget: tuple[float, ...] = ()
    """Major units of liability for each customer and period."""
    supplier_share: tuple[float, ...] = ()
    """What suppliers pay of every discount."""
    explore: tuple[float, ...] = ()
    """Share of the budget that a policy which learns gives at random."""

    @property
    def several(self) -> bool:
        """Whether there is something to compare."""
        return any(len(getattr(self, name)) > 1 for name in LEVERS)

    def filled(self, preset: Preset, explore: float) -> Levers:
        """The same with a value of each."""
        campaign = preset.campaign
        return Levers(
            self.budget or (campaign.budget,),
            self.supplier_share or (campaign.funded_share,),
            self.explore or (explore,),
        )


@dataclass(frozen=True)
class Combination:
    """One policy with one value of each lever."""

    policy: str
    budget: float
    supplier_share: float
    explore: float | None
    """None of a policy that does not explore."""


def combinations(levers: Levers, names: Sequence[str], learners: Sequence[str]) -> list[Combination]:
    """All of them, those of one supplier share together; what does not explore stands in once for all shares of it."""
    return [
        Combination(name, budget, share, explore)
        for share, name, budget in product(levers.supplier_share, names, levers.budget)
        for explore in (levers.explore if name in learners else (None,))
    ]


def with_terms(setting: Setting, budget: float, supplier_share: float) -> Setting:
    """The same simulation with another budget and another share that suppliers pay."""
    campaign = setting.preset.campaign.model_copy(update={"budget": budget, "funded_share": supplier_share})
    return replace(setting, preset=setting.preset.model_copy(update={"campaign": campaign}))


@dataclass(frozen=True)
class PlanningProgress:
    """Functions that are called on the way."""

    step: Callable[[], None]
    """After each week played and each block learned from."""
    week: Callable[[Combination, Week], None]
    """After each week of a combination."""


def compare_combinations(
    setting: Setting,
    combos: Sequence[Combination],
    world: int,
    learners: Mapping[str, Callable[[float], Learner]],
    progress: PlanningProgress,
) -> tuple[Market, pl.DataFrame]:
    """PERIOD_COLUMNS with those of the levers, a row for each combination and period; the first one's market.

    `learners` take their exploration share. What learns once does so for each supplier share, whatever the budget.
    """
    n_log = setting.log if any(one.policy in (*learners, "personalised") for one in combos) else 0
    warm, plain, markets, tables = before_log(setting, n_log, world), None, list[Market](), list[pl.DataFrame]()
    for share in dict.fromkeys(one.supplier_share for one in combos):
        start = with_supplier_share(warm, share)
        log = drawn_weeks(start, n_log, world)
        plain = twin(start, setting, world, progress.step) if plain is None else plain
        of_policy = [one for one in combos if one.supplier_share == share]
        for combination, own, rule in _rules(of_policy, start, log, setting, learners, progress.step):
            on_week = watched(plain, partial(progress.week, combination), progress.step)
            market, table = weeks(start, rule, own, world, on_week)
            markets += [] if markets else [market]
            levers = {name: pl.lit(getattr(combination, name), dtype=pl.Float64) for name in LEVERS}
            tables.append(beside(table, plain, combination.policy, world).select(*PERIOD_COLUMNS, **levers))
    return markets[0], pl.concat(tables)


def _rules(
    combos: Sequence[Combination],
    start: Market,
    log: Sequence[Logged],
    setting: Setting,
    learners: Mapping[str, Callable[[float], Learner]],
    on_step: Callable[[], None],
) -> Iterator[tuple[Combination, Setting, Rule]]:
    rule_by_policy: dict[str, Rule] = {}
    for combination in combos:
        own = with_terms(setting, combination.budget, combination.supplier_share)
        if combination.explore is not None:
            yield combination, own, learners[combination.policy](combination.explore)(start, log, own.budget_minor)
            continue
        if combination.policy not in rule_by_policy:
            rule_by_policy[combination.policy] = policy_of(combination.policy, start, list(log), own, on_step).rule
        yield combination, own, rule_by_policy[combination.policy]


def with_supplier_share(market: Market, share: float) -> Market:
    """The same market, whose suppliers pay another share of every discount from now on."""
    other, campaign = market.branch(), market.preset.campaign.model_copy(update={"funded_share": share})
    other.preset = market.preset.model_copy(update={"campaign": campaign})
    other.terms = replace(market.terms, own_share=MarketTerms.own_shares(campaign, len(market.terms.menu)))
    return other
