"""The article's case: its recommenders judged side by side, then policies at several budgets in several worlds."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import polars as pl

from case_gains import best_held_out, contentment
from case_goals import Goals, read_goals
from case_sweep import SweepLevels, sweep
from case_text import Best, CaseFindings, Tried
from offerloop.commands.simulate.findings import PolicyGains
from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.ranking import mean_interval
from offerloop.market.gains import UNITS, at_equal_spend, over_worlds, share_of, sums_of
from offerloop.market.periods import Setting
from offerloop.market.preset import load_preset
from offerloop.recommenders import RECOMMENDERS, Interactions, RankingWindow, judge

POLICIES = ("same", "random", "buyers", "personalised", "ceiling", "oracle")
KNOWING = ("ceiling", "oracle")
"""Policies that know what no shop does."""
OURS = "personalised"
PROMISED = Goals(buyers=0.20, sales=0.30)
"""What the article reports (4.4)."""
LEVELS = SweepLevels(times=(0.25, 1.0, 10.0), percents=(10.0, 20.0, 30.0, 40.0, 50.0))
"""A quarter of the preset's budget, all of it, and so much that everybody may get an offer; and blanket depths."""


@dataclass(frozen=True)
class Sizes:
    """How large the case is; the defaults are the article's shop in an affordable number of worlds."""

    customers: int = 1000
    products: int = 1000
    before: int = 26
    log: int = 9
    periods: int = 4
    fresh: int = 1000
    worlds: int = 8
    levels: SweepLevels = LEVELS

    def setting(self, preset: str) -> Setting:
        """Of one world."""
        return Setting(
            load_preset(preset), self.customers, self.products, self.before, self.periods, self.log, self.fresh
        )


def judged_recommenders(interactions: Interactions, names: Sequence[str], window_days: int = 28) -> pl.DataFrame:
    """Recommenders fitted on what was known before the last window, and judged by it.

    A row for each name: task, recommender, and nDCG@10 and Recall@20 over customers with their 95 % intervals. Raises
    EvidenceError where the history is too short.
    """
    before = interactions.before(interactions.as_of_day - window_days)
    fitted = {name: RECOMMENDERS.load(name)().fit(before) for name in names}
    rows = []
    for (task, name), one in judge(fitted, RankingWindow.between(before, interactions)).items():
        row: dict[str, object] = {"task": task, "recommender": name}
        for measure in ("ndcg", "recall"):
            values = getattr(one, measure)
            ends = mean_interval(values[values == values])  # without NaN
            row |= dict(zip((measure, f"{measure}_low", f"{measure}_high"), ends, strict=True))
        rows.append(row)
    return pl.DataFrame(rows).sort("task", "ndcg", descending=[True, True])


def play_case(sizes: Sizes, preset: str = "grocery", seed: int = 1, workers: int = 1) -> CaseFindings:
    """Every policy at every level in the worlds from `seed` on, of which so many `workers` play side by side."""
    setting, worlds = sizes.setting(preset), range(seed, seed + sizes.worlds)
    if workers == 1:
        tables = [_world(setting, sizes.levels, world) for world in worlds]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            tables = list(pool.map(_world, *zip(*((setting, sizes.levels, world) for world in worlds), strict=True)))
    return case_findings(setting, pl.concat(tables))


def _world(setting: Setting, levels: SweepLevels, world: int) -> pl.DataFrame:
    return sweep(setting, POLICIES, levels, world, lambda: None)


def case_findings(setting: Setting, periods: pl.DataFrame) -> CaseFindings:
    """What the tables of `sweep` say."""
    tried = tuple(
        _tried(str(policy), float(level), mine)
        for (policy, level), mine in periods.group_by("policy", "level", maintain_order=True)
    )
    personal = at_equal_spend(periods.filter(pl.col("policy").is_in(POLICIES)))
    equal = _by_policy(personal)
    own = periods.filter(pl.col("policy").is_in(POLICIES), pl.col("level") == 1.0)
    in_budget = _by_policy(sums_of(own, ("policy", "world")))
    best = best_held_out(periods.filter(~pl.col("policy").is_in(KNOWING)))
    chosen = best.group_by("policy", "level", maintain_order=True).len().sort("len", descending=True)
    return CaseFindings(
        preset=setting.preset.name, currency=setting.preset.currency, customers=setting.customers,
        products=setting.products, periods=setting.periods, worlds=periods["world"].n_unique(), tried=tried,
        equal=tuple(_gained(name, mine) for name, mine in equal.items()), ours=OURS,
        ahead=_ahead(equal), ahead_in_budget=_ahead(in_budget),
        goals=PROMISED, reading=read_goals([one.point for one in tried], PROMISED),
        best=Best({(policy, level): n for policy, level, n in chosen.iter_rows()}, _gained("best", best)),
    )  # fmt: skip


def _by_policy(sums: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {str(policy): mine for (policy,), mine in sums.group_by("policy", maintain_order=True)}


def _ahead(sums: dict[str, pl.DataFrame]) -> dict[str, Estimate]:
    """Profit of OURS beyond each other policy, world by world."""
    return {
        name: over_worlds((sums[OURS]["profit"] - mine["profit"]).to_numpy())
        for name, mine in sums.items()
        if name != OURS
    }


def _tried(policy: str, level: float, periods: pl.DataFrame) -> Tried:
    sums = sums_of(periods)
    spend = over_worlds((sums["cost"] / sums["plain_sales"]).to_numpy())
    return Tried(level, _gained(policy, sums), spend, contentment(periods))


def _gained(name: str, sums: pl.DataFrame) -> PolicyGains:
    """Means over worlds, one row each."""
    gains = {one: over_worlds(sums[one].to_numpy()) for one in (*UNITS, "cost")}
    shares = {one: over_worlds(share_of(sums, one)) for one in UNITS}
    return PolicyGains(name, gains, shares, None, {})
