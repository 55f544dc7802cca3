"""`offerloop readout`: what a run's plan caused, from the orders since, written beside the run's own files."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from offerloop.commands.readout.business_as_usual import usual_effects
from offerloop.commands.readout.checks import checks, read_exposures, why_stopped, why_too_few_buy
from offerloop.commands.readout.effects import (
    OutcomePanel,
    against_forecast,
    bought_anyway,
    panel,
    plan_effects,
    programme_effects,
    segment_effects,
)
from offerloop.commands.readout.exploration import lot_effects
from offerloop.commands.readout.findings import CURRENCY_OUTCOMES, FORECAST_COST, ReadoutEffect, ReadoutFindings
from offerloop.commands.readout.inputs import (
    BuyerOrders,
    PastRun,
    Period,
    asked_days,
    choose_period,
    read_orders,
    read_run,
)
from offerloop.commands.readout.outcomes import check_known, cost_basis, outcomes
from offerloop.commands.readout.page import render_readout, summarise_readout
from offerloop.commands.readout.redemptions import Redemptions, read_redemptions
from offerloop.commands.readout.side_files import SideFile
from offerloop.commands.readout.store_tables import inputs_of
from offerloop.engine import engine_of
from offerloop.message import Message
from offerloop.report import FolderResult, in_all_languages, in_language, iso_day
from offerloop.tables import HOLDOUT, READOUT_EFFECTS
from offerloop.workspace import filling

STRANGERS = {
    "orders": Message(
        "{n} customer of the orders is not in the run and is left out.",
        plural="{n} customers of the orders are not in the run and are left out.",
    ),
    "exposures": Message(
        "{n} customer of the file of exposures is not in the run and is left out.",
        plural="{n} customers of the file of exposures are not in the run and are left out.",
    ),
    "redemptions": Message(
        "{n} customer of the file of redemptions is not in the run and is left out.",
        plural="{n} customers of the file of redemptions are not in the run and are left out.",
    ),
}
"""What is said of customers whom the run does not know, by the file that names them."""


@dataclass(frozen=True)
class ReadoutResult(FolderResult):
    """Where a finished read-out lies and what it found; `summary` is the content of readout.json."""

    findings: ReadoutFindings
    language: str
    """The language of the report and of `summary`."""

    _tables: ClassVar = ("effects", "outcomes")

    @property
    def stopped(self) -> str | None:
        """Why no effect is shown, or None."""
        reason: str | None = self.summary["stopped"]
        return reason

    def outcome(self, language: str) -> dict[str, Any]:
        """Return where it lies, why no effect is shown, and the finding in words, in a language."""
        summary = in_language(self.summary, language)
        return {"readout": self.folder.name, "stopped": summary["stopped"], "sentence": summary["sentence"]}


def read_out(
    run_folder: Path,
    orders: Path | None,
    *,
    redemptions: Path | None = None,
    from_day: date | None = None,
    until_day: date | None = None,
    exposures: Path | None = None,
    engine: str = "duckdb",
    language: str | None = None,
) -> ReadoutResult:
    """Compare who got the plan's offers with who was held back, and write `readout-<from>-<until>/` into the run.

    `orders` has the columns that the run's configuration maps; None for those of the store. `redemptions`:
    customer_id, offer_id, amount. `exposures`: customer_id, offer_id. The page is in `language`, by default that of the
    run. Raises InputError for files and days that cannot be read; a failed check of the draw raises nothing, it stops
    the reading (`stopped`) and is written.
    """
    run, running = read_run(run_folder), engine_of(engine)
    run = replace(run, config=run.config.in_language(language or run.language))
    days = asked_days(run, from_day, until_day)
    with inputs_of(run, orders, redemptions, exposures) as inputs:
        run = inputs.run
        shown = None if inputs.exposures is None else read_exposures(run, inputs.exposures, running)
        redeemed = None if inputs.redemptions is None else read_redemptions(run, inputs.redemptions, running)
        bought = read_orders(run, inputs.orders, running)
    period = choose_period(bought, *days)
    unknown = check_known(run, bought, period)
    base = replace(_base(run, period, shown), cost_basis=cost_basis(bought, redeemed),
                   warnings=_warnings(run, bought, unknown, shown, redeemed),
                   are_simulated=inputs.are_simulated)  # fmt: skip
    if base.stopped is not None:
        return _write(run, period, base, {})
    table = outcomes(run, bought, period, redeemed)
    few = why_too_few_buy(table)
    if few is not None:
        return _write(run, period, replace(base, stopped=few), {"outcomes": table})
    findings = _with_effects(run, bought, period, redeemed, base, table)
    return _write(run, period, findings, {"outcomes": table, "effects": effects_table(findings)})


def _base(run: PastRun, period: Period, shown: SideFile | None) -> ReadoutFindings:
    """The findings before any effect: what was read, and whether the groups are those that were drawn."""
    base = checks(run, None if shown is None else shown.rows)
    return ReadoutFindings(
        shop=run.config.shop,
        run=run.folder.resolve().name,
        from_day=period.first,
        until_day=period.last,
        period_note=period.note,
        checks=base,
        stopped=why_stopped(run, base),
        by_unit_costs="unit costs" in run.margins["basis"],
        titles={one.id: one.title for one in run.config.campaigns},
        asks_usual=bool(run.usual_share),
    )


def _with_effects(
    run: PastRun,
    orders: BuyerOrders,
    period: Period,
    redemptions: Redemptions | None,
    base: ReadoutFindings,
    table: pl.DataFrame,
) -> ReadoutFindings:
    """The findings with every comparison."""
    whole, start = panel(run, table), period.start(run.config.evaluate.window_days)
    of_forecast: OutcomePanel = (
        whole if start.last == period.last else panel(run, outcomes(run, orders, start, redemptions)).by(whole)
    )
    by_plan, few = plan_effects(whole)
    segments, few_segments = segment_effects(run, whole)
    explored, few_explored = lot_effects(run, whole)
    usual, few_usual = usual_effects(run, whole)
    findings = replace(
        base,
        covariate=whole.covariate,
        effects=(*by_plan, *programme_effects(whole), *usual, *segments, *explored),
        against_forecast=against_forecast(run, of_forecast, start.days, period.days),
        too_few=(*few, *few_usual, *few_segments),
        too_few_explored=tuple(few_explored),
    )
    conversion = findings.effect("plan", "bought")
    if conversion is None:
        return findings
    anyway = bought_anyway(whole, conversion, any_coupon=redemptions is None)
    return replace(findings, bought_anyway=anyway, warnings=(*findings.warnings, *_unlike_before(findings)))


def _unlike_before(findings: ReadoutFindings) -> list[Message]:
    """A warning when the groups already differed before the plan."""
    before = findings.effect("plan", "before_revenue_minor", method="unadjusted")
    if before is None or not before.estimate.is_clear:
        return []
    return [
        Message(
            "Revenue before the plan already differed between the groups (p = {p}): bad luck of "
            "the draw, or earlier offers still at work; prefer the adjusted figures.",
            p=f"{before.p_value:.2g}",
        )
    ]


def _warnings(
    run: PastRun, orders: BuyerOrders, unknown: int, shown: SideFile | None, redemptions: Redemptions | None
) -> tuple[Message, ...]:
    """What the inputs have that a reader must know."""
    held = run.assignments.filter(pl.col("arm") == HOLDOUT).select("customer_id")
    said = [STRANGERS["orders"].with_values(n=unknown)] if unknown else []
    if orders.maps_coupon and not orders.maps_reimbursed:
        said.append(
            Message("The part of coupons that suppliers pay is taken from the offers' terms, not from the order lines.")
        )
    for what, side in (("exposures", shown), ("redemptions", redemptions)):
        if side is not None and side.n_unknown:
            said.append(STRANGERS[what].with_values(n=side.n_unknown))
    reached = 0 if shown is None else shown.rows.filter("shown").join(held, on="customer_id", how="semi").height
    reached = max(reached, 0 if redemptions is None else redemptions.by_holdout)
    if reached:
        said.append(
            Message(
                "Offers reached {n} customer of the holdout, which makes effects look smaller than they are.",
                plural="Offers reached {n} customers of the holdout, which makes effects look smaller than they are.",
                n=reached,
            )
        )
    if redemptions is not None and not orders.maps_coupon:
        said.append(Message("Redemptions are counted whole, whatever the period."))
    return tuple(said)


def effects_table(findings: ReadoutFindings) -> pl.DataFrame:
    """The table READOUT_EFFECTS: each effect a customer, and in total where the comparison has one."""
    rows = [row for one in findings.effects for row in _rows(one, cost_observed=findings.cost_is_observed)]
    schema = READOUT_EFFECTS.schema
    return READOUT_EFFECTS.check(pl.DataFrame(rows, schema=schema, orient="row"))


def _rows(effect: ReadoutEffect, *, cost_observed: bool) -> list[tuple[Any, ...]]:
    unit = (
        "minor units" if effect.outcome in CURRENCY_OUTCOMES else "orders" if effect.outcome == "n_orders" else "buyers"
    )
    note = f", {FORECAST_COST}" if effect.outcome == "profit_minor" and not cost_observed else ""
    parts = [("a customer", effect.estimate)] + ([] if effect.comparison == "lot" else [("in total", effect.total)])
    return [
        (effect.comparison, effect.outcome, effect.group, effect.method, f"{unit} {scale}{note}", shown.value,
         shown.low, shown.high, effect.p_value, effect.n_treated, effect.n_control)
        for scale, shown in parts
    ]  # fmt: skip


def _write(run: PastRun, period: Period, findings: ReadoutFindings, tables: dict[str, pl.DataFrame]) -> ReadoutResult:
    language = run.config.language()
    summary = in_all_languages(partial(summarise_readout, findings), language)
    page = render_readout(findings, language)
    folder = run.folder / f"readout-{iso_day(period.first)}-{iso_day(period.last)}"
    with filling(folder, replace=True) as unfinished:
        for name, table in tables.items():
            table.write_parquet(unfinished / f"{name}.parquet")
        text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        (unfinished / "readout.json").write_text(text, encoding="utf-8")
        (unfinished / "report.html").write_text(page, encoding="utf-8")
    return ReadoutResult(folder, folder / "report.html", summary, findings, language)
