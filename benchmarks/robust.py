"""Does it pay to allocate by less than the estimated profits? Plans in simulated shops, judged by the truth.

In many small shops of each preset effects are learned from weeks of offers at random. The next week is planned within
a budget of 30 % of the liability that the plan without one would have: by the estimates as they are (nominal), drawn to
the mean of their offer, or of offer and segment (shrunk), less one standard error (lower bound), and against the worst
errors of segments (segment-robust). Once by effects that are calibrated on left-out customers, as plans of this project
are, once by those of the same estimator as they come. One further plan is the nominal one, but nothing where the study
of these weeks finds that nothing pays. True profit and true spend are those of the whole plan, a customer;
intervals of 95 % are over shops, those of differences paired.

`--quick` takes few shops, `--first N` another first seed, `--json FILE` writes the figures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from scipy.stats import t

from offerloop.market.preset import PRESETS
from peers.response.given import Floats
from record import Claim, Found, Record, Result, load, machine
from response_judged import show
from robust_profits import lower_bound, segment_robust, shrunk
from robust_world import Believed, Setting, World, make_world

VERSIONS = ("offerloop", "numpy", "polars", "scipy")
SETTINGS = (
    Setting("all offers, one week at random", 5_000, 1, every=True, shops=24),
    Setting("an offer of each kind, four weeks at random", 5_000, 4, every=False, shops=24),
)
QUICK, FIRST = 2, 1_001
"""Shops of a preset; the first seed: nothing was chosen by what came of it or a later one."""
Z = 1.0
"""Standard errors that the lower bound and the worst case of segments take off."""
NOMINAL, CALIBRATED, RAW = "nominal", "calibrated", "raw"
PROFIT, SPEND, CLAIMED, GIVEN = "true profit", "true spend", "claimed profit", "customers with an offer"
Metrics = dict[str, dict[str, Floats]]
"""By system and metric (shops,)."""


def compared(preset: str, setting: Setting, shops: range) -> Found:
    """One preset: means over its shops, and differences from the nominal plan of the same estimates."""
    worlds = [judged(make_world(preset, setting, seed)) for seed in shops]
    metrics: Metrics = {
        system: {metric: np.array([one[system][metric] for one in worlds]) for metric in found}
        for system, found in worlds[0].items()
    }
    case = f"{preset}, {setting.name}, {len(shops)} shops of {setting.customers:,} customers"
    results = [
        Result(system, case, metric, float(values.mean()), "share" if metric == GIVEN else "minor units")
        for system, found in metrics.items()
        for metric, values in found.items()
    ]
    return show(case, results, differences(case, metrics))


def judged(world: World) -> dict[str, dict[str, float]]:
    """By system, a customer."""
    found = {}
    for source, believed in ((CALIBRATED, world.calibrated), (RAW, world.raw)):
        for name, profit in ways(world, believed).items():
            found[f"{source}, {name}"] = figures(world, world.plan(profit), believed)
    plan = world.plan(world.calibrated.profit) * (world.verdict != "nothing")
    return found | {f"{CALIBRATED}, {NOMINAL} if anything pays": figures(world, plan, world.calibrated)}


def figures(world: World, plan: Floats, believed: Believed) -> dict[str, float]:
    """Of a plan (customers, K)."""
    tables = {PROFIT: world.profit, SPEND: world.cost, CLAIMED: believed.profit, GIVEN: np.ones_like(plan)}
    return {metric: float((plan * table).sum()) / len(plan) for metric, table in tables.items()}


def ways(world: World, believed: Believed) -> dict[str, Floats]:
    """Profits to allocate by."""
    profit, se = believed.profit, believed.se
    return {
        NOMINAL: profit,
        "shrunk": shrunk(profit, se),
        "shrunk to segments": shrunk(profit, se, world.segments.effect[world.segments.of]),
        "lower bound": lower_bound(profit, se, z=Z),
        "segment-robust": segment_robust(profit, world.segments, z=Z, solve=world.plan),
    }


def differences(case: str, metrics: Metrics) -> list[Claim]:
    """Of each system from the nominal plan by the same estimates, and of the two nominal plans."""
    pairs = [(one, f"{one.split(',')[0]}, {NOMINAL}") for one in metrics]
    pairs = [pair for pair in pairs if pair[0] != pair[1]] + [(f"{CALIBRATED}, {NOMINAL}", f"{RAW}, {NOMINAL}")]
    return [
        Claim(f"{case}: {metric}, {one} less {other}", *interval(metrics[one][metric] - metrics[other][metric]))
        for metric in (PROFIT, SPEND)
        for one, other in pairs
    ]


def interval(values: Floats) -> tuple[float, float, float]:
    """Mean over shops (shops,) with Student's interval of 95 %."""
    mean, n = float(values.mean()), len(values)
    half = float(t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--first", type=int, default=FIRST)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    before, results, claims = load(), list[Result](), list[Claim]()
    for setting in SETTINGS:
        shops = range(arguments.first, arguments.first + (QUICK if arguments.quick else setting.shops))
        for preset in PRESETS:
            found, claimed = compared(preset, setting, shops)
            results, claims = results + found, claims + claimed
    if arguments.json:
        Record(machine(before, VERSIONS), results, claims).write(arguments.json)


if __name__ == "__main__":
    main()
