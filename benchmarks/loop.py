"""Does the loop approach what a shop could earn at best, does it beat simple rules, and does it notice what it should?

Worlds of two presets, 1,000 customers and 1,000 products each. After weeks without offers come 12 weeks in which half
of the customers got a random offer, with logged propensities; every policy that learns begins with the same log. Then
come 14 scored weeks. Every week has the same budget of liabilities for every policy, and what the loop gives at
random is paid from it. What is scored is the true expected profit of each week's offers against giving
nothing (`market.true_effects`): the luck of the week is left out, and so is what an offer does to later weeks. Sales
and buyers are those of the weeks as they were, less those of the same shop without offers.

`ridge-T` is the static plan over a ridge regression on the log, `buyers` the ranking by response, `ceiling` the fair
ceiling: the best plan that profiles allow, learned from the true effects of many other customers. Intervals are those
of means over worlds; differences are paired.

Then larger and simpler worlds, again after 12 weeks of random offers: in which offers do nothing (`null`,
`large-null`), in which deep coupons and flash sales annoy (`harmful`), and in which price sensitivity falls by half in
week 15 (`shock`), or does not (`calm`).

`--quick` plays small worlds, `--worlds N` and `--many N` more of them, `--customers N` larger ones of the presets,
`--cases` some of the others, `--json FILE` writes all figures. With `--kept FOLDER` what was played is kept there, and
not played again: the loop for as long as the code stays as it is.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy.stats import t

from loop_worlds import Followed, code_digest, kept_world
from offerloop.arrays import Floats
from offerloop.commands.simulate.loop_policy import LoopRule
from offerloop.evaluation import Estimate
from offerloop.market import Logged, Market, Rule, load_preset
from offerloop.market.periods import Setting, past, policy_of
from offerloop.market.truth import true_effects
from record import Claim, Found, Record, Result, load, machine, tell

VERSIONS = ("offerloop", "numpy", "polars", "lightgbm")
STATIC = {"same": "same", "random": "random", "buyers": "buyers", "ridge-T": "personalised", "ceiling": "ceiling",
          "oracle": "oracle"}  # fmt: skip
LOOP, NOTHING = "loop", "nothing"
PRESETS = ("grocery", "fashion")
SIMPLE = ("same", "random", "buyers")
LUCK = 10
"""Worlds of luck by which offers on the whole basket are judged."""
TARGET, TARGET_OF_ALL = 0.8, 0.9
"""Of the fair ceiling, in each preset and in all of them."""


@dataclass(frozen=True)
class Case:
    """Larger and simpler worlds, and what is right in them."""

    preset: str
    customers: int
    weeks: int
    right: str
    is_right: Callable[[Followed], bool]
    least: float
    """Share of worlds in which the loop should be right."""
    shock: int | None = None


CASES = {
    "null": Case("null", 20_000, 6, "no plan in week 6", lambda one: not one.sent[-1], 0.9),
    "large-null": Case("null", 40_000, 6, "no plan in week 6", lambda one: not one.sent[-1], 0.9),
    "harmful": Case(
        "harmful", 1_000, 4, "nothing harmful in the plan of week 4", lambda one: not one.harmful[-1], 0.85
    ),
    "shock": Case("grocery", 20_000, 5, "an alarm in weeks 15 to 17", lambda one: one.alarmed(2, 5), 0.8, 2),
    "calm": Case("grocery", 20_000, 14, "no alarm in weeks 13 to 26", lambda one: not one.alarmed(0, 14), 0.91),
}


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
    """(periods, 4): true profit and true cost of each week, and its sales, in minor units, and buyers."""
    market, rng, rows = start.branch(), np.random.default_rng(world), []
    for _ in range(periods):
        given = rule(market, budget, rng)
        told = np.flatnonzero(given.offer >= 0)
        offer, profit, cost = given.offer[told], 0.0, 0.0
        if len(told):
            truth = true_effects(market, LUCK)
            profit, cost = truth.profit_minor[told, offer].sum(), truth.cost_minor[told, offer].sum()
        lines = market.advance(given.offer, given.propensity)
        sales = float(lines.lines.shelf_minor.sum() - lines.discount_minor.sum())
        rows.append((profit, cost, sales, len(np.unique(lines.lines.customer))))
    return np.array(rows)


@dataclass(frozen=True)
class PlayedPolicies:
    """One world of a preset, and where what was played in it is kept."""

    preset: str
    size: Size
    world: int
    kept: Path | None

    @cached_property
    def setting(self) -> Setting:
        """What all policies have in common."""
        size = self.size
        return Setting(
            load_preset(self.preset), size.customers, size.products, size.before, size.periods, size.log, size.fresh
        )

    @cached_property
    def past(self) -> tuple[Market, list[Logged]]:
        """The market after the weeks of random offers, and these."""
        return past(self.setting, [], self.world, learns=True)

    def weeks(self, name: str) -> Floats:
        """Return what a policy earned and spent in each week (see `scored`)."""
        return self._kept(name, lambda: self._scored(self._rule(name)))

    @property
    def loop_weeks(self) -> Floats:
        """The same of the loop, with a further column: whether its plan went out."""
        return self._kept(f"{LOOP}-{code_digest()}", self._loop_weeks)

    def _loop_weeks(self) -> Floats:
        loop = LoopRule()
        weeks = self._scored(loop)
        return np.column_stack([weeks, [bool(one["sent"]) for one in loop.decided]])

    def _rule(self, name: str) -> Rule:
        start, log = self.past
        return policy_of(STATIC.get(name, name), start, log, self.setting, lambda: None).rule

    def _scored(self, rule: Rule) -> Floats:
        return scored(self.past[0], rule, self.setting.budget_minor, self.size.periods, self.world)

    def _kept(self, name: str, play: Callable[[], Floats]) -> Floats:
        if self.kept is None:
            return play()
        file = self.kept / f"{self.preset}-{self.size.customers}-{self.world}-{name}.npy"
        if not file.exists():
            partial = file.with_suffix(".partial.npy")
            np.save(partial, play())
            partial.rename(file)
        return np.asarray(np.load(file), dtype=np.float64)


def world_of(preset: str, size: Size, world: int, kept: Path | None) -> tuple[dict[str, Floats], int]:
    """By policy what it earned and spent, and in how many weeks the loop's plan went out."""
    one = PlayedPolicies(preset, size, world, kept)
    loop = one.loop_weeks
    found = {LOOP: loop[:, :-1], **{name: one.weeks(name) for name in (NOTHING, *STATIC)}}
    return found, int(loop[:, -1].sum())


