"""Part of section 6: one depth for everybody, by category."""

from __future__ import annotations

from typing import Any

import polars as pl

from offerloop.commands.run.facts import CampaignFacts
from offerloop.commands.run.findings import Findings
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.report import Block, Localizer, Table, Text

SHOWN = 10
"""Categories in the table: those with most estimated profit."""
Row = dict[str, Any]
"""A row of the table `uniform_depths`."""


def depths_of(findings: Findings, campaign: CampaignFacts) -> list[Row]:
    """Every depth of a campaign."""
    table = findings.table("uniform_depths")
    return (
        [] if table is None else table.filter(pl.col("campaign_id") == campaign.findings.campaign_id).rows(named=True)
    )


def profit_of(row: Row) -> Estimate:
    """Return the held-out estimate."""
    return Estimate.from_bounds(row["profit_minor"], row["profit_low_minor"], row["profit_high_minor"])


def uniform_blocks(campaign: CampaignFacts, findings: Findings, _: Localizer) -> list[Block]:
    """What the best depths bring, which depths may not be, and a table; nothing where no offer has a depth."""
    rows = depths_of(findings, campaign)
    best = sorted((row for row in rows if row["is_best"]), key=lambda row: -row["estimated_minor"])
    if not best:
        return []
    discounts = [row for row in best if row["offer_id"] != NO_OFFER]
    blocks: list[Block] = [Text(_best_depths(campaign, best, len(discounts), _))]
    below = sum(row["below_floor"] for row in rows)
    if below:
        blocks.append(
            Text(
                _(
                    "Left out of this choice: {n} of {all} depths, where our part of the discount is more "
                    "than the margin, so that the price would be below cost.",
                    n=below,
                    all=sum(row["offer_id"] != NO_OFFER for row in rows),
                )
            )
        )
    if discounts:
        blocks.append(_table(campaign, discounts[:SHOWN], _))
    if len(discounts) > SHOWN:
        blocks.append(Text(_("The other {n} are in the table 'uniform_depths' of the run.", n=len(discounts) - SHOWN)))
    return blocks


def _best_depths(campaign: CampaignFacts, best: list[Row], n_discounts: int, _: Localizer) -> str:
    """Return in how many categories the best depth is a discount."""
    text = (
        Message(
            "One depth for everybody, “{title}”: if the assumptions hold, some depth brings more "
            "than no discount in {some} of {n} category.",
            plural="One depth for everybody, “{title}”: if the assumptions hold, some depth brings more "
            "than no discount in {some} of {n} categories.",
        )
        if campaign.is_assumed
        else Message(
            "One depth for everybody, “{title}”: if every eligible customer gets the same discount, the best"
            " depth clearly beats no discount in {clear} of {n} category. In {none} of {n}, the estimates favour "
            "giving no discount.",
            plural="One depth for everybody, “{title}”: if every eligible customer gets the same discount, the best"
            " depth clearly beats no discount in {clear} of {n} categories. In {none} of the {n} "
            "categories, the estimates favour giving no discount.",
        )
    )
    return _(
        text,
        title=campaign.findings.title,
        n=len(best),
        some=n_discounts,
        none=len(best) - n_discounts,
        clear=sum(row["beats_nothing"] for row in best),
    )


def _table(campaign: CampaignFacts, rows: list[Row], _: Localizer) -> Table:
    cells = tuple(
        (
            _category(row, _),
            _depth(row, _),
            _.count(row["n_customers"]),
            campaign.costs.text(row["spend_minor"]),
            _.brief(profit_of(row)),
        )
        for row in rows
    )
    columns = (
        _("category", context="column title"),
        _("best depth", context="column title"),
        _("customers", context="column title"),
        _("expected spend", context="column title"),
        _("profit [95 % interval]", context="column title"),
    )
    caption = (
        Message("The best depth for everybody, by category, {title}: as assumed")
        if campaign.is_assumed
        else Message("The best depth for everybody, by category, {title}: chosen by the estimates, profit held out")
    )
    return Table(_(caption, title=campaign.findings.title), columns, cells)


def _category(row: Row, _: Localizer) -> str:
    return _("all products", context="uniform depth") if row["category"] is None else str(row["category"])


def _depth(row: Row, _: Localizer) -> str:
    return _.level(row["depth"])
