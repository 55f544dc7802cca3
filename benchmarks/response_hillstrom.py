"""Who should get an e-mail? Estimators learn from random halves of Hillstrom's trial and are judged on the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from offerloop.evaluation.trial import Trial
from offerloop.evaluation.uplift import qini_curve, uplift_curve
from peers.response.given import Given
from record import Claim, Found, Result
from response_data import MENS, WOMENS, e_mails
from response_judged import (
    AUTO,
    Judged,
    Metrics,
    against_peers,
    differences,
    interval,
    judged,
    named,
    not_below,
    results,
    show,
)
from response_systems import Found as Learned
from response_systems import System

AREA, QINI = "AUUC / ATE", "Qini / ATE"
TARGET = 0.665
RIDGE, BASELINE = "offerloop ridge_t", "outcome"


def hillstrom(systems: Sequence[System], splits: int, rows: int | None) -> Found:
    """Visits, of who got the e-mail about women's goods, and about men's, beside who got none."""
    found, claims = list[Result](), list[Claim]()
    for arm, name in ((WOMENS, "women"), (MENS, "men")):
        case = f"Hillstrom, {name}'s e-mail, visits, {splits} halves"
        folder = e_mails(name, (arm,), "visit", splits, rows).write()
        given = Given.read(folder)
        compared = judged(systems, folder, lambda learned, given=given: areas(learned, given))  # type: ignore[misc]
        said = womens(case, compared) if arm == WOMENS else mens(case, compared)
        told, said = show(case, results(case, compared, ""), said)
        found, claims = found + told, claims + said
    return found, claims


def areas(learned: Learned, given: Given) -> Metrics:
    """By the curves' ends: a random order has .5 and 0."""
    found: dict[str, list[float]] = {AREA: [], QINI: []}
    for split in range(given.splits):
        rows = given.judged_rows(split)
        trial = Trial.of(learned.effects[split, :, 0], given.whole.action[rows], given.whole.outcome[rows])
        uplift, qini = uplift_curve(trial), qini_curve(trial)
        found[AREA].append(uplift.area / abs(uplift.end))
        found[QINI].append(qini.area_over_random / abs(qini.end))
    return {name: np.array(values) for name, values in found.items()}


def womens(case: str, compared: Sequence[Judged]) -> list[Claim]:
    """The order that the chosen estimator gives, beside ridge regressions and peers."""
    ours = named(compared, AUTO)
    if ours is None:
        return []
    value, low, high = interval(ours.metrics[AREA])
    claims = [Claim.at_least(f"{case}: {AREA}, {AUTO}", value, TARGET, low, high)]
    if ridge := named(compared, RIDGE):
        claims.append(not_below(case, AREA, ours, ridge))
    claims += against_peers(case, AREA, compared)
    return claims + choices(case, ours) + differences(case, AREA, ours, compared)


def mens(case: str, compared: Sequence[Judged]) -> list[Claim]:
    """In which share of the halves nothing is claimed for a model of effects, and rightly so."""
    ours = named(compared, AUTO)
    if ours is None:
        return []
    facts = ours.learned.facts
    plain = [one["estimator"] == BASELINE or one["gain_over_random"]["low"] <= 0 for one in facts]
    text = "share of halves where no model of effects is chosen or targeting shows no gain over random"
    claims = [
        Claim.at_least(f"{case}: {text}", float(np.mean(plain)), 0.5, *_of_share(plain)),
        Claim(f"{case}: {AREA} less 0.5, {AUTO}", *interval(ours.metrics[AREA] - 0.5)),
    ]
    return claims + choices(case, ours) + differences(case, AREA, ours, compared)


def choices(case: str, ours: Judged) -> list[Claim]:
    """How often each estimator was chosen, and what model selection costs."""
    facts = ours.learned.facts
    counted = Counter(f"{one['estimator']}, {one['verdict']}" for one in facts)
    claims = [Claim(f"{case}: share of halves with the choice {pick}", n / len(facts)) for pick, n in counted.items()]
    contest = np.array(ours.learned.cost["fit_cpu_s"]) - ours.learned.final_cpu_s
    return [*claims, Claim(f"{case}: CPU seconds of the contest", float(contest.mean()))]


def _of_share(hits: Sequence[bool]) -> tuple[float, float]:
    from offerloop.evaluation import Estimate

    found = Estimate.of_share(sum(hits), len(hits))
    return found.low, found.high
