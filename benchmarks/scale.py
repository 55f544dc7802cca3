"""One machine and large shops: time and memory of every stage of `offerloop run`, and how both grow.

A shop is made up (synthetic, as in `any_size`): order lines of a year as Parquet, customers who differ in how often
they buy, `--products` products in 200 categories with shelf discounts by product and week, and a coupon on each of the
20 best-selling categories, whose effects are learned from shelf prices. Each of the `--lines` sizes is run once by the
command, in a process of its own; the stages are those of its manifest. The stage `allocation` also chooses between
policies and makes the forecasts of the report, so the plan itself, from effects to whom each offer goes, is solved once
more and printed beside it. The growth of time is the exponent of the number of lines between the smallest and the
largest size. Then the files gain a day, and only the stages that read events are run again. The smallest shop, with
that day, is also run on one processor, on Spark of one process and on a standalone cluster of this machine
(`scale_engines`). `--alone` leaves Spark out; `--json FILE` writes everything too.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from any_size import DAYS, PER_ORDER, VERSIONS, Shop, measured
from offerloop import flow
from offerloop.config import Config
from offerloop.decision import Allowed, plan_limits
from offerloop.decision.joint import best_of_joint_and_ordered
from offerloop.decision.planning import campaign_cases
from offerloop.engine import DEFAULT_ENGINE, Extendable
from offerloop.response import Effects
from offerloop.workspace import Recorder, open_workspace
from record import Claim, Found, Record, Result, load, machine, tell
from scale_engines import on_each_engine
from scale_peers import are_there, beside_spark

LINES, QUICK = (1_000_000, 10_000_000, 100_000_000), (100_000, 400_000)
CHUNK = 2_000_000
MOST_MINUTES, MOST_GB, MOST_GROWTH, MOST_DAY = 20.0, 8.0, 1.15, 0.05
METRICS = (("wall time", "seconds", "s"), ("CPU", "cpu_seconds", "s"), ("peak", "peak_gb", "GB"))
OFFERS = """categories = 20

