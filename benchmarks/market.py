"""The simulated shop: how fast it is, how near `grocery` comes to the real shop, and what its plans are worth.

Speed and memory of two sizes. Moments over customers of The Complete Journey beside those of the preset with as many
customers and 2,000 products over 52 weeks: mean and standard deviation. The average response to shelf depth: everything
is cut by ten points for a week, with the same luck. Then, in each preset, the true profit of plans within its budget,
a customer and week: random customers, the fair ceiling (learned from 200,000 fresh customers), the oracle.

`--quick` takes smaller shops, `--json FILE` writes the figures, `--plot FILE` draws the moments as SVG.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.commands.init.sample import write_sample
from offerloop.config import load_config
from offerloop.engine import ENGINES, collect
from offerloop.events import prepare
from offerloop.market.ceiling import fair_ceiling
from offerloop.market.noise import Noise
from offerloop.market.policies import OfferDraw, oracle, random
from offerloop.market.preset import PRESETS, load_preset
from offerloop.market.simulation import START, Market
from offerloop.market.truth import true_effects
from offerloop.market.week import Week, shelf_depths
from offerloop.report import CONTROL, OURS, Chart, category, mark, quantity
from record import Claim, Found, Record, Result, load, machine, tell

VERSIONS = ("offerloop", "numpy", "polars", "lightgbm", "duckdb")
WEEKS, CUSTOMERS, PRODUCTS = 52, 2469, 2000
SIZES = ((1_000, 1_000, 52, 30, 1), (100_000, 2_000, 8, 300, 6))
"""Customers, products and weeks that are timed, and the most seconds and GB that they may take."""
NEAR = 0.15
"""How far a moment may be from the real shop's."""
BRACKET = (5.4, 17.5)
"""Change of units in per cent for ten points of depth by designs B and A on The Complete Journey."""
NAMES = ("orders a week", "lines an order", "share of lines bought before", "share of lines below list price")
REAL, OURS_NAMED = "The Complete Journey", "grocery (simulated)"
PLANNED, FRESH = 20_000, 200_000


def speed(quick: bool) -> Found:
    """Seconds and peak memory of playing the weeks; the peak is the process's own so far."""
    results, claims = [], []
    for customers, products, weeks, most_seconds, most_gb in SIZES[: 1 if quick else 2]:
        begin = time.perf_counter()
        Market(load_preset("grocery"), customers, products, 1, weeks)
        seconds, memory = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        case = f"{customers:,} customers x {products:,} products x {weeks} weeks"
        results += [Result("grocery", case, "wall time", seconds, "s"), Result("grocery", case, "peak", memory, "GB")]
        claims += [Claim.at_most(f"{case}: seconds", seconds, most_seconds)]
        claims += [Claim.at_most(f"{case}: GB", memory, most_gb)]
    return results, claims


