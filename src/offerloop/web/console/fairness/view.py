"""Fairness and privacy: offer rates by attributes that no model has seen, and what is kept of customers."""

from __future__ import annotations

import polars as pl

from offerloop.evaluation import Estimate
from offerloop.message import Message, Share
from offerloop.web.console.blocks import Block, Facts, Notice, PageTable, Stat, TableColumn, View
from offerloop.web.console.cells import Cell
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.workspace import RunRead

LEAST = 20
"""Customers that a group must have: the rate of a smaller one says little, and could tell who somebody is."""
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
        start = Notice(Message("There is no plan yet, so nobody gets offers."), "warning", "/console/jobs", _START)
        return View(TITLE, "", (start,))
    lead = Message(
        "The attributes below are never used to choose offers; differences come from what people buy. Groups under "
        "{n} customers are left out.",
        n=LEAST,
    )
    return View(TITLE, lead if run.audit_only else "", (*_rates(run), _privacy(run)))


_START = Message("Start a run", context="link")


def _rates(run: RunRead) -> list[Block]:
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
    customers = run.table("customers")
    audited = [name for name in run.audit_only if name in customers.collect_schema().names()]
    planned = run.table("assignments").filter(pl.col("arm") == "plan").select("customer_id", "offer_id")
    joined = planned.join(customers.select("customer_id", *audited), on="customer_id").collect()
    rows = tuple(row for name in audited for row in _groups(joined, name))
    return [
        PageTable("rates", Message("Who gets offers, by group"), COLUMNS, rows, Message("No group is large enough."))
    ]


def _groups(joined: pl.DataFrame, attribute: str) -> list[tuple[Cell, ...]]:
    n_with_offer = (pl.col("offer_id") != "none").sum().alias("n_with_offer")
    groups = joined.group_by(pl.col(attribute).cast(pl.String).alias("group")).agg(n_with_offer, pl.len().alias("size"))
    large = groups.drop_nulls("group").filter(pl.col("size") >= LEAST).sort("group")
    rows: list[tuple[Cell, ...]] = []
    for row in large.iter_rows(named=True):
        rate = Estimate.of_share(row["n_with_offer"], row["size"])
        ends = (Share(rate.value), Share(rate.low), Share(rate.high))
        rows.append((attribute, row["group"], row["size"], *ends))
    return rows


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
