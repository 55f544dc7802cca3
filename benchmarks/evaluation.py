# peers: scikit-uplift>=0.5.1 causalml>=0.18,<0.19 ir-measures>=0.4.3
"""Do our metrics agree with those of peers, and what do they cost?

Uplift (Qini and AUUC) beside scikit-uplift and causalml; ranking (Recall@20, nDCG@10, MRR) beside ir-measures, which
computes with trec_eval; off-policy values beside a few lines of plain numpy, for the last release of Open Bandit
Pipeline (obp 0.5.7) asks for a Python below 3.11. Then the errors of the off-policy estimators on 20 policies of a
made-up shop whose truth is known.

causalml's areas are means of n + 1 points where ours are trapezoids, and it begins its curves differently before both
arms have a customer (see `offerloop.evaluation.uplift`): it is compared after conversion, on a trial whose best
customers did not buy, where the beginning changes nothing; and as it stands, where they may. nDCG is the same: hits
over log2(rank + 1), as a share of what a perfect ranking of all targets gets.

All systems run on one thread, get the data in their own form, made beforehand, and take turns. Seconds are CPU
seconds, the median of the turns; a ratio is ours over the peer's, below 1 where we need less. `make bench
NAME=evaluation` installs the peers (2 GB) and prints the tables; `scripts/bench evaluation --json FILE` writes all
figures too, `--quick` takes little data, too little to judge the errors.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
import pandas as pd
from causalml.metrics import auuc_score, qini_score
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix
from sklift import metrics as sklift
from threadpoolctl import threadpool_limits

from coupon_shop import Shop
from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Log, PolicyValue, Predictions, ranking
from offerloop.evaluation.bootstrap import FEWEST
from offerloop.evaluation.off_policy import methods as values
from offerloop.evaluation.trial import Trial
from offerloop.evaluation.uplift import Scale, auuc, qini, qini_curve, uplift_curve
from record import Claim, Found, Record, Result, load, machine, tell

OURS, SKLIFT, CAUSALML, TREC, PLAIN = "offerloop", "scikit-uplift", "causalml", "ir-measures", "plain numpy"
VERSIONS = (OURS, SKLIFT, CAUSALML, TREC, "pytrec-eval-terrier", "numpy", "pandas", "scipy", "scikit-learn")
SAME = 1e-9
"""A larger difference is no rounding."""
QUIET = 40
"""So many of the best customers bought nothing; both arms are surely among them."""
METHODS = ("IPS", "SNIPS", "DR", "SWITCH-DR", "recommended")


@dataclass(frozen=True)
class Size:
    """Of the data, and how often things are repeated."""

    customers: int
    bootstrap: int
    ranked: int
    decisions: int
    turns: int
    log: int
    replicates: int


FULL = Size(1_000_000, 200, 25_000, 1_000_000, 5, 4_000, 200)
SMALL = Size(50_000, 20, 2_500, 50_000, 3, 1_000, 20)


def cpu_seconds(systems: dict[str, Callable[[], object]], turns: int, rehearse: bool = True) -> dict[str, list[float]]:
    """Of each system in each turn; a rehearsal is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    for turn in range(turns + rehearse):
        for name, work in systems.items():
            begin = time.process_time()
            work()
            if turn >= rehearse:
                seconds[name].append(time.process_time() - begin)
    return seconds


def speed(case: str, seconds: dict[str, list[float]]) -> Found:
    """Medians, and the median ratio of ours to each peer with its range over turns."""
    results = [Result(name, case, "CPU", float(np.median(taken)), "s") for name, taken in seconds.items()]
    claims = []
    for name in [name for name in seconds if name != OURS]:
        ratio = np.divide(seconds[OURS], seconds[name])
        ends = (float(ratio.min()), float(ratio.max())) if len(ratio) > 1 else (None, None)
        claims.append(Claim(f"{case}: CPU seconds over those of {name}", float(np.median(ratio)), *ends))
    return results, claims


def largest(differences: ArrayLike) -> float:
    """Absolute, NaN if one is."""
    return float(np.max(np.abs(differences)))


