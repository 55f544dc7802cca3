"""Who gets what: the customers of a campaign, at the plan's budget or a smaller one, before anything is sent."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import polars as pl

from offerloop.message import Message
from offerloop.money import MICRO
from offerloop.tables import PLAN
from offerloop.web.console.addresses import customer_address, recipients_address
from offerloop.web.console.blocks import PageTable, Stat, Stats, TableColumn, View
from offerloop.web.console.campaigns_of_run import forecasts, offer_names
from offerloop.web.console.cells import Link, MinorAmount
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.web.console.plan.view import PREVIEWED
from offerloop.workspace import is_preview, known_most, offers_in, open_run

SHOWN = 50
CACHED_CAMPAIGNS = 4
"""Campaigns whose ordered customers are kept in memory."""
COLUMNS_READ = ("customer_id", "planned_offer_id", "profit_minor", "cost_expected_micro", "cost_liability_minor")
LEAD = Message(
    "The plan's offers, those with the highest return on budget first. A budget above the plan's needs a new run."
)
COLUMNS = (
    TableColumn("customer", Message("customer", context="column title")),
    TableColumn("offer", Message("offer", context="column title")),
    TableColumn("profit", Message("expected profit", context="column title"), is_figure=True),
    TableColumn("cost", Message("expected cost", context="column title"), is_figure=True),
    TableColumn("liability", Message("at most", context="column title"), is_figure=True),
)


@lru_cache(maxsize=CACHED_CAMPAIGNS)
def _ordered(run_folder: Path, _: int, campaign_id: str) -> pl.DataFrame:
    """Return the plan's offers of a campaign, the highest return on budget first, with their cumulative cost.

    The time of the file's last change is part of the call: an erasure writes the file anew.
    """
    planned = (pl.col("planned_campaign_id") == campaign_id) & (pl.col("arm") == PLAN)
    counted = pl.coalesce("cost_liability_minor", pl.col("cost_expected_micro") / MICRO)  # where nothing limits it
    offers = offers_in(run_folder).filter(planned).with_columns(counted_minor=counted)
    ordered = known_most(offers, open_run(run_folder)).select(*COLUMNS_READ, "counted_minor")
    ratio, taken = pl.col("profit_minor") / pl.col("counted_minor").clip(1), pl.col("counted_minor").cum_sum()
    ordered = ordered.sort(ratio, "customer_id", descending=[True, False])
    return ordered.with_columns(taken_minor=taken).collect()


def _recipients(run_folder: Path, campaign_id: str) -> pl.DataFrame:
    return _ordered(run_folder, (run_folder / "assignments.parquet").stat().st_mtime_ns, campaign_id)


def prepare_recipients(run_folder: Path) -> None:
    """Put the customers of a run's largest campaigns in order before somebody asks for them."""
    campaigns = sorted(forecasts(open_run(run_folder)), key=lambda one: one.customers, reverse=True)
    for campaign in campaigns[:CACHED_CAMPAIGNS]:
        _recipients(run_folder, campaign.id)


def view(request: PageRequest) -> View:
    """Return the customers with the most expected profit for each unit of budget first."""
    run = request.needed("run", lambda name: request.run_named(name or None))
    campaign = request.needed("campaign", lambda name: next((one for one in forecasts(run) if one.id == name), None))
    chosen = _recipients(run.folder, campaign.id)
    budget = request.number("budget_minor")
    if budget is not None:
        chosen = chosen.head(int(chosen["taken_minor"].search_sorted(budget, side="right")))
    offset = request.number("from") or 0
    recipients = chosen.slice(offset, SHOWN + 1)
    unit, names = campaign.budget_unit, offer_names(run)
    rows = tuple(
        (
            Link(str(row["customer_id"]), customer_address(str(row["customer_id"]))),
            names.get((campaign.id, row["planned_offer_id"]), row["planned_offer_id"]),
            MinorAmount(row["profit_minor"], campaign.currency),
            MinorAmount(round(row["cost_expected_micro"] / MICRO), unit),
            None if row["cost_liability_minor"] is None else MinorAmount(row["cost_liability_minor"], unit),
        )
        for row in recipients.head(SHOWN).iter_rows(named=True)
    )  # fmt: skip
    here = recipients_address(run.folder.name, campaign.id)
    here += "" if budget is None else f"&budget_minor={budget}"
    more = f"{here}&from={offset + SHOWN}" if recipients.height > SHOWN else None
    empty = Message("Nobody: no offer is planned within this budget.")
    table = PageTable("recipients", Message("Who gets what", context="table title"), COLUMNS, rows, empty, more)
    return View(
        Message("Who gets “{campaign}”", context="page title", campaign=campaign.title),
        LEAD,
        (*([PREVIEWED] if is_preview(run.folder.name) else []), _stats(chosen, unit), table),
    )


def _stats(chosen: pl.DataFrame, unit: str) -> Stats:
    spend, limits = chosen["cost_expected_micro"].sum() / MICRO, chosen["cost_liability_minor"]
    most = None if limits.null_count() else MinorAmount(int(limits.sum()), unit)
    return Stats((
        Stat("customers", Message("customers", context="figure"), chosen.height),
        Stat("spend", Message("expected spend", context="figure"), MinorAmount(round(spend), unit)),
        Stat("liability", Message("at most", context="figure"), most),
    ))  # fmt: skip


PAGE = Page("recipients", Message("Who gets what", context="page title"), view)
