"""`offerloop simulate`: policies over some periods of a simulated shop, its tables, and a report of what happened."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from offerloop.errors import InputError, near_miss
from offerloop.loop.market_shop import loop_policy
from offerloop.market.ceiling import blocks_of
from offerloop.market.gains import over_worlds, share_of, sums_of
from offerloop.market.periods import POLICIES, Learner, Played, Setting, play
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market
from offerloop.report.simulation import (
    MEASURES,
    PolicyGains,
    SimulationFindings,
    draw_simulation,
    render_simulation,
    summarise_simulation,
)
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
    policies: tuple[str, ...]
    customers: int
    products: int
    periods: int
    before: int
    log: int
    fresh: int
    worlds: int
    seed: int


LEARNERS: dict[str, Learner] = {"loop": loop_policy}
KNOWN = (*POLICIES, *LEARNERS)
"""Names of policies."""


def simulate(asked: Asked, folder: Path, console: Console | None) -> Simulated:
    """Play the policies in each world, and write the first one's tables with a configuration that runs on them.

    Raises InputError for unknown names, sizes that cannot be, and a folder that holds something else.
    """
    _check(asked, folder)
    preset = load_preset(asked.preset)
    setting = Setting(
        preset, asked.customers, asked.products, asked.before, asked.periods, log=asked.log, fresh=asked.fresh
    )
    first, played = _worlds(setting, asked, console)
    findings = SimulationFindings(
        preset=asked.preset, currency=preset.currency, customers=asked.customers, products=asked.products,
        worlds=asked.worlds, periods=pl.concat([one.periods for one in played]), policies=_gains(asked, played),
    )  # fmt: skip
    summary = summarise_simulation(findings)
    write_shop(first, folder)
    findings.periods.write_parquet(folder / "periods.parquet")
    (folder / "simulation.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    (folder / "report.html").write_text(render_simulation(findings), encoding="utf-8")
    (folder / "figure.svg").write_text(draw_simulation(findings), encoding="utf-8")
    return Simulated(folder, folder / "report.html", summary)


def _check(asked: Asked, folder: Path) -> None:
    for name in asked.policies:
        if name not in KNOWN:
            raise InputError(f"there is no policy '{name}'{near_miss(name, KNOWN)} (known: {', '.join(KNOWN)})")
        if asked.policies.count(name) > 1:
            raise InputError(f"the policy '{name}' is named twice; name each once")
    for name, least in (("customers", 1), ("products", 1), ("periods", 1), ("before", 1), ("worlds", 1), ("fresh", 10),
                        ("seed", 0)):  # fmt: skip
        if getattr(asked, name) < least:
            raise InputError(f"--{name} must be {least} or more, not {getattr(asked, name)}")
    if not 2 <= asked.log < asked.before and {"personalised", *LEARNERS} & set(asked.policies):
        raise InputError(f"--log must be 2 or more and less than --before ({asked.before}), not {asked.log}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"'{folder}' exists already; name a new or an empty folder to write the simulated shop to")


def _worlds(setting: Setting, asked: Asked, console: Console | None) -> tuple[Market, list[Played]]:
    """Every world in turn, and the market of the first."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    learned = blocks_of(asked.fresh) if "ceiling" in asked.policies else 0
    steps = asked.periods * (1 + len(asked.policies)) + learned
    markets: list[Market] = []
    played: list[Played] = []
    with Progress(*columns, console=console, disable=console is None, transient=True) as bar:
        task = bar.add_task("weeks", total=asked.worlds * steps)
        for world in range(asked.worlds):
            market, found = play(setting, asked.policies, asked.seed + world, lambda: bar.advance(task), LEARNERS)
            markets += [] if markets else [market]
            played.append(found)
    return markets[0], played


def _gains(asked: Asked, played: list[Played]) -> tuple[PolicyGains, ...]:
    """Of each policy the mean over worlds with its 95 % interval (Student's t); no interval with one world."""
    periods = pl.concat([one.periods for one in played])
    sums = {name: sums_of(periods.filter(pl.col("policy") == name)) for name in asked.policies}
    first = sums[asked.policies[0]]
    found = []
    for name, mine in sums.items():
        lead = None
        if name != asked.policies[0] and ((mine["cost"] > 0) & (mine["cost"] <= first["cost"])).all():
            lead = over_worlds((mine["profit"] - first["profit"] * mine["cost"] / first["cost"]).to_numpy())
        gains = {one: over_worlds(mine[one].to_numpy()) for one in (*MEASURES, "cost")}
        shares = {one: over_worlds(share_of(mine, one)) for one in MEASURES}
        facts = [one.facts[name] for one in played]
        mean = {fact: float(np.mean([one[fact] for one in facts])) for fact in facts[0]}
        found.append(PolicyGains(name, gains, shares, lead, mean))
    return tuple(found)
