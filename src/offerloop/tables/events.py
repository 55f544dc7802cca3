"""What the stage `events` hands on."""

from __future__ import annotations

import polars as pl

from offerloop.tables.schema import ID, Column, Table

QUALITY = Table(
    "quality",
    "What cleaning did: one row per rule.",
    (
        Column("table", pl.String, "source"),
        Column("rule", pl.String, "rule, or 'all rows'"),
        Column("action", pl.String, "read, kept, repaired, rejected or flagged"),
        Column("rows", pl.Int64, "rows it concerned"),
        Column("why", pl.String, "the rule in words"),
    ),
    key=("table", "rule", "action"),
)

CUSTOMERS = Table(
    "customers",
    "Customers with the attributes of the source; those under `audit_only` never reach a model.",
    (Column("customer_id", ID, "customer"),),
    key=("customer_id",),
    open=True,
)
