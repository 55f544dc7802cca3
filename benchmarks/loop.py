"""Does the loop approach what a shop could earn at best, and does it beat simple rules at the same budget?

Worlds of two presets, 1,000 customers and 1,000 products each. After weeks without offers come 12 weeks in which half
of the customers got an offer by lot, with logged propensities; every policy that learns begins with the same log. Then
come 14 scored weeks. Every week has the same budget of liabilities for every policy, and what the loop gives by lot is
paid from it. What is scored is the true expected profit of each week's offers against giving nothing
(`market.true_effects`): the luck of the week is left out, and so is what an offer does to later weeks.

`ridge-T` is the static plan over a ridge regression on the log, `buyers` the ranking by response, `ceiling` the fair
ceiling: the best plan that profiles allow, learned from the true effects of many other customers. Intervals are those
of means over worlds; differences are paired.

Then worlds in which offers do nothing (`null`), and in which deep coupons and flash sales annoy (`harmful`): in how
many of them the loop's plan gives nothing in week 6, and nothing that annoys in week 4.

`--quick` plays small worlds, `--worlds N` more of them, `--json FILE` writes all figures.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import t

from offerloop.evaluation.estimate import Estimate
from offerloop.loop.market_shop import LoopRule, loop_policy
from offerloop.market.noise import Floats
from offerloop.market.periods import Setting, past, policy_of
from offerloop.market.policies import Rule
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market
from offerloop.market.truth import true_effects
from record import Claim, Found, Record, Result, load, machine, tell

VERSIONS = ("offerloop", "numpy", "polars", "lightgbm")
STATIC = {"same": "same", "random": "random", "buyers": "buyers", "ridge-T": "personalised", "ceiling": "ceiling",
          "oracle": "oracle"}  # fmt: skip
LOOP = "loop"
SIMPLE = ("same", "random", "buyers")
LUCK = 10
"""Worlds of luck by which offers on the whole basket are judged."""
TARGET = 0.8


@dataclass(frozen=True)
class Size:
    """Of the worlds."""

    customers: int
    products: int
    before: int
    log: int
    periods: int
    fresh: int


FULL = Size(1_000, 1_000, 26, 12, 14, 20_000)
SMALL = Size(300, 200, 12, 6, 4, 2_000)


def scored(start: Market, rule: Rule, budget: int, periods: int, world: int) -> Floats:
    """(periods, 2): true profit and true cost of each week, minor units."""
    market, rng, rows = start.branch(), np.random.default_rng(world), []
    for _ in range(periods):
        given = rule(market, budget, rng)
        truth = true_effects(market, LUCK)
        told = np.flatnonzero(given.offer >= 0)
        offer = given.offer[told]
        rows.append((truth.profit_minor[told, offer].sum(), truth.cost_minor[told, offer].sum()))
        market.advance(given.offer, given.propensity)
    return np.array(rows)


def world_of(preset: str, size: Size, world: int) -> tuple[dict[str, Floats], int]:
    """By policy what it earned and spent, and in how many weeks the loop's plan went out."""
    setting = Setting(
        load_preset(preset), size.customers, size.products, size.before, size.periods, size.log, size.fresh
    )
    start, log = past(setting, [], world, learns=True)
    budget, found = setting.budget_minor, {}
    for name, policy in STATIC.items():
        rule = policy_of(policy, start, log, setting, lambda: None).rule
        found[name] = scored(start, rule, budget, size.periods, world)
    loop = loop_policy(start, log, budget)
    found[LOOP] = scored(start, loop, budget, size.periods, world)
    sent = sum(one.sent for one in loop.decisions) if isinstance(loop, LoopRule) else 0
    return found, sent


def played(preset: str, size: Size, worlds: Sequence[int]) -> Found:
    """All worlds of a preset."""
    each = [world_of(preset, size, world) for world in worlds]
    profit = {name: np.array([found[name][:, 0].sum() for found, _ in each]) for name in each[0][0]}
    cost = {name: np.array([found[name][:, 1].sum() for found, _ in each]) for name in each[0][0]}
    results = [
        Result(name, preset, metric, float(values[name].mean() / 100 / size.periods), "a week")
        for name in profit
        for metric, values in (("profit", profit), ("cost", cost))
    ]
    results += [Result(LOOP, preset, "weeks with a plan", float(np.mean([sent for _, sent in each])), "weeks")]
    share = profit[LOOP] / profit["ceiling"]
    claims = [_claim(f"{preset}: loop, share of the fair ceiling", share, TARGET)]
    for name in ("ridge-T", *SIMPLE):
        gap = (profit[LOOP] - profit[name]) / profit["ceiling"]
        claims.append(_claim(f"{preset}: loop less {name}, as a share of the ceiling", gap, 0.0))
    regret = np.array([found["ceiling"][:, 0] - found[LOOP][:, 0] for found, _ in each]).mean(axis=0).cumsum()
    results += [
        Result(LOOP, f"{preset}, regret", f"after week {week + 1}", float(regret[week] / 100), "money")
        for week in range(size.periods)
    ]
    return results, claims


def stopped(preset: str, size: Size, worlds: Sequence[int], within: int, most: float) -> Found:
    """In how many worlds the plan gives nothing, or nothing harmful, by that week at the latest."""
    hits = []
    for world in worlds:
        setting = Setting(load_preset(preset), size.customers, size.products, size.before, within, size.log, size.fresh)
        start, log = past(setting, [], world, learns=True)
        rule, market, rng = loop_policy(start, log, setting.budget_minor), start.branch(), np.random.default_rng(world)
        bad = start.terms.annoys[start.terms.menu] > 0 if preset == "harmful" else np.ones(len(start.terms.menu), bool)
        planned = []
        for _ in range(within):
            given = rule(market, setting.budget_minor, rng)
            last = rule.decisions[-1].planned if isinstance(rule, LoopRule) else given.offer
            planned.append(bool(bad[last[last >= 0]].any()))
            market.advance(given.offer, given.propensity)
        hits.append(not planned[-1])
    found = Estimate.of_share(sum(hits), len(hits))
    case = f"{preset}, {size.customers} customers: worlds without such offers in the plan of week {within}"
    return [], [Claim.at_least(case, found.value, most, found.low, found.high)]


def _claim(text: str, values: Floats, target: float) -> Claim:
    mean, n = float(values.mean()), len(values)
    half = float(t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
    return Claim.at_least(text, mean, target, mean - half, mean + half)


def main() -> None:
    """Play, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small worlds")
    parser.add_argument("--worlds", type=int, default=8)
    parser.add_argument("--many", type=int, default=100, help="worlds of null and harmful")
    parser.add_argument("--first", type=int, default=1, help="the first world's seed")
    parser.add_argument("--presets", default="grocery,fashion")
    parser.add_argument("--json", type=Path, help="write the figures there")
    asked = parser.parse_args()
    before, results, claims = load(), list[Result](), list[Claim]()
    for preset in filter(None, asked.presets.split(",")):
        worlds = range(asked.first, asked.first + asked.worlds)
        found, claimed = played(preset, SMALL if asked.quick else FULL, worlds)
        tell(found, claimed)
        results, claims = results + found, claims + claimed
    for preset, within, most in (("null", 6, 0.9), ("harmful", 4, 0.85)):
        found, claimed = stopped(
            preset, SMALL if asked.quick else FULL, range(asked.first, asked.first + asked.many), within, most
        )
        tell(found, claimed)
        results, claims = results + found, claims + claimed
    if asked.json:
        Record(machine(before, VERSIONS), results, claims).write(asked.json)


if __name__ == "__main__":
    main()
