"""Customers that do not fit into memory: Parquet in pieces, one budget, in a process of its own.

Run as a program it solves what a folder holds and writes what that took, with `spark` as its fourth argument by the
workers of Spark, and again as often as the fifth says, when these have started: `spark-submit --master ADDRESS
allocation_on_disk.py FOLDER BUDGET OUT spark 3` prints each and writes the last.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from allocation_data import OFFERS, offers
from environments import BENCH, call
from offerloop.allocation import Block, Limit, Problem, solve
from offerloop.allocation.on_disk import OnDisk
from offerloop.engine import DEFAULT_ENGINE, engine_of
from record import Claim, Found, Result, tell
from spark_cluster import cluster, environment, submit

T = TypeVar("T")
GROUP, GROUPS = 131_072, 4
"""Customers of a row group, and row groups of a file."""
SHARE = 0.3
"""Budget, of what the plan without one would cost."""
MOST_SECONDS, MOST_GB, MOST_GAP = 240.0, 6.0, 1e-6
MOST_OF_CLUSTER, MOST_OF_PASS = 300.0, 2.0
"""Seconds of a solve by two workers of Spark, and of each pass over all customers."""


def on_disk(customers: int) -> Found:
    """Solves, with all reads; the files stay for another run."""
    folder = BENCH / "allocation" / f"on-disk-{customers}"
    budget = written(folder, customers)
    out = folder.with_suffix(".json")
    call([sys.executable, "-m", "allocation_on_disk", str(folder), str(budget), str(out)], folder.with_suffix(".txt"))
    took = json.loads(out.read_text(encoding="utf-8"))
    case = f"one budget, {customers:,} x {OFFERS} in Parquet"
    units = {"solve": "s", "solve, processor": "CPU s", "peak": "GB", "gap": "", "overspend": "units", "read": "GB"}
    results = [Result("offerloop", case, name, took[name], unit) for name, unit in units.items()]
    claims = [
        Claim.at_most(f"{case}: seconds, all reads included", took["solve"], MOST_SECONDS),
        Claim.at_most(f"{case}: GB of the process", took["peak"], MOST_GB),
        Claim.at_most(f"{case}: gap", took["gap"], MOST_GAP),
        Claim.at_most(f"{case}: overspend", took["overspend"], 0.0),
    ]
    tell(results, claims)
    return results, claims


def on_cluster(customers: int) -> Found:
    """Solves by two standalone workers of Spark, three times in one session: the first time they start, the last
    counts."""
    folder = BENCH / "allocation" / f"on-disk-{customers}"
    budget, out = written(folder, customers), folder.with_suffix(".spark.json")
    with tempfile.TemporaryDirectory() as place, cluster(Path(place)) as (address, _):
        given = (str(folder), str(budget), str(out), "spark", "3")
        command = submit(address, Path(__file__), *given)
        with out.with_suffix(".log").open("w", encoding="utf-8") as log:
            subprocess.run(command, env=environment(), stderr=log, check=True)
    took = json.loads(out.read_text(encoding="utf-8"))
    case = f"one budget, {customers:,} x {OFFERS} by two workers of Spark"
    longest = max(took["passes"])
    results = [
        Result("offerloop", case, "solve", took["solve"], "s"),
        Result("offerloop", case, "passes", len(took["passes"]), ""),
        Result("offerloop", case, "longest pass", longest, "s"),
    ]
    claims = [
        Claim.at_most(f"{case}: seconds, all reads included", took["solve"], MOST_OF_CLUSTER),
        Claim.at_most(f"{case}: seconds of the longest pass", longest, MOST_OF_PASS),
        Claim.at_most(f"{case}: gap", took["gap"], MOST_GAP),
        Claim.at_most(f"{case}: overspend", took["overspend"], 0.0),
    ]
    tell(results, claims)
    return results, claims


def written(folder: Path, customers: int) -> int:
    """Files of made-up customers, and a budget for them."""
    mark = folder / "budget.txt"
    if not mark.exists():
        folder.mkdir(parents=True, exist_ok=True)
        cost = 0
        for start in range(0, customers, GROUP * GROUPS):
            ids = np.arange(start, min(start + GROUP * GROUPS, customers))
            profit, prices = offers(len(ids), np.random.default_rng([19, start]))
            best = profit.argmax(axis=1)
            rows = np.arange(len(ids))
            cost += int(np.where(profit[rows, best] > 0, prices[rows, best], 0).sum(dtype=np.int64))
            table = pa.table(
                {
                    "customer_id": ids,
                    "profit": lists(profit.astype(np.float32)),
                    "cost": lists(prices.astype(np.int32)),
                }
            )
            pq.write_table(
                table, folder / f"{start:012d}.parquet", row_group_size=GROUP, compression="NONE",
                use_dictionary=False, write_statistics=False,
            )  # fmt: skip
        mark.write_text(str(int(SHARE * cost)), encoding="utf-8")
    return int(mark.read_text(encoding="utf-8"))


def lists(table: np.ndarray) -> pa.Array:
    """(n, K) as lists of one length."""
    return pa.FixedSizeListArray.from_arrays(pa.array(table.ravel()), table.shape[1])


@dataclass(frozen=True)
class TimedPasses(OnDisk):
    """Blocks that note how long each pass over all of them takes."""

    seconds: list[float] = field(default_factory=list)

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """See `OnDisk.map`."""
        begin = time.perf_counter()
        yield from super().map(function)
        self.seconds.append(time.perf_counter() - begin)


def main(folder: Path, budget: int, out: Path, engine: str, times: int) -> None:
    """Solves once, or several times in one session."""
    running = engine_of(engine)
    for _ in range(times):
        took = solved(TimedPasses(running, folder), budget)
        print(took, flush=True)
        out.write_text(json.dumps(took), encoding="utf-8")


def solved(blocks: TimedPasses, budget: int) -> dict[str, float | list[float]]:
    """What one plan takes, and a number that tells plans apart."""
    wall, processor = time.perf_counter(), time.process_time()
    plan = solve(Problem(blocks, blocks.width, (Limit("budget", budget),)))
    return {
        "solve": time.perf_counter() - wall,
        "solve, processor": time.process_time() - processor,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "passes": blocks.seconds,
        "gap": plan.gap,
        "overspend": float(max(plan.used[0] - budget, 0)),
        "read": sum(file.stat().st_size for file in blocks.path.glob("*.parquet")) / 2**30,
        "plan": crc32(np.ascontiguousarray(plan.choice).tobytes()),
    }


if __name__ == "__main__":
    running, repeated = (*sys.argv[4:], *(DEFAULT_ENGINE, "1")[len(sys.argv) - 4 :])
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), running, int(repeated))
