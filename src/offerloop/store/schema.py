"""Tables of the ledger. Their columns are made by `migrations.py`; a test holds the two together.

Templates, coupons and customers are accounts: each has the counters of `offers.book.Balance`, the sums of the rows of
`history` that name it. Rows of locks are only made and deleted; those of history and requests only made.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table, Text

from offerloop.offers import BALANCE_COUNTERS

metadata = MetaData()


def _counters() -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False) for name in BALANCE_COUNTERS]


templates = Table(
    "templates",
    metadata,
    Column("template_id", Text, primary_key=True),
    Column("limit_total", BigInteger),
    Column("limit_per_customer", BigInteger),
    Column("limit_per_code", BigInteger),
    Column("limit_issued", BigInteger),
    Column("budget_minor", BigInteger),
    Column("starts_at", BigInteger),
    Column("ends_at", BigInteger),
    Column("lock_seconds", BigInteger, nullable=False),
    Column("reusable_after_cancel", Boolean, nullable=False),
    *_counters(),
)
"""One row for each coupon template: its terms and its account."""

coupons = Table(
    "coupons",
    metadata,
    Column("code", Text, primary_key=True),
    Column("template_id", Text, nullable=False),
    Column("customer_id", Text),
    Column("revoked", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),  # grows with each change of customer_id and revoked
    Column("limit_uses", BigInteger),
    *_counters(),
)
"""One row for each code; limit_uses is its template's limit_per_code."""

customers = Table(
    "customers",
    metadata,
    Column("template_id", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("limit_uses", BigInteger),
    *_counters(),
)
"""One row for each customer of a template; limit_uses is its template's limit_per_customer."""

locks = Table(
    "locks",
    metadata,
    Column("code", Text, primary_key=True),
    Column("lock_key", Text, primary_key=True),
    Column("template_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
"""Locks that hold."""

redemptions = Table(
    "redemptions",
    metadata,
    Column("redemption_id", Text, primary_key=True),
    Column("template_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("rolled_back_minor", BigInteger, nullable=False),
    Column("whole", Boolean, nullable=False),
)
"""Each use, and what of it was rolled back."""

requests = Table(
    "requests",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", Text),
    Column("expires_at", BigInteger),
)
"""Every command by its idempotency key, with the answer it got."""

history = Table(
    "history",
    metadata,
    Column("history_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("request_key", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("event", Text, nullable=False),
    Column("template_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("customer_id", Text),
    Column("lock_key", Text),
    Column("redemption_id", Text),
    Column("expires_at", BigInteger),
    *_counters(),
)
"""Entries in the order in which they were written; the database refuses to change or delete one."""

steps = Table(
    "steps",
    metadata,
    Column("name", Text, primary_key=True),
    Column("period", BigInteger, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
"""One row for each step that a loop has taken: what came of it, as JSON. Only made."""