def played(preset: str, size: Size, worlds: Sequence[int], kept: Path | None) -> tuple[Found, Floats]:
    """All worlds of a preset, and the loop's share of the ceiling in each."""
    each = [world_of(preset, size, world, kept) for world in worlds]
    sums = {name: np.array([found[name].sum(axis=0) for found, _ in each]) for name in each[0][0]}
    results = [one for name in sums if name != NOTHING for one in _results(preset, name, sums, size.periods)]
    results += [Result(LOOP, preset, "weeks with a plan", float(np.mean([sent for _, sent in each])), "weeks")]
    profit = {name: one[:, 0] for name, one in sums.items()}
    gaps = {name: (profit[LOOP] - profit[name]) / profit["ceiling"] for name in ("ridge-T", *SIMPLE)}
    share = profit[LOOP] / profit["ceiling"]
    claims = [_claim(f"{preset}: loop, share of the fair ceiling", share, TARGET)]
    claims += [_claim(f"{preset}: loop less ridge-T, as a share of the ceiling", gaps["ridge-T"], 0.0)]
    claims += [
        _not_below(f"{preset}: loop less {name}, as a share of the ceiling (the interval not below 0)", gaps[name])
        for name in SIMPLE
    ]
    regret = np.array([found["ceiling"][:, 0] - found[LOOP][:, 0] for found, _ in each]).mean(axis=0).cumsum()
    results += [
        Result(LOOP, f"{preset}, regret", f"after week {week + 1}", float(regret[week] / 100), "money")
        for week in range(size.periods)
    ]
    return (results, claims), share


