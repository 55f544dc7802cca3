"""From a large CSV to a report and its read-out: time and memory of each command, and whether the truth is found.

A shop is made up (synthetic): `--lines` order lines of a year, 29 a customer, with shelf discounts by product and week.
Then `offerloop init`, `check`, `run` and, with the orders of the week after, `readout`. In that week everybody whom the
plan gave an offer spends a tenth more, so the read-out must find a tenth of their margin. With `--shops N` all of it is
repeated for N shops, to tell bad luck from a read-out that is wrong. `--json FILE` writes it too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from offerloop.evaluation import Z95
from record import Claim, Found, Record, Result, load, machine, tell

FIRST, DAYS, PRODUCTS, CATEGORIES, PER_ORDER = date(2024, 1, 1), 364, 20_000, 200, 4
LIFT = 0.1
QUICK, MOST_GB = 200_000, 4.0
VERSIONS = ("offerloop", "duckdb", "polars", "numpy", "lightgbm")


class Shop:
    """Customers with a rate of their own, products with a price, weeks with discounts."""

    def __init__(self, lines: int, seed: int, customers: int | None = None, products: int = PRODUCTS) -> None:
        self.rng = np.random.default_rng(seed)
        self.lines, self.customers, self.n_products = lines, customers or lines // 29, products
        rate = self.rng.gamma(2.0, 1.0, self.customers)
        self.share = np.cumsum(rate / rate.sum())
        self.price = np.round(np.exp(self.rng.normal(1.2, 0.6, products)) + 0.3, 2)
        shelf = self.rng.choice([0.0, 0.1, 0.2, 0.3], (products, DAYS // 7 + 2), p=[0.85, 0.05, 0.06, 0.04])
        self.depth = shelf
        popular = 1 / np.arange(1, products + 1) ** 0.7
        self.popular = np.cumsum(self.rng.permutation(popular) / popular.sum())

    def orders(self, n_lines: int, first_day: int, days: int, first_order: int) -> pl.DataFrame:
        """Order lines of a period."""
        n_orders = n_lines // PER_ORDER
        customer = np.searchsorted(self.share, self.rng.random(n_orders)) + 1
        day = self.rng.integers(first_day, first_day + days, n_orders)
        order = np.repeat(np.arange(first_order, first_order + n_orders), PER_ORDER)
        product = np.searchsorted(self.popular, self.rng.random(len(order)))
        days_of_lines = np.repeat(day, PER_ORDER)
        off = self.depth[product, days_of_lines // 7]
        quantity = self.rng.choice([1, 2, 3], len(order), p=[0.8, 0.15, 0.05])
        table = pl.DataFrame(
            {
                "order_id": order, "customer_id": np.repeat(customer, PER_ORDER), "product_id": product + 1,
                "quantity": quantity, "list_price": self.price[product],
                "paid": np.round(self.price[product] * quantity * (1 - off), 2), "day": days_of_lines,
            }
        )  # fmt: skip
        at = pl.lit(FIRST) + pl.duration(days=pl.col("day"))
        return table.with_columns(at.dt.to_string("%Y-%m-%d").alias("at")).drop("day")

    def products(self) -> pl.DataFrame:
        """The product list."""
        return pl.DataFrame({"product_id": range(1, self.n_products + 1)}).with_columns(
            category=pl.format("category {}", pl.col("product_id") % CATEGORIES)
        )


def measured(*command: str, may_stop: bool = False) -> tuple[dict[str, Any], str]:
    """Runs `offerloop` once: seconds, CPU seconds, peak memory of the process in GB; and what it printed.

    A read-out may stop (exit code 1) because the groups cannot show anything.
    """
    begin = time.perf_counter()
    program = Path(sys.executable).with_name("offerloop")
    process = subprocess.Popen([program, *command], stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read() if process.stdout is not None else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status and not (may_stop and os.waitstatus_to_exitcode(status) == 1):
        raise SystemExit(f"offerloop {' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    figures = {
        "command": command[0], "seconds": round(time.perf_counter() - begin, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1), "peak_gb": round(usage.ru_maxrss * 1024 / 1e9, 2),
    }  # fmt: skip
    return figures, printed


def week_after(shop: Shop, run: Path) -> tuple[pl.DataFrame, float]:
    """Orders of the week after, a tenth larger for whom the plan gave an offer; and the list value that this adds."""
    given = pl.read_parquet(run / "assignments.parquet").filter(
        (pl.col("arm") == "plan") & (pl.col("offer_id") != "none")
    )
    after = shop.orders(max(shop.lines // 52, PER_ORDER), DAYS, 7, 10**9)
    treated = pl.col("customer_id").is_in(given["customer_id"].implode())
    worth = after.filter(treated).select((pl.col("list_price") * pl.col("quantity")).sum()).item()
    more = [pl.when(treated).then((pl.col(name) * (1 + LIFT)).round(2)).otherwise(pl.col(name)).alias(name)
            for name in ("list_price", "paid")]  # fmt: skip
    return after.with_columns(more), LIFT * worth


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--shops", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    before, results, claims = load(), list[Result](), list[Claim]()
    shops = []
    for seed in range(1, arguments.shops + 1):
        with tempfile.TemporaryDirectory() as place:
            shops.append(benchmark(QUICK if arguments.quick else arguments.lines, seed, Path(place)))
        found, claimed = judged(shops[-1], f"shop {seed}")
        tell(found, claimed)
        results += found
        claims += claimed
    if arguments.shops > 1:
        claims.append(coverage(shops))
        tell([], claims[-1:])
    if arguments.json:
        Record(machine(before, VERSIONS), results, claims).write(arguments.json)


def judged(found: dict[str, Any], shop: str) -> Found:
    """One shop's figures; the memory that a command may take, and whether the truth is in the read-out's interval."""
    results, claims = [], []
    for row in found["commands"]:
        case = f"{found['lines']:,} lines, {shop}: {row['command']}"
        for metric, key, unit in (
            ("wall time", "seconds", "s"),
            ("CPU", "cpu_seconds", "s"),
            ("peak", "peak_gb", "GB"),
        ):
            results.append(Result("offerloop", case, metric, row[key], unit))
        claims.append(Claim.at_most(f"{case}: peak memory, GB", row["peak_gb"], MOST_GB))
    read, true = found["read_out"], found["true"]
    if read is None:
        print(found["stopped"])
        return results, claims
    text = f"{shop}: effect on margin read out; the truth is {true:,.0f}"
    inside = read["low"] <= true <= read["high"]
    return results, [*claims, Claim(text, read["value"], read["low"], read["high"], true, inside)]


def coverage(shops: list[dict[str, Any]]) -> Claim:
    """Over shops with a read-out: the mean distance from the truth in standard errors, which no bias leaves at 0."""
    shown = [(one["read_out"], one["true"]) for one in shops if one["read_out"] is not None]
    away = [2 * Z95 * (read["value"] - true) / (read["high"] - read["low"]) for read, true in shown]
    mean, half = float(np.mean(away)), float(Z95 * np.std(away, ddof=1) / np.sqrt(len(away)))
    inside = sum(read["low"] <= true <= read["high"] for read, true in shown)
    text = f"{inside} of {len(shown)} intervals hold the truth; mean distance in standard errors"
    return Claim(text, mean, mean - half, mean + half, 0.0, abs(mean) <= half)


def benchmark(lines: int, seed: int, folder: Path) -> dict[str, Any]:
    """All four commands on one shop."""
    shop, config = Shop(lines, seed), folder / "shop" / "offerloop.toml"
    past = shop.orders(lines, 0, DAYS, 1)
    past.write_csv(folder / "orders.csv")
    shop.products().write_csv(folder / "products.csv")
    print(f"{past.height:,} order lines, {shop.customers:,} customers, {PRODUCTS:,} products (synthetic)")
    sources = ("--orders", str(folder / "orders.csv"), "--products", str(folder / "products.csv"))
    figures = [measured("init", str(config.parent), *sources)[0], measured("check", str(config))[0]]
    figures.append(measured("run", str(config))[0])
    run = max(path for path in (config.parent / "runs").iterdir() if not path.name.startswith("."))
    after, more = week_after(shop, run)
    last = past.filter(pl.col("at") >= str(FIRST + timedelta(days=DAYS - 7)))
    pl.concat([last, after]).write_csv(folder / "after.csv")
    said, printed = measured("readout", str(run), "--orders", str(folder / "after.csv"), "--json", may_stop=True)
    found = json.loads(printed)
    margin = [one["total"] for one in found["effects"] if (one["comparison"], one["outcome"], one["group"],
              one["method"]) == ("plan", "margin", "all", "adjusted")]  # fmt: skip
    share = pl.read_parquet(run / "margins.parquet").filter(pl.col("category").is_null())["margin"][0]
    read = {end: float(value) for end, value in margin[0].items()} if margin else None
    return {
        "lines": past.height, "commands": [*figures, said], "true": share * more, "read_out": read,
        "stopped": found["stopped"],
    }  # fmt: skip


if __name__ == "__main__":
    main()
