"""What budgets, suppliers' shares and exploration shares would bring: combinations of them over several worlds."""

from __future__ import annotations

import polars as pl
from rich.console import Console

from offerloop.commands.simulate.findings import MEASURES, Brought, PlanningFindings, PolicyGains
from offerloop.commands.simulate.progress import shown_board
from offerloop.commands.simulate.request import LOOP, SimulationRequest, looping
from offerloop.market import (
    LEVERS,
    Combination,
    Levers,
    Market,
    Telling,
    blocks_of,
    brought,
    combinations,
    over_worlds,
    share_of,
    sums_of,
)
from offerloop.report import Money


def plan(asked: SimulationRequest, console: Console | None) -> tuple[Market, pl.DataFrame, PlanningFindings]:
    """Every combination in each world: the first market, a row for each and each period, and what they bring."""
    setting, levers, markets, tables = asked.setting, asked.filled, list[Market](), list[pl.DataFrame]()
    combos = combinations(levers, asked.policies, (LOOP,))
    learned = blocks_of(asked.fresh) * len(levers.supplier_share) if "ceiling" in asked.policies else 0
    steps = asked.worlds * (asked.periods * (1 + len(combos)) + learned)
    names = {one: _name(one, levers, setting.preset.currency) for one in combos}
    weeks, currency = asked.worlds * asked.periods, setting.preset.currency
    with shown_board(console, steps, tuple(names.values()), weeks, currency) as board:
        telling = Telling(board.step, lambda one, week: board.week(names[one], week))
        for world in range(asked.seed, asked.seed + asked.worlds):
            market, table = brought(setting, combos, world, {LOOP: looping}, telling)
            markets += [] if markets else [market]
            tables.append(table)
    periods = pl.concat(tables)
    return markets[0], periods, _findings(asked, combos, periods)


def _name(one: Combination, levers: Levers, currency: str) -> str:
    """Return the policy, and the levers that have several values, for the terminal."""
    told = {
        "budget": f"{Money(currency).exact(100 * one.budget)}",
        "supplier_share": f"supplier {one.supplier_share:.0%}",
    }
    told |= {} if one.explore is None else {"explore": f"explore {one.explore:.0%}"}
    return " ".join([one.policy, *(told[name] for name in LEVERS if name in told and len(getattr(levers, name)) > 1)])


def _findings(asked: SimulationRequest, combos: list[Combination], periods: pl.DataFrame) -> PlanningFindings:
    sums = [sums_of(_of(one, periods)) for one in combos]
    found = [_brought(one, mine) for one, mine in zip(combos, sums, strict=True)]
    order = sorted(range(len(found)), key=lambda place: found[place].gained.gains["profit"].value, reverse=True)
    best, following = order[:2]
    lead = over_worlds((sums[best]["profit"] - sums[following]["profit"]).to_numpy())
    return PlanningFindings(
        preset=asked.preset, currency=asked.setting.preset.currency, customers=asked.customers,
        products=asked.products, worlds=asked.worlds, periods=asked.periods, brought=tuple(found),
        best=found[best], following=found[following], lead=lead,
    )  # fmt: skip


def _of(one: Combination, periods: pl.DataFrame) -> pl.DataFrame:
    levers = [pl.col(name).eq_missing(getattr(one, name)) for name in LEVERS]
    return periods.filter(pl.col("policy") == one.policy, *levers)


def _brought(one: Combination, sums: pl.DataFrame) -> Brought:
    gains = {name: over_worlds(sums[name].to_numpy()) for name in (*MEASURES, "cost")}
    shares = {name: over_worlds(share_of(sums, name)) for name in MEASURES}
    gained = PolicyGains(one.policy, gains, shares, None, {})
    return Brought(one.policy, one.budget, one.supplier_share, one.explore, gained)
