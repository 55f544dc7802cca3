# peers: sqlalchemy>=2.0.30 psycopg[binary]>=3.2
"""How many redemptions a second does the ledger commit with durable writes, on SQLite and on PostgreSQL?

All redemptions are of one coupon template with a limit and a budget, so that they meet in one row. They are sent one or
many at a time, by threads and processes; threads of a process share transactions without asking. Beside them stands how
often a second the disk takes a write for sure. The PostgreSQL server is made and thrown away (`scripts/system_packages
test` installs it). A second database of each holds a million redemptions, and a process of its own audits it.
`make bench NAME=ledger` prints a table; `--json FILE` writes it too, `--quick` takes seconds.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Empty
from statistics import median
from typing import Any

from offerloop.offers import CouponCommand, CouponTerms, Issue, Redeem
from offerloop.store import Ledger, audit
from offerloop.store.connect import open_engine
from record import Claim, Record, Result, load, machine, tell

TARGET = 800
"""Committed redemptions a second."""
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "40"}
SHAPES = ((1, 1, 1), (8, 1, 1), (1, 64, 1), (2, 32, 1), (1, 1, 16), (1, 1, 128), (2, 1, 128))
"""Processes, threads in each, and redemptions that a thread sends at a time."""
TERMS = CouponTerms(limit_total=10**9, limit_per_customer=10**6, limit_per_code=None, budget_minor=10**14)


AUDITED = 1_000_000
"""Redemptions that the audit reads."""
AUDIT_SECONDS, AUDIT_MB = 30, 500
GIVE_UP_SECONDS = 900
"""When an audit is ended that does not end."""


def from_tests(name: str) -> Any:  # noqa: ANN401 - a module
    """A module that tests share with benchmarks."""
    sys.path.append(str(Path(__file__).parent.parent / "tests"))
    return import_module(name)


@contextmanager
def stores() -> Iterator[dict[str, str]]:
    """URLs of empty databases by name."""
    server = from_tests("postgres_server")
    with tempfile.TemporaryDirectory() as folder, server.server(**DURABLE) as place:
        yield {"sqlite": f"sqlite:///{folder}/ledger.db", "postgresql": server.url_of(place)}


def sure_writes(seconds: float) -> float:
    """How often a second 4 KiB reach the disk for sure, one after another."""
    with tempfile.TemporaryFile() as file:
        begun, n_writes = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds:
            os.pwrite(file.fileno(), os.urandom(4096), n_writes * 4096)
            os.fdatasync(file.fileno())
            n_writes += 1
    return n_writes / seconds


def redemptions(name: str) -> Iterator[CouponCommand]:
    """Without end, with keys of their own, by a hundred customers."""
    number = 0
    while True:
        number += 1
        yield Redeem(f"{name}-{number}", f"CODE{number % 100}", f"c{number % 100}", 100)


Shape = tuple[int, int, int]
Told = tuple[int, float, float]
"""Redemptions, seconds and CPU seconds of one client."""


def client(url: str, name: str, shape: Shape, seconds: float, gate: Barrier, done: Queue[Told]) -> None:
    """Redeem in threads until the time is over; tells how many and for how many CPU seconds."""
    _, threads, batch = shape
    ledger = Ledger.open(url)
    ledger.carry_out_all(list(islice(redemptions(name), batch)))  # statements are compiled
    gate.wait()
    begun, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        visits = [pool.submit(visit, ledger, f"{name} {one}", batch, begun + seconds) for one in range(threads)]
    n_done = sum(one.result() for one in visits)
    done.put((n_done, time.perf_counter() - begun, time.process_time() - cpu))


def visit(ledger: Ledger, name: str, batch: int, until: float) -> int:
    """Redeem, so many at a time and each for itself where that is 1; how many."""
    asked, n_done = redemptions(name), 0
    while time.perf_counter() < until:
        group = list(islice(asked, batch))
        answers = ledger.carry_out_all(group) if batch > 1 else [ledger.carry_out(group[0])]
        assert all(one.reason is None for one in answers)
        n_done += batch
    return n_done


def rate(url: str, name: str, shape: Shape, seconds: float) -> tuple[float, float]:
    """Committed redemptions a second of all clients, and CPU seconds of clients for a thousand of them."""
    fork = multiprocessing.get_context("fork")
    gate: Barrier = fork.Barrier(shape[0])
    done: Queue[Told] = fork.Queue()
    clients = [
        fork.Process(target=client, args=(url, f"{name}-{one}", shape, seconds, gate, done)) for one in range(shape[0])
    ]
    for one in clients:
        one.start()
    told = [done.get(timeout=seconds + 120) for _ in clients]
    for one in clients:
        one.join()
    n_done = sum(one[0] for one in told)
    return n_done / max(one[1] for one in told), 1000 * sum(one[2] for one in told) / n_done


def audited(url: str, done: Queue[tuple[int, float, float]]) -> None:
    """Tell how many faults the audit finds, in how many seconds, and the peak memory of its process in MB."""
    begun, engine = time.perf_counter(), open_engine(url)
    n_faults = len(audit(engine))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    done.put((n_faults, time.perf_counter() - begun, peak))
    engine.dispose()


def measure_audit(n_redemptions: int) -> tuple[list[Result], list[Claim]]:
    """Fill a database of each kind and audit it. Raises TimeoutError where that takes far too long."""
    results, claims = [], []
    spawn = multiprocessing.get_context("spawn")
    with stores() as urls:
        for store, url in urls.items():
            engine = open_engine(url)
            from_tests("filled_ledger").fill(engine, n_redemptions)
            engine.dispose()
            done: Queue[tuple[int, float, float]] = spawn.Queue()
            process = spawn.Process(target=audited, args=(url, done))
            process.start()
            try:
                n_faults, seconds, peak = done.get(timeout=GIVE_UP_SECONDS)
            except Empty:
                process.kill()
                raise TimeoutError(f"the audit on {store} took more than {GIVE_UP_SECONDS} s") from None
            process.join()
            case = f"audit of {n_redemptions:,} redemptions"
            results += [Result(store, case, "time", seconds, "s"), Result(store, case, "peak memory", peak, "MB")]
            claims += [
                Claim.at_most(f"seconds of the {case} on {store}", seconds, AUDIT_SECONDS),
                Claim.at_most(f"MB of the {case} on {store}", peak, AUDIT_MB),
                Claim.at_most(f"faults that the {case} finds on {store}", n_faults, 0),
            ]
    return results, claims


def measure(rounds: int, seconds: float) -> tuple[list[Result], list[Claim]]:
    """All shapes on both stores, `rounds` times; the claim is that of the best one that sends one at a time."""
    results, claims = [], []
    with stores() as urls:
        results.append(Result("disk", "4 KiB, one after another", "sure writes", sure_writes(seconds), "1/s"))
        for store, url in urls.items():
            ledger = Ledger.open(url)
            ledger.add_template("t", TERMS)
            ledger.carry_out(Issue("issue", "t", tuple(f"CODE{number}" for number in range(100))))
            ledger.engine.dispose()
            best: list[float] = []
            for shape in SHAPES:
                case = f"{shape[0]} processes x {shape[1]} threads, {shape[2]} at a time"
                found = [rate(url, f"{shape} {number}", shape, seconds) for number in range(rounds)]
                rates, cpu = [one[0] for one in found], median(one[1] for one in found)
                results.append(Result(store, case, "redemptions", median(rates), "1/s"))
                results.append(Result(store, case, "clients' CPU of 1,000", cpu, "s"))
                if shape[2] == 1:
                    best = max(best, rates, key=lambda one: median(one) if one else 0.0)
            claim = f"redemptions a second on {store}, each asked for by itself"
            claims.append(Claim.at_least(claim, median(best), TARGET, min(best), max(best)))
            faults = audit(ledger.engine)
            claims.append(Claim.at_most(f"faults that the audit finds on {store} afterwards", len(faults), 0))
            ledger.engine.dispose()
    return results, claims


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of a second each")
    parser.add_argument("--json", type=Path, help="write the figures there")
    asked = parser.parse_args()
    before = load()
    results, claims = measure(*((1, 1.0) if asked.quick else (5, 3.0)))
    more_results, more_claims = measure_audit(AUDITED // 50 if asked.quick else AUDITED)
    results, claims = results + more_results, claims + more_claims
    tell(results, claims)
    if asked.json:
        Record(machine(before, ["sqlalchemy", "psycopg"]), results, claims).write(asked.json)


if __name__ == "__main__":
    main()
