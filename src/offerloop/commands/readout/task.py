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
from offerloop.commands.readout.checks import checks, why_too_few, why_too_few_buy, why_unsound
from offerloop.commands.readout.effects import (
    against_forecast,
    bought_anyway,
    plan_effects,
    programme_effects,
    segment_effects,
)
from offerloop.commands.readout.exploration import exploration_effects
from offerloop.commands.readout.file_checks import check_buyers, check_redemptions
from offerloop.commands.readout.findings import (
    CURRENCY_OUTCOMES,
    FORECAST_COST,
    ReadoutEffect,
    ReadoutFindings,
    campaign_group,
)
from offerloop.commands.readout.inputs import PastRun, Period, asked_days, choose_period, read_orders, read_run
from offerloop.commands.readout.order_values import other_unit
from offerloop.commands.readout.page import render_readout, summarise_readout
from offerloop.commands.readout.shards.groups import ReadoutSums
from offerloop.commands.readout.shards.measure import MeasuredCustomers, measure
from offerloop.commands.readout.shards.outcomes import ReadoutBasis
from offerloop.commands.readout.shards.survey import Survey, decided_tables, survey
from offerloop.commands.readout.shards.tables import bought_by
from offerloop.commands.readout.side_files import SideFiles
from offerloop.commands.readout.store_tables import inputs_of
from offerloop.engine import engine_of
from offerloop.message import Message
from offerloop.report import FolderResult, in_all_languages, in_language, iso_day
from offerloop.response import NEVER_IN_ORDERS, Margins
from offerloop.tables import EXPLORE, READOUT_EFFECTS
from offerloop.workspace import filling, naming_damaged_tables

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


@naming_damaged_tables
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
        files = SideFiles.read(run, inputs.exposures, inputs.redemptions, running)
        lines = read_orders(run, inputs.orders, running)
    period = choose_period(lines, *days, run)
    bought = {"bought": bought_by(lines, period.first, period.last)}
    tables = decided_tables(run, running).with_tables(bought | files.tables)
    counts = survey(run, tables)
    check_redemptions(run, counts, files, tell_costs=not lines.maps_coupon)
    check_buyers(run, counts, lines, period)
    has_redemptions = files.redemptions is not None
    basis = ReadoutBasis.of(run, run.offers_given(running), lines, period, has_redemptions=has_redemptions)
    base = _base(run, period, basis, counts, files)
    further = (*_other_days(run, period, lines.last_day), *other_unit(run, lines, period))
    base = replace(base, are_simulated=inputs.are_simulated, warnings=(*base.warnings, *further))
    if base.stopped is not None and not base.compares_usual:
        return _write(run, period, base, None)
    start = period.start(run.config.evaluate.window_days)
    measured = measure(run, lines, (period, start), basis, counts.draw(run), tables)
    few = base.stopped or why_too_few_buy(measured.sums)
    if few is not None:
        findings = _without_plan(replace(base, stopped=few), measured.sums, basis)
        return _write(run, period, findings, None if base.stopped else measured)
    explorers = counts.where(has_offer=True).customers(EXPLORE)
    findings = _with_effects(base, measured.sums, basis, explorers)
    if period.first == run.as_of_day:
        forecast = against_forecast(run, measured.sums, start.days, period.days)
        findings = replace(findings, against_forecast=forecast)
    return _write(run, period, findings, measured)


def _base(run: PastRun, period: Period, basis: ReadoutBasis, counts: Survey, files: SideFiles) -> ReadoutFindings:
    """The findings before any effect: what was read, and whether the groups are those that were drawn."""
    base = checks(run, counts, has_exposures=files.exposures is not None)
    return ReadoutFindings(
        shop=run.config.shop,
        run=run.folder.resolve().name,
        from_day=period.first,
        until_day=period.last,
        period_note=period.note,
        begins_later=period.first > run.as_of_day,
        checks=base,
        stopped=why_unsound(base) or why_too_few(run, counts),
        control=run.control_arm,
        cost_basis=basis.cost,
        margin_basis=_margin_basis(run.margins, basis),
        warnings=(*_warnings(run, basis, counts, files), *_unseen_costs(run, basis)),
        titles={campaign_group(one.id): one.title for one in run.config.campaigns},
        have_several=run.config.plan.offers_per_customer > 1,
        asks_usual=bool(run.usual_share),
        unlike_costs=basis.unlike_costs,
    )


def _margin_basis(margins: pl.DataFrame, basis: ReadoutBasis) -> str:
    """Return the `margin_basis` of the findings."""
    if Margins.of_table(margins, tells_shelf=basis.maps_coupon).are_of_lines:
        return "lines"
    return "unit costs" if "unit costs" in margins["basis"] else "configured"


def _without_plan(base: ReadoutFindings, sums: ReadoutSums, basis: ReadoutBasis) -> ReadoutFindings:
    """The findings where the plan's offers went to too few: how the plan as a whole compares with business as usual."""
    usual, few = usual_effects(sums, basis.outcomes_of_other_offers) if base.asks_usual else ([], [])
    return replace(base, covariate=basis.covariate if usual else None, effects=tuple(usual), too_few=tuple(few))


def _with_effects(base: ReadoutFindings, sums: ReadoutSums, basis: ReadoutBasis, explorers: int) -> ReadoutFindings:
    """The findings with every comparison; `explorers` got an offer at random."""
    outcomes = basis.outcomes_of_other_offers
    by_plan, few = plan_effects(sums, basis.outcomes)
    programme, few_programme = programme_effects(sums, outcomes)
    segments, few_segments = segment_effects(sums)
    explored, few_explored = exploration_effects(sums, explorers, basis.exploration_outcomes)
    usual, few_usual = usual_effects(sums, outcomes) if base.asks_usual else ([], [])
    findings = replace(
        base,
        covariate=basis.covariate,
        effects=(*by_plan, *programme, *usual, *segments, *explored),
        too_few=(*few, *few_programme, *few_usual, *few_segments),
        too_few_explored=tuple(few_explored),
    )
    conversion = findings.effect("plan", "bought")
    if conversion is None:
        return findings
    anyway = bought_anyway(sums, conversion, any_coupon=not basis.has_redemptions)
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