@dataclass(frozen=True)
class Campaign:
    """A made-up random trial, the chance to buy 0.2 and more for the treated where the score is high."""

    scores: Floats
    treatment: Ints
    outcome: Ints

    @classmethod
    def draw(cls, n: int, *, levels: int = 0, harmful: bool = False, quiet: int = QUIET) -> Campaign:
        """With as many distinct scores as `levels`, or all distinct; the best `quiet` customers bought nothing."""
        rng = np.random.default_rng(71)
        scores = rng.random(n)
        treatment = (rng.random(n) < 0.4).astype(np.int64)
        outcome = (rng.random(n) < 0.2 + 0.3 * scores * treatment).astype(np.int64)
        outcome[np.argsort(-scores)[:quiet]] = 0
        shown = np.floor(scores * levels) / levels if levels else scores
        return cls(shown, treatment, 1 - outcome if harmful else outcome)

    def trial(self) -> Trial:
        """As ours takes it."""
        return Trial.of(self.scores, self.treatment, self.outcome)

    def frame(self) -> pd.DataFrame:
        """As causalml takes it."""
        return pd.DataFrame({"score": self.scores, "y": self.outcome, "w": self.treatment})

    def columns(self) -> tuple[Ints, Floats, Ints]:
        """As scikit-uplift takes it."""
        return self.outcome, self.scores, self.treatment

    def areas(self) -> list[float]:
        """Qini and AUUC by ours, not normalised and without interval."""
        trial = self.trial()
        return [qini_curve(trial).area_over_random, uplift_curve(trial).area]

    def scaled(self, scale: Scale, replicates: int = FEWEST) -> list[float]:
        """Qini and AUUC by ours, with interval; the fewest replicates where only the value counts."""
        trial = self.trial()
        return [metric(trial, scale, replicates=replicates).value for metric in (qini, auuc)]

    def sklift_areas(self) -> list[float]:
        """Qini and AUUC below scikit-uplift's curves, not normalised."""
        (at, gain), (x, y) = sklift.qini_curve(*self.columns()), sklift.uplift_curve(*self.columns())
        return [np.trapezoid(gain, at) / at[-1] - gain[-1] / 2, np.trapezoid(y, x) / x[-1]]

    def sklift_scaled(self) -> list[float]:
        """Qini and AUUC by scikit-uplift, normalised by the perfect curve."""
        return [sklift.qini_auc_score(*self.columns()), sklift.uplift_auc_score(*self.columns())]


def causalml_areas(frame: pd.DataFrame, normalize: bool, **options: int) -> list[Any]:
    """Qini and AUUC by causalml."""
    return [score(frame, "y", "w", normalize=normalize, **options) for score in (qini_score, auuc_score)]


def against_sklift(n: int) -> float:
    """Largest difference over trials with distinct scores, with ties and with an offer that harms."""
    trials = [Campaign.draw(n), Campaign.draw(n, levels=1_000), Campaign.draw(n, harmful=True, quiet=0)]
    found = []
    for one in trials:
        found.append(np.subtract(one.areas(), one.sklift_areas()))
        found.append(np.subtract(one.scaled("perfect"), one.sklift_scaled()))
    return largest(found)


def against_causalml(campaign: Campaign, convert: bool) -> dict[Scale, float]:
    """Largest difference by scale, after conversion of its means of n + 1 points to trapezoids or as it stands."""
    n, frame, found = len(campaign.scores), campaign.frame(), dict[Scale, float]()
    scales: tuple[Scale, Scale] = ("none", "total")
    for scale in scales:
        theirs = [float(score.iloc[0]) for score in causalml_areas(frame, scale == "total")]
        if convert:
            end = uplift_curve(campaign.trial()).end if scale == "none" else 1.0
            theirs = [theirs[0] * (n + 1) / n, (theirs[1] * (n + 1) - end / 2) / n]
        found[scale] = largest(np.subtract(campaign.scaled(scale), theirs))
    return found