[[campaigns.offers]]
kind = "coupon"
on = "each category"
percent = 10
max_discount = "3.00"
funded_share = 0.5
"""


def write_shop(shop: Shop, folder: Path) -> Path:
    """Write order lines a chunk at a time, and the product list; gives the configuration that `init` writes."""
    writer, order = None, 1
    orders = folder / "orders"
    orders.mkdir()
    for begin in range(0, shop.lines, CHUNK):
        lines = min(CHUNK, shop.lines - begin)
        rows = shop.orders(lines, 0, DAYS, order).with_columns(pl.col("at").str.to_date()).to_arrow()
        writer = writer or pq.ParquetWriter(orders / "before.parquet", rows.schema)
        writer.write_table(rows)
        order += lines // PER_ORDER
    assert writer is not None
    writer.close()
    shop.products().write_parquet(folder / "products.parquet")
    config = folder / "shop" / "offerloop.toml"
    measured(
        "init", str(config.parent), "--orders", str(orders / "before.parquet"),
        "--products", str(folder / "products.parquet"),
    )  # fmt: skip
    settings = config.read_text(encoding="utf-8").split("# Three choices")[0].replace("/before.parquet", "")
    categories, offers = OFFERS.split("\n", 1)
    config.write_text(settings.replace("[response]", f"[response]\n{categories}") + offers, encoding="utf-8")
    return config


def run(lines: int, customers: int, products: int, place: Path, *, with_peers: bool) -> dict[str, Any]:
    """What one size takes: the whole command, its stages, and those that read events after another day."""
    shop = Shop(lines, 1, customers, products)
    config = write_shop(shop, place)
    print(f"{lines:,} order lines, {customers:,} customers, {products:,} products (synthetic)")
    figures, _ = measured("run", str(config))
    stages = [*_stages(config), *_printed([_solved(config)])]
    planned = pl.read_parquet(_newest(config) / "assignments.parquet", columns=["offer_id"])
    day = shop.orders(max(lines // DAYS, PER_ORDER), DAYS, 1, 10**9).with_columns(pl.col("at").str.to_date())
    day.write_parquet(place / "orders" / "day.parquet")
    print("another day:")
    again = _printed(_another_day(config))
    peers = []
    if with_peers:
        peers = beside_spark(config, place, f"{lines:,} lines") + on_each_engine(config, place, f"{lines:,} lines")
    return {"lines": lines, "stages": stages, "day": again, "peers": peers, "customers": planned.height, **figures}


def _another_day(path: Path) -> list[dict[str, Any]]:
    """What the stages take that read events, where files have come in since the run; all others are as before."""
    with open_workspace(path, DEFAULT_ENGINE) as (config, engine, store):
        stage = Recorder(store=store)
        events = flow.clean(config, engine, stage)
        stage("profiles", Extendable(flow.profile, flow.extend_profile), events, engine)
        stage("interactions", Extendable(flow.purchases_of, flow.extend_bought), events, engine)
    assert all(one["remark"] == "only what is new" for one in stage.records)
    return stage.records


def _solved(path: Path) -> dict[str, Any]:
    """What the plan takes alone: candidates in order, side by side, and solved within the budget."""
    solved = Recorder()

    def stage(name: str, work: Callable[..., Any], *inputs: Any, **named: Any) -> Any:  # noqa: ANN401 - any stage's
        if name == "allocation":
            _, effects, allowed, settings = inputs
            solved("allocation", _solve, effects, allowed, settings)
        return kept(name, work, *inputs, **named)

    with open_workspace(path, DEFAULT_ENGINE) as (config, engine, store):
        kept = Recorder(store=store)
        flow.plan(config, engine, stage)
    return {**solved.records[0], "stage": "the plan alone"}


def _solve(effects: Effects, allowed: Allowed, config: Config) -> None:
    limits = plan_limits(config, effects.offers)
    best_of_joint_and_ordered(campaign_cases(effects, allowed.campaigns, config), limits)


def _newest(config: Path) -> Path:
    return max(one for one in (config.parent / "runs").iterdir() if not one.name.startswith("."))


def _stages(config: Path) -> list[dict[str, Any]]:
    return _printed(json.loads((_newest(config) / "manifest.json").read_text(encoding="utf-8"))["stages"])


def _printed(stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for one in stages:
        print(
            f"  {one['stage']:20} {one['seconds']:8.1f} s {one['cpu_seconds']:8.1f} CPU s {one['peak_memory_mb']:7} MB"
            f"  {one.get('remark', '')}"
        )
    return stages


def judged(runs: list[dict[str, Any]]) -> Found:
    """All figures, and what a shop of the largest size may take."""
    results = list[Result]()
    for one in runs:
        case = f"{one['lines']:,} lines, {one['customers']:,} customers"
        results.extend(Result("offerloop", case, metric, one[key], unit) for metric, key, unit in METRICS)
        results.extend(
            Result("offerloop", f"{case}: {stage['stage']}", "CPU", stage["cpu_seconds"], "s")
            for stage in one["stages"]
        )
        results.extend(one["peers"])
    first, last = runs[0], runs[-1]
    claims = [
        Claim.at_most(f"{last['lines']:,} lines: minutes", last["seconds"] / 60, MOST_MINUTES),
        Claim.at_most(f"{last['lines']:,} lines: peak memory, GB", last["peak_gb"], MOST_GB),
    ]
    claims += [
        Claim.at_most(f"{one['lines']:,} lines: share of a run that events of another day take", _of_day(one), MOST_DAY)
        for one in runs
    ]
    if len(runs) > 1:
        growth = math.log(last["seconds"] / first["seconds"]) / math.log(last["lines"] / first["lines"])
        claims.append(Claim.at_most("exponent of time by lines", growth, MOST_GROWTH))
    return results, claims


def _of_day(one: dict[str, Any]) -> float:
    return float(sum(stage["cpu_seconds"] for stage in one["day"]) / one["cpu_seconds"])


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=LINES)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--products", type=int, default=50_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--alone", action="store_true", help="without Spark's own tools beside it")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    before, runs = load(), list[dict[str, Any]]()
    sizes = QUICK if arguments.quick else sorted(arguments.lines)
    for lines in sizes:
        customers = min(arguments.customers, max(lines // 10, 1))
        products, with_peers = min(arguments.products, lines // 20), not (runs or arguments.alone) and are_there()
        with tempfile.TemporaryDirectory() as place:
            runs.append(run(lines, customers, products, Path(place), with_peers=with_peers))
    found, claims = judged(runs)
    tell(found, claims)
    if arguments.json:
        Record(machine(before, VERSIONS), found, claims).write(arguments.json)


if __name__ == "__main__":
    main()
