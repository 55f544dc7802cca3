"""Who gets what: the customers of a campaign, at the plan's budget or a smaller one, before anything is sent."""

from __future__ import annotations

import polars as pl

from offerloop.message import Message
from offerloop.money import MICRO
from offerloop.web.console.asked import Asked, Page
from offerloop.web.console.blocks import Column, Stat, Stats, Table, View
from offerloop.web.console.campaigns_of_run import forecasts
from offerloop.web.console.cells import Link, MinorAmount

SHOWN = 50
COLUMNS = (
    Column("customer", Message("customer", context="column title")),
    Column("offer", Message("offer", context="column title")),
    Column("profit", Message("expected profit", context="column title"), is_figure=True),
    Column("cost", Message("expected cost", context="column title"), is_figure=True),
    Column("liability", Message("at most", context="column title"), is_figure=True),
)


def view(asked: Asked) -> View:
    """Return the customers with the most expected profit for each unit of budget first."""
    run = asked.needed("run", lambda name: asked.run_named(name or None))
    campaign = asked.needed("campaign", lambda wanted: next((one for one in forecasts(run) if one.id == wanted), None))
    planned = pl.col("planned_campaign_id") == campaign.id
    columns = ("customer_id", "planned_offer_id", "profit_minor", "cost_expected_micro", "cost_liability_minor")
    ratio = pl.col("profit_minor") / pl.col("cost_liability_minor").clip(1)
    ordered = run.table("assignments").filter(planned & (pl.col("arm") == "plan")).select(columns)
    chosen = ordered.sort(ratio, "customer_id", descending=[True, False])
    budget = asked.field("budget_minor")
    if budget.isdecimal():
        chosen = chosen.filter(pl.col("cost_liability_minor").cum_sum() <= int(budget))
    totals = chosen.select(
        pl.len().alias("n"), pl.col("profit_minor").sum(), pl.col("cost_expected_micro").sum(),
        pl.col("cost_liability_minor").sum(),
    ).collect().row(0, named=True)  # fmt: skip
    offset = int(asked.field("from")) if asked.field("from").isdecimal() else 0
    found = chosen.slice(offset, SHOWN + 1).collect()
    unit = campaign.budget_unit
    rows = tuple(
        (
            Link(str(row["customer_id"]), f"/console/customer?id={row['customer_id']}"), row["planned_offer_id"],
            MinorAmount(row["profit_minor"], campaign.currency),
            MinorAmount(round(row["cost_expected_micro"] / MICRO), unit),
            MinorAmount(row["cost_liability_minor"], unit),
        )
        for row in found.head(SHOWN).iter_rows(named=True)
    )  # fmt: skip
    here = f"/console/recipients?run={run.folder.name}&campaign={campaign.id}"
    here += f"&budget_minor={budget}" if budget.isdecimal() else ""
    more = f"{here}&from={offset + SHOWN}" if found.height > SHOWN else None
    empty = Message("Nobody: no offer is planned within this budget.")
    table = Table("recipients", Message("Who gets what", context="table title"), COLUMNS, rows, empty, more)
    stats = Stats((
        Stat("customers", Message("customers", context="figure"), totals["n"]),
        Stat(
            "spend", Message("expected spend", context="figure"),
            MinorAmount(round(totals["cost_expected_micro"] / MICRO), unit),
        ),
        Stat("liability", Message("at most", context="figure"), MinorAmount(totals["cost_liability_minor"], unit)),
    ))  # fmt: skip
    return View(Message("Who gets “{campaign}”", context="page title", campaign=campaign.title), "", (stats, table))


PAGE = Page("recipients", Message("Who gets what", context="page title"), view)
