"""Section 1: what was read, and what cleaning did to it."""

from __future__ import annotations

import polars as pl

from offerloop.report.blocks import Block, Bullets, Details, Missing, Section, Table, Text
from offerloop.report.findings import Findings
from offerloop.report.numbers import count, day_text, percent

ADDS = {
    "products": "categories and brands: without them no offer can be limited to a category",
    "customers": "attributes to audit who gets offers; consent",
    "campaigns": "a judgement of what past campaigns did",
    "audiences": "who received past campaigns, without which they cannot be judged",
    "redemptions": "profiles that know who uses coupons",
    "coupon_products": "which products past coupons were for",
}
SMALL = 0.001


def quality_section(findings: Findings) -> Section:
    """Rows by rule, period, time zone, and what was not given."""
    table = findings.tables["quality"]
    read, kept, rejected = (_rows(table, "order_lines", action) for action in ("read", "kept", "rejected"))
    n_days = findings.as_of_day - findings.first_day
    shop = findings.config.shop
    message = (
        f"{count(kept)} order lines over {count(n_days)} days are clean enough to use; "
        f"{percent(rejected / max(read, 1), SMALL)} of those read were rejected"
    )
    blocks: list[Block] = [
        Text(
            f"The data run from {day_text(findings.first_day)} to {day_text(findings.as_of_day - 1)}; days and "
            f"weeks begin at midnight in {shop.timezone}. The plan is made as of {day_text(findings.as_of_day)} "
            f"and uses nothing from that day on. All money is in {shop.currency}."
        ),
        _applied(table),
        Details("Show every rule, also those that found nothing", _table("Every cleaning rule", table)),
    ]
    absent = [
        f"{name.replace('_', ' ')}: would add {adds}."
        for name, adds in ADDS.items()
        if name not in findings.config.sources
    ]
    if absent:
        blocks.append(Missing("Some sources were not given. What they would add:"))
        blocks.append(Bullets(tuple(absent)))
    return Section("quality", "The data", message, tuple(blocks))


def _applied(table: pl.DataFrame) -> Table:
    hits = table.filter((pl.col("rows") > 0) & ~pl.col("action").is_in(["read", "kept"]))
    return _table("Cleaning rules that found something", hits, table)


def _rows(table: pl.DataFrame, name: str, action: str) -> int:
    return int(table.filter((pl.col("table") == name) & (pl.col("action") == action))["rows"].sum())


def _table(caption: str, shown: pl.DataFrame, whole: pl.DataFrame | None = None) -> Table:
    everything = shown if whole is None else whole
    rows = []
    for row in shown.iter_rows(named=True):
        read = _rows(everything, row["table"], "read")
        share = percent(row["rows"] / read, SMALL) if read else ""
        rows.append(
            (f"{row['table'].replace('_', ' ')}: {row['rule']}", row["why"], row["action"], count(row["rows"]), share)
        )
    columns = ("source: rule", "why", "done", "rows", "of rows read")
    return Table(caption, columns, tuple(rows), n_labels=3)