def moments(lines: pl.DataFrame, first_day: int) -> pl.DataFrame:
    """A row for each customer, columns NAMES; repeats are counted in the second half of the weeks."""
    by = lines.group_by("customer_id").agg(
        (pl.col("order_id").n_unique() / WEEKS).alias(NAMES[0]),
        (pl.len() / pl.col("order_id").n_unique()).alias(NAMES[1]),
        (pl.col("discount") > 0).mean().alias(NAMES[3]),
    )
    rank = lines.with_columns(nth=pl.col("day").rank("dense").over("customer_id", "product_id"))
    late = rank.filter(pl.col("day") >= first_day + 7 * WEEKS // 2)
    again = late.group_by("customer_id").agg((pl.col("nth") > 1).mean().alias(NAMES[2]))
    return by.join(again, on="customer_id", how="left").select(NAMES)


def real() -> pl.DataFrame:
    """Of The Complete Journey."""
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(write_sample("complete-journey", Path(folder) / "shop"))
        events = prepare(config, ENGINES.load("duckdb")())
        names = ("customer_id", "order_id", "product_id")
        lines = collect(events.order_lines).select(*names, day="order_day", discount="discount_minor")
    return moments(lines, events.first_day)


def simulated() -> pl.DataFrame:
    """Of the preset."""
    lines = Market(load_preset("grocery"), CUSTOMERS, PRODUCTS, 1, WEEKS).observe()["order_lines"]
    day = (pl.col("at") - pl.lit(START)).dt.total_days()
    return moments(lines.filter(pl.col("quantity") > 0).with_columns(day=day), 0)


def calibration(plot: Path | None) -> Found:
    """Means and spreads of both shops."""
    tables = {REAL: real(), OURS_NAMED: simulated()}
    results, claims = [], []
    for name in NAMES:
        for what in ("mean", "std"):
            values = {shop: float(getattr(table[name], what)()) for shop, table in tables.items()}
            results += [Result(shop, name, what, value, "a customer") for shop, value in values.items()]
            away = abs(values[OURS_NAMED] / values[REAL] - 1)
            claims.append(Claim.at_most(f"{name}: {what} away from the real shop's", away, NEAR))
    if plot is not None:
        plot.write_text(moment_plots(tables).drawn("white"), encoding="utf-8")
    return results, claims


def moment_plots(tables: dict[str, pl.DataFrame]) -> Chart:
    """For each moment the distribution over customers, both shops on one axis."""
    colours = {"domain": [REAL, OURS_NAMED], "range": [CONTROL, OURS]}
    channels = {
        "x": quantity("at", title=None),
        "y": quantity("share", title=None, axis={"format": "%", "tickCount": 4}),
        "color": category("shop", title=None, scale=colours, legend={"orient": "top"}),
        "strokeDash": category("shop", legend=None),
    }
    charts = []
    for name in NAMES:
        edges = np.quantile(np.concatenate([table[name].drop_nulls() for table in tables.values()]), [0, 0.99])
        bins = np.linspace(float(edges[0]), float(edges[1]), 31)
        rows = [
            {"shop": shop, "at": float(at), "share": float(share)}
            for shop, table in tables.items()
            for at, share in zip(bins, np.histogram(table[name].drop_nulls(), bins)[0] / table.height, strict=False)
        ]
        lines = mark("line", rows, {"interpolate": "step-after", "strokeWidth": 2}, **channels)
        charts.append({**lines, "title": name, "width": 280, "height": 140})
    return Chart(concat=charts, columns=2)


def response(quick: bool) -> Found:
    """Per cent more units when everything is ten points cheaper for a week."""
    market = Market(load_preset("grocery"), CUSTOMERS, PRODUCTS, 1, 8)
    shelf = shelf_depths(market.preset, market.shop, market.week, market.noise)
    units, nobody = np.zeros(2), np.full(market.customers, -1)
    for world in range(2 if quick else 20):
        for side, depth in enumerate((shelf, np.minimum(shelf + 0.1, 0.9))):
            week = Week(market.preset, market.shop, market.terms, market.week, depth, Noise(world))
            units[side] += week.play(market.people, market.ids, market.state, nobody).lines.units.sum()
    more = float(100 * (units[1] / units[0] - 1))
    low, high = BRACKET
    text = f"units gained by ten points of shelf depth, per cent; the real shop's bracket is {low} to {high}"
    claim = Claim(text, more, target=low, met=low <= more <= high)
    return [Result("grocery", "ten points off everything", "units", more, "per cent")], [claim]


def plans(quick: bool) -> Found:
    """True profit a customer and week of plans within the budget, minor units, with intervals over customers."""
    results, claims = [], []
    for name in PRESETS:
        market = Market(load_preset(name), PLANNED // 10 if quick else PLANNED, 500, 1, 26)
        ceiling = fair_ceiling(market, FRESH // 20 if quick else FRESH, lambda: None)
        truth = true_effects(market, 40).profit_minor
        results.append(Result("ceiling", f"{name}: true effects", "R2", ceiling.facts["r2"], "of variance"))
        budget, rng = round(100 * market.preset.campaign.budget * market.customers), np.random.default_rng(1)
        for rule, decide in (("random", random), ("ceiling", ceiling.rule), ("oracle", oracle)):
            gained = profits(truth, decide(market, budget, rng))
            mean, half = float(gained.mean()), 1.96 * float(gained.std() / np.sqrt(len(gained)))
            results.append(Result(rule, f"{name}: plan", "profit", mean, "minor units"))
            if rule == "ceiling" and name != "null":
                claims.append(Claim(f"{name}: profit of the fair ceiling clearly above zero", mean, mean - half,
                                    mean + half, 0.0, mean - half > 0))  # fmt: skip
    return results, claims


def profits(truth: Floats, given: OfferDraw) -> Floats:
    """(customers,): what each customer's offer brings."""
    told = np.flatnonzero(given.offer >= 0)
    gained = np.zeros(len(truth))
    gained[told] = truth[told, given.offer[told]]
    return gained


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    before, quick = load(), arguments.quick
    results: list[Result] = []
    claims: list[Claim] = []
    for found, claimed in (speed(quick), calibration(arguments.plot), response(quick), plans(quick)):
        tell(found, claimed)
        results += found
        claims += claimed
    if arguments.json:
        Record(machine(before, VERSIONS), results, claims).write(arguments.json)


if __name__ == "__main__":
    main()
