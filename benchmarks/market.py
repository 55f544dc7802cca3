"""How fast the simulated shop is, and how near `grocery` comes to the real one it is calibrated on.

Moments over customers of The Complete Journey beside those of the preset with as many customers and 2,000 products,
over 52 weeks: mean and standard deviation. Then the average response to shelf depth: everything in the shop is cut by
ten points for a week, with the same luck. `--json FILE` writes it too.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from offerloop.config import load_config
from offerloop.engine import ENGINES, collect
from offerloop.events import prepare
from offerloop.market.noise import Noise
from offerloop.market.preset import load_preset
from offerloop.market.simulation import START, Market
from offerloop.market.week import Week, shelf_depths
from offerloop.service.samples import write_sample

WEEKS, CUSTOMERS, PRODUCTS = 52, 2469, 2000
SIZES = ((1_000, 1_000, 52), (100_000, 2_000, 8))
"""Customers, products and weeks that are timed."""
BRACKET = (5.4, 17.5)
"""Change of units in per cent for ten points of depth by designs B and A on The Complete Journey."""
NAMES = ("orders a week", "lines an order", "share of lines bought before", "share of lines below list price")


def moments(lines: pl.DataFrame, first_day: int) -> dict[str, tuple[float, float]]:
    """Mean and spread over customers; repeats are counted in the second half of the weeks."""
    by = lines.group_by("customer_id").agg(
        orders=pl.col("order_id").n_unique() / WEEKS,
        lines=pl.len() / pl.col("order_id").n_unique(),
        below=(pl.col("discount") > 0).mean(),
    )
    rank = lines.with_columns(nth=pl.col("day").rank("dense").over("customer_id", "product_id"))
    late = rank.filter(pl.col("day") >= first_day + 7 * WEEKS // 2)
    again = late.group_by("customer_id").agg(again=(pl.col("nth") > 1).mean())
    table = by.join(again, on="customer_id", how="left").select("orders", "lines", "again", "below")
    return {
        name: (float(table[column].mean() or 0), float(table[column].std() or 0))  # type: ignore[arg-type]
        for name, column in zip(NAMES, table.columns, strict=True)
    }


def real() -> dict[str, tuple[float, float]]:
    """Of The Complete Journey."""
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(write_sample("complete-journey", Path(folder) / "shop"))
        events = prepare(config, ENGINES.load("duckdb")())
        names = ("customer_id", "order_id", "product_id")
        lines = collect(events.order_lines).select(*names, day="order_day", discount="discount_minor")
    return moments(lines, events.first_day)


def simulated() -> dict[str, tuple[float, float]]:
    """Of the preset."""
    lines = Market(load_preset("grocery"), CUSTOMERS, PRODUCTS, 1, WEEKS).observe()["order_lines"]
    day = (pl.col("at") - pl.lit(START)).dt.total_days()
    return moments(lines.filter(pl.col("quantity") > 0).with_columns(day=day), 0)


def response() -> float:
    """Per cent more units when everything is ten points cheaper for a week."""
    market = Market(load_preset("grocery"), CUSTOMERS, PRODUCTS, 1, 8)
    shelf = shelf_depths(market.preset, market.shop, market.week, market.noise)
    units = np.zeros(2)
    nobody = np.full(market.customers, -1)
    for world in range(20):
        for side, depth in enumerate((shelf, np.minimum(shelf + 0.1, 0.9))):
            week = Week(market.preset, market.shop, market.terms, market.week, depth, Noise(world))
            units[side] += week.play(market.people, market.ids, market.state, nobody).lines.units.sum()
    return float(100 * (units[1] / units[0] - 1))


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found: dict[str, Any] = {"speed": [], "moments": []}
    for customers, products, weeks in SIZES:
        begin = time.perf_counter()
        Market(load_preset("grocery"), customers, products, 1, weeks)
        seconds, memory = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(
            f"{customers:>7,} customers {products:>6,} products {weeks:>3} weeks {seconds:7.1f} s  peak {memory:.2f} GB"
        )
        found["speed"].append((customers, products, weeks, round(seconds, 1), round(memory, 2)))
    print(f"{'':<34}{'The Complete Journey':>22}{'grocery':>18}{'difference':>20}")
    theirs, ours = real(), simulated()
    for name in NAMES:
        away = [100 * (a / b - 1) for a, b in zip(ours[name], theirs[name], strict=True)]
        shown = [f"{mean:.3f} (sd {spread:.3f})" for mean, spread in (theirs[name], ours[name])]
        print(f"{name:<34}{shown[0]:>22}{shown[1]:>20}{away[0]:>+10.1f} % {away[1]:>+6.1f} %")
        found["moments"].append((name, theirs[name], ours[name]))
    found["response"] = response()
    print(f"ten points off everything: {found['response']:+.1f} % units (bracket of the real shop: {BRACKET})")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
