"""Fairness and privacy: offer rates by attributes that no model has seen, and what is kept of customers."""

from __future__ import annotations

import polars as pl

from offerloop.evaluation import LEAST_IN_GROUP, OfferRate, rates_by_group
from offerloop.message import Message, Share
from offerloop.report import Dot, Table, figure, forest, percent_labels
from offerloop.tables import PLAN
from offerloop.web.console.blocks import Block, ChartBlock, Facts, Notice, PageTable, Stat, TableColumn, View, start_run
from offerloop.web.console.cells import Cell
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.workspace import RunRead

COLUMNS = (
    TableColumn("attribute", Message("attribute", context="column title")),
    TableColumn("group", Message("group", context="column title")),
    TableColumn("customers", Message("customers", context="column title"), is_figure=True),
    TableColumn("rate", Message("with an offer", context="column title"), is_figure=True),
    TableColumn("low", Message("at least", context="end of an interval"), is_figure=True),
    TableColumn("high", Message("at most", context="end of an interval"), is_figure=True),
)
TITLE = Message("Fairness and privacy", context="page title")


def view(request: PageRequest) -> View:
    """Return who gets offers by attribute, and the privacy settings of the newest run."""
    run = request.run
    if run is None:
        start = start_run(Message("There is no plan yet, so nobody gets offers."))
        return View(TITLE, "", (start,))
    lead = Message(
        "The attributes below are never used to choose offers; differences come from what people buy. Groups under "
        "{n} customers are left out.",
        n=LEAST_IN_GROUP,
    )
    return View(TITLE, lead if run.audit_only else "", (*_rates(request, run), _privacy(run)))


def _rates(request: PageRequest, run: RunRead) -> list[Block]:
    if not run.audit_only or not (run.folder / "customers.parquet").is_file():
        return [
            Notice(
                Message(
                    "Offer rates by group are not known: give the source “customers” with attributes, and name them in "
                    "profiles.audit_only."
                ),
                "warning",
            )
        ]
    groups = [one for name in run.audit_only for one in _rates_of(run, name) if one.size >= LEAST_IN_GROUP]
    table = PageTable(
        "rates", _CAPTION, COLUMNS, tuple(_row(one) for one in groups), Message("No group is large enough.")
    )
    return [*([_chart(request, groups)] if groups else []), table]


_CAPTION = Message("Who gets offers, by group")


def _rates_of(run: RunRead, attribute: str) -> list[OfferRate]:
    customers = run.table("customers")
    if attribute not in customers.collect_schema().names():
        return []
    planned = run.table("assignments").filter(pl.col("arm") == PLAN).select("campaign_id", "customer_id", "offer_id")
    depths = run.table("offers").select("campaign_id", "offer_id", "depth")
    recipients = planned.join(depths, on=["campaign_id", "offer_id"], how="left")
    values = customers.select("customer_id", value=pl.col(attribute))
    return rates_by_group(recipients.join(values, on="customer_id").collect(), attribute)


def _row(group: OfferRate) -> tuple[Cell, ...]:
    ends = (Share(group.rate.value), Share(group.rate.low), Share(group.rate.high))
    return (group.attribute, group.name, group.size, *ends)


def _chart(request: PageRequest, groups: list[OfferRate]) -> ChartBlock:
    _ = request.localizer
    dots = [Dot(one.attribute.replace("_", " "), one.name, one.rate) for one in groups]
    drawn = Table(
        _(_CAPTION),
        (_(COLUMNS[0].title), _(COLUMNS[1].title), _(COLUMNS[3].title)),
        tuple((one.attribute, one.name, _.shares(one.rate.times(100))) for one in groups),
        n_labels=2,
    )
    measure = _("Share of customers of a group who get an offer by plan, with its 95 % interval")
    return ChartBlock(figure("rates-chart", _(_CAPTION), measure, forest(dots, percent_labels(_)), drawn, localizer=_))


def _privacy(run: RunRead) -> Facts:
    privacy = run.privacy
    return Facts(
        "privacy",
        (
            Stat(
                "pseudonyms", Message("ids are replaced by pseudonyms", context="label of a figure"),
                privacy.pseudonymise,
            ),
            Stat("audit_only", Message("never used to choose offers", context="label of a figure"), run.audit_only),
            Stat("holdout", Message("customers who never get offers", context="label of a figure"), Share(run.holdout)),
        ),
    )  # fmt: skip


PAGE = Page("fairness", TITLE, view, in_navigation=True)