def uplift(size: Size) -> Found:
    """Qini and AUUC."""
    quiet, plain, n = Campaign.draw(size.customers), Campaign.draw(size.customers, quiet=0), size.customers
    converted = largest(list(against_causalml(quiet, convert=True).values()))
    claims = [
        Claim.at_most(f"Qini and AUUC are those of {SKLIFT}, largest difference", against_sklift(n), SAME),
        Claim.at_most(f"Qini and AUUC are those of {CAUSALML} after conversion, largest difference", converted, SAME),
    ]
    results = [
        Result(CAUSALML, f"Qini and AUUC, scale {scale}", "difference as it stands", away, "in its scale")
        for scale, away in against_causalml(plain, convert=False).items()
    ]
    for more, claimed in (uplift_speed(quiet, size), uplift_speed_with_interval(quiet, size)):
        results += more
        claims += claimed
    return results, claims


def uplift_speed(campaign: Campaign, size: Size) -> Found:
    """Without interval, nothing normalised."""
    frame = campaign.frame()
    systems: dict[str, Callable[[], object]] = {
        OURS: campaign.areas,
        SKLIFT: campaign.sklift_areas,
        CAUSALML: lambda: causalml_areas(frame, False),
    }
    return speed(f"Qini and AUUC, {size.customers:,} customers", cpu_seconds(systems, size.turns))


def uplift_speed_with_interval(campaign: Campaign, size: Size) -> Found:
    """As shares of the total, once; causalml draws half-samples where ours draws customers with replacement."""
    frame, replicates = campaign.frame(), size.bootstrap
    systems: dict[str, Callable[[], object]] = {
        OURS: lambda: campaign.scaled("total", replicates),
        CAUSALML: lambda: causalml_areas(frame, True, return_ci=True, n_bootstrap=replicates, random_state=1),
    }
    case = f"Qini and AUUC with intervals of {replicates} replicates, {size.customers:,} customers"
    return speed(case, cpu_seconds(systems, 1, rehearse=False))


@dataclass(frozen=True)
class Ranked:
    """Recommendations and targets, in our form and in that of ir-measures."""

    top: Ints
    targets: Any
    judged: dict[str, dict[str, int]]
    run: dict[str, dict[str, float]]

    @classmethod
    def draw(cls, n: int, products: int = 5_000, depth: int = 20) -> Ranked:
        """Everybody has 1 to 30 targets, of which a fifth are recommended; a tenth have fewer recommendations."""
        rng = np.random.default_rng(72)
        top = rng.permuted(np.tile(np.arange(200), (n, 1)), axis=1)[:, :depth] + rng.integers(
            products - 200, size=(n, 1)
        )
        row = np.repeat(np.arange(n), rng.integers(1, 31, n))
        known = top[row, rng.integers(depth, size=len(row))]
        wanted = np.where(rng.random(len(row)) < 0.2, known, rng.integers(products, size=len(row)))
        targets = csr_matrix((np.ones(len(row), dtype=np.bool_), (row, wanted)), shape=(n, products))
        kept = np.where(rng.random(n) < 0.1, rng.integers(1, depth, n), depth)
        top[np.arange(depth) >= kept[:, np.newaxis]] = -1
        judged = {str(one): {str(product): 1 for product in targets[one].indices} for one in range(n)}
        run = {str(one): {str(p): float(depth - rank) for rank, p in enumerate(top[one]) if p >= 0} for one in range(n)}
        return cls(top, targets, judged, run)

    def ours(self) -> dict[str, Floats]:
        """A value per customer."""
        hits = ranking.find_hits(self.top, self.targets)
        wanted = np.diff(self.targets.indptr).astype(np.int64)
        return {
            "R@20": ranking.recall(hits, wanted, 20),
            "nDCG@10": ranking.ndcg(hits, wanted, 10),
            "RR": ranking.reciprocal_rank(hits, wanted, 20),
        }

    def theirs(self) -> dict[str, Floats]:
        """A value per customer."""
        found = {name: np.full(len(self.top), np.nan) for name in ("R@20", "nDCG@10", "RR")}
        for one in ir_measures.iter_calc([ir_measures.parse_measure(name) for name in found], self.judged, self.run):
            found[str(one.measure)][int(one.query_id)] = one.value
        return found


