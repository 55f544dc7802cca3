"""`offerloop simulate`: a policy over some periods of a simulated shop, its tables, and a report of what happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from offerloop.errors import InputError, near_miss
from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.experiment import Difference
from offerloop.market.noise import Floats
from offerloop.market.periods import Setting, play
from offerloop.market.policies import POLICIES
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market
from offerloop.report.simulation import SimulationFindings, render_simulation, summarise_simulation
from offerloop.service.simulated_shop import write_shop


@dataclass(frozen=True)
class Simulated:
    """Where the shop and the report lie, and what was found."""

    folder: Path
    report: Path
    summary: dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One simulation as it was asked for."""

    preset: str
    policy: str
    customers: int
    products: int
    periods: int
    before: int
    worlds: int
    seed: int


def simulate(asked: Asked, folder: Path, console: Console | None) -> Simulated:
    """Play the policy in each world, and write the first world's tables with a configuration that runs on them.

    Raises InputError for unknown names, sizes below one, and a folder that holds something else.
    """
    if asked.policy not in POLICIES:
        raise InputError(
            f"there is no policy '{asked.policy}'{near_miss(asked.policy, POLICIES)} (known: {', '.join(POLICIES)})"
        )
    for name in ("customers", "products", "periods", "before", "worlds"):
        if getattr(asked, name) < 1:
            raise InputError(f"--{name} must be 1 or more, not {getattr(asked, name)}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"'{folder}' exists already; name a new or an empty folder to write the simulated shop to")
    setting = Setting(load_preset(asked.preset), asked.customers, asked.products, asked.before, asked.periods)
    first, table = _worlds(setting, asked, console)
    findings = SimulationFindings(
        preset=asked.preset, policy=asked.policy, currency=setting.preset.currency, customers=asked.customers,
        products=asked.products, worlds=asked.worlds, periods=table, totals=_totals(table),
    )  # fmt: skip
    summary = summarise_simulation(findings)
    write_shop(first, folder)
    table.write_parquet(folder / "periods.parquet")
    (folder / "simulation.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    (folder / "report.html").write_text(render_simulation(findings), encoding="utf-8")
    return Simulated(folder, folder / "report.html", summary)


def _worlds(setting: Setting, asked: Asked, console: Console | None) -> tuple[Market, pl.DataFrame]:
    """The market of the first world after its last period, and the periods of all."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=console is None, transient=True) as bar:
        task = bar.add_task("periods", total=asked.worlds * asked.periods)
        tell: Callable[[], None] = lambda: bar.advance(task)  # noqa: E731
        played = [play(setting, POLICIES[asked.policy], asked.seed + world, tell) for world in range(asked.worlds)]
    return played[0][0], pl.concat([table for _, table in played])


def _totals(table: pl.DataFrame) -> dict[str, Estimate]:
    """Over all periods, the mean over worlds with its 95 % interval (Student's t); no interval with one world."""
    gained = [(pl.col(name) - pl.col(f"plain_{name}")).sum() for name in ("profit_minor", "sales_minor", "buyers")]
    sums = table.group_by("world", maintain_order=True).agg(*gained, pl.col("cost_minor").sum())
    return {name.removesuffix("_minor"): _over_worlds(sums[name].to_numpy()) for name in sums.columns[1:]}


def _over_worlds(values: Floats) -> Estimate:
    n, mean = len(values), float(np.mean(values))
    if n == 1:
        return Estimate(mean, float("nan"), float("nan"))
    return Difference.with_df(mean, float(np.std(values, ddof=1) / np.sqrt(n)), n - 1)