def _results(preset: str, name: str, sums: dict[str, Floats], periods: int) -> list[Result]:
    """Of one policy, against nothing."""
    profit, cost = sums[name][:, :2].mean(axis=0) / 100 / periods
    sales, buyers = (sums[name][:, 2:] / sums[NOTHING][:, 2:] - 1).mean(axis=0)
    return [
        Result(name, preset, "profit", float(profit), "a week"),
        Result(name, preset, "cost", float(cost), "a week"),
        Result(name, preset, "more sales", float(sales), "share"),
        Result(name, preset, "more buyers", float(buyers), "share"),
    ]


def noticed(many: Sequence[int], names: Sequence[str], quick: bool, kept: Path | None) -> Found:
    """In how many worlds the loop does what it should, in each of these cases."""
    over, claims = 0, list[Claim]()
    for name in names:
        case = CASES[name]
        customers = case.customers // 20 if quick else case.customers
        worlds = [kept_world(kept, case.preset, customers, case.weeks, world, case.shock) for world in many]
        over += sum(one.overspent for one in worlds)
        claims.append(_share(f"{name}: {case.right}", [case.is_right(one) for one in worlds], case.least))
    return [Result(LOOP, "all of them", "weeks over budget", float(over), "weeks")], claims


def _share(case: str, hits: list[bool], least: float) -> Claim:
    found = Estimate.of_share(sum(hits), len(hits))
    return Claim.at_least(f"{case}: share of worlds", found.value, least, found.low, found.high)


def _claim(text: str, values: Floats, target: float) -> Claim:
    mean, n = float(values.mean()), len(values)
    if n == 1:
        return Claim(text, mean, target=target, met=mean >= target)
    half = float(t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n))
    return Claim.at_least(text, mean, target, mean - half, mean + half)


def _not_below(text: str, values: Floats) -> Claim:
    """Met unless the loop is worse beyond the noise of the worlds."""
    found = _claim(text, values, 0.0)
    return replace(found, met=found.high is None or not found.high < 0)


def main() -> None:
    """Play, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small worlds")
    parser.add_argument("--worlds", type=int, default=8)
    parser.add_argument("--many", type=int, default=100, help="worlds of null, harmful and shock; 0 leaves them out")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=[*CASES], help="which of these worlds")
    parser.add_argument("--customers", type=int, help="of each world of a preset")
    parser.add_argument("--first", type=int, default=1, help="the first world's seed")
    parser.add_argument("--presets", nargs="*", choices=PRESETS, default=PRESETS)
    parser.add_argument("--kept", type=Path, help="folder for what was played")
    parser.add_argument("--json", type=Path, help="write the figures there")
    asked = parser.parse_args()
    if asked.kept is not None:
        asked.kept.mkdir(parents=True, exist_ok=True)
    before, results, claims, shares = load(), list[Result](), list[Claim](), list[Floats]()
    for preset in asked.presets:
        worlds = range(asked.first, asked.first + asked.worlds)
        size = SMALL if asked.quick else FULL
        size = replace(size, customers=asked.customers or size.customers)
        (found, claimed), share = played(preset, size, worlds, asked.kept)
        tell(found, claimed)
        results, claims, shares = results + found, claims + claimed, [*shares, share]
    if len(shares) > 1:
        claims.append(_claim("all presets: loop, share of the fair ceiling", np.concatenate(shares), TARGET_OF_ALL))
        tell([], claims[-1:])
    if asked.many:
        worlds = range(asked.first, asked.first + asked.many)
        found, claimed = noticed(worlds, asked.cases, asked.quick, asked.kept)
        tell(found, claimed)
        results, claims = results + found, claims + claimed
    if asked.json:
        Record(machine(before, VERSIONS), results, claims).write(asked.json)


if __name__ == "__main__":
    main()
