"""What the stage `profiles` hands on."""

from __future__ import annotations

import polars as pl

from offerloop.tables.schema import ID, Column, TableContract

PROFILES = TableContract(
    "profiles",
    "Features of each customer at the moment of the plan, and readable tags.",
    (
        Column("customer_id", ID, "customer"),
        Column("tags", pl.List(pl.String), "readable labels whose rules hold"),
    ),
    key=("customer_id",),
    open=True,
)

AUDIENCE_MEMBERS = TableContract(
    "audience_members",
    "Who belongs to which audience of the configuration.",
    (Column("audience", pl.String, "name"), Column("customer_id", ID, "customer")),
    key=("audience", "customer_id"),
)
