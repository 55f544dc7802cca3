"""Solves one problem: `python -m peers.allocation.run FILE VARIANT FOLDER LIMITS SECONDS FOUND`, from `benchmarks`.

In FOUND, a JSON file, it writes seconds to build and to solve (on the wall, and of all threads' CPU), the most memory
beyond the inputs, and what the answer is worth. A rehearsal on few customers comes first, so that neither imports nor
compilation are counted. Everything runs on `THREADS` processors. What takes little is repeated.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from peers.allocation.given import THREADS, Answer, Given

REHEARSED, REHEARSAL_S = 500, 5.0
REPEATS, ENOUGH_S = 5, 10.0
MEMORY = 16 * 1024**3
"""More than this no system may take."""


def memory_gb(name: str) -> float:
    """`VmHWM`, the most that the process held, or `VmRSS`, what it holds now."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024**2


def forget_peak() -> None:
    """From now on the peak is counted anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def once(module: ModuleType, given: Given, variant: str, seconds: float) -> tuple[Answer, dict[str, float]]:
    """Builds and solves, and tells what that took."""
    begin = time.perf_counter()
    model = module.build(given, variant)
    built, cpu = time.perf_counter(), time.process_time()
    answer = module.solve(model, variant, seconds)
    solve_cpu = time.process_time() - cpu
    return answer, {"build_s": built - begin, "solve_s": time.perf_counter() - built, "solve_cpu_s": solve_cpu}


def worth(given: Given, answer: Answer) -> dict[str, Any]:
    """What the answer uses, brings and proves; shares are rounded for it."""
    found: dict[str, Any] = {"finished": answer.finished, "at_most": given.at_most, "bound": answer.bound}
    if answer.prices is not None:
        found["dual"] = given.dual(answer.prices)
    choice = answer.choice if answer.share is None else given.whole(answer.share)
    if choice is not None:
        found |= {"profit": given.value(choice), "used": given.used(choice)}
    return found


def main() -> None:
    """Rehearses, solves and writes."""
    file, variant, folder, limits, seconds, place = sys.argv[1:]
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    module, given = import_module(f"peers.allocation.{file}"), Given.read(Path(folder), limits)
    once(module, given.few(REHEARSED), variant, REHEARSAL_S)
    gc.collect()
    forget_peak()
    before, taken, peak = memory_gb("VmRSS"), list[dict[str, float]](), 0.0
    while len(taken) < REPEATS and sum(one["build_s"] + one["solve_s"] for one in taken) < ENOUGH_S:
        answer, cost = once(module, given, variant, float(seconds))
        peak = peak or memory_gb("VmHWM") - before
        taken.append(cost)
    found = {name: [one[name] for one in taken] for name in taken[0]} | {"peak_gb": peak} | worth(given, answer)
    Path(place).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
