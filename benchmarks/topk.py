# peers: faiss-cpu>=1.13,<2
"""What does it cost to find the 20 best products for a customer, under filters, beside implicit?

Factors of products and customers are made up (nothing is fitted): 64 dimensions, products in clusters, customers
between a few of them. In one shop the lengths of the products' factors differ as those of ALS do, which are long for
popular products (lognormal, spread 1.2 in logs), in the other they hardly do (0.1), as those of models that
normalise. A customer has bought 200 products, likelier ones first; one product in 20 is out of stock. Neither may be
shown: everybody gets them made beforehand, implicit as `user_items` and `filter_items` in the form that costs it least.

Systems: implicit (all inner products, then a heap); ours: the exact index, the approximate one (faiss), and the
selection that serves affinities of any recommender (all inner products, then `select`). All have one thread and take
turns, a round being many requests of each; seconds are CPU seconds, since the machine may be shared. A ratio is our
requests per second over implicit's, the median over rounds, with a 95 % bootstrap interval over rounds. Targets are
for one customer at a time: the exact index at 25,000 products, the approximate one at 100,000. Both shops must meet
them. `scripts/bench topk` prints the tables, `--json FILE` writes all figures, `--quick` takes little data, too
little to judge by.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from offerloop.recommenders import ApproximateIndex, Cap, Filters, ProductIndex, select
from record import Claim, Found, Record, Result, load, machine, tell

PEER, EXACT, APPROXIMATE, DENSE = "implicit", "exact index", "approximate index", "all affinities"
VERSIONS = ("offerloop", "implicit", "faiss-cpu", "numpy", "scipy")
K, DIMENSIONS, CLUSTERS, BOUGHT, BATCH = 20, 64, 300, 200, 256
SPREADS = {"lengths as of ALS": 1.2, "equal lengths": 0.1}
ALL = slice(0, BATCH)
Codes = NDArray[np.int64]
Taken = dict[str, NDArray[np.float64]]
"""CPU seconds of each system, shape (rounds, requests)."""
LARGE = 100_000
"""From so many products on the targets are those of the approximate index."""
Call = Callable[[slice], Codes]
"""Codes of the K best products for some customers."""


@dataclass(frozen=True)
class Size:
    """Products of the two shops of each kind, rounds, and requests in a round."""

    products: tuple[int, int]
    rounds: int
    requests: int


FULL = Size((25_000, 100_000), 15, 256)
SMALL = Size((5_000, 20_000), 3, 40)


@dataclass(frozen=True)
class Shop:
    """Made-up factors, and who may not see what."""

    products: NDArray[np.float32]
    customers: NDArray[np.float32]
    """BATCH of them."""
    bought: Codes
    """Shape (BATCH, BOUGHT), ascending."""
    in_stock: NDArray[np.bool_]
    category: Codes

    @classmethod
    def draw(cls, n: int, spread: float) -> Shop:
        """Purchases are those of the highest affinity plus Gumbel noise of half its standard deviation."""
        rng = np.random.default_rng(91)
        weight = np.arange(1, DIMENSIONS + 1) ** -0.25
        centres = rng.normal(size=(CLUSTERS, DIMENSIONS)) * weight
        category = rng.choice(CLUSTERS, n, p=rng.dirichlet(np.ones(CLUSTERS)))
        products = unit(centres[category] + 0.7 * rng.normal(size=(n, DIMENSIONS)) * weight)
        products *= np.exp(spread * rng.normal(size=(n, 1)))
        shares = rng.dirichlet(np.full(5, 0.7), BATCH)
        liked = np.einsum("ci,cid->cd", shares, centres[rng.integers(CLUSTERS, size=(BATCH, 5))])
        customers = unit(liked + 0.3 * rng.normal(size=(BATCH, DIMENSIONS)) * weight)
        bought = np.empty((BATCH, BOUGHT), dtype=np.int64)
        for one, customer in enumerate(customers):
            affinity = products @ customer
            likely = affinity + 0.5 * affinity.std() * rng.gumbel(size=n)
            bought[one] = np.sort(np.argpartition(-likely, BOUGHT)[:BOUGHT])
        stock = rng.random(n) >= 0.05
        return cls(products.astype(np.float32), customers.astype(np.float32), bought, stock, category)

    def filters(self, rows: slice, cap: Cap | None = None) -> Filters:
        """What these customers may not see."""
        return Filters(self.in_stock, list(self.bought[rows]), cap)

    def ready(self, cap: Cap | None = None) -> Callable[[slice], Filters]:
        """The same, made beforehand."""
        alone, everybody = [self.filters(slice(row, row + 1), cap) for row in range(BATCH)], self.filters(ALL, cap)
        return lambda rows: alone[rows.start] if rows.stop - rows.start == 1 else everybody

    def peer(self) -> Call:
        """implicit with these factors; a request finds its matrix of purchases ready."""
        model = AlternatingLeastSquares(factors=DIMENSIONS, num_threads=1)
        model.item_factors, model.user_factors = self.products, self.customers
        where = (np.repeat(np.arange(BATCH), BOUGHT), self.bought.ravel())
        purchases = csr_matrix((np.ones(self.bought.size, np.float32), where), shape=(BATCH, len(self.products)))
        out = np.flatnonzero(~self.in_stock)
        rows = [purchases[one] for one in range(BATCH)]

        def call(some: slice) -> Codes:
            if some.stop - some.start == 1:
                one = some.start
                return model.recommend(one, rows[one], N=K, filter_already_liked_items=True, filter_items=out)[0][None]
            ids = np.arange(some.start, some.stop)
            return model.recommend(ids, purchases, N=K, filter_already_liked_items=True, filter_items=out)[0]

        return call

    def dense(self) -> Call:
        """All inner products, as a recommender would give them."""
        ready = self.ready()
        return lambda rows: select(self.customers[rows] @ self.products.T, K, ready(rows)).codes


def unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of length 1."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def cpu_seconds(work: Callable[[], Any]) -> float:
    """Of one call."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def measure(systems: dict[str, Call], requests: list[slice], rounds: int) -> Taken:
    """CPU seconds of each request, shape (rounds, requests); every turn of a system begins with some not counted."""
    taken = {name: np.empty((rounds, len(requests))) for name in systems}
    for turn in range(rounds):
        for name in sorted(systems, reverse=turn % 2 == 1):
            call = systems[name]
            for some in requests[:10]:
                call(some)
            for position, some in enumerate(requests):
                taken[name][turn, position] = cpu_seconds(lambda call=call, some=some: call(some))  # type: ignore[misc]
    return taken


