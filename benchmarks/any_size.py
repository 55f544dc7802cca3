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

from offerloop.evaluation.estimate import Z95

FIRST, DAYS, PRODUCTS, CATEGORIES, PER_ORDER = date(2024, 1, 1), 364, 20_000, 200, 4
LIFT = 0.1


class Shop:
    """Customers with a rate of their own, products with a price, weeks with discounts."""

    def __init__(self, lines: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.lines, self.customers = lines, lines // 29
        rate = self.rng.gamma(2.0, 1.0, self.customers)
        self.share = np.cumsum(rate / rate.sum())
        self.price = np.round(np.exp(self.rng.normal(1.2, 0.6, PRODUCTS)) + 0.3, 2)
        shelf = self.rng.choice([0.0, 0.1, 0.2, 0.3], (PRODUCTS, DAYS // 7 + 2), p=[0.85, 0.05, 0.06, 0.04])
        self.depth = shelf
        popular = 1 / np.arange(1, PRODUCTS + 1) ** 0.7
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
        return pl.DataFrame({"product_id": range(1, PRODUCTS + 1)}).with_columns(
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
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1), "peak_gb": round(usage.ru_maxrss / 1024**2, 2),
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
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--shops", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = []
    for seed in range(1, arguments.shops + 1):
        with tempfile.TemporaryDirectory() as place:
            found.append(benchmark(arguments.lines, seed, Path(place)))
        tell(found[-1])
    if arguments.shops > 1:
        tell_coverage(found)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def tell(found: dict[str, Any]) -> None:
    """One shop."""
    for row in found["commands"]:
        print(f"{row['command']:<8} {row['seconds']:8.1f} s {row['cpu_seconds']:8.1f} CPU s {row['peak_gb']:6.2f} GB")
    read = found["read_out"]
    if read is None:
        print(f"effect on margin: true {found['true']:,.0f}; {found['stopped']}", flush=True)
        return
    print(f"effect on margin: true {found['true']:,.0f}, read out {read['value']:,.0f} "
          f"[{read['low']:,.0f}, {read['high']:,.0f}]", flush=True)  # fmt: skip


def tell_coverage(found: list[dict[str, Any]]) -> None:
    """Over shops with a read-out: how often the interval holds the truth, and the mean distance in standard errors."""
    shown = [(one["read_out"], one["true"]) for one in found if one["read_out"] is not None]
    inside = [read["low"] <= true <= read["high"] for read, true in shown]
    away = [2 * Z95 * (read["value"] - true) / (read["high"] - read["low"]) for read, true in shown]
    mean, se = np.mean(away), np.std(away, ddof=1) / np.sqrt(len(away))
    print(f"{sum(inside)} of {len(inside)} intervals hold the truth; mean distance {mean:+.2f} standard errors "
          f"(se {se:.2f}), spread {np.std(away, ddof=1):.2f}")  # fmt: skip


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
