"""Tables of the ledger, of loops and of the service.

Their columns are made by `migrations.py`; a test holds the two together.

Templates, coupons and customers are accounts: each has the counters of `offers.book.Balance`, the sums of the rows of
`history` that name it. Rows of locks are only made and deleted; those of history and requests only made.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, LargeBinary, MetaData, Table, Text

from offerloop.offers import BALANCE_COUNTERS

metadata = MetaData()
_SERIAL = BigInteger().with_variant(Integer, "sqlite")


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
    Column("customer_id", Text),
)
"""Every command by its idempotency key, with the answer it got; customer_id is that of a refused one, which no line of
the history names."""

history = Table(
    "history",
    metadata,
    Column("history_id", _SERIAL, primary_key=True, autoincrement=True),
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

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ends_at", BigInteger),
    Column("revoked_at", BigInteger),
)
"""Tokens of programs by the SHA-256 of their secret; roles are names with commas."""

people = Table(
    "people",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("password", Text),
    Column("invitation", Text),
    Column("invited_until", BigInteger),
    Column("made_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
"""Who may sign in; password and invitation are hashes, and a person has the one or the other."""

sessions = Table(
    "sessions",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)
"""Who is signed in, by the SHA-256 of the cookie."""

trail = Table(
    "trail",
    metadata,
    Column("entry_id", _SERIAL, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text),
    Column("body", Text, nullable=False),
)
"""Who changed what, for audits: only made, and without personal data of customers."""

request_answers = Table(
    "request_answers",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("kept_until", BigInteger, nullable=False),
)
"""What was answered to a change, by the idempotency key of whoever asked for it."""

promotions = Table(
    "promotions",
    metadata,
    Column("promotion_id", _SERIAL, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("version", Text),
)
"""Which policy was chosen to be served; the last row holds, and no version means the newest run."""

switches = Table(
    "switches",
    metadata,
    Column("name", Text, primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
)
"""Switches that were set; one that is not there is on."""

customer_keys = Table(
    "customer_keys",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("customer_key", Text, nullable=False),
)
"""The random key under which what is kept of a customer stands; without its row nobody can tell whose it is."""

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("customer_key", Text, nullable=False),
    Column("version", Text),
    Column("arm", Text),
    Column("campaign_id", Text),
    Column("offer_id", Text, nullable=False),
    Column("propensity", Float),
    Column("leased_minor", BigInteger, nullable=False),
    Column("failure", Text),
    Column("request", Text, nullable=False),
    Column("input_hash", Text, nullable=False),
    Column("answer", Text, nullable=False),
)
"""Every decision that was answered, with what it was made from; request and answer are JSON without the customer."""

further_shown = Table(
    "further_shown",
    metadata,
    Column("decision_id", Text, primary_key=True),
    Column("campaign_id", Text, primary_key=True),
    Column("customer_key", Text, nullable=False),
    Column("version", Text),
    Column("at_ms", BigInteger, nullable=False),
)
"""Campaigns of which a decision gave an offer beside its first one."""

budgets = Table(
    "budgets",
    metadata,
    Column("version", Text, primary_key=True),
    Column("campaign_id", Text, primary_key=True),
    Column("budget_minor", BigInteger, nullable=False),
    Column("leased_minor", BigInteger, nullable=False),
    Column("exhausted_at", BigInteger),
    Column("n_held", BigInteger),
)
"""What a plan leaves of each campaign's budget, what of that workers hold or have given away, and for how many
customers the plan holds the rest."""

leases = Table(
    "leases",
    metadata,
    Column("lease_id", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("campaign_id", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_minor", BigInteger),
    Column("declared_minor", BigInteger, nullable=False),
    Column("spent_minor", BigInteger, nullable=False),
)
"""Blocks of a budget that workers took; used_minor stands once the rest was given back.

A worker spends no more of a block than it has declared, so that the rest can be given back when the worker is gone;
spent_minor is what it had spent when it last said so.
"""

events = Table(
    "events",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("customer_id", Text),
    Column("at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
"""What a shop reported, once for each event id; the body is JSON and names no customer."""

choices = Table(
    "choices",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("opt_out", Boolean, nullable=False),
    Column("test_arm", Text),
    Column("changed_at", BigInteger, nullable=False),
    Column("tested_until", BigInteger),
    Column("version", BigInteger, nullable=False),
)
"""Customers who have opted out of personal offers, and test customers, who always get one arm.

tested_until is when somebody stopped being a test customer; version is that of the last change of the row.
"""

erased = Table(
    "erased",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
"""Customers who were erased, as keyed hashes of their ids, so that late events of theirs are dropped."""

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Random keys that the store itself made."""

purchases = Table(
    "purchases",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("bought_at", BigInteger, nullable=False),
    Column("version", Text),
    Column("campaign_id", Text),
    Column("offer_id", Text),
    Column("offers_hash", Text, nullable=False),
    Column("basket", Text, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("rule", Text),
    Column("returned", Text, nullable=False),
    Column("given_back_minor", BigInteger, nullable=False),
)
"""Orders as they were priced, without their customer, and what was given back of them by which rule."""

offer_texts = Table(
    "offer_texts",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("body", Text, nullable=False),
)
"""Files of offers under which orders were priced, by their SHA-256."""

jobs = Table(
    "jobs",
    metadata,
    Column("number", _SERIAL, primary_key=True, autoincrement=True),
    Column("job_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text),
    Column("request", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("begun_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("progress", Text, nullable=False),
    Column("result", Text),
    Column("failure", Text),
    Column("worker", Text),
    Column("lease_until", BigInteger),
    Column("attempts", BigInteger, nullable=False),
    Column("cancel", Boolean, nullable=False),
)
"""Long work, one at a time; a name is given once, so that a schedule adds each of its jobs once."""

notices = Table(
    "notices",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("customer_id", Text),
    Column("body", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("next_at", BigInteger),
    Column("attempts", BigInteger, nullable=False),
    Column("failure", Text),
)
"""What webhooks and mail are told, once for each place; next_at is empty where it was sent or given up."""

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""Numbers that grow with each change of a table, so that workers read what is new and nothing else."""

duties = Table(
    "duties",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("held_until", BigInteger, nullable=False),
)
"""What one worker does for all, and which one, for as long as it renews its hold."""

pacing = Table(
    "pacing",
    metadata,
    Column("version", Text, primary_key=True),
    Column("campaign_id", Text, primary_key=True),
    Column("price", Float, nullable=False),
    Column("before_minor", BigInteger, nullable=False),
    Column("spent_minor", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("late_minor", BigInteger, nullable=False),
    Column("entry_id", BigInteger),
)
"""The price of each campaign's budget by what was truly spent since a policy is served; before_minor is what had been
spent before, and late_minor what was redeemed of earlier plans since, in the history up to entry_id."""

cursors = Table(
    "cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)
"""How far a table was gone through."""

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("last_editor", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("starts_at", BigInteger),
    Column("ends_at", BigInteger),
    Column("made_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
)
"""Campaigns that people write in the service; approved_by is a JSON list of the people who approved this revision."""

campaign_revisions = Table(
    "campaign_revisions",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("revision", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("restored_from", BigInteger),
    Column("body", Text, nullable=False),
    Column("starts_at", BigInteger),
    Column("ends_at", BigInteger),
)
"""What each campaign said in each revision, as JSON; only made."""

campaign_budgets = Table(
    "campaign_budgets",
    metadata,
    Column("proposal_id", Text, primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("budget", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", BigInteger),
)
"""Other budgets that somebody proposed while a campaign ran; approved_at is null until enough people have approved."""
