"""`offerloop simulate`: policies over some periods of a simulated shop, its tables, and a report of what happened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl
from rich.console import Console

from offerloop.commands.simulate.findings import MEASURES, Courses, PolicyGains, SimulationFindings
from offerloop.commands.simulate.levers import plan
from offerloop.commands.simulate.levers_page import draw_planning, render_planning, summarise_planning
from offerloop.commands.simulate.page import draw_simulation, render_simulation, summarise_simulation
from offerloop.commands.simulate.progress import shown_board
from offerloop.commands.simulate.request import LOOP, SimulationRequest, check_request, loop_learner
from offerloop.commands.simulate.shop_files import write_shop
from offerloop.config import report_language
from offerloop.evaluation import Estimate
from offerloop.market import (
    Market,
    PlayedWorld,
    blocks_of,
    by_period,
    ceiling_among,
    grown,
    over_worlds,
    play,
    regretted,
    same_spend,
    share_of,
    sums_of,
)
from offerloop.report import FolderResult, Localizer
from offerloop.workspace import filling


@dataclass(frozen=True)
class SimulationResult(FolderResult):
    """Where the shop and the report lie, and what was found; `summary` is the content of simulation.json."""

    _tables: ClassVar = ("periods",)


def simulate(
    request: SimulationRequest, folder: Path, console: Console | None, language: str | None = None
) -> SimulationResult:
    """Play the policies in each world, and write the first one's tables with a configuration that runs on them.

    Where a lever has several values, every combination is played and compared. The report is in `language`, by default
    that of the simulated shop. Raises InputError for unknown names,
    values that cannot be, and a folder that holds something else.
    """
    request = request.named
    check_request(request, folder)
    _ = Localizer(report_language(language, request.setting.preset.currency), request.setting.preset.currency)
    if request.levers.several:
        first, periods, planned = plan(request, console, _)
        summary = summarise_planning(planned, _.language)
        page, drawn = render_planning(planned, _.language), draw_planning(planned, _.language)
    else:
        first, played = _worlds(request, console, _)
        findings = _findings_of(request, played)
        periods = findings.periods
        summary = summarise_simulation(findings, _.language)
        page, drawn = render_simulation(findings, _.language), draw_simulation(findings, _.language)
    # An empty folder that is there may be the one in which somebody works, and is not replaced.
    with nullcontext(folder) if folder.exists() else filling(folder) as place:
        write_shop(first, place)
        periods.write_parquet(place / "periods.parquet")
        (place / "simulation.json").write_text(
            json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
        )
        (place / "report.html").write_text(page, encoding="utf-8")
        (place / "figure.svg").write_text(drawn, encoding="utf-8")
    return SimulationResult(folder, folder / "report.html", summary)


def _worlds(request: SimulationRequest, console: Console | None, _: Localizer) -> tuple[Market, list[PlayedWorld]]:
    """Every world in turn, and the market of the first."""
    setting, markets, played = request.setting, list[Market](), list[PlayedWorld]()
    learned = blocks_of(request.fresh) if "ceiling" in request.policies else 0
    steps = request.worlds * (request.periods * (1 + len(request.policies)) + learned)
    learners = {LOOP: loop_learner(request.filled.explore[0])}
    with shown_board(console, steps, request.policies, request.worlds * request.periods, _) as board:
        for world in range(request.seed, request.seed + request.worlds):
            market, world_result = play(setting, request.policies, world, board.step, learners, board.week)
            markets += [] if markets else [market]
            played.append(world_result)
    return markets[0], played


def _findings_of(request: SimulationRequest, played: list[PlayedWorld]) -> SimulationFindings:
    periods = pl.concat([one.periods for one in played])
    return SimulationFindings(
        preset=request.preset, currency=request.setting.preset.currency, customers=request.customers,
        products=request.products, worlds=request.worlds, periods=periods, policies=_gains(request, played),
        courses=_courses(request, periods),
    )  # fmt: skip


def _courses(request: SimulationRequest, periods: pl.DataFrame) -> Courses:
    course, ceiling = grown(periods), ceiling_among(request.policies)
    regret = {} if ceiling is None else by_period(regretted(course, ceiling), "regret")
    return Courses(by_period(course, "profit"), ceiling, regret, *same_spend(periods))


def _gains(request: SimulationRequest, played: list[PlayedWorld]) -> tuple[PolicyGains, ...]:
    """Return each policy's mean over worlds with its 95 % interval (Student's t); no interval with one world."""
    periods = pl.concat([one.periods for one in played])
    sums = {name: sums_of(periods.filter(pl.col("policy") == name)) for name in request.policies}
    gains_by_policy = []
    for name, policy_sums in sums.items():
        gains = {one: over_worlds(policy_sums[one].to_numpy()) for one in (*MEASURES, "cost")}
        shares = {one: over_worlds(share_of(policy_sums, one)) for one in MEASURES}
        facts = [one.facts[name] for one in played]
        mean = {fact: float(np.mean([one[fact] for one in facts])) for fact in facts[0]}
        gains_by_policy.append(PolicyGains(name, gains, shares, _lead(name, sums), mean))
    return tuple(gains_by_policy)


def _lead(name: str, sums: Mapping[str, pl.DataFrame]) -> Estimate | None:
    """Profit beyond the first policy's, scaled to the cost of this one; None where that is more, or nothing."""
    first, own = next(iter(sums.values())), sums[name]
    if own is first or not ((own["cost"] > 0) & (own["cost"] <= first["cost"])).all():
        return None
    return over_worlds((own["profit"] - first["profit"] * own["cost"] / first["cost"]).to_numpy())