def rankings(size: Size) -> Found:
    """Recall, nDCG and reciprocal rank of each customer; MRR and the others are their means."""
    ranked = Ranked.draw(size.ranked)
    ours, theirs = ranked.ours(), ranked.theirs()
    away = largest([ours[name] - theirs[name] for name in ours])
    measures = [ir_measures.parse_measure(name) for name in ours]
    systems: dict[str, Callable[[], object]] = {
        OURS: lambda: [ranking.mean_of_customers(one) for one in ranked.ours().values()],
        TREC: lambda: ir_measures.calc_aggregate(measures, ranked.judged, ranked.run),
    }
    case = f"Recall@20, nDCG@10 and MRR, {size.ranked:,} customers x 20"
    results, claims = speed(case, cpu_seconds(systems, size.turns))
    same = Claim.at_most(
        f"Recall@20, nDCG@10 and MRR are those of {TREC}, largest difference of a customer", away, SAME
    )
    return results, [same, *claims]


def ours_by_method(log: Log, chosen: Floats, predictions: Predictions) -> dict[str, Callable[[], PolicyValue]]:
    """Our estimators, ready to run."""
    return {
        "IPS": lambda: values.ips(log, chosen),
        "SNIPS": lambda: values.snips(log, chosen),
        "DR": lambda: values.dr(log, chosen, predictions),
        "SWITCH-DR": lambda: values.switch_dr(log, chosen, predictions),
        "recommended": lambda: values.recommended(log, chosen, predictions),
    }


def plain_values(full: Floats, log: Log, chosen: Floats, outcome: Floats, predicted: Floats) -> dict[str, float]:
    """The four estimators of one outcome as in their papers, nothing checked and no interval."""
    rows = np.arange(len(outcome))
    weight = (chosen / full)[rows, log.action]
    direct, off = (chosen * predicted).sum(axis=1), outcome - predicted[rows, log.action]
    seen = weight[weight > 0]

    def error(limit: float) -> float:
        bias = (chosen * (chosen / full > limit)).sum(axis=1).mean() * np.abs(off).max()
        return float(np.var(direct + weight * off * (weight <= limit), ddof=1) / len(rows) + bias**2)

    limit = min((np.inf, *np.geomspace(seen.min(), seen.max(), 21)[::-1]), key=error)
    return {
        "IPS": float((weight * outcome).mean()),
        "SNIPS": float((weight * outcome).sum() / weight.sum()),
        "DR": float((direct + weight * off).mean()),
        "SWITCH-DR": float((direct + weight * off * (weight <= limit)).mean()),
    }


def off_by(log: Log, chosen: Floats, predictions: Predictions) -> float:
    """Largest difference of a method's profit, or value without cost, from plain numpy."""
    assert log.propensities is not None
    predicted = predictions.value if predictions.cost is None else predictions.value - predictions.cost
    plain = plain_values(log.propensities, log, chosen, log.outcomes[:, -1], predicted)
    ours = ours_by_method(log, chosen, predictions)
    return largest([profit(ours[name]()) - value for name, value in plain.items()])


def profit(found: PolicyValue) -> float:
    """Or value without cost."""
    return found.value.value if found.profit is None else found.profit.value


def off_policy(size: Size) -> Found:
    """CPU seconds and memory on a large log, and agreement on it and on small ones."""
    shop = Shop.make(73, 10, money=True)
    who, log = shop.draw(size.decisions, np.random.default_rng(74))
    predictions, chosen = shop.predictions(who, log), shop.policies()[8][who]
    found, cut = small_logs()
    away = largest([off_by(log, chosen, predictions), *found])
    claim = Claim.at_most("IPS, SNIPS, DR and SWITCH-DR are those of plain numpy, largest difference", away, SAME)
    results = [Result("SWITCH-DR", "logs and policies of the agreement", "weights cut", cut, f"of {len(found)}")]
    ours = ours_by_method(log, chosen, predictions)
    for name, seconds in cpu_seconds(dict(ours), size.turns).items():
        case = f"{name}, {size.decisions:,} decisions x 10 actions"
        results.append(Result(OURS, case, "CPU", float(np.median(seconds)), "s"))
        results.append(Result(OURS, case, "peak beside data", peak_gb(ours[name]), "GB"))
    return results, [claim]


