"""How the hybrid does by customers of whom little is known, and what one more event costs: The Complete Journey.

A fifth of the customers, drawn at random, are unknown to the fit, and only their last three purchases (of a product on
a day) are shown: their lists need no new fit. Who is judged has a target in the test window; for the task `new` that is
a product that is not among the three. The rival is recent popularity, fitted on the same other customers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offerloop.evaluation import ranking
from offerloop.recommenders import Histories, Hybrid, Interactions, Popularity, Recommender
from peers.given import Given, Ints
from peers.ours import interactions, lists
from recommender_claims import ratio
from recommender_data import JOURNEY, TASKS, Split
from record import Claim, Found, Result

SHARE, SHOWN, SEED = 0.2, 3, 82
MOST_MS, REPEATS = 1.0, 1_000
CASE = f"{JOURNEY}, unknown customers with {SHOWN} purchases"


def newcomers(test: Split) -> Found:
    """Their nDCG@10 by the hybrid beside popularity."""
    given = Given.read(test.folder)
    drawn = np.random.default_rng(SEED).random(given.train.shape[0]) < SHARE
    known = interactions(of_customers(given, ~drawn[given.customer]))
    who = np.flatnonzero(drawn)
    few = last_purchases(given, who, known)
    models: dict[str, Recommender] = {
        "offerloop hybrid": Hybrid().fit(known),
        "offerloop popularity": Popularity().fit(known),
    }
    results, claims = list[Result](), list[Claim]()
    for task in TASKS[JOURNEY]:
        wanted = targets(test, who, few, known, task)
        found = {}
        for name, model in models.items():
            top = lists(model, few, known.products, new=task == "new")[:, :10]
            found[name] = ndcg(top, wanted)
            results.append(Result(name, f"{CASE}, {task}", "nDCG@10", float(found[name].mean()), ""))
        values = ratio(*found.values())
        text = f"{CASE}, {task}: nDCG@10 of {' over '.join(found)}"
        claims.append(Claim(text, *values, target=1.0, met=values[1] > 1))
    return results, claims


def of_customers(given: Given, kept: NDArray[np.bool_]) -> Given:
    """Some of the events."""
    names = ("customer", "product", "age_days", "value")
    return replace(given, **{name: getattr(given, name)[kept] for name in names})


def last_purchases(given: Given, who: Ints, known: Interactions) -> Histories:
    """The last three of each customer, of what the fit knows."""
    column = known.product_codes(given.product)
    mine = np.isin(given.customer, who) & (column >= 0)
    row, column, age = np.searchsorted(who, given.customer[mine]), column[mine], given.age_days[mine] + 1
    order = np.lexsort((-age, column, row))
    histories = replace(known.without(who), rows=row[order], columns=column[order], age_days=age[order])
    return histories.last(np.full(len(who), SHOWN))


def targets(test: Split, who: Ints, few: Histories, known: Interactions, task: str) -> Any:  # noqa: ANN401 - scipy
    """True where a customer bought a product in the window; for `new` without what is shown of their past."""
    wanted = test.targets["all"][who].tolil()
    if task == "new":
        wanted[few.rows, known.products[few.columns]] = False
    return wanted.tocsr()


def ndcg(top: Ints, wanted: Any) -> NDArray[np.float64]:  # noqa: ANN401 - scipy
    """At 10, of each customer with a target."""
    n_targets = np.asarray(wanted.sum(axis=1)).ravel().astype(np.int64)
    counted = np.flatnonzero(n_targets)
    return ranking.ndcg(ranking.find_hits(top[counted], wanted[counted]), n_targets[counted], 10)


def new_events(test: Split) -> Found:
    """CPU time until an event is part of a customer's history, and until new affinities of the hybrid are there."""
    given = Given.read(test.folder)
    known = interactions(given)
    hybrid = Hybrid().fit(known)
    rng = np.random.default_rng(SEED)
    events = list(
        zip(rng.integers(known.shape[0], size=REPEATS), rng.integers(known.shape[1], size=REPEATS), strict=True)
    )
    folded = [milliseconds(lambda who=who, what=what: fold_in(known, who, what)) for who, what in events]  # type: ignore[misc]
    histories = [fold_in(known, who, what) for who, what in events[:100]]
    event = told("one new event", folded)
    results = [event]
    for task in TASKS[JOURNEY]:
        serving = hybrid.for_task("new" if task == "new" else "repeat")
        taken = [milliseconds(lambda one=one: serving.score_histories(one)) for one in histories]  # type: ignore[misc] # noqa: B023
        results.append(told(f"new affinities of one customer, {task}", taken))
    return results, [Claim.at_most(f"{event.case} folded in, ms (median)", event.value, MOST_MS)]


def fold_in(known: Interactions, who: int, what: int) -> Histories:
    """The history of a customer with one more purchase."""
    return known.of(known.customers[who : who + 1]).add(0, what)


def told(case: str, taken: list[float]) -> Result:
    """The median."""
    return Result("offerloop hybrid", f"{JOURNEY}: {case}", "CPU, median", float(np.median(taken)), "ms")


def milliseconds(work: Callable[[], Any]) -> float:
    """CPU time of one call."""
    begin = time.process_time()
    work()
    return (time.process_time() - begin) * 1_000
