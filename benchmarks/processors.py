"""How much of a plan hangs on the processor that it was computed on?

Matrix products differ in their last digits between processors. OpenBLAS, which numpy and scipy bring along, can be told
to compute as on an older processor: the main job runs on one in five households of The Complete Journey under each of
its kernels, and each column of the assignments is compared with those of the first. A kernel that this processor lacks
falls back to another; what was really used is printed. `--json FILE` writes what was found.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

from journey import at_once
from record import Record, Result, load, machine, tell

KERNELS = ("Haswell", "SkylakeX", "Sandybridge", "Nehalem")
ONE_IN = 5
PACKAGES = ("offerloop", "numpy", "scipy", "lightgbm", "implicit")
SENT = 'budget = "200.00"\nsend = "expected"'
"""So that there is a plan to compare."""


def assignments(kernel: str, folder: Path) -> pl.DataFrame:
    """Return the assignments under one kernel, computed in a process of its own."""
    table = folder / f"{kernel}.parquet"
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernel}
    subprocess.run([sys.executable, __file__, "--one", str(folder / kernel), str(table)], check=True, env=environment)
    return pl.read_parquet(table)


def plan(shop: Path, table: Path) -> None:
    """Write the assignments of the sample's shop with one in five households."""
    from threadpoolctl import threadpool_info

    from offerloop import flow
    from offerloop.commands.init.sample import write_sample
    from offerloop.config import load_config
    from offerloop.engine.duckdb import DuckDBEngine

    path = write_sample("complete-journey", shop)
    text = path.read_text(encoding="utf-8").replace('budget = "1000.00"', SENT)
    path.write_text(text.replace("funded_share = 0.75", "funded_share = 0.9"), encoding="utf-8")
    for source in (shop / "data").glob("*.parquet"):
        rows = pl.read_parquet(source)
        if "household_id" in rows.columns:
            rows.filter(pl.col("household_id") % ONE_IN == 1).write_parquet(source)
    found = flow.plan(load_config(path), DuckDBEngine(), at_once)
    found.tables["assignments"].write_parquet(table)
    print({one["architecture"] for one in threadpool_info() if one["user_api"] == "blas"})


def compared(tables: dict[str, pl.DataFrame]) -> list[Result]:
    """Return the share of customers for whom each column is not that of the first kernel."""
    first = next(iter(tables.values()))
    return [
        Result(column, kernel, "customers with another value", _share(first[column].ne_missing(table[column])), "share")
        for kernel, table in tables.items()
        for column in first.columns
    ]


def _share(differs: pl.Series) -> float:
    return int(differs.sum()) / len(differs)


def main() -> None:
    """Run the main job under each kernel, print what differs, and write it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--one", nargs=2, type=Path, metavar=("SHOP", "TABLE"), help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if asked.one:
        plan(*asked.one)
        return
    before = load()
    with tempfile.TemporaryDirectory() as folder:
        results = compared({kernel: assignments(kernel, Path(folder)) for kernel in KERNELS})
    tell([one for one in results if one.value > 0], [])
    same = {one.system for one in results} - {one.system for one in results if one.value > 0}
    print(f"the same for everybody under all kernels: {', '.join(sorted(same))}")
    if asked.json:
        Record(machine(before, PACKAGES), results, []).write(asked.json)


if __name__ == "__main__":
    main()
