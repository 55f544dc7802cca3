"""What the stage `events` hands on."""

from __future__ import annotations

import polars as pl

from offerloop.tables.schema import ID, Column, TableContract

QUALITY = TableContract(
    "quality",
    "What cleaning did: one row per rule.",
    (
        Column("table", pl.String, "source"),
        Column("rule", pl.String, "rule, or 'all rows'"),
        Column("action", pl.String, "left out, read, kept, repaired, merged, rejected or flagged"),
        Column("rows", pl.Int64, "rows it concerned"),
        Column("why", pl.String, "the rule in words"),
        Column("why_message", pl.String, "the same as JSON, template and values apart: what pages translate"),
    ),
    key=("table", "rule", "action"),
)

QUALITY_BY_DAY = TableContract(
    "quality_by_day",
    "What the rules did to order lines of each day; days without a case are left out.",
    (
        Column("order_day", pl.Int64, "local epoch day"),
        Column("rule", pl.String, "rule"),
        Column("action", pl.String, "repaired, rejected or flagged"),
        Column("rows", pl.Int64, "order lines"),
    ),
)

REJECTED = TableContract(
    "rejected",
    "Rows that were left out of every later stage, with the rule that said so.",
    (
        Column("table", pl.String, "source"),
        Column("rule", pl.String, "rule"),
        Column("row", pl.String, "the row as it was read: our column = value, money in minor units"),
        Column("copies", pl.Int64, "how many times"),
        Column("order_day", pl.Int64, "local epoch day of an order line", optional=True),
    ),
)

CUSTOMERS = TableContract(
    "customers",
    "Customers with the attributes of the source; those under `audit_only` never reach a model.",
    (Column("customer_id", ID, "customer"),),
    key=("customer_id",),
    open=True,
)
