"""What does it bring that attributes of customers may tell who responds, and what where they tell nothing?

Worlds, budgets and truth are those of `foreign`, in process. Each customer has a region, a channel of registration and
an age, drawn at random; with `--decide` the response hangs on the first two as well. Plans are learned from the same
log without attributes, with these, and with one that follows from purchases: the fifth by spending until today.
Printed are true profits in minor units a customer; a parenthesis holds the standard error over worlds of the difference
from plans without attributes.

Worlds are appended to `--out` as JSON lines and are not run again. Everything but the order histories is synthetic.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from equal_spend import at_spend
from foreign import Judged, judged_worlds, learned_log, options
from foreign_learned import LearnedShop
from foreign_parts import behind, mean, table
from foreign_worlds import World
from offerloop.arrays import Floats
from offerloop.config import Profiles
from offerloop.engine import collect
from offerloop.response import ShownEffects

WITHOUT, WITH, SPENDING = "without", "attributes", "fifth by spending"
OF_REGION = np.array([0.2, 0.6, 1.2, 2.0])
"""What each region multiplies the response by."""
OF_CHANNEL = np.array([0.7, 1.0, 1.3])
"""The same of each channel of registration."""


def judge(judged: Judged, folder: Path, *, decide: bool) -> dict[str, Any]:
    """Figures of one world."""
    world = judged.world
    if not isinstance(world, World):
        raise TypeError("attributes are drawn for order histories with planted responses only")
    attributes, response = drawn_attributes(world)
    if decide:
        judged = Judged.of(replace(world, sensitivity=world.sensitivity * response))
    shop = LearnedShop.of(judged, folder)
    told = {WITHOUT: shop.shown, WITH: learned(shop, attributes), SPENDING: learned(shop, by_spending(shop))}
    plans = {name: shop.planned_by(shop.effects_by(one)).plan for name, one in told.items()}
    profits = {name: shop.worth(plan)["profit"] for name, plan in plans.items()}
    return {"plans": profits, "oracle": at_spend(judged.true, judged.true, judged.budget)}


def drawn_attributes(world: World) -> tuple[pl.DataFrame, Floats]:
    """Return attributes by customer_id, and what region and channel multiply each customer's response by (n,)."""
    rng, n = np.random.default_rng([world.design.seed, 7]), world.size
    region, channel = rng.integers(0, len(OF_REGION), n), rng.integers(0, len(OF_CHANNEL), n)
    columns = {
        "customer_id": [f"c{i}" for i in range(n)],
        "region": [f"region {i}" for i in region],
        "channel": [f"channel {i}" for i in channel],
        "age": rng.integers(18, 80, n),
    }
    response = OF_REGION[region] * OF_CHANNEL[channel]
    return pl.DataFrame(columns), response / response.mean()


def by_spending(shop: LearnedShop) -> pl.DataFrame:
    """Return the fifth by what each customer spent on all days, the log included."""
    spent = collect(shop.events.order_lines.select("customer_id", "revenue_minor")).group_by("customer_id").sum()
    fifth = ((pl.col("revenue_minor").rank("ordinal") - 1) * 5 // pl.len()).cast(pl.String)
    return spent.select("customer_id", fifth=fifth)


def learned(shop: LearnedShop, attributes: pl.DataFrame) -> ShownEffects:
    """Return what a run learns if the shop knows attributes of customers."""
    named = Profiles(fixed_attributes=tuple(attributes.drop("customer_id").columns))
    config = shop.config.model_copy(update={"profiles": named})
    shown = learned_log(config, shop.engine, replace(shop.events, customers=shop.engine.table(attributes)))
    if not isinstance(shown, ShownEffects):
        raise TypeError(f"nothing is learned from the log: {shown}")
    return shown


def main() -> None:
    """Runs what is missing and prints the table."""
    parser = options(__doc__, "foreign_attributes.jsonl")
    parser.add_argument("--decide", action="store_true", help="the response hangs on region and channel")
    asked = parser.parse_args()
    rows = judged_worlds(asked, partial(judge, decide=asked.decide))
    columns = {"oracle": mean("oracle"), WITHOUT: mean("plans", WITHOUT)}
    columns |= {name: behind(("plans", name), ("plans", WITHOUT)) for name in (WITH, SPENDING)}
    print(table("true profit", rows, columns))


if __name__ == "__main__":
    main()
