"""Section 1: what was read, and what cleaning did to it."""

from __future__ import annotations

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.quality_by_day import daily_figure
from offerloop.report import Block, Bullets, Details, Missing, Section, Table, Text, Voice, count

SOURCES = ("products", "prices", "customers", "campaigns", "audiences", "redemptions", "coupon_products")
"""Sources that a shop may leave out."""
SMALL = 0.001
SAMPLES = 3
"""Rejected rows shown of each rule."""


def quality_section(findings: Findings, tell: Voice) -> Section:
    """Rows by rule, when cases came, samples of what was rejected, and what was not given."""
    table = findings.tables["quality"]
    read, kept, rejected = (_rows(table, "order_lines", action) for action in ("read", "kept", "rejected"))
    message = tell.say(
        "quality.message",
        kept=count(kept),
        days=count(findings.as_of_day - findings.first_day),
        share=tell.share(rejected / max(read, 1), SMALL),
    )
    hits = table.filter((pl.col("rows") > 0) & ~pl.col("action").is_in(["read", "kept"]))
    blocks: list[Block] = [Text(_period(findings, tell))]
    if hits.height:
        blocks.append(_table("quality.hits_table", hits, table, tell))
    daily = daily_figure(findings, tell)
    blocks += [daily] if daily else []
    blocks += [*_samples(findings, tell), Details(tell.say("quality.every"), _every(table, tell))]
    absent = tuple(_adds(name, tell) for name in SOURCES if _is_missed(name, findings))
    if absent:
        blocks += [Missing(tell.say("quality.absent")), Bullets(absent)]
    return Section("quality", tell.say("quality.label"), message, tuple(blocks))


def _period(findings: Findings, tell: Voice) -> str:
    shop = findings.config.shop
    return tell.say(
        "quality.period",
        first=tell.day(findings.first_day),
        last=tell.day(findings.as_of_day - 1),
        zone=shop.timezone,
        day=tell.day(findings.as_of_day),
        currency=shop.currency,
    )


def _is_missed(name: str, findings: Findings) -> bool:
    """Whether a source that was not given would add something; prices do where order lines say no discount."""
    sources = findings.config.sources
    if name == "prices" and {"discount", "list_value"} & sources["order_lines"].columns.keys():
        return False
    return name not in sources


def _adds(name: str, tell: Voice) -> str:
    return tell.say("quality.adds", source=tell.word("source", name), adds=tell.say(f"adds.{name}"))


def _rows(table: pl.DataFrame, name: str, action: str) -> int:
    return int(table.filter((pl.col("table") == name) & (pl.col("action") == action))["rows"].sum())


def _every(table: pl.DataFrame, tell: Voice) -> Table:
    return _table("quality.every_table", table, table, tell)


def _table(caption: str, shown: pl.DataFrame, whole: pl.DataFrame, tell: Voice) -> Table:
    rows = []
    for row in shown.iter_rows(named=True):
        read = _rows(whole, row["table"], "read")
        share = tell.share(row["rows"] / read, SMALL) if read else ""
        action = tell.word("action", row["action"])
        rows.append((_rule(row, tell), tell.own(row["why"]), action, count(row["rows"]), share))
    columns = tuple(tell.say(f"quality.column.{name}") for name in ("rule", "why", "done", "rows", "share"))
    return Table(tell.say(caption), columns, tuple(rows), n_labels=3)


def _rule(row: dict[str, str], tell: Voice) -> str:
    return tell.say("colon", what=tell.word("source", row["table"]), text=tell.own(row["rule"]))


def _samples(findings: Findings, tell: Voice) -> tuple[Block, ...]:
    """A few rejected rows of each rule, as they were read."""
    rejected = findings.table("rejected")
    if rejected is None:
        return ()
    keys = ["table", "rule"]
    ordered = rejected.sort([*keys, "copies", "row"], descending=[False, False, True, False])
    rows = tuple(
        (_rule(row, tell), row["row"], count(row["copies"]))
        for row in ordered.group_by(keys, maintain_order=True).head(SAMPLES).iter_rows(named=True)
    )
    columns = tuple(
        tell.say(f"{name}") for name in ("quality.column.rule", "samples.column.row", "samples.column.copies")
    )
    return (Details(tell.say("samples.show"), Table(tell.say("samples.table"), columns, rows, n_labels=2)),)