def told(case: str, taken: Taken, customers: int) -> list[Result]:
    """Requests a second of one customer each, and how long a request takes."""
    rates = {name: customers * seconds.size / seconds.sum() for name, seconds in taken.items()}
    results = [Result(name, f"{case}: rate", "customers", rate, "1/s") for name, rate in rates.items()]
    if customers == 1:
        for percent in (50, 99):
            for name, seconds in taken.items():
                value = float(np.percentile(seconds, percent)) * 1_000
                results.append(Result(name, f"{case}: p{percent}", "CPU", value, "ms"))
    return results


def ratio(taken: Taken, ours: str) -> tuple[float, float, float]:
    """Median over rounds of implicit's seconds over ours, and its 95 % bootstrap interval."""
    rounds = taken[PEER].sum(axis=1) / taken[ours].sum(axis=1)
    drawn = np.random.default_rng(92).choice(rounds, (2_000, len(rounds)))
    low, high = np.quantile(np.median(drawn, axis=1), [0.025, 0.975])
    return float(np.median(rounds)), float(low), float(high)


def recall(found: Codes, wanted: Codes) -> float:
    """Mean share of the wanted products."""
    return float(np.mean([np.isin(*pair).mean() for pair in zip(wanted, found, strict=True)]))


def shop(kind: str, n: int, size: Size) -> Found:
    """All figures of one shop."""
    drawn, label = Shop.draw(n, SPREADS[kind]), f"{n:,} products, {kind}"
    begin = time.process_time()
    exact = ProductIndex.build(drawn.products)
    middle = time.process_time()
    approximate = ApproximateIndex.build(exact)
    built = {EXACT: middle - begin, APPROXIMATE: time.process_time() - middle}

    def asks(index: ProductIndex | ApproximateIndex, cap: Cap | None = None) -> Call:
        ready = drawn.ready(cap)
        return lambda rows: index.best(drawn.customers[rows], K, ready(rows)).codes

    systems = {PEER: drawn.peer(), EXACT: asks(exact), APPROXIMATE: asks(approximate), DENSE: drawn.dense()}
    cap = Cap(drawn.category, 2)
    capped = {EXACT: asks(exact, cap), APPROXIMATE: asks(approximate, cap)}
    one = [slice(row, row + 1) for row in np.arange(size.requests) % BATCH]
    single = measure(systems, one, size.rounds)
    batch = measure(systems, [ALL], size.rounds)
    results = told(f"{label}, one", single, 1) + told(f"{label}, {BATCH} at once", batch, BATCH)
    results += told(f"{label}, one, 2 of a category", measure(capped, one, size.rounds), 1)
    results += [Result(name, f"{label}: build", "CPU", seconds, "s") for name, seconds in built.items()]
    search = next(exact.searches(drawn.customers[:64], K, drawn.filters(slice(0, 64))))
    needed = float(np.mean(search.depth(search.head().floor) / n))
    results.append(Result(EXACT, f"{label}: products that had to be looked at", "mean", needed, "share"))
    return results, claims(label, drawn, systems, single, batch)


