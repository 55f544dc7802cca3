"""What budgets, suppliers' shares and exploration shares would bring: combinations of them over several worlds."""

from __future__ import annotations

import polars as pl
from rich.console import Console

from offerloop.commands.simulate.findings import MEASURES, Brought, PlanningFindings, PolicyGains
from offerloop.commands.simulate.levers_page import SHORT_VALUES
from offerloop.commands.simulate.progress import shown_board
from offerloop.commands.simulate.request import LOOP, SimulationRequest, loop_learner
from offerloop.market import (
    LEVERS,
    Combination,
    Levers,
    Market,
    PlanningProgress,
    blocks_of,
    combinations,
    compare_combinations,
    over_worlds,
    share_of,
    sums_of,
)
from offerloop.report import Localizer


def plan(
    request: SimulationRequest, console: Console | None, _: Localizer
) -> tuple[Market, pl.DataFrame, PlanningFindings]:
    """Every combination in each world: the first market, a row for each and each period, and what they bring."""
    setting, levers, markets, tables = request.setting, request.filled, list[Market](), list[pl.DataFrame]()
    combos = combinations(levers, request.policies, (LOOP,))
    learned = blocks_of(request.fresh) * len(levers.supplier_share) if "ceiling" in request.policies else 0
    steps = request.worlds * (request.periods * (1 + len(combos)) + learned)
    names = {one: _name(one, levers, _) for one in combos}
    with shown_board(console, steps, tuple(names.values()), request.worlds * request.periods, _) as board:
        progress = PlanningProgress(board.step, lambda one, week: board.week(names[one], week))
        for world in range(request.seed, request.seed + request.worlds):
            market, table = compare_combinations(setting, combos, world, {LOOP: loop_learner}, progress)
            markets += [] if markets else [market]
            tables.append(table)
    periods = pl.concat(tables)
    return markets[0], periods, _findings(request, combos, periods)


def _name(combination: Combination, levers: Levers, _: Localizer) -> str:
    """Return the policy, and the levers that have several values, for the terminal."""
    parts = {
        "budget": f"{_.money.exact(100 * combination.budget)}",
        "supplier_share": _(SHORT_VALUES["supplier_share"], value=_.level(combination.supplier_share)),
    }
    if combination.explore is not None:
        parts["explore"] = _(SHORT_VALUES["explore"], value=_.level(combination.explore))
    return " ".join(
        [combination.policy, *(parts[name] for name in LEVERS if name in parts and len(getattr(levers, name)) > 1)]
    )


def _findings(request: SimulationRequest, combos: list[Combination], periods: pl.DataFrame) -> PlanningFindings:
    sums = [sums_of(_of(one, periods)) for one in combos]
    brought = [_brought(one, campaign_sums) for one, campaign_sums in zip(combos, sums, strict=True)]
    order = sorted(range(len(brought)), key=lambda place: brought[place].gained.gains["profit"].value, reverse=True)
    best, following = order[:2]
    lead = over_worlds((sums[best]["profit"] - sums[following]["profit"]).to_numpy())
    return PlanningFindings(
        preset=request.preset, currency=request.setting.preset.currency, customers=request.customers,
        products=request.products, worlds=request.worlds, periods=request.periods, brought=tuple(brought),
        best=brought[best], following=brought[following], lead=lead,
    )  # fmt: skip


def _of(combination: Combination, periods: pl.DataFrame) -> pl.DataFrame:
    levers = [pl.col(name).eq_missing(getattr(combination, name)) for name in LEVERS]
    return periods.filter(pl.col("policy") == combination.policy, *levers)


def _brought(combination: Combination, sums: pl.DataFrame) -> Brought:
    gains = {name: over_worlds(sums[name].to_numpy()) for name in (*MEASURES, "cost")}
    shares = {name: over_worlds(share_of(sums, name)) for name in MEASURES}
    gained = PolicyGains(combination.policy, gains, shares, None, {})
    return Brought(combination.policy, combination.budget, combination.supplier_share, combination.explore, gained)
