"""Part of section 6: what solving campaigns in order costs, and what each limit costs."""

from __future__ import annotations

from typing import Any

import polars as pl

from offerloop.commands.run.facts import Facts
from offerloop.commands.run.findings import Findings
from offerloop.evaluation import Estimate
from offerloop.report import Block, Money, Table, Text, Voice, count

Row = dict[str, Any]
"""A row of the table `plan_limits`."""
CONTACTS = ("contacts", "channel")


def limit_blocks(findings: Findings, facts: Facts) -> list[Block]:
    """Nothing where one campaign has no limit but its budget: that one is told with its curve."""
    found = findings.table("plan_limits")
    if found is None or found.height < 2:
        return []
    tell = facts.voice
    order = found.filter(pl.col("kind") == "order").rows(named=True)
    limits = found.filter(pl.col("kind") != "order").rows(named=True)
    blocks: list[Block] = [Text(_order(row, findings, tell)) for row in order]
    if limits:
        blocks.append(_table(limits, facts))
    if any(row["claimed_gain_minor"] is None for row in limits):
        blocks.append(Text(tell.say("limits.not_computed")))
    return blocks


def gain_of(row: Row) -> Estimate:
    """Held out."""
    return Estimate.known(row["gain_minor"], row["gain_low_minor"], row["gain_high_minor"])


def _order(row: Row, findings: Findings, tell: Voice) -> str:
    """How campaigns were solved, and what the other way would change."""
    asked, gain = findings.config.plan.campaigns, tell.estimate(gain_of(row))
    if asked == "in order":
        return tell.say("order.in_order" if row["claimed_gain_minor"] > 0 else "order.costs_nothing", gain=gain)
    if findings.campaigns_solved == "in order":
        return tell.say("order.kept")
    return tell.say("order.jointly" if row["claimed_gain_minor"] > 0 else "order.no_difference", gain=gain)


def _table(rows: list[Row], facts: Facts) -> Table:
    tell = facts.voice
    columns = tuple(tell.say(f"limits.column.{name}") for name in ("limit", "at_most", "used", "price", "gain"))
    return Table(tell.say("limits.table"), columns, tuple(_cells(row, facts) for row in rows))


def _cells(row: Row, facts: Facts) -> tuple[str, ...]:
    tell, units = facts.voice, Money(row["unit"]) if row["kind"] not in CONTACTS else None
    at_most, used = (count(row[name]) if units is None else units.text(row[name]) for name in ("at_most", "used"))
    price = row["shadow_price"] * (1 if units is None else units.unit)
    gain = tell.say("limits.gain_unknown") if row["gain_minor"] is None else tell.brief(gain_of(row))
    return _name(row, facts), at_most, used, facts.money.text(price), gain


def _name(row: Row, facts: Facts) -> str:
    titles = {one.found.campaign_id: one.found.title for one in facts.campaigns}
    return facts.voice.say(f"limits.{row['kind']}", name=row["name"], title=titles.get(row["campaign_id"], ""))