def claims(label: str, drawn: Shop, systems: dict[str, Call], single: Taken, batch: Taken) -> list[Claim]:
    """Ratios with and without a target, and what was found; nobody was shown what may not be."""
    alone = {
        name: np.concatenate([call(slice(one, one + 1)) for one in range(BATCH)]) for name, call in systems.items()
    }
    for codes in alone.values():
        assert drawn.in_stock[codes].all()
        assert not any(np.isin(*pair).any() for pair in zip(codes, drawn.bought, strict=True))
    many = len(drawn.products) >= LARGE
    claimed = []
    for ours, target in ((EXACT, None if many else 1.0), (APPROXIMATE, 5.0 if many else None), (DENSE, None)):
        value, low, high = ratio(single, ours)
        met = None if target is None else value >= target
        claimed.append(
            Claim(f"{label}, one: {ours}, requests per second over implicit's", value, low, high, target, met)
        )
    claimed.append(Claim(f"{label}, {BATCH} at once: {EXACT}, rate over implicit's", *ratio(batch, EXACT)))
    wanted = alone[PEER]
    claimed.append(Claim(f"{label}: {EXACT}, share found of what implicit finds", recall(alone[EXACT], wanted)))
    share = recall(alone[APPROXIMATE], alone[EXACT])
    text = f"{label}: {APPROXIMATE}, recall of the exact one's products"
    claimed.append(Claim(text, share, target=0.98 if many else None, met=share >= 0.98 if many else None))
    return claimed


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    size, before = SMALL if arguments.quick else FULL, load()
    results: list[Result] = []
    found: list[Claim] = []
    faiss.omp_set_num_threads(1)
    with threadpool_limits(1):
        for kind in SPREADS:
            for n in size.products:
                figures, claimed = shop(kind, n, size)
                tell(figures, claimed)
                results += figures
                found += claimed
    if arguments.json:
        Record(machine(before, VERSIONS), results, found).write(arguments.json)


if __name__ == "__main__":
    main()
