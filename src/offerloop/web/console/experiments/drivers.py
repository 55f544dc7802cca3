"""Drivers of profit, with an offer and held back: buyers x basket x margin less cost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from offerloop.errors import InputError
from offerloop.message import Message, Share
from offerloop.offers import NO_OFFER
from offerloop.tables import PLAN
from offerloop.web.console.blocks import Block, Branch, TableColumn, Tree
from offerloop.web.console.cells import Cell, MinorAmount
from offerloop.workspace import open_run

GROUPS = (
    TableColumn("offered", Message("with the offer", context="column title"), is_figure=True),
    TableColumn("held_back", Message("held back", context="column title"), is_figure=True),
)
_CAPTION = Message("What profit is made of: customers × buyers × basket × margin − cost (plain means)")


def drivers(readout: Path, currency: str, campaign_id: str | None = None) -> list[Block]:
    """Return the tree of a read-out's figures; nothing where one of the groups is empty.

    Of customers for whom an offer was planned, or an offer of one campaign, also beside that of another; nothing where
    the tables of the run cannot be read any more. See `workspace.control_arm` for who is compared with them.
    """
    if not (readout / "outcomes.parquet").is_file():
        return []
    try:
        run = open_run(readout.parent, optional=("profiles.parquet",))
    except InputError:
        return []
    planned = pl.read_parquet(readout / "outcomes.parquet").filter(pl.col("planned_offer_id") != NO_OFFER)
    if campaign_id is not None:
        of_campaign = run.planned().filter(campaign_id=campaign_id).select("customer_id")
        planned = planned.join(of_campaign.collect(), on="customer_id", how="semi")
    groups = [planned.filter(pl.col("arm") == arm) for arm in (PLAN, run.control_arm)]
    if any(one.is_empty() for one in groups):
        return []
    return [_tree(_GroupFigures.of(groups[0]), _GroupFigures.of(groups[1]), currency)]


@dataclass(frozen=True)
class _GroupFigures:
    """Sums of one group, and the figures that they make; None where nothing is known."""

    n: int
    bought: int
    revenue: int
    before_cost: int
    """Margin before the cost of offers, in minor units, as the next."""
    cost: int | None

    @classmethod
    def of(cls, rows: pl.DataFrame) -> _GroupFigures:
        n, bought, revenue, margin, cost, unseen = rows.select(
            pl.len(), pl.col("bought").sum(), pl.col("revenue_minor").sum(), pl.col("margin_minor").sum(),
            pl.col("cost_minor").sum(), pl.col("cost_minor").null_count().alias("unseen"),
        ).row(0)  # fmt: skip
        return cls(n, bought, revenue, margin, None if unseen else cost)

    @property
    def profit(self) -> int | None:
        return None if self.cost is None else self.before_cost - self.cost


def _tree(offered: _GroupFigures, held: _GroupFigures, currency: str) -> Tree:
    pair = (offered, held)

    def amounts(name: str, label: Message, sums: list[tuple[int | None, int]], *parts: Branch) -> Branch:
        means = [None if total is None or not n else total / n for total, n in sums]
        cells: list[Cell] = [None if one is None else MinorAmount(round(one), currency) for one in means]
        return Branch(name, label, (cells[0], cells[1]), (means[0] or 0.0, means[1] or 0.0), parts)

    def shares(name: str, label: Message, sums: list[tuple[int, int]]) -> Branch:
        parts = [None if not whole else part / whole for part, whole in sums]
        cells: list[Cell] = [None if one is None else Share(one) for one in parts]
        return Branch(name, label, (cells[0], cells[1]), (parts[0] or 0.0, parts[1] or 0.0))

    margin = amounts(
        "margin", _MARGIN, [(one.before_cost, one.n) for one in pair],
        shares("bought", _BOUGHT, [(one.bought, one.n) for one in pair]),
        amounts("basket", _BASKET, [(one.revenue, one.bought) for one in pair]),
        shares("margin_share", _MARGIN_SHARE, [(one.before_cost, one.revenue) for one in pair]),
    )  # fmt: skip
    each = amounts(
        "profit", _PROFIT, [(one.profit, one.n) for one in pair],
        margin, amounts("cost", _COST, [(one.cost, one.n) for one in pair]),
    )  # fmt: skip
    customers = Branch("customers", _CUSTOMERS, (offered.n, held.n), (offered.n, held.n))
    total = amounts("total", _TOTAL, [(one.profit, 1) for one in pair], customers, each)
    return Tree("drivers", _CAPTION, GROUPS, total)


_TOTAL = Message("profit of the group", context="driver of profit")
_CUSTOMERS = Message("customers", context="driver of profit")
_PROFIT = Message("× profit for each customer", context="driver of profit")
_MARGIN = Message("margin of each before offers", context="driver of profit")
_BOUGHT = Message("of these, bought", context="driver of profit")
_BASKET = Message("× a buyer's baskets in the period", context="driver of profit")
_MARGIN_SHARE = Message("× margin as a share of sales", context="driver of profit")
_COST = Message("− cost of offers for each customer", context="driver of profit")
