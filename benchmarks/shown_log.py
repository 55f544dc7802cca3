"""A log of whole-shop discounts as CSV files, `offerloop init` and `offerloop run`: what is the plan truly worth?

In each world 1,000 customers of 1,000 products are shown, after 26 weeks without offers, one of eleven offers at random
in each of 12 weeks: nothing, or 5 to 50 % off everything. The files are all that the command line is given, and a
budget. The plan of the coming week is judged by its true profit, as a share of the fair ceiling's (the best plan on
what the shop can see, learned from fresh customers' true effects) at the same true spend. Beside it, at that spend too:
ridge-T on the same log, the depth that is truly best for everybody, random customers with random depths, and nothing.

`--quick` takes one smaller world of each preset, `--json FILE` writes the figures. Everything is synthetic.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy.stats import t as student

from equal_spend import Effects, at_spend, rules
from offerloop.arrays import Floats
from offerloop.config import load_config
from offerloop.engine import ENGINES, collect
from offerloop.events import prepare
from offerloop.flow import shop_margins
from offerloop.market import Market
from offerloop.offers import NO_OFFER
from offerloop.response import (
    EXPOSURE_FEATURES,
    customer_days,
    exposure_features,
    exposure_outcomes,
    finished_exposures,
)
from offerloop.response.estimators.ridge_t import RidgeT
from record import Claim, Found, Record, Result, load, machine, tell
from shown_log_shop import DEPTHS, FILES, MOSTLY_LOW, UNIFORM, ShownWeeks, logged, whole_shop, write_log
from shown_log_truth import fair_effects, true_effects

VERSIONS = ("offerloop", "numpy", "polars", "lightgbm", "duckdb")
SEEDS = (201, 202, 203, 204)
BUDGETS = {"grocery": 0.06, "fashion": 0.50}
"""Major units a customer and week: about half of what the ceiling would spend without a budget."""
PROPENSITIES = {"even": UNIFORM, "mostly low": MOSTLY_LOW}
PLAN, SENT, RIDGE, SAME, RANDOM, NOTHING = (
    "offerloop, plan", "offerloop, as sent", "ridge-T", "same for all, truly best", "random", "nothing",
)  # fmt: skip
OTHERS = (RIDGE, SAME, RANDOM)
TARGET = 0.80


@dataclass(frozen=True)
class Size:
    """Of a world."""

    customers: int = 1_000
    products: int = 1_000
    before: int = 26
    fresh: int = 6_000
    block: int = 2_000
    worlds: int = 60


QUICK = Size(300, 100, 8, 1_000, 500, 10)


def commands(folder: Path, budget: float) -> pl.DataFrame:
    """What the two commands assign; they are given files and a budget, nothing else."""
    orders, offers = folder / "orders.csv", folder / "offers.csv"
    given = [f"--{name}={folder / name}.csv" for name in FILES if name not in ("orders", "offers")]
    _command("init", str(folder / "shop"), f"--orders={orders}", f"--offers={offers}", *given, f"--budget={budget:.2f}")
    _command("run", str(folder / "shop"))
    run = max((folder / "shop" / "runs").glob("2*"))
    return pl.read_parquet(run / "assignments.parquet")


def _command(*words: str) -> None:
    program = "from offerloop.cli import main; main()"
    subprocess.run([sys.executable, "-c", program, *words], check=True, stdout=subprocess.DEVNULL)


def shares(assigned: pl.DataFrame, column: str, ids: np.ndarray) -> Floats:
    """(customers, depths): 1 for the depth that each is given."""
    place = {f"off-{depth}": k for k, depth in enumerate(DEPTHS)}
    given = assigned.filter(pl.col(column) != NO_OFFER)
    found = np.zeros((len(ids), len(DEPTHS)))
    row = np.searchsorted(ids, given["customer_id"].to_numpy())
    found[row, given[column].replace_strict(place, return_dtype=pl.Int64).to_numpy()] = 1.0
    return found


def ridge_t(folder: Path, ids: np.ndarray, own_share: float) -> Effects:
    """A ridge regression for each offer on value and discount, by what a run knows of each exposure too."""
    config = load_config(folder / "shop" / "offerloop.toml")
    engine = ENGINES.load("duckdb")()
    events = prepare(config, engine)
    shown = collect(events.exposures.select("customer_id", "offer_id", "shown_day"))
    rows, _ = finished_exposures(
        shown.fill_null(NO_OFFER), events.first_day, events.as_of_day, config.evaluate.window_days
    )
    now = pl.DataFrame({"customer_id": ids, "shown_day": events.as_of_day})
    margins = shop_margins(events, config.shop.margin)
    everybody = engine.table(now.select("customer_id"))
    days = customer_days(events.order_lines, events.products, margins, everybody)
    names = [NO_OFFER, *(f"off-{depth}" for depth in DEPTHS)]
    action = rows["offer_id"].replace_strict(dict(zip(names, range(11), strict=True)), return_dtype=pl.Int64).to_numpy()
    y = exposure_outcomes(days, rows).select("value_minor", "coupon_minor").to_numpy()
    model = RidgeT.fit(exposure_features(days, rows).select(EXPOSURE_FEATURES).to_numpy(), action, y, len(names))
    told = model.predict(exposure_features(days, now).select(EXPOSURE_FEATURES).to_numpy())
    effect = told[:, 1:] - told[:, :1]
    return Effects(effect[:, :, 0], own_share * np.maximum(effect[:, :, 1], 0.0))


def world(preset: str, seed: int, size: Size, propensity: Floats) -> dict[str, float]:
    """Shares of the fair ceiling's profit at equal true spend, and what else is to be said."""
    shown = ShownWeeks(size.before, 12, propensity)
    market = logged(whole_shop(preset), seed, size.customers, size.products, shown)
    true, (fair, r2) = (
        true_effects(market, size.worlds),
        fair_effects(market, shown, size.fresh, size.block, max(size.worlds // 15, 2)),
    )
    budget = BUDGETS[preset] * size.customers
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_log(market, folder)
        assigned = commands(folder, budget)
        ridge = ridge_t(folder, market.ids, float(market.terms.own_share[0]))
    return judged(market, assigned, ridge, true, fair) | {
        "R2 of the ceiling": r2,
        "expected spend / budget": float(assigned["cost_expected_micro"].sum()) / 1e8 / budget,
    }


def judged(market: Market, assigned: pl.DataFrame, ridge: Effects, true: Effects, fair: Effects) -> dict[str, float]:
    """By policy the share of the ceiling's true profit at the plan's true spend; as sent, at that spend."""
    found = {}
    for name, column in ((PLAN, "planned_offer_id"), (SENT, "offer_id")):
        given = shares(assigned, column, market.ids)
        spend = float((given * true.cost).sum() / market.customers)
        ceiling = at_spend(fair, true, spend) if spend else 0.0
        found[name] = float((given * true.profit).sum() / market.customers) / ceiling if ceiling else 0.0
        if name == PLAN:
            told = (at_spend(ridge, true, spend), *rules(true, spend))
            found |= {rule: one / ceiling if ceiling else 0.0 for rule, one in zip(OTHERS, told, strict=True)}
            found |= {NOTHING: 0.0, "ceiling": ceiling, "true spend": spend}
    return found


def interval(values: Floats) -> tuple[float, float, float]:
    """Mean over worlds with its 95 % interval (Student's t); of one world without width."""
    mean = float(values.mean())
    half = (
        float(student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5) if len(values) > 1 else 0
    )
    return mean, mean - half, mean + half


def presets(names: Sequence[str], seeds: Sequence[int], size: Size, propensities: str) -> Found:
    """Worlds of each preset."""
    results, claims = list[Result](), list[Claim]()
    for preset in names:
        rows = []
        for seed in seeds:
            rows.append(world(preset, seed, size, PROPENSITIES[propensities]))
            case = f"{preset}, {propensities} propensities, seed {seed}"
            units = {"ceiling": "minor units", "true spend": "minor units"}
            found = [Result(name, case, "share", value, units.get(name, "")) for name, value in rows[-1].items()]
            tell(found, [])
            results += found
        claims += compared(f"{preset}, {propensities} propensities", rows)
    return results, claims


def compared(case: str, rows: list[dict[str, float]]) -> list[Claim]:
    """Means over worlds."""
    column = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    claims = []
    for name in (PLAN, SENT, *OTHERS):
        mean, low, high = interval(column[name])
        text = f"{case}: true profit / fair ceiling at equal true spend, {name}"
        claims.append(
            Claim.at_least(text, mean, TARGET, low, high) if name in (PLAN, SENT) else Claim(text, mean, low, high)
        )
    for other in OTHERS:
        mean, low, high = interval(column[PLAN] - column[other])
        text = f"{case}: {PLAN} less {other}, shares of the ceiling"
        claims.append(Claim.at_least(text, mean, 0.0, low, high) if other == RIDGE else Claim(text, mean, low, high))
    most = float(column["expected spend / budget"].max())
    return [*claims, Claim.at_most(f"{case}: expected spend / budget, at most", most, 1.0)]


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--propensities", choices=tuple(PROPENSITIES), default="even", help="how likely each offer was shown"
    )
    parser.add_argument("--presets", choices=tuple(BUDGETS), nargs="+", default=tuple(BUDGETS))
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    arguments = parser.parse_args()
    before = load()
    seeds, size = (SEEDS[:1], QUICK) if arguments.quick else (arguments.seeds, Size())
    results, claims = presets(arguments.presets, seeds, size, arguments.propensities)
    tell([], claims)
    if arguments.json:
        Record(machine(before, VERSIONS), results, claims).write(arguments.json)


if __name__ == "__main__":
    main()