def _warnings(run: PastRun, basis: ReadoutBasis, counts: Survey, files: SideFiles) -> tuple[Message, ...]:
    """What the inputs have that a reader must know."""
    said = [STRANGERS["orders"].with_values(n=counts.strangers)] if counts.strangers else []
    is_funded = (run.offers["funded_share"] > 0).any()
    if basis.maps_coupon and not basis.maps_reimbursed and is_funded:
        said.append(
            Message("The part of coupons that suppliers pay is taken from the offers' terms, not from the order lines.")
        )
    if basis.unlike_costs is not None:
        said.append(
            Message("Profit and cost are shown of the plan's offers alone: {reason}.", reason=basis.unlike_costs)
        )
    for what, side in (("exposures", files.exposures), ("redemptions", files.redemptions)):
        if side is not None and side.n_unknown:
            said.append(STRANGERS[what].with_values(n=side.n_unknown))
    said += _incomplete(basis, counts)
    reached = max(counts.shown_to_holdout, 0 if counts.redeemed is None else counts.redeemed.by_holdout)
    if reached:
        said.append(
            Message(
                "Offers reached {n} customer of the holdout, which makes effects look smaller than they are.",
                plural="Offers reached {n} customers of the holdout, which makes effects look smaller than they are.",
                n=reached,
            )
        )
    if basis.has_redemptions and basis.maps_coupon:
        said.append(
            Message("The file of redemptions says who redeemed; what it cost is the coupons of the order lines.")
        )
    elif basis.has_redemptions:
        said.append(Message("Redemptions are counted whole, whatever the period."))
    return tuple(said)


def _incomplete(basis: ReadoutBasis, counts: Survey) -> list[Message]:
    """Warnings of redemptions that do not say what was redeemed, or what it cost where nothing else says so."""
    said = list[Message]()
    if counts.redeemed is None:
        return said
    if counts.redeemed.without_offer:
        said.append(
            Message(
                "{n} redemption has no offer_id and is left out; if it is of the plan, fill it in and read out again.",
                plural="{n} redemptions have no offer_id and are left out; if they are of the plan, fill it in and "
                "read out again.",
                n=counts.redeemed.without_offer,
            )
        )
    if counts.redeemed.without_amount and not basis.maps_coupon:
        said.append(
            Message(
                "{n} redemption has no amount, so the cost leaves it out and the profit is too high; fill in what it "
                "took off, such as 1.50, and read out again.",
                plural="{n} redemptions have no amount, so the cost leaves them out and the profit is too high; fill "
                "in what they took off, such as 1.50, and read out again.",
                n=counts.redeemed.without_amount,
            )
        )
    return said


def _other_days(run: PastRun, period: Period, last_day: int) -> list[Message]:
    """Warnings where days are read for which neither the forecast nor the offers of the run are."""
    said = []
    if period.first > run.as_of_day:
        said.append(
            Message(
                "The forecast is for the days from {day} on, so it is not compared with these.",
                day=iso_day(run.as_of_day),
            )
        )
    if run.is_of_loop and min(period.last, last_day) > run.end_of_loop_period:
        said.append(
            Message(
                "The loop's period ended on {day}, and other offers followed: what they brought and cost counts here, "
                "too.",
                day=iso_day(run.end_of_loop_period),
            )
        )
    return said


def _unseen_costs(run: PastRun, basis: ReadoutBasis) -> list[Message]:
    """A warning where costs are seen in order lines, which do not show those of some offers."""
    contact, most = pl.col("contact_cost_minor"), pl.col("cost_liability_minor")
    unseen = run.offers.filter(
        pl.col("kind").is_in(NEVER_IN_ORDERS), pl.col("campaign_id").is_in(run.sent), pl.col("cost_weight") > 0,
        (most > contact) | most.is_null(),
    )["offer_id"].unique().sort()  # fmt: skip
    if not basis.maps_coupon or unseen.is_empty():
        return []
    return [
        Message(
            "Order lines do not show what {offers} cost, so the cost leaves it out and the profit is too high by as "
            "much.",
            offers=unseen.to_list(),
        )
    ]


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
    parts = [("a customer", effect.estimate)] + ([] if effect.comparison == "explore" else [("in total", effect.total)])
    return [
        (effect.comparison, effect.outcome, effect.group, effect.method, f"{unit} {scale}{note}", shown.value,
         shown.low, shown.high, effect.p_value, effect.n_treated, effect.n_control)
        for scale, shown in parts
    ]  # fmt: skip


def _write(
    run: PastRun, period: Period, findings: ReadoutFindings, measured: MeasuredCustomers | None
) -> ReadoutResult:
    language = run.config.language()
    summary = in_all_languages(partial(summarise_readout, findings), language)
    page = render_readout(findings, language)
    folder = run.folder / f"readout-{iso_day(period.first)}-{iso_day(period.last)}"
    with filling(folder, replace=True) as unfinished:
        if measured is not None:
            measured.write(unfinished / "outcomes.parquet")
        if findings.effects:
            effects_table(findings).write_parquet(unfinished / "effects.parquet")
        text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        (unfinished / "readout.json").write_text(text, encoding="utf-8")
        (unfinished / "report.html").write_text(page, encoding="utf-8")
    return ReadoutResult(folder, folder / "report.html", summary, findings, language)
