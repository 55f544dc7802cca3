"""Part of section 6: what solving campaigns in order costs, and what each limit costs."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.facts import RunFacts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.limit_names import COUNTS, Row, limit_name
from offerloop.evaluation import Estimate
from offerloop.report import Block, Localizer, Money, Table, Text


def limit_blocks(findings: Findings, facts: RunFacts) -> list[Block]:
    """Nothing where one campaign has no limit but its budget: that one is told with its curve."""
    table = findings.table("plan_limits")
    if table is None or table.height < 2:
        return []
    _ = facts.localizer
    order = table.filter(pl.col("kind") == "order").rows(named=True)
    limits = table.filter(pl.col("kind") != "order").rows(named=True)
    blocks: list[Block] = [Text(_order(row, findings, _)) for row in order]
    if limits:
        blocks.append(_table(limits, facts))
    if any(row["claimed_gain_minor"] is None for row in limits):
        blocks.append(
            Text(
                _(
                    "Profit without each limit is not computed here: with so many customers, solving again "
                    "for each limit would take too long. What one more unit brings is known."
                )
            )
        )
    return blocks


def budget_gain(findings: Findings, campaign_id: str) -> Estimate | None:
    """Profit gained without the budget of a campaign, against the plan; None where it is not computed."""
    table = findings.table("plan_limits")
    if table is None:
        return None
    own = table.filter((pl.col("kind") == "campaign") & (pl.col("campaign_id") == campaign_id))
    return next((gain_of(row) for row in own.rows(named=True) if row["gain_minor"] is not None), None)


def gain_of(row: Row) -> Estimate:
    """Return the held-out estimate."""
    return Estimate.from_bounds(row["gain_minor"], row["gain_low_minor"], row["gain_high_minor"])


def _order(row: Row, findings: Findings, _: Localizer) -> str:
    """How campaigns were solved, and what the other way would change."""
    order, gain = findings.config.plan.campaigns, _.estimate(gain_of(row))
    if order == "in order":
        return (
            _(
                "Campaigns are solved in the order of the configuration. Solving them together "
                "(plan.campaigns) would change profit by {gain}: that is what the order costs.",
                gain=gain,
            )
            if row["claimed_gain_minor"] > 0
            else _("Campaigns are solved in the order of the configuration. Solved together they would bring no more.")
        )
    if findings.campaigns_solved == "in order":
        return _(
            "Campaigns keep the order of the configuration: by the estimates that choose, what is "
            "sent in that order brings more than what is sent when all are solved together."
        )
    return (
        _(
            "Offers of all campaigns were chosen together. Compared with choosing campaign by campaign, this"
            " changes profit by {gain}. Each curve excludes customers who have all their offers from other campaigns.",
            gain=gain,
        )
        if row["claimed_gain_minor"] > 0
        else _(
            "Offers of all campaigns were chosen together. Choosing campaign by campaign would earn the "
            "same. Each curve excludes customers who have all their offers from other campaigns."
        )
    )


def _table(rows: list[Row], facts: RunFacts) -> Table:
    _ = facts.localizer
    columns = (
        _("limit", context="column title"),
        _("allows", context="column title"),
        _("used", context="column title"),
        _("one more unit brings"),
        _("profit gained without it [95 % interval]"),
    )
    return Table(
        _(
            "What each limit costs: profit without it less that of the plan, held out, for {period}",
            period=facts.period,
        ),
        columns,
        tuple(_cells(row, facts) for row in rows),
    )


def _cells(row: Row, facts: RunFacts) -> tuple[str, ...]:
    _, units = facts.localizer, Money(row["unit"], facts.localizer.language) if row["kind"] not in COUNTS else None
    at_most, used = (_.count(row[name]) if units is None else units.text(row[name]) for name in ("at_most", "used"))
    price = row["shadow_price"]
    brings = "" if price is None else facts.money.significant(price * (1 if units is None else units.unit))
    gain = _("not computed", context="limits of the report") if row["gain_minor"] is None else _.brief(gain_of(row))
    return _(limit_name(row, facts.titles)), at_most, used, brings, gain