def small_logs() -> tuple[list[float], int]:
    """Differences from plain numpy on 20 logs x 20 policies with few decisions; how often SWITCH-DR cut a weight."""
    shop, rng, found, cut = Shop.make(75, 5, money=False, floor=0.0), np.random.default_rng(76), [], 0
    policies = shop.policies()
    for _ in range(20):
        who, log = shop.draw(1_000, rng)
        predictions = shop.predictions(who, log)
        found += [off_by(log, one[who], predictions) for one in policies]
        cut += sum(values.switch_dr(log, one[who], predictions).limit < np.inf for one in policies)
    return found, cut


def peak_gb(work: Callable[[], object]) -> float:
    """What a call holds at most, beside what it was given; arrays of numpy are counted."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024**3


def squared_errors(shop: Shop, size: Size, seed: int) -> tuple[Floats, Floats]:
    """Shape (replicates, 20, methods), of profit or of value without cost, and mean effective sizes, shape (20,)."""
    rng, policies = np.random.default_rng(seed), shop.policies()
    truth = np.array([(one * shop.profit).sum(axis=1).mean() for one in policies])
    errors, sizes = np.empty((size.replicates, len(policies), len(METHODS))), np.zeros(len(policies))
    for replicate in range(size.replicates):
        who, log = shop.draw(size.log, rng)
        predictions = shop.predictions(who, log)
        for position, one in enumerate(policies):
            found = [work() for work in ours_by_method(log, one[who], predictions).values()]
            errors[replicate, position] = [profit(value) - truth[position] for value in found]
            sizes[position] += found[0].effective_size / size.replicates
    return errors**2, sizes


def close(squares: Floats) -> int:
    """Of how many policies `recommended` errs by at most 1.1 times the best of the others."""
    errors = np.sqrt(squares.mean(axis=0))
    return int((errors[:, -1] <= 1.1 * errors[:, :-1].min(axis=1)).sum())


def choice(size: Size) -> Found:
    """Errors of all methods on 20 policies in two shops, one with purchases and one with money."""
    results, claims = [], []
    for money, unit in ((False, "purchases"), (True, "money")):
        squares, sizes = squared_errors(Shop.make(75, 5, money), size, 76)
        results += errors_by_policy(squares, sizes, unit)
        rng = np.random.default_rng(77)
        again = [close(squares[rng.integers(len(squares), size=len(squares))]) for _ in range(200)]
        low, high = np.quantile(again, [0.025, 0.975])
        text = f"{unit}: policies of 20 where recommended errs at most 1.1 times as much as the best"
        claims.append(Claim.at_least(text, close(squares), 16, float(low), float(high)))
    return results, claims


def errors_by_policy(squares: Floats, sizes: Floats, unit: str) -> list[Result]:
    """Of each method; then how they compare with the best of each policy, `recommended` not being a candidate."""
    errors = np.sqrt(squares.mean(axis=0))
    results = []
    for position, row in enumerate(errors):
        case = f"{unit}, policy {position + 1}, effective size {sizes[position]:.0f}"
        results += [Result(name, case, "RMSE", float(one), unit) for name, one in zip(METHODS, row, strict=True)]
    over = errors / errors[:, :-1].min(axis=1, keepdims=True)
    for case, ratios in (("mean", over.mean(axis=0)), ("worst", over.max(axis=0))):
        named = zip(METHODS, ratios, strict=True)
        results += [Result(name, f"{unit}, {case} policy", "over best", float(one), "ratio") for name, one in named]
    return results


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", category=FutureWarning, module="sklearn")
    size, before = SMALL if arguments.quick else FULL, load()
    results: list[Result] = []
    claims: list[Claim] = []
    with threadpool_limits(1):
        for part in (uplift, rankings, off_policy, choice):
            found, claimed = part(size)
            tell(found, claimed)
            results += found
            claims += claimed
    if arguments.json:
        Record(machine(before, VERSIONS), results, claims).write(arguments.json)


if __name__ == "__main__":
    main()
